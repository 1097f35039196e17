//! `CompleteMultipartUpload`: assembles the parts of an upload into an object.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>

use super::Part;
use super::naming::{MOST_PARTS, check_part_number, name_upload};
use crate::operations::shared_setters::has;
use crate::operations::{HeadObject, Operation, Reconcile, Reconciled, SentBody};
use crate::protocol::xml::XmlWriter;
use crate::protocol::{Draft, Integrity, Response, Target, checksum};
use crate::types::{
    ChecksumType, CustomerKey, ETag, Encryption, ObjectChecksums, ObjectHead, ResponseInfo, WriteConditions,
};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Assembles the parts of an upload into an object.
    ///
    /// `parts` are in ascending order, each with its entity tag, and with its checksum if the upload has one:
    /// [`UploadPartOutput::completed`](super::UploadPartOutput::completed) returns both. S3 discards parts that are not
    /// listed.
    pub fn complete_multipart_upload<I>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        parts: I,
    ) -> Request<CompleteMultipartUpload>
    where
        I: IntoIterator,
        I::Item: Into<CompletedPart>,
    {
        let parts = parts.into_iter().map(Into::into).collect();
        self.request(CompleteMultipartUpload::new(bucket, key, upload_id, parts))
    }
}

/// Assembles the parts of an upload into an object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CompleteMultipartUpload {
    /// The bucket.
    pub bucket: String,
    /// The expected checksums of the whole object; their type is in `checksum_type`.
    pub checksums: ObjectChecksums,
    /// Conditions on the existing object.
    pub conditions: WriteConditions,
    /// The customer's encryption key (SSE-C); the same as at the start of the upload.
    pub customer_key: Option<CustomerKey>,
    /// The key.
    pub key: String,
    /// The expected total size of all parts in bytes.
    pub mpu_object_size: Option<u64>,
    /// The parts, in ascending order.
    pub parts: Vec<CompletedPart>,
    /// The upload.
    pub upload_id: String,
}

/// An entry of the list of parts that completes an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompletedPart {
    /// The part's checksums; S3 requires and compares the algorithm that the upload declared.
    pub checksums: ObjectChecksums,
    /// The part's entity tag.
    pub etag: Option<ETag>,
    /// The part number, 1 to 10,000.
    pub part_number: u32,
}

/// The response to `CompleteMultipartUpload`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CompleteMultipartUploadOutput {
    /// The bucket.
    pub bucket: Option<String>,
    /// The checksums of the object.
    pub checksums: ObjectChecksums,
    /// The encryption of the object at rest.
    pub encryption: Encryption,
    /// The entity tag of the object.
    pub etag: Option<ETag>,
    /// The expiration date of the object and its lifecycle rule.
    pub expiration: Option<String>,
    /// The key.
    pub key: Option<String>,
    /// The URL of the object.
    pub location: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The version that was written.
    pub version_id: Option<String>,
}

impl CompleteMultipartUpload {
    /// Completes the upload with these parts.
    pub fn new(
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        parts: Vec<CompletedPart>,
    ) -> Self {
        Self { bucket: bucket.into(), key: key.into(), upload_id: upload_id.into(), parts, ..Self::default() }
    }

    fn check_parts(&self) -> Result<()> {
        if self.parts.is_empty() || self.parts.len() > MOST_PARTS as usize {
            let message = format!("an upload has 1 to {MOST_PARTS} parts, not {}", self.parts.len());
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let mut before = 0;
        for part in &self.parts {
            check_part_number(part.part_number)?;
            if part.part_number <= before {
                let message = format!(
                    "part {} follows part {before}: list each part once, in ascending order",
                    part.part_number
                );
                return Err(Error::new(ErrorKind::InvalidPartOrder, message));
            }
            before = part.part_number;
        }
        Ok(())
    }

    /// Whether `found` consists of these parts. None if this cannot be decided.
    fn is_content_of(&self, found: &ObjectHead, sent: &SentBody) -> Option<bool> {
        if self.mpu_object_size.is_some() && found.content_length != self.mpu_object_size {
            return Some(false);
        }
        let mut stated = self
            .checksums
            .iter()
            .filter_map(|(algorithm, value)| Some((algorithm, value, found.checksums.get(algorithm)?)))
            // Checksums of the content and composite checksums cannot be compared.
            .filter(|(algorithm, value, kept)| {
                let is_composite = found.checksums.is_composite(kept);
                is_composite == self.checksums.is_composite(value)
                    && (is_composite || checksum::fits(algorithm, kept))
            })
            .map(|(_, value, kept)| kept == value);
        if let Some(same) = stated.next() {
            return Some(same);
        }
        let tags: Option<Vec<&ETag>> = self.parts.iter().map(|part| part.etag.as_ref()).collect();
        let by_length = (sent.length_suffices && self.mpu_object_size.is_some()).then_some(true);
        let Some(expected) = tags.and_then(checksum::multipart_etag) else { return by_length };
        // An entity tag in another form is not comparable.
        match found.etag.as_ref().filter(|tag| tag.value().len() == expected.value().len()) {
            Some(found) => Some(*found == expected),
            None => by_length,
        }
    }

    fn list(&self) -> XmlWriter {
        let mut xml = XmlWriter::new("CompleteMultipartUpload");
        for part in &self.parts {
            xml.open("Part");
            xml.text("ETag", part.etag.as_ref().map(ETag::as_str));
            xml.checksums(&part.checksums);
            xml.text("PartNumber", Some(part.part_number.to_string()));
            xml.close("Part");
        }
        xml
    }
}

impl CompletedPart {
    /// A part with its entity tag.
    pub fn new(part_number: u32, etag: impl Into<ETag>) -> Self {
        Self { part_number, etag: Some(etag.into()), ..Self::default() }
    }

    /// Adds the part's checksums.
    #[must_use]
    pub fn with_checksums(mut self, checksums: ObjectChecksums) -> Self {
        self.checksums = checksums;
        self
    }
}

impl From<Part> for CompletedPart {
    /// Converts an entry of the list of an upload's parts.
    fn from(part: Part) -> Self {
        Self { checksums: part.checksums, etag: part.etag, part_number: part.part_number }
    }
}

impl Request<CompleteMultipartUpload> {
    /// Sets the type of the object's checksum; the same as at the start of the upload.
    pub fn checksum_type(self, checksum_type: impl Into<ChecksumType>) -> Self {
        self.set(|operation| operation.checksums.checksum_type = Some(checksum_type.into()))
    }

    /// Sets the expected total size of all parts in bytes.
    pub fn mpu_object_size(self, size: u64) -> Self {
        self.set(|operation| operation.mpu_object_size = Some(size))
    }
}

has! { CompleteMultipartUpload {
    HasContentChecksum: checksums,
    HasCustomerKey: customer_key,
    HasIfMatch: conditions.if_match,
    HasIfNoneMatch: conditions.if_none_match,
} }

impl Operation for CompleteMultipartUpload {
    type Output = CompleteMultipartUploadOutput;
    const NAME: &'static str = "CompleteMultipartUpload";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::post(Target::object(&self.bucket, &self.key));
        if let Err(error) = self.check_parts() {
            draft.refuse(error);
        }
        name_upload(&mut draft, &self.upload_id);
        self.conditions.write(&mut draft);
        if let Some(key) = &self.customer_key {
            key.write(&mut draft);
        }
        draft.set_checksums(&self.checksums);
        let checksum_type = self.checksums.checksum_type.as_ref().map(ChecksumType::as_str);
        draft.set_header("x-amz-checksum-type", checksum_type);
        draft.set_header("x-amz-mp-object-size", self.mpu_object_size.map(|size| size.to_string()));
        // Checksum headers of this request apply to the object, not to the request body.
        draft.set_xml(self.list(), Integrity::None);
        draft
    }

    fn parse(&self, response: Response) -> Result<CompleteMultipartUploadOutput> {
        let result = response.xml_that_has("CompleteMultipartUploadResult", "ETag")?;
        Ok(CompleteMultipartUploadOutput {
            bucket: result.text_of("Bucket"),
            checksums: result.checksums(),
            encryption: Encryption::from_response(&response),
            etag: result.etag(),
            expiration: response.text("x-amz-expiration"),
            key: result.text_of("Key"),
            location: result.text_of("Location"),
            response: ResponseInfo::from_response(&response),
            version_id: response.text("x-amz-version-id"),
        })
    }

    fn reconcile(&self, refusal: &Error) -> Reconcile<CompleteMultipartUploadOutput> {
        let explained = match refusal.kind() {
            ErrorKind::InvalidResponse | ErrorKind::UploadNotFound => true,
            ErrorKind::PreconditionFailed => !self.conditions.is_empty(),
            _ => false,
        };
        if !explained {
            return Reconcile::None;
        }
        let mut look = HeadObject::new(&self.bucket, &self.key);
        look.options.checksum_mode = true;
        look.options.customer_key.clone_from(&self.customer_key);
        Reconcile::Look(Box::new(look))
    }

    fn reconcile_with(
        &self,
        found: ObjectHead,
        sent: &SentBody,
    ) -> Reconciled<CompleteMultipartUploadOutput> {
        match self.is_content_of(&found, sent) {
            None => Reconciled::Unclear,
            Some(false) => Reconciled::Foreign,
            Some(true) => Reconciled::Own(CompleteMultipartUploadOutput {
                bucket: Some(self.bucket.clone()),
                checksums: found.checksums,
                encryption: found.encryption,
                etag: found.etag,
                expiration: found.expiration,
                key: Some(self.key.clone()),
                location: None,
                response: found.response,
                version_id: found.version_id,
            }),
        }
    }
}
