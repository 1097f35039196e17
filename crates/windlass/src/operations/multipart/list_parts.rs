//! `ListParts`: lists the uploaded parts of an upload.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html>

use std::borrow::Cow;
use std::time::SystemTime;

use super::naming::name_upload;
use crate::operations::shared_setters::has;
use crate::operations::{Operation, Paginated, next_page};
use crate::protocol::list_root::ListRoot;
use crate::protocol::xml::Element;
use crate::protocol::{Draft, Response, Target};
use crate::types::{
    ChecksumAlgorithm, ChecksumType, CustomerKey, ETag, ObjectChecksums, Owner, ResponseInfo, StorageClass,
};
use crate::{Client, Request, Result};

impl Client {
    /// Lists the uploaded parts of an upload.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client, upload_id: &str) -> windlass::Result<()> {
    /// let mut parts = client.list_parts("films", "cat.mp4", upload_id).items();
    /// while let Some(part) = parts.try_next().await? {
    ///     println!("{}: {:?} bytes", part.part_number, part.size);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_parts(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> Request<ListParts> {
        self.request(ListParts::new(bucket, key, upload_id))
    }
}

/// Lists the uploaded parts of an upload.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListParts {
    /// The bucket.
    pub bucket: String,
    /// The customer's encryption key (SSE-C); the same as at the start of the upload.
    pub customer_key: Option<CustomerKey>,
    /// The key.
    pub key: String,
    /// The maximum number of parts per page, up to 1,000.
    pub max_parts: Option<u32>,
    /// Only parts after this number.
    pub part_number_marker: Option<u32>,
    /// The upload.
    pub upload_id: String,
}

/// A page of parts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListPartsOutput {
    /// The time at which a lifecycle rule aborts the upload.
    pub abort_date: Option<SystemTime>,
    /// The value of `abort_date` on the wire, if it is not a valid date.
    pub abort_date_string: Option<String>,
    /// The lifecycle rule that aborts the upload.
    pub abort_rule_id: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The checksum algorithm of the parts.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The scope of the object's checksum.
    pub checksum_type: Option<ChecksumType>,
    /// The account that started the upload.
    pub initiator: Option<Owner>,
    /// Whether more parts follow.
    pub is_truncated: Option<bool>,
    /// The key.
    pub key: Option<String>,
    /// The maximum number of parts per page.
    pub max_parts: Option<u32>,
    /// The last part number of this page, if more parts follow.
    pub next_part_number_marker: Option<u32>,
    /// The owner of the target object.
    pub owner: Option<Owner>,
    /// The part number after which this page starts.
    pub part_number_marker: Option<u32>,
    /// The parts.
    pub parts: Vec<Part>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The storage class of the target object.
    pub storage_class: Option<StorageClass>,
    /// The upload.
    pub upload_id: Option<String>,
}

/// An uploaded part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The part's checksums.
    pub checksums: ObjectChecksums,
    /// The part's entity tag.
    pub etag: Option<ETag>,
    /// The time at which the part was uploaded.
    pub last_modified: Option<SystemTime>,
    /// The value of `last_modified` on the wire, if it is not a valid date.
    pub last_modified_string: Option<String>,
    /// The part number.
    pub part_number: u32,
    /// The size in bytes.
    pub size: Option<u64>,
}

impl ListParts {
    /// Lists all parts of an upload.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, upload_id: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), upload_id: upload_id.into(), ..Self::default() }
    }
}

impl Request<ListParts> {
    /// Limits the number of parts per page, up to 1,000.
    pub fn max_parts(self, number: u32) -> Self {
        self.set(|operation| operation.max_parts = Some(number))
    }

    /// Lists only parts after this number.
    pub fn part_number_marker(self, number: u32) -> Self {
        self.set(|operation| operation.part_number_marker = Some(number))
    }
}

has! { ListParts {
    HasCustomerKey: customer_key,
} }

impl Operation for ListParts {
    type Output = ListPartsOutput;
    const NAME: &'static str = "ListParts";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::object(&self.bucket, &self.key));
        // A page has up to 1,000 parts, each with several checksums.
        draft.set_largest_response(16 << 20);
        draft.set_query("max-parts", self.max_parts.map(|number| number.to_string()));
        draft.set_query("part-number-marker", self.part_number_marker.map(|number| number.to_string()));
        name_upload(&mut draft, &self.upload_id);
        if let Some(key) = &self.customer_key {
            key.write(&mut draft);
        }
        draft
    }

    fn parse(&self, response: Response) -> Result<ListPartsOutput> {
        let root = response.xml_list(ListRoot::PARTS)?;
        let (abort_date, abort_date_string) = response.time("x-amz-abort-date");
        Ok(ListPartsOutput {
            abort_date,
            abort_date_string,
            abort_rule_id: response.text("x-amz-abort-rule-id"),
            bucket: root.text_of("Bucket"),
            checksum_algorithm: root.word_of("ChecksumAlgorithm"),
            checksum_type: root.word_of("ChecksumType"),
            initiator: root.child("Initiator").map(Owner::from_element),
            is_truncated: root.flag_of("IsTruncated")?,
            key: root.text_of("Key"),
            max_parts: root.echoed("MaxParts"),
            next_part_number_marker: root.echoed("NextPartNumberMarker"),
            owner: root.child("Owner").map(Owner::from_element),
            part_number_marker: root.echoed("PartNumberMarker"),
            parts: root.children("Part").map(Part::from_element).collect::<Result<_>>()?,
            response: ResponseInfo::from_response(&response),
            storage_class: root.word_of("StorageClass"),
            upload_id: root.text_of("UploadId"),
        })
    }
}

impl Paginated for ListParts {
    type Item = Part;

    fn items(page: ListPartsOutput) -> Vec<Part> {
        page.parts
    }

    fn is_empty(page: &ListPartsOutput) -> bool {
        page.parts.is_empty()
    }

    fn next(&self, page: &ListPartsOutput) -> Result<Option<Self>> {
        next_page(page.is_truncated, page.next_part_number_marker, |marker| Self {
            part_number_marker: Some(marker),
            ..self.clone()
        })
    }

    fn token(&self) -> Option<Cow<'_, str>> {
        self.part_number_marker.map(|number| number.to_string().into())
    }
}

impl Part {
    fn from_element(element: &Element) -> Result<Self> {
        let (last_modified, last_modified_string) = element.time_of("LastModified");
        Ok(Self {
            checksums: element.checksums(),
            etag: element.text_of("ETag").map(ETag::new),
            last_modified,
            last_modified_string,
            part_number: element.required_parsed("PartNumber")?,
            size: element.parsed("Size")?,
        })
    }
}
