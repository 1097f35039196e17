//! `CopyObject`: copies an object of up to 5 GiB within the service.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>

use std::time::SystemTime;

use crate::operations::Operation;
use crate::operations::shared_setters::has;
use crate::protocol::{Draft, Response, Target};
use crate::types::{
    AnnotationDirective, ChecksumAlgorithm, CopySource, ETag, Encryption, MetadataDirective, ObjectChecksums,
    ObjectSettings, ResponseInfo, SourceOptions, TaggingDirective, WriteConditions,
};
use crate::{Client, Request, Result};

impl Client {
    /// Copies an object of up to 5 GiB within the service; nothing is downloaded.
    ///
    /// Metadata and tags are copied unless a directive says otherwise.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::types::CopySource;
    ///
    /// client.copy_object(CopySource::new("photos", "cat.jpg"), "archive", "2026/cat.jpg").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn copy_object(
        &self,
        source: CopySource,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Request<CopyObject> {
        self.request(CopyObject::new(source, bucket, key))
    }
}

/// Copies an object within the service.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CopyObject {
    /// Whether annotations are copied.
    pub annotation_directive: Option<AnnotationDirective>,
    /// The target's bucket.
    pub bucket: String,
    /// The algorithm of the checksum that S3 computes for the copy.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// Conditions on the target.
    pub conditions: WriteConditions,
    /// The target's key.
    pub key: String,
    /// Whether the metadata comes from the source or from `settings`.
    pub metadata_directive: Option<MetadataDirective>,
    /// The settings of the copy.
    pub settings: ObjectSettings,
    /// The source object.
    pub source: CopySource,
    /// Conditions on the source and its encryption key.
    pub source_options: SourceOptions,
    /// Whether the tags come from the source or from `settings`.
    pub tagging_directive: Option<TaggingDirective>,
}

/// The response to `CopyObject`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CopyObjectOutput {
    /// The checksums of the copy.
    pub checksums: ObjectChecksums,
    /// The version of the source that was copied.
    pub copy_source_version_id: Option<String>,
    /// The encryption of the copy at rest.
    pub encryption: Encryption,
    /// The entity tag of the copy.
    pub etag: Option<ETag>,
    /// The expiration date of the copy and its lifecycle rule.
    pub expiration: Option<String>,
    /// The time at which the copy was created.
    pub last_modified: Option<SystemTime>,
    /// The value of `last_modified` on the wire, if it is not a valid date.
    pub last_modified_string: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The version of the copy.
    pub version_id: Option<String>,
}

impl CopyObject {
    /// Copies `source` to a key.
    pub fn new(source: CopySource, bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            annotation_directive: None,
            bucket: bucket.into(),
            checksum_algorithm: None,
            conditions: WriteConditions::default(),
            key: key.into(),
            metadata_directive: None,
            settings: ObjectSettings::default(),
            source,
            source_options: SourceOptions::default(),
            tagging_directive: None,
        }
    }
}

impl Request<CopyObject> {
    /// Sets whether annotations are copied.
    pub fn annotation_directive(self, directive: impl Into<AnnotationDirective>) -> Self {
        self.set(|operation| operation.annotation_directive = Some(directive.into()))
    }

    /// Sets whether the metadata comes from the source or from this request.
    pub fn metadata_directive(self, directive: impl Into<MetadataDirective>) -> Self {
        self.set(|operation| operation.metadata_directive = Some(directive.into()))
    }

    /// Sets whether the tags come from the source or from this request.
    pub fn tagging_directive(self, directive: impl Into<TaggingDirective>) -> Self {
        self.set(|operation| operation.tagging_directive = Some(directive.into()))
    }
}

has! { CopyObject {
    HasChecksumAlgorithm: checksum_algorithm,
    HasIfMatch: conditions.if_match,
    HasIfNoneMatch: conditions.if_none_match,
    HasObjectSettings: settings,
    HasSourceOptions: source_options,
} }

impl Operation for CopyObject {
    type Output = CopyObjectOutput;
    const NAME: &'static str = "CopyObject";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::object(&self.bucket, &self.key));
        self.conditions.write(&mut draft);
        self.settings.write(&mut draft);
        self.source.write(&mut draft);
        self.source_options.write(&mut draft);
        let algorithm = self.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str);
        draft.set_header("x-amz-checksum-algorithm", algorithm);
        let metadata = self.metadata_directive.as_ref().map(MetadataDirective::as_str);
        draft.set_header("x-amz-metadata-directive", metadata);
        let tagging = self.tagging_directive.as_ref().map(TaggingDirective::as_str);
        draft.set_header("x-amz-tagging-directive", tagging);
        let annotations = self.annotation_directive.as_ref().map(AnnotationDirective::as_str);
        draft.set_header("x-amz-object-annotation-directive", annotations);
        draft
    }

    fn parse(&self, response: Response) -> Result<CopyObjectOutput> {
        let result = response.xml_that_has("CopyObjectResult", "ETag")?;
        let (last_modified, last_modified_string) = result.time_of("LastModified");
        Ok(CopyObjectOutput {
            checksums: result.checksums(),
            copy_source_version_id: response.text("x-amz-copy-source-version-id"),
            encryption: Encryption::from_response(&response),
            etag: result.etag(),
            expiration: response.text("x-amz-expiration"),
            last_modified,
            last_modified_string,
            response: ResponseInfo::from_response(&response),
            version_id: response.text("x-amz-version-id"),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::ErrorKind;
    use crate::testing::{self, MockTransport};
    use crate::types::CopySource;

    const RESULT: &str = "<CopyObjectResult><LastModified>2009-10-28T22:32:00Z</LastModified>\
        <ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag></CopyObjectResult>";

    #[tokio::test]
    async fn a_copy_sends_its_source_and_parses_the_result() {
        let transport = MockTransport::new();
        transport.response(200, RESULT);
        let client = testing::client(&transport);
        let source = CopySource::new("photos", "a b+ü").with_version_id("v1");
        let output = client.copy_object(source, "archive", "k").metadata_directive("REPLACE").await.unwrap();
        assert_eq!(output.etag.unwrap().value(), "9b2cf535f27731c974343645a3985328");
        let request = &transport.requests()[0];
        assert_eq!(request.header("x-amz-copy-source"), "photos/a%20b%2B%C3%BC?versionId=v1");
        assert_eq!(request.header("content-length"), "0");
    }

    #[tokio::test]
    async fn an_error_in_a_200_is_retried_and_then_returned() {
        let transport = MockTransport::new();
        transport
            .response(200, "  <Error><Code>InternalError</Code><Message>m</Message></Error>")
            .repeat_last();
        let client = testing::client(&transport);
        let error = client.copy_object(CopySource::new("a-bucket", "k"), "b-bucket", "k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InternalError);
        assert_eq!((error.attempts(), transport.requests().len()), (3, 3));
    }

    #[tokio::test]
    async fn a_truncated_response_is_not_a_result() {
        let transport = MockTransport::new();
        transport.response(200, "<CopyObjectResult><ETag>").response(200, "").response(200, RESULT);
        let client = testing::client(&transport);
        client.copy_object(CopySource::new("a-bucket", "k"), "b-bucket", "k").await.unwrap();
        assert_eq!(transport.requests().len(), 3);
    }
}
