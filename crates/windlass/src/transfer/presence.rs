//! Checks that a key is free, for writes that must not replace an object.

use crate::operations::{CreateMultipartUpload, HeadObject, Operation as _, PutObject};
use crate::{Client, Error, ErrorKind, Result};

/// The error of a write that would replace an object.
pub(super) fn exists(bucket: &str, key: &str) -> Error {
    Error::new(ErrorKind::PreconditionFailed, "the key already has an object, which is kept")
        .with_target(bucket, key)
}

/// Checks whether the object exists.
///
/// # Errors
/// Fails with [`ErrorKind::PreconditionFailed`] if it exists. Other errors of the HEAD prove nothing.
pub(super) async fn refuse_existing(client: &Client, object: &PutObject) -> Result<()> {
    let mut look = HeadObject::new(&object.bucket, &object.key);
    look.options.customer_key.clone_from(&object.settings.customer_key);
    match client.send(look).await {
        Ok(_) => Err(exists(&object.bucket, &object.key).with_operation(CreateMultipartUpload::NAME)),
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) => Err(error),
    }
}
