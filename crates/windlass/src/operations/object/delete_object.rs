//! `DeleteObject`: deletes an object, or adds a delete marker in a versioned bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>

use std::time::SystemTime;

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, HeadObject, Operation, Reconcile};
use crate::protocol::timestamp::to_http_date;
use crate::protocol::{Draft, Response, Target};
use crate::types::{ETag, ResponseInfo};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Deletes one object. Deleting a key that does not exist succeeds.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.delete_object("photos", "cat.jpg").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_object(&self, bucket: impl Into<String>, key: impl Into<String>) -> Request<DeleteObject> {
        self.request(DeleteObject::new(bucket, key))
    }
}

/// Deletes one object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteObject {
    /// The bucket.
    pub bucket: String,
    /// Deletes the object despite a lock in governance mode; requires `s3:BypassGovernanceRetention`.
    pub bypass_governance_retention: Option<bool>,
    /// Only if the object has this entity tag.
    pub if_match: Option<ETag>,
    /// Only if the object was last modified at this time; directory buckets only.
    pub if_match_last_modified_time: Option<SystemTime>,
    /// Only if the object has this size in bytes; directory buckets only.
    pub if_match_size: Option<u64>,
    /// The key.
    pub key: String,
    /// The serial number and code of an MFA device, for buckets with MFA delete.
    pub mfa: Option<String>,
    /// Deletes this version permanently instead of adding a delete marker.
    pub version_id: Option<String>,
}

/// The response to `DeleteObject`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteObjectOutput {
    /// Whether a delete marker was added or deleted.
    pub delete_marker: Option<bool>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The version that was deleted, or the version of the new delete marker.
    pub version_id: Option<String>,
}

impl DeleteObject {
    /// Deletes one object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), ..Self::default() }
    }
}

impl Request<DeleteObject> {
    /// Deletes the object despite a lock in governance mode; requires `s3:BypassGovernanceRetention`.
    pub fn bypass_governance_retention(self, bypass: bool) -> Self {
        self.set(|operation| operation.bypass_governance_retention = Some(bypass))
    }

    /// Deletes the object only if it was last modified at this time; directory buckets only.
    pub fn if_match_last_modified_time(self, time: SystemTime) -> Self {
        self.set(|operation| operation.if_match_last_modified_time = Some(time))
    }

    /// Deletes the object only if it has this size in bytes; directory buckets only.
    pub fn if_match_size(self, size: u64) -> Self {
        self.set(|operation| operation.if_match_size = Some(size))
    }

    /// Deletes this version permanently instead of adding a delete marker.
    pub fn version_id(self, version_id: impl Into<String>) -> Self {
        self.set(|operation| operation.version_id = Some(version_id.into()))
    }
}

has! { DeleteObject {
    HasIfMatch: if_match,
    HasMfa: mfa,
} }

impl Operation for DeleteObject {
    type Output = DeleteObjectOutput;
    const NAME: &'static str = "DeleteObject";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::delete(Target::object(&self.bucket, &self.key));
        draft.set_query("versionId", self.version_id.as_deref());
        draft.set_header("x-amz-mfa", self.mfa.as_deref());
        draft.set_header(
            "x-amz-bypass-governance-retention",
            self.bypass_governance_retention.map(|bypass| bypass.to_string()),
        );
        draft.set_header("if-match", self.if_match.as_ref().map(ETag::to_header));
        draft.set_header(
            "x-amz-if-match-last-modified-time",
            self.if_match_last_modified_time.map(to_http_date),
        );
        draft.set_header("x-amz-if-match-size", self.if_match_size.map(|size| size.to_string()));
        draft
    }

    fn parse(&self, response: Response) -> Result<DeleteObjectOutput> {
        Ok(DeleteObjectOutput {
            delete_marker: response.flag("x-amz-delete-marker"),
            response: ResponseInfo::from_response(&response),
            version_id: response.text("x-amz-version-id"),
        })
    }

    fn reconcile(&self, refusal: &Error) -> Reconcile<DeleteObjectOutput> {
        if refusal.kind() != ErrorKind::InvalidResponse {
            return Reconcile::None;
        }
        let mut look = HeadObject::new(&self.bucket, &self.key);
        look.options.version_id.clone_from(&self.version_id);
        let version_id = self.version_id.clone();
        Reconcile::Gone(Box::new(look), DeleteObjectOutput { version_id, ..DeleteObjectOutput::default() })
    }
}
