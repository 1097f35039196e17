//! `DeleteObject` and DeleteObjects.

use http::StatusCode;
use s3s::{S3Request, S3Response, dto};

use super::conditions::Conditions;
use super::{Operations, sent_headers};
use crate::refusal::{Code, Refusal};

impl Operations {
    pub(super) fn delete_one(
        &self,
        request: &S3Request<dto::DeleteObjectInput>,
    ) -> Result<S3Response<dto::DeleteObjectOutput>, Refusal> {
        let input = &request.input;
        check_version(input.version_id.as_deref())?;
        let conditions = Conditions::of(sent_headers(request));
        conditions.check_writable()?;
        self.store.delete(&input.bucket, &input.key, &|current| conditions.check_write(current))?;
        Ok(S3Response::with_status(dto::DeleteObjectOutput::default(), StatusCode::NO_CONTENT))
    }

    pub(super) fn delete_many(
        &self,
        input: dto::DeleteObjectsInput,
    ) -> Result<S3Response<dto::DeleteObjectsOutput>, Refusal> {
        self.check_bucket(&input.bucket)?;
        let dto::Delete { objects, quiet } = input.delete;
        if objects.is_empty() || objects.len() > MOST_OBJECTS {
            return Err(Code::MalformedXML.into());
        }
        let mut output = dto::DeleteObjectsOutput::default();
        for object in objects {
            match self.delete_listed(&input.bucket, &object) {
                Ok(()) if quiet == Some(true) => {}
                Ok(()) => output
                    .deleted
                    .get_or_insert_default()
                    .push(dto::DeletedObject { key: Some(object.key), ..Default::default() }),
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

    fn delete_listed(&self, bucket: &str, object: &dto::ObjectIdentifier) -> Result<(), Refusal> {
        check_version(object.version_id.as_deref())?;
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
        self.store.delete(bucket, &object.key, &|current| match (&object.e_tag, current) {
            (Some(_), None) => Err(Code::NoSuchKey.into()),
            (Some(wanted), Some(current))
                if !matches!(wanted.value(), "*") && wanted.value() != current.etag =>
            {
                Err(Code::PreconditionFailed.into())
            }
            _ => Ok(()),
        })
    }
}

fn check_version(version: Option<&str>) -> Result<(), Refusal> {
    match version {
        None | Some("null") => Ok(()),
        Some(_) => Err(Refusal::new(Code::InvalidArgument).message("Invalid version id specified")),
    }
}

const MOST_OBJECTS: usize = 1000;
/// In bytes.
const LONGEST_KEY: usize = 1024;
