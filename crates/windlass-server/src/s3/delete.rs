//! `DeleteObject` and DeleteObjects.

use http::StatusCode;
use s3s::{S3Request, S3Response, dto};

use super::conditions::Conditions;
use super::{Operations, locks, sent_headers, versions};
use crate::refusal::{Code, Refusal};
use crate::store::{Deleted, Guard, Version};

impl Operations {
    pub(super) fn delete_one(
        &self,
        request: &S3Request<dto::DeleteObjectInput>,
    ) -> Result<S3Response<dto::DeleteObjectOutput>, Refusal> {
        let input = &request.input;
        let id = versions::checked_id(input.version_id.as_deref())?;
        let conditions = Conditions::of(sent_headers(request));
        conditions.check_deletable()?;
        let (now, may_bypass) = (self.now(), locks::bypasses(sent_headers(request)));
        let guard: Guard<'_> = &|current| {
            conditions.check_write(current)?;
            if id.is_some() { locks::check_removable(current, now, may_bypass) } else { Ok(()) }
        };
        let deleted = self.store.delete(&input.bucket, &input.key, id, now, guard)?;
        let output = dto::DeleteObjectOutput {
            delete_marker: deleted.is_marker.then_some(true),
            version_id: deleted.version,
            ..Default::default()
        };
        Ok(S3Response::with_status(output, StatusCode::NO_CONTENT))
    }

    pub(super) fn delete_many(
        &self,
        request: S3Request<dto::DeleteObjectsInput>,
    ) -> Result<S3Response<dto::DeleteObjectsOutput>, Refusal> {
        let may_bypass = locks::bypasses(sent_headers(&request));
        let input = request.input;
        self.check_bucket(&input.bucket)?;
        let dto::Delete { objects, quiet } = input.delete;
        if objects.is_empty() || objects.len() > MOST_OBJECTS {
            return Err(Code::MalformedXML.into());
        }
        let mut output = dto::DeleteObjectsOutput::default();
        for object in objects {
            match self.delete_listed(&input.bucket, &object, may_bypass) {
                Ok(_) if quiet == Some(true) => {}
                Ok(deleted) => output.deleted.get_or_insert_default().push(dto::DeletedObject {
                    delete_marker: deleted.is_marker.then_some(true),
                    delete_marker_version_id: deleted.version.filter(|_| deleted.is_marker),
                    key: Some(object.key),
                    version_id: object.version_id,
                }),
                Err(refusal) => output.errors.get_or_insert_default().push(dto::Error {
                    code: Some(refusal.code.name().to_owned()),
                    key: Some(object.key),
                    message: Some(refusal.message.into_owned()),
                    version_id: object.version_id,
                }),
            }
        }
        Ok(S3Response::new(output))
    }

    fn delete_listed(
        &self,
        bucket: &str,
        object: &dto::ObjectIdentifier,
        may_bypass: bool,
    ) -> Result<Deleted, Refusal> {
        let id = versions::checked_id(object.version_id.as_deref())?;
        if object.key.is_empty() {
            return Err(
                Refusal::new(Code::InvalidRequest).message("User key must have a length greater than 0.")
            );
        }
        if object.key.len() > LONGEST_KEY {
            return Err(Code::KeyTooLongError.into());
        }
        if object.size.is_some() || object.last_modified_time.is_some() {
            return Err(Code::NotImplemented.into());
        }
        let now = self.now();
        let guard: Guard<'_> = &|current| match (&object.e_tag, current.and_then(Version::object)) {
            (Some(_), None) => Err(Code::NoSuchKey.into()),
            (Some(wanted), Some(current))
                if !matches!(wanted.value(), "*") && wanted.value() != current.etag =>
            {
                Err(Code::PreconditionFailed.into())
            }
            _ if id.is_some() => locks::check_removable(current, now, may_bypass),
            _ => Ok(()),
        };
        self.store.delete(bucket, &object.key, id, now, guard)
    }
}

const MOST_OBJECTS: usize = 1000;
/// In bytes.
const LONGEST_KEY: usize = 1024;
