//! `GetObjectAttributes`: what S3 knows of an object without reading it: its checksum, its parts.
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
    /// Reads what S3 knows of an object: one or more of its tag, checksum, parts, class of storage and size.
    ///
    /// `pages()` and `items()` list the parts, where [`ObjectAttributes::ObjectParts`] is asked for. S3 lists them
    /// for objects that were uploaded with checksums only.
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

/// Reads what S3 knows of an object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetObjectAttributes {
    /// What is asked for.
    pub attributes: Vec<ObjectAttributes>,
    /// The bucket.
    pub bucket: String,
    /// The key with which S3 encrypted the object (SSE-C).
    pub customer_key: Option<CustomerKey>,
    /// The key.
    pub key: String,
    /// The largest number of parts in a page.
    pub max_parts: Option<u32>,
    /// Only parts after this one.
    pub part_number_marker: Option<u32>,
    /// The version; the newest if none is given.
    pub version_id: Option<String>,
}

/// What S3 knows of an object. What was not asked for is absent.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetObjectAttributesOutput {
    /// The checksums.
    pub checksums: ObjectChecksums,
    /// Whether what was found is a delete marker.
    pub delete_marker: Option<bool>,
    /// The entity tag, which S3 writes without quotes here.
    pub etag: Option<ETag>,
    /// When the object was written, in whole seconds.
    pub last_modified: Option<SystemTime>,
    /// What the service wrote for `last_modified`, where it is no date.
    pub last_modified_string: Option<String>,
    /// The parts of an object that was uploaded in parts.
    pub object_parts: Option<ObjectParts>,
    /// Bytes.
    pub object_size: Option<u64>,
    /// The ids of the answer.
    pub response: ResponseInfo,
    /// The class of storage.
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
    /// The largest number of parts in a page.
    pub max_parts: Option<u32>,
    /// The last part of this page, where more follow.
    pub next_part_number_marker: Option<u32>,
    /// The part after which this page begins.
    pub part_number_marker: Option<u32>,
    /// The parts; none for an object that was uploaded without checksums.
    pub parts: Vec<ObjectPart>,
    /// How many parts the object has.
    pub total_parts_count: Option<u32>,
}

/// A part of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectPart {
    /// The part's checksums.
    pub checksums: ObjectChecksums,
    /// The part's place in the object.
    pub part_number: u32,
    /// Bytes.
    pub size: Option<u64>,
}

impl GetObjectAttributes {
    /// Reads what S3 knows of an object.
    pub fn new(
        bucket: impl Into<String>,
        key: impl Into<String>,
        attributes: impl Into<Vec<ObjectAttributes>>,
    ) -> Self {
        Self { bucket: bucket.into(), key: key.into(), attributes: attributes.into(), ..Self::default() }
    }
}

impl Request<GetObjectAttributes> {
    /// Limits the number of parts in a page.
    pub fn max_parts(self, number: u32) -> Self {
        self.set(|operation| operation.max_parts = Some(number))
    }

    /// Tells only parts after this one.
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
        // A page has 1,000 parts, each with the values of several checksums.
        draft.set_largest_response(16 << 20);
        if self.attributes.is_empty() {
            let message = "no attribute is asked for: S3 wants at least one";
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
        // S3 does not send the root that it documents.
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
