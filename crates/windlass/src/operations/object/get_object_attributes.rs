//! `GetObjectAttributes`: checksums, parts, storage class and size of an object.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html>

use std::borrow::Cow;
use std::time::SystemTime;

use crate::operations::shared_setters::has;
use crate::operations::{Operation, Paginated, next_page};
use crate::protocol::xml::Element;
use crate::protocol::{Draft, Response, Target};
use crate::types::{CustomerKey, ETag, ObjectAttributes, ObjectChecksums, ResponseInfo, StorageClass};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Reads one or more attributes of an object: entity tag, checksums, parts, storage class and size.
    ///
    /// `pages()` and `items()` list the parts if [`ObjectAttributes::ObjectParts`] is requested. S3 lists parts only
    /// for objects that were uploaded with checksums.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::types::ObjectAttributes;
    ///
    /// let wanted = [ObjectAttributes::Checksum, ObjectAttributes::ObjectSize];
    /// let object = client.get_object_attributes("photos", "cat.jpg", wanted).await?;
    /// println!("{:?} {:?}", object.object_size, object.checksums);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_object_attributes(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        attributes: impl Into<Vec<ObjectAttributes>>,
    ) -> Request<GetObjectAttributes> {
        self.request(GetObjectAttributes::new(bucket, key, attributes))
    }
}

/// Reads attributes of an object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetObjectAttributes {
    /// The requested attributes.
    pub attributes: Vec<ObjectAttributes>,
    /// The bucket.
    pub bucket: String,
    /// The customer's encryption key (SSE-C).
    pub customer_key: Option<CustomerKey>,
    /// The key.
    pub key: String,
    /// The maximum number of parts per page.
    pub max_parts: Option<u32>,
    /// Only parts after this number.
    pub part_number_marker: Option<u32>,
    /// The version; the current one by default.
    pub version_id: Option<String>,
}

/// The attributes of an object. Attributes that were not requested are absent.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetObjectAttributesOutput {
    /// The checksums.
    pub checksums: ObjectChecksums,
    /// Whether the object is a delete marker.
    pub delete_marker: Option<bool>,
    /// The entity tag. S3 sends it without quotes here.
    pub etag: Option<ETag>,
    /// The time of the last modification, in whole seconds.
    pub last_modified: Option<SystemTime>,
    /// The value of `last_modified` on the wire, if it is not a valid date.
    pub last_modified_string: Option<String>,
    /// The parts of a multipart object.
    pub object_parts: Option<ObjectParts>,
    /// The size in bytes.
    pub object_size: Option<u64>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The storage class.
    pub storage_class: Option<StorageClass>,
    /// The version.
    pub version_id: Option<String>,
}

/// A page of an object's parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectParts {
    /// Whether more parts follow.
    pub is_truncated: Option<bool>,
    /// The maximum number of parts per page.
    pub max_parts: Option<u32>,
    /// The last part number of this page, if more parts follow.
    pub next_part_number_marker: Option<u32>,
    /// The part number after which this page starts.
    pub part_number_marker: Option<u32>,
    /// The parts; empty for an object that was uploaded without checksums.
    pub parts: Vec<ObjectPart>,
    /// The total number of parts.
    pub total_parts_count: Option<u32>,
}

/// A part of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectPart {
    /// The part's checksums.
    pub checksums: ObjectChecksums,
    /// The part number.
    pub part_number: u32,
    /// The size in bytes.
    pub size: Option<u64>,
}

impl GetObjectAttributes {
    /// Reads attributes of an object.
    pub fn new(
        bucket: impl Into<String>,
        key: impl Into<String>,
        attributes: impl Into<Vec<ObjectAttributes>>,
    ) -> Self {
        Self { bucket: bucket.into(), key: key.into(), attributes: attributes.into(), ..Self::default() }
    }
}

impl Request<GetObjectAttributes> {
    /// Limits the number of parts per page.
    pub fn max_parts(self, number: u32) -> Self {
        self.set(|operation| operation.max_parts = Some(number))
    }

    /// Lists only parts after this number.
    pub fn part_number_marker(self, number: u32) -> Self {
        self.set(|operation| operation.part_number_marker = Some(number))
    }
}

has! { GetObjectAttributes {
    HasCustomerKey: customer_key,
    HasVersionId: version_id,
} }

impl Operation for GetObjectAttributes {
    type Output = GetObjectAttributesOutput;
    const NAME: &'static str = "GetObjectAttributes";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::object(&self.bucket, &self.key));
        // A page has up to 1,000 parts, each with several checksums.
        draft.set_largest_response(16 << 20);
        if self.attributes.is_empty() {
            let message = "no attributes: request at least one";
            draft.refuse(Error::new(ErrorKind::InvalidArgument, message));
        }
        draft.set_query("attributes", Some(""));
        draft.set_query("versionId", self.version_id.as_deref());
        draft.set_word_list("x-amz-object-attributes", self.attributes.iter().map(ObjectAttributes::as_str));
        draft.set_header("x-amz-max-parts", self.max_parts.map(|number| number.to_string()));
        draft
            .set_header("x-amz-part-number-marker", self.part_number_marker.map(|number| number.to_string()));
        if let Some(key) = &self.customer_key {
            key.write(&mut draft);
        }
        draft
    }

    fn parse(&self, response: Response) -> Result<GetObjectAttributesOutput> {
        // The root that S3 sends differs from its documentation.
        let root = response.xml_of(&["GetObjectAttributesResponse", "GetObjectAttributesOutput"])?;
        let (last_modified, last_modified_string) = response.time("last-modified");
        Ok(GetObjectAttributesOutput {
            checksums: root.child("Checksum").map(Element::checksums).unwrap_or_default(),
            delete_marker: response.flag("x-amz-delete-marker"),
            etag: root.text_of("ETag").map(ETag::new),
            last_modified,
            last_modified_string,
            object_parts: root.child("ObjectParts").map(ObjectParts::from_element).transpose()?,
            object_size: root.parsed("ObjectSize")?,
            response: ResponseInfo::from_response(&response),
            storage_class: root.word_of("StorageClass"),
            version_id: response.text("x-amz-version-id"),
        })
    }
}

impl Paginated for GetObjectAttributes {
    type Item = ObjectPart;

    fn items(page: GetObjectAttributesOutput) -> Vec<ObjectPart> {
        page.object_parts.map(|parts| parts.parts).unwrap_or_default()
    }

    fn is_empty(page: &GetObjectAttributesOutput) -> bool {
        page.object_parts.as_ref().is_none_or(|parts| parts.parts.is_empty())
    }

    fn next(&self, page: &GetObjectAttributesOutput) -> Result<Option<Self>> {
        let Some(parts) = &page.object_parts else { return Ok(None) };
        next_page(parts.is_truncated, parts.next_part_number_marker, |marker| Self {
            part_number_marker: Some(marker),
            ..self.clone()
        })
    }

    fn token(&self) -> Option<Cow<'_, str>> {
        self.part_number_marker.map(|number| number.to_string().into())
    }
}

impl ObjectParts {
    fn from_element(element: &Element) -> Result<Self> {
        Ok(Self {
            is_truncated: element.flag_of("IsTruncated")?,
            max_parts: element.echoed("MaxParts"),
            next_part_number_marker: element.echoed("NextPartNumberMarker"),
            part_number_marker: element.echoed("PartNumberMarker"),
            parts: element.children("Part").map(ObjectPart::from_element).collect::<Result<_>>()?,
            total_parts_count: element.echoed("PartsCount"),
        })
    }
}

impl ObjectPart {
    fn from_element(element: &Element) -> Result<Self> {
        Ok(Self {
            checksums: element.checksums(),
            part_number: element.required_parsed("PartNumber")?,
            size: element.parsed("Size")?,
        })
    }
}
