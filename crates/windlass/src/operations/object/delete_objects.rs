//! `DeleteObjects`: deletes up to 1,000 objects in one request.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>

use std::time::SystemTime;

use crate::error::RetryClass;
use crate::operations::Operation;
use crate::operations::shared_setters::has;
use crate::protocol::timestamp::to_http_date;
use crate::protocol::xml::{Element, XmlWriter};
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{ChecksumAlgorithm, ETag, Object, ObjectKey, ResponseInfo, object_key};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Deletes up to 1,000 objects in one request.
    ///
    /// The request can succeed while single keys fail: check [`errors`](DeleteObjectsOutput::errors).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let output = client.delete_objects("photos", ["a.jpg", "b.jpg"]).await?;
    /// for error in &output.errors {
    ///     eprintln!("{}: {}", error.key, error.code);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_objects<I>(&self, bucket: impl Into<String>, objects: I) -> Request<DeleteObjects>
    where
        I: IntoIterator,
        I::Item: Into<ObjectIdentifier>,
    {
        self.request(DeleteObjects::new(bucket, objects.into_iter().map(Into::into).collect()))
    }
}

/// Deletes up to 1,000 objects.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteObjects {
    /// The bucket.
    pub bucket: String,
    /// Deletes the object despite a lock in governance mode; requires `s3:BypassGovernanceRetention`.
    pub bypass_governance_retention: Option<bool>,
    /// The checksum algorithm for the list; the client's setting by default.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The serial number and code of an MFA device, for buckets with MFA delete.
    pub mfa: Option<String>,
    /// The objects to delete.
    pub objects: Vec<ObjectIdentifier>,
    /// Whether the response lists failures only.
    pub quiet: bool,
}

/// An object to delete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectIdentifier {
    /// Only if the object has this entity tag.
    pub etag: Option<ETag>,
    /// The key.
    pub key: String,
    /// Only if the object was last modified at this time; directory buckets only.
    pub last_modified_time: Option<SystemTime>,
    /// Only if the object has this size in bytes; directory buckets only.
    pub size: Option<u64>,
    /// Deletes this version permanently.
    pub version_id: Option<String>,
}

/// The result for each object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteObjectsOutput {
    /// The deleted objects; empty if the request was quiet.
    pub deleted: Vec<DeletedObject>,
    /// The objects that were not deleted, with the errors.
    pub errors: Vec<DeleteError>,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

/// An object that was deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeletedObject {
    /// Whether a delete marker was added or deleted.
    pub delete_marker: Option<bool>,
    /// The version of the delete marker.
    pub delete_marker_version_id: Option<String>,
    /// The key.
    pub key: String,
    /// The version that was deleted.
    pub version_id: Option<String>,
}

/// An object that was not deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeleteError {
    /// The S3 error code; empty if the whole request failed without a code.
    pub code: String,
    /// The key.
    pub key: String,
    /// The message of S3.
    pub message: String,
    /// The version.
    pub version_id: Option<String>,
    /// The error of a request that failed as a whole.
    refusal: Option<Refusal>,
}

/// The error of a whole request, for each of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    operation: &'static str,
    kind: ErrorKind,
    class: Option<RetryClass>,
    status: Option<u16>,
    attempts: u32,
    request_id: Option<String>,
    extended_request_id: Option<String>,
}

/// The maximum number of objects per request.
pub(crate) const MOST_OBJECTS: usize = 1000;

impl DeleteObjects {
    /// Deletes these objects.
    pub fn new(bucket: impl Into<String>, objects: Vec<ObjectIdentifier>) -> Self {
        Self { bucket: bucket.into(), objects, ..Self::default() }
    }

    fn list(&self) -> XmlWriter {
        let mut xml = XmlWriter::new("Delete");
        for object in &self.objects {
            xml.open("Object");
            xml.text("Key", Some(&object.key));
            xml.text("VersionId", object.version_id.as_deref());
            xml.text("ETag", object.etag.as_ref().map(ETag::as_str));
            xml.text("LastModifiedTime", object.last_modified_time.map(to_http_date));
            xml.text("Size", object.size.map(|size| size.to_string()));
            xml.close("Object");
        }
        xml.text("Quiet", self.quiet.then_some("true"));
        xml
    }
}

impl ObjectIdentifier {
    /// The current version of a key.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), ..Self::default() }
    }

    /// Sets the version.
    #[must_use]
    pub fn with_version_id(mut self, version_id: impl Into<String>) -> Self {
        self.version_id = Some(version_id.into());
        self
    }
}

impl From<&str> for ObjectIdentifier {
    fn from(key: &str) -> Self {
        Self::new(key)
    }
}

impl From<String> for ObjectIdentifier {
    fn from(key: String) -> Self {
        Self::new(key)
    }
}

impl From<ObjectKey> for ObjectIdentifier {
    fn from(key: ObjectKey) -> Self {
        Self::new(key.as_str())
    }
}

impl From<Object> for ObjectIdentifier {
    /// The current version of an object in a list.
    fn from(object: Object) -> Self {
        Self::new(object.key)
    }
}

impl DeleteError {
    pub(crate) fn new(code: &str, object: ObjectIdentifier, message: String) -> Self {
        let ObjectIdentifier { key, version_id, .. } = object;
        Self { code: code.to_owned(), key, message, version_id, refusal: None }
    }

    /// The error of a whole request, for one of its objects.
    pub(crate) fn of_request(error: &Error, object: &ObjectIdentifier) -> Self {
        Self {
            code: error.code().unwrap_or_default().to_owned(),
            key: object.key.clone(),
            message: error.full_message(),
            version_id: object.version_id.clone(),
            refusal: Some(Refusal {
                operation: error.operation().unwrap_or(DeleteObjects::NAME),
                kind: error.kind(),
                class: error.retry_class(),
                status: error.status(),
                attempts: error.attempts(),
                request_id: error.request_id().map(str::to_owned),
                extended_request_id: error.extended_request_id().map(str::to_owned),
            }),
        }
    }

    /// Converts the failure to an [`Error`](crate::Error), to match on its kind.
    pub fn to_error(&self, bucket: &str) -> Error {
        let Some(refusal) = &self.refusal else {
            return Error::of_code(&self.code, &self.message)
                .with_operation(DeleteObjects::NAME)
                .with_target(bucket, &self.key);
        };
        let mut error = Error::new(refusal.kind, &self.message)
            .with_retry_class(refusal.class)
            .with_attempts(refusal.attempts)
            .with_request_ids(refusal.request_id.clone(), refusal.extended_request_id.clone())
            .with_operation(refusal.operation)
            .with_target(bucket, &self.key);
        if !self.code.is_empty() {
            error = error.with_code(&self.code);
        }
        match refusal.status {
            Some(status) => error.with_status(status),
            None => error,
        }
    }
}

impl Request<DeleteObjects> {
    /// Deletes the object despite a lock in governance mode; requires `s3:BypassGovernanceRetention`.
    pub fn bypass_governance_retention(self, bypass: bool) -> Self {
        self.set(|operation| operation.bypass_governance_retention = Some(bypass))
    }

    /// Limits the response to failures.
    pub fn quiet(self, quiet: bool) -> Self {
        self.set(|operation| operation.quiet = quiet)
    }
}

has! { DeleteObjects {
    HasChecksumAlgorithm: checksum_algorithm,
    HasMfa: mfa,
} }

impl Operation for DeleteObjects {
    type Output = DeleteObjectsOutput;
    const NAME: &'static str = "DeleteObjects";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::post(Target::Bucket(&self.bucket));
        // The response repeats up to 1,000 keys of 1 KiB, and XML escapes expand a byte up to six times.
        draft.set_largest_response(16 << 20);
        if self.objects.is_empty() || self.objects.len() > MOST_OBJECTS {
            let message =
                format!("one request deletes 1 to {MOST_OBJECTS} objects, not {}", self.objects.len());
            draft.refuse(Error::new(ErrorKind::InvalidArgument, message));
        }
        if let Some(error) = self.objects.iter().find_map(|object| object_key::check(&object.key).err()) {
            draft.refuse(error);
        }
        draft.set_query("delete", Some(""));
        draft.set_header("x-amz-mfa", self.mfa.as_deref());
        draft.set_header(
            "x-amz-bypass-governance-retention",
            self.bypass_governance_retention.map(|bypass| bypass.to_string()),
        );
        draft.set_xml(self.list(), Integrity::required(self.checksum_algorithm.as_ref()));
        draft
    }

    fn parse(&self, response: Response) -> Result<DeleteObjectsOutput> {
        let root = response.xml("DeleteResult")?;
        let text = |element: &Element, name| element.text_of(name).unwrap_or_default();
        let deleted = root.children("Deleted").map(|element| {
            Ok(DeletedObject {
                delete_marker: element.flag_of("DeleteMarker")?,
                delete_marker_version_id: element.text_of("DeleteMarkerVersionId"),
                key: text(element, "Key"),
                version_id: element.text_of("VersionId"),
            })
        });
        let errors = root.children("Error").map(|element| DeleteError {
            code: text(element, "Code"),
            key: text(element, "Key"),
            message: text(element, "Message"),
            version_id: element.text_of("VersionId"),
            refusal: None,
        });
        Ok(DeleteObjectsOutput {
            deleted: deleted.collect::<Result<_>>()?,
            errors: errors.collect(),
            response: ResponseInfo::from_response(&response),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, MockTransport};

    #[tokio::test]
    async fn keys_are_escaped_and_failures_are_listed_by_key() {
        let transport = MockTransport::new();
        transport.response(
            200,
            "<DeleteResult><Deleted><Key>a&amp;b</Key></Deleted><Error><Key>c</Key><Code>AccessDenied</Code>\
             <Message>no</Message></Error></DeleteResult>",
        );
        let output = testing::client(&transport).delete_objects("photos", ["a&b", "c\r<"]).await.unwrap();
        assert_eq!(output.deleted[0].key, "a&b");
        assert_eq!(output.errors[0].to_error("photos").kind(), ErrorKind::AccessDenied);
        let request = &transport.requests()[0];
        assert_eq!(request.method, "POST");
        assert!(request.url.ends_with("/?delete="), "{}", request.url);
        let body = String::from_utf8(request.body.to_vec()).unwrap();
        assert!(body.contains("<Key>a&amp;b</Key>") && body.contains("<Key>c&#xD;&lt;</Key>"), "{body}");
        assert!(!request.header("x-amz-checksum-crc64nvme").is_empty());
    }

    #[tokio::test]
    async fn an_empty_or_too_long_list_is_not_sent() {
        let transport = MockTransport::new();
        for count in [0, 1001] {
            let error =
                testing::client(&transport).delete_objects("photos", vec!["k"; count]).await.unwrap_err();
            assert!(error.message().contains(&format!("not {count}")), "{error}");
        }
        assert!(transport.requests().is_empty());
    }
}
