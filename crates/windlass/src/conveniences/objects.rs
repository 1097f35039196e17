//! Existence checks and small objects as text.

use super::restart;
use crate::operations::GetObject;
use crate::{Client, Result};

impl Client {
    /// Returns whether an object exists.
    ///
    /// Responses to HEAD have only a status: a missing bucket reads as a missing object, and without the
    /// permission to list the bucket, a missing object is [`AccessDenied`](crate::ErrorKind::AccessDenied).
    ///
    /// # Errors
    /// Any error other than [`ObjectNotFound`](crate::ErrorKind::ObjectNotFound).
    pub async fn object_exists(&self, bucket: impl Into<String>, key: impl Into<String>) -> Result<bool> {
        match self.head_object(bucket, key).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads a whole object as text. An interrupted read that cannot be resumed restarts from the beginning.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind); `InvalidResponse` if the content is not UTF-8.
    pub async fn get_object_string(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Result<String> {
        let get = GetObject::new(bucket, key);
        restart::read_with(self, &get, async |object| object.body.text().await).await
    }
}
