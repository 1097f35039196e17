//! Whether an object is there, and small objects as text.

use super::restart;
use crate::operations::GetObject;
use crate::{Client, Result};

impl Client {
    /// Whether an object is there.
    ///
    /// S3 says nothing more to HEAD than 404: a missing bucket reads as a missing object, and to whoever may not list
    /// the bucket a missing object is [`AccessDenied`](crate::ErrorKind::AccessDenied).
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind): the question could not be answered.
    pub async fn object_exists(&self, bucket: impl Into<String>, key: impl Into<String>) -> Result<bool> {
        match self.head_object(bucket, key).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads a whole object as text. Content that breaks and cannot be resumed is read again from the start.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); content that is not UTF-8.
    pub async fn get_object_string(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Result<String> {
        let get = GetObject::new(bucket, key);
        restart::read_with(self, &get, async |object| object.body.text().await).await
    }
}
