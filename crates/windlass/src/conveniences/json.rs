//! Objects as JSON (feature `json`).

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use super::restart;
use crate::operations::{GetObject, Operation as _, PutObject, PutObjectOutput};
use crate::{Client, Error, ErrorKind, Result};

impl Client {
    /// Reads a whole object as JSON. An interrupted read that cannot be resumed restarts from the beginning.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let sizes: std::collections::HashMap<String, u64> = client.get_object_json("photos", "sizes.json").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Any [`ErrorKind`]; `InvalidResponse` if the content is not the JSON of a `T`.
    pub async fn get_object_json<T: DeserializeOwned>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Result<T> {
        let (bucket, key) = (bucket.into(), key.into());
        let content = restart::bytes(self, &GetObject::new(&bucket, &key)).await?;
        serde_json::from_slice(&content).map_err(|error| {
            Error::new(ErrorKind::InvalidResponse, "the content is not JSON of the expected type")
                .with_operation(GetObject::NAME)
                .with_target(&bucket, &key)
                .with_source(error)
        })
    }

    /// Writes a value as JSON, with the content type `application/json`.
    ///
    /// # Errors
    /// Any [`ErrorKind`]; `InvalidArgument` if the value cannot be serialized.
    pub async fn put_object_json<T: Serialize + ?Sized>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        value: &T,
    ) -> Result<PutObjectOutput> {
        let (bucket, key) = (bucket.into(), key.into());
        let content = serde_json::to_vec(value).map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, "serializing the value to JSON failed")
                .with_operation(PutObject::NAME)
                .with_target(&bucket, &key)
                .with_source(error)
        })?;
        self.put_object(bucket, key, content).content_type("application/json").await
    }
}
