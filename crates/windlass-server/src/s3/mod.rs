//! S3 semantics on top of a store. s3s parses requests into typed inputs and serializes the outputs. Where
//! its types lack members that S3 has, the operation uses the raw request. Operations of s3s that are missing
//! here are never called (see `operation.rs`).

mod attributes;
mod buckets;
mod checksums;
mod conditions;
mod configurations;
mod copy;
mod delete;
mod document;
mod encryption;
mod get;
mod hasher;
mod list;
mod list_versions;
mod locks;
mod multipart;
mod post;
mod put;
mod range;
mod request;
mod restore;
mod schema;
mod settings;
mod tagging;
mod upload;
mod verified;
mod versions;
mod walk;

use std::sync::Arc;

use http::{HeaderMap, Response};
use s3s::dto;
use s3s::{Body, S3, S3Request, S3Response, S3Result};

use self::request::Request;

use crate::clock::Clock;
use crate::refusal::{Code, Refusal};
use crate::store::Store;
use crate::{date, operation};
pub(crate) use verified::Verified;

/// The only account, which owns everything on this server.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The canonical user id of the account, as in listings.
const OWNER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

/// The operations on one store.
#[derive(Clone)]
pub(crate) struct Operations {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) region: String,
}

impl Operations {
    /// Returns milliseconds since 1970.
    fn now(&self) -> i64 {
        date::milliseconds(self.clock.now())
    }

    /// Handles operations that bypass the types of s3s.
    async fn answer(&self, request: Request) -> Result<Response<Body>, Refusal> {
        match request.route.operation.as_str() {
            "CompleteMultipartUpload" => self.complete_upload(&request).await,
            "CopyObject" => self.copy(&request).await,
            "DeleteBucketTagging" => self.delete_bucket_tags(&request),
            "DeleteObjectTagging" => self.delete_object_tags(&request),
            "GetBucketTagging" => self.get_bucket_tags(&request),
            "GetBucketVersioning" => self.get_versioning(&request),
            "GetObjectAttributes" => self.attributes(&request),
            "GetObjectLegalHold" => self.get_legal_hold(&request),
            "GetObjectLockConfiguration" => self.get_lock_configuration(&request),
            "GetObjectRetention" => self.get_retention(&request),
            "GetObjectTagging" => self.get_object_tags(&request),
            "ListObjectVersions" => self.list_versions(&request),
            "ListParts" => self.list_parts(&request),
            "PutBucketTagging" => self.put_bucket_tags(&request),
            "PutBucketVersioning" => self.put_versioning(&request),
            "PutObjectLegalHold" => self.put_legal_hold(&request),
            "PutObjectRetention" => self.put_retention(&request),
            "PutObjectTagging" => self.put_object_tags(&request),
            "RestoreObject" => self.restore(&request),
            "UploadPartCopy" => self.upload_part_copy(&request).await,
            name if operation::is_configuration(name) => {
                let kind = configurations::Kind::of(&request.route.query).ok_or(Code::InternalError)?;
                self.configuration(kind, &request)
            }
            name => Err(Refusal::new(Code::NotImplemented).message(format!("{name} is not implemented"))),
        }
    }

    fn check_bucket(&self, bucket: &str) -> Result<(), Refusal> {
        match self.store.bucket(bucket) {
            Some(_) => Ok(()),
            None => Err(Refusal::new(Code::NoSuchBucket).detail("BucketName", bucket)),
        }
    }
}

/// Returns the headers as sent. s3s receives fewer: see [`Verified`].
fn sent_headers<T>(request: &S3Request<T>) -> &HeaderMap {
    request.extensions.get::<verified::SentHeaders>().map_or(&request.headers, |sent| &sent.0)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

/// Formats an `ETag` for documents and headers.
fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

fn etag(value: &str) -> dto::ETag {
    dto::ETag::Strong(value.to_owned())
}

fn timestamp(milliseconds: i64) -> dto::Timestamp {
    date::system_time(milliseconds).into()
}

fn owner() -> dto::Owner {
    dto::Owner { display_name: None, id: Some(OWNER.to_owned()) }
}

#[async_trait::async_trait]
impl S3 for Operations {
    async fn abort_multipart_upload(
        &self,
        request: S3Request<dto::AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::AbortMultipartUploadOutput>> {
        Ok(self.abort_upload(&request)?)
    }

    async fn create_bucket(
        &self,
        request: S3Request<dto::CreateBucketInput>,
    ) -> S3Result<S3Response<dto::CreateBucketOutput>> {
        Ok(self.create(&request.input)?)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<dto::CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::CreateMultipartUploadOutput>> {
        Ok(self.create_upload(request)?)
    }

    async fn delete_bucket(
        &self,
        request: S3Request<dto::DeleteBucketInput>,
    ) -> S3Result<S3Response<dto::DeleteBucketOutput>> {
        self.store.delete_bucket(&request.input.bucket)?;
        Ok(S3Response::with_status(dto::DeleteBucketOutput::default(), http::StatusCode::NO_CONTENT))
    }

    async fn delete_object(
        &self,
        request: S3Request<dto::DeleteObjectInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectOutput>> {
        Ok(self.delete_one(&request)?)
    }

    async fn delete_objects(
        &self,
        request: S3Request<dto::DeleteObjectsInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectsOutput>> {
        Ok(self.delete_many(request)?)
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<dto::GetBucketLocationInput>,
    ) -> S3Result<S3Response<dto::GetBucketLocationOutput>> {
        Ok(self.location(&request.input.bucket)?)
    }

    async fn get_object(
        &self,
        request: S3Request<dto::GetObjectInput>,
    ) -> S3Result<S3Response<dto::GetObjectOutput>> {
        Ok(self.get(&request).await?)
    }

    async fn head_bucket(
        &self,
        request: S3Request<dto::HeadBucketInput>,
    ) -> S3Result<S3Response<dto::HeadBucketOutput>> {
        Ok(self.head_of_bucket(&request.input.bucket)?)
    }

    async fn head_object(
        &self,
        request: S3Request<dto::HeadObjectInput>,
    ) -> S3Result<S3Response<dto::HeadObjectOutput>> {
        Ok(self.head(&request)?)
    }

    async fn list_buckets(
        &self,
        request: S3Request<dto::ListBucketsInput>,
    ) -> S3Result<S3Response<dto::ListBucketsOutput>> {
        Ok(self.all_buckets(request.input)?)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<dto::ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<dto::ListMultipartUploadsOutput>> {
        Ok(self.list_uploads(request.input)?)
    }

    async fn list_objects(
        &self,
        request: S3Request<dto::ListObjectsInput>,
    ) -> S3Result<S3Response<dto::ListObjectsOutput>> {
        Ok(self.list_first_version(request.input)?)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<dto::ListObjectsV2Input>,
    ) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
        Ok(self.list_second_version(request.input)?)
    }

    async fn put_object(
        &self,
        request: S3Request<dto::PutObjectInput>,
    ) -> S3Result<S3Response<dto::PutObjectOutput>> {
        Ok(self.put(request).await?)
    }

    async fn upload_part(
        &self,
        request: S3Request<dto::UploadPartInput>,
    ) -> S3Result<S3Response<dto::UploadPartOutput>> {
        Ok(self.upload_part(request).await?)
    }
}
