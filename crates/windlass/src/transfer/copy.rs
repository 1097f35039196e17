//! Copies of objects of any size within S3: in one request up to S3's limit, else in parts.

use std::ops::Range;

use super::UploadOutput;
use super::builder::{Transfer, TransferOperation};
use super::in_flight::{Arrived, Part};
use super::parts::{Parts, is_of_the_whole};
use super::plan::{LARGEST_PART, part_size, sections};
use super::presence;
use crate::operations::{
    CopyObject, GetObjectTagging, HeadObject, Operation as _, PutObject, UploadPartCopy,
};
use crate::ports::{BoxFuture, Warning};
use crate::types::{
    ByteRange, ChecksumType, MetadataDirective, ObjectHead, ObjectSettings, Tag, TaggingDirective,
    WriteConditions,
};
use crate::{Body, Client, Error, ErrorKind, Request, Result};

impl Request<CopyObject> {
    /// Copies an object of any size. Objects above the limit for one request are copied in parts.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::types::CopySource;
    ///
    /// let source = CopySource::new("films", "long.mp4");
    /// let copied = client.copy_object(source, "archive", "long.mp4").in_parts().await?;
    /// println!("{} bytes in {} parts", copied.size, copied.parts);
    /// # Ok(())
    /// # }
    /// ```
    pub fn in_parts(self) -> ObjectCopy {
        Transfer::new(self)
    }
}

/// A copy that has not started: `.await` it.
///
/// A HEAD of the source precedes the copy. A copy in parts has the same result as a copy in one request: metadata and
/// tags are copied unless they are replaced; access control, locks and the storage class are not. All parts come from
/// the same content, and S3 verifies the whole if it has a checksum of the source.
pub type ObjectCopy = Transfer<CopyObject>;

/// The part size of copies above the limit for one request.
const PART_SIZE: u64 = 256 << 20;

impl TransferOperation for CopyObject {
    fn write_conditions(&mut self) -> &mut WriteConditions {
        &mut self.conditions
    }

    fn transfer(transfer: ObjectCopy) -> BoxFuture<'static, Result<UploadOutput>> {
        Box::pin(transfer.copy())
    }
}

impl ObjectCopy {
    async fn copy(mut self) -> Result<UploadOutput> {
        let head = self.at_source().send(self.head()).await?;
        let length = head.content_length.unwrap_or_default();
        // Copy exactly the object that HEAD returned.
        let version = &mut self.operation.source.version_id;
        *version = version.take().or_else(|| head.version_id.clone());
        let if_match = &mut self.operation.source_options.conditions.if_match;
        *if_match = if_match.take().or_else(|| head.etag.clone());
        let size =
            part_size(length, self.part_size.unwrap_or(PART_SIZE), self.client.service_profile().most_parts)?;
        if length <= self.part_size.map_or(LARGEST_PART, |_| size) {
            return self.in_one(length).await;
        }
        let object = self.target(&head).await?;
        if self.keep {
            presence::refuse_existing(&self.client, &object).await?;
        }
        let parts = Parts::begin(&self.client, &object).await?;
        let copies =
            (1..).zip(sections(length, size)).map(|(number, range)| self.copy_part(&parts, number, range));
        let sent = Box::pin(parts.side_by_side(&self.client, self.concurrency, &self.progress, copies)).await;
        parts.end(&self.client, &object, sent, self.keep).await
    }

    /// The client for requests to the source, whose bucket may have another owner.
    fn at_source(&self) -> Client {
        let owner = self.operation.source_options.expected_bucket_owner.as_deref();
        self.client.expecting_bucket_owner(owner)
    }

    fn head(&self) -> HeadObject {
        let CopyObject { source, source_options, .. } = &self.operation;
        let mut head = HeadObject::new(&source.bucket, &source.key);
        head.options.checksum_mode = true;
        head.options.conditions = source_options.conditions.clone();
        head.options.customer_key.clone_from(&source_options.customer_key);
        head.options.version_id.clone_from(&source.version_id);
        head
    }

    async fn in_one(self, size: u64) -> Result<UploadOutput> {
        if self.keep && !self.client.service_profile().conditions.copy {
            let mut target = PutObject::new(&self.operation.bucket, &self.operation.key, Body::empty());
            target.settings.customer_key.clone_from(&self.operation.settings.customer_key);
            presence::refuse_existing(&self.client, &target).await?;
        }
        let copied = self.client.send(self.operation).await?;
        self.progress.tell(size);
        Ok(UploadOutput {
            checksums: copied.checksums,
            etag: copied.etag,
            parts: 0,
            response: copied.response,
            size,
            version_id: copied.version_id,
            whole_unverified: false,
        })
    }

    /// The settings of the new object, for a multipart upload.
    async fn target(&self, head: &ObjectHead) -> Result<PutObject> {
        let copy = &self.operation;
        let refuse = |what: &str| {
            Error::new(ErrorKind::InvalidArgument, format!("a copy in parts cannot include {what}"))
                .with_operation("CreateMultipartUpload")
                .with_target(&copy.bucket, &copy.key)
        };
        if copy.annotation_directive.is_some() {
            return Err(refuse("annotations"));
        }
        let mut object = PutObject::new(&copy.bucket, &copy.key, Body::empty());
        object.conditions = copy.conditions.clone();
        object.settings = copy.settings.clone();
        if copy.metadata_directive != Some(MetadataDirective::Replace) {
            if head.missing_meta.is_some_and(|number| number > 0) {
                return Err(refuse("metadata that does not fit into a header"));
            }
            take_metadata(&mut object.settings, head);
        }
        if copy.tagging_directive != Some(TaggingDirective::Replace) {
            object.settings.tagging = self.tags().await?;
        }
        object.checksum_algorithm.clone_from(&copy.checksum_algorithm);
        if let (None, Some((algorithm, value))) = (&copy.checksum_algorithm, head.checksums.iter().next()) {
            object.checksum_algorithm = Some(algorithm.clone());
            if head.checksums.checksum_type == Some(ChecksumType::FullObject) && is_of_the_whole(algorithm) {
                // S3 compares it with the checksum of the copy and fails if they differ.
                object.checksums.set(algorithm.clone(), value);
            }
        }
        Ok(object)
    }

    /// The tags of the source in the form of a header.
    async fn tags(&self) -> Result<Option<String>> {
        let source = &self.operation.source;
        let mut operation = GetObjectTagging::new(&source.bucket, &source.key);
        operation.version_id.clone_from(&source.version_id);
        match self.at_source().send(operation).await {
            Ok(output) => {
                let mut query = String::new();
                output.tags.iter().for_each(|tag: &Tag| tag.push_query(&mut query));
                Ok((!query.is_empty()).then_some(query))
            }
            Err(error) if cannot_be_read(&self.client, &error) => {
                let warning = Warning::TagsNotRead { reason: error.to_string() };
                self.client.warn(CopyObject::NAME, &self.operation.bucket, &self.operation.key, &warning);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn copy_part(&self, parts: &Parts, number: u32, range: Range<u64>) -> Part {
        let copy = &self.operation;
        let length = range.end - range.start;
        let source = copy.source.clone();
        let mut part = UploadPartCopy::new(source, &copy.bucket, &copy.key, &parts.upload_id, number);
        part.customer_key.clone_from(&copy.settings.customer_key);
        part.range = Some(ByteRange::from(range));
        part.source_options = copy.source_options.clone();
        let client = self.client.clone();
        let sending = Box::pin(async move {
            let part = client.send(part).await?.completed(number);
            Ok(Arrived { part, confirmed: false })
        });
        Part { number, length, sending }
    }
}

/// Whether the service has no tags, according to its response or its profile. On AWS only the response counts.
fn cannot_be_read(client: &Client, error: &Error) -> bool {
    match error.kind() {
        ErrorKind::NotImplemented => true,
        ErrorKind::InvalidArgument | ErrorKind::InvalidResponse => !client.service_profile().is_aws(),
        _ => error.status() == Some(405) && !client.service_profile().is_aws(),
    }
}

/// The settings that CopyObject copies from its source.
fn take_metadata(settings: &mut ObjectSettings, head: &ObjectHead) {
    settings.cache_control.clone_from(&head.cache_control);
    settings.content_disposition.clone_from(&head.content_disposition);
    settings.content_encoding.clone_from(&head.content_encoding);
    settings.content_language.clone_from(&head.content_language);
    settings.content_type.clone_from(&head.content_type);
    settings.expires = None;
    settings.expires_string.clone_from(&head.expires_string);
    settings.metadata.clone_from(&head.metadata);
}
