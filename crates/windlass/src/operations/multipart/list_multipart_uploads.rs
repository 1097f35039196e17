//! `ListMultipartUploads`: lists the multipart uploads in progress in a bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>

use std::borrow::Cow;
use std::time::SystemTime;

use crate::operations::lists::ListedKeys;
use crate::operations::shared_setters::lists_keys;
use crate::operations::{Operation, Paginated, next_page, two_markers};
use crate::protocol::list_root::ListRoot;
use crate::protocol::xml::Element;
use crate::protocol::{Draft, Response, Target};
use crate::types::{
    ChecksumAlgorithm, ChecksumType, EncodedKey, EncodingType, Owner, ResponseInfo, StorageClass,
};
use crate::{Client, Request, Result};

impl Client {
    /// Lists the multipart uploads in progress in a bucket: started, but neither completed nor aborted.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let mut uploads = client.list_multipart_uploads("films").prefix("2026/").items();
    /// while let Some(upload) = uploads.try_next().await? {
    ///     println!("{} since {:?}", upload.key, upload.initiated);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_multipart_uploads(&self, bucket: impl Into<String>) -> Request<ListMultipartUploads> {
        self.request(ListMultipartUploads::new(bucket))
    }
}

/// Lists the multipart uploads in progress in a bucket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListMultipartUploads {
    /// The bucket.
    pub bucket: String,
    /// The delimiter: keys with the same text between the prefix and the delimiter become one common prefix.
    pub delimiter: Option<String>,
    /// The encoding of keys in the response. `Url` by default, because XML cannot represent every key.
    pub encoding_type: Option<EncodingType>,
    /// Only uploads to keys after this one; includes this key if `upload_id_marker` is set.
    pub key_marker: Option<String>,
    /// The maximum number of uploads per page, up to 1,000.
    pub max_uploads: Option<u32>,
    /// Only uploads to keys that start with this prefix.
    pub prefix: Option<String>,
    /// Only uploads after this one among those to `key_marker`.
    pub upload_id_marker: Option<String>,
}

/// A page of uploads.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListMultipartUploadsOutput {
    /// The bucket.
    pub bucket: Option<String>,
    /// The common prefixes of keys that the delimiter groups.
    pub common_prefixes: Vec<String>,
    /// The delimiter of the request.
    pub delimiter: Option<String>,
    /// The encoding of keys on the wire; the fields hold decoded keys.
    pub encoding_type: Option<EncodingType>,
    /// Whether more pages follow.
    pub is_truncated: Option<bool>,
    /// The key after which the page starts.
    pub key_marker: Option<String>,
    /// The maximum number of uploads per page.
    pub max_uploads: Option<u32>,
    /// The last key of this page.
    pub next_key_marker: Option<String>,
    /// The last upload of this page.
    pub next_upload_id_marker: Option<String>,
    /// The prefix of the request.
    pub prefix: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The upload after which the page starts.
    pub upload_id_marker: Option<String>,
    /// The uploads.
    pub uploads: Vec<MultipartUpload>,
}

/// A multipart upload in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MultipartUpload {
    /// The checksum algorithm of the parts.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The scope of the object's checksum.
    pub checksum_type: Option<ChecksumType>,
    /// The time at which the upload was started.
    pub initiated: Option<SystemTime>,
    /// The value of `initiated` on the wire, if it is not a valid date.
    pub initiated_string: Option<String>,
    /// The account that started the upload.
    pub initiator: Option<Owner>,
    /// The key of the target object.
    pub key: String,
    /// The owner of the target object.
    pub owner: Option<Owner>,
    /// The storage class of the target object.
    pub storage_class: Option<StorageClass>,
    /// The id of the upload.
    pub upload_id: String,
}

impl ListMultipartUploads {
    /// Lists all multipart uploads in progress in a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            delimiter: None,
            encoding_type: Some(EncodingType::Url),
            key_marker: None,
            max_uploads: None,
            prefix: None,
            upload_id_marker: None,
        }
    }
}

impl Request<ListMultipartUploads> {
    /// Lists only uploads to keys after this one; includes this key if an upload id marker is set.
    pub fn key_marker(self, key: impl Into<String>) -> Self {
        self.set(|operation| operation.key_marker = Some(key.into()))
    }

    /// Limits the number of uploads per page, up to 1,000.
    pub fn max_uploads(self, number: u32) -> Self {
        self.set(|operation| operation.max_uploads = Some(number))
    }

    /// Lists only uploads after this one among those to the key marker.
    pub fn upload_id_marker(self, upload_id: impl Into<String>) -> Self {
        self.set(|operation| operation.upload_id_marker = Some(upload_id.into()))
    }
}

lists_keys! { ListMultipartUploads }

impl Operation for ListMultipartUploads {
    type Output = ListMultipartUploadsOutput;
    const NAME: &'static str = "ListMultipartUploads";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Bucket(&self.bucket));
        // A page has up to 1,000 keys of 1 KiB with every byte escaped; other services send more.
        draft.set_largest_response(64 << 20);
        draft.set_query("uploads", Some(""));
        draft.set_query("delimiter", self.delimiter.as_deref());
        draft.set_query("encoding-type", self.encoding_type.as_ref().map(EncodingType::as_str));
        draft.set_query("key-marker", self.key_marker.as_deref());
        draft.set_query("max-uploads", self.max_uploads.map(|number| number.to_string()));
        draft.set_query("prefix", self.prefix.as_deref());
        draft.set_query("upload-id-marker", self.upload_id_marker.as_deref());
        draft
    }

    fn parse(&self, response: Response) -> Result<ListMultipartUploadsOutput> {
        let root = response.xml_list(ListRoot::UPLOADS)?;
        let keys = ListedKeys::of(&root);
        let uploads = root.children("Upload").map(|element| MultipartUpload::from_element(element, keys));
        Ok(ListMultipartUploadsOutput {
            bucket: root.text_of("Bucket"),
            common_prefixes: keys.common_prefixes(&root),
            delimiter: keys.text_of(&root, "Delimiter"),
            encoding_type: root.word_of("EncodingType"),
            is_truncated: root.flag_of("IsTruncated")?,
            key_marker: keys.text_of(&root, "KeyMarker"),
            max_uploads: root.echoed("MaxUploads"),
            next_key_marker: keys.text_of(&root, "NextKeyMarker"),
            next_upload_id_marker: root.text_of("NextUploadIdMarker"),
            prefix: keys.text_of(&root, "Prefix"),
            response: ResponseInfo::from_response(&response),
            upload_id_marker: root.text_of("UploadIdMarker"),
            uploads: uploads.collect::<Result<_>>()?,
        })
    }
}

impl Paginated for ListMultipartUploads {
    type Item = MultipartUpload;

    fn items(page: ListMultipartUploadsOutput) -> Vec<MultipartUpload> {
        page.uploads
    }

    fn is_empty(page: &ListMultipartUploadsOutput) -> bool {
        page.uploads.is_empty() && page.common_prefixes.is_empty()
    }

    fn next(&self, page: &ListMultipartUploadsOutput) -> Result<Option<Self>> {
        // SeaweedFS continues by the upload id alone.
        let told = |marker: &Option<String>| marker.clone().filter(|marker| !marker.is_empty());
        let markers = (told(&page.next_key_marker), told(&page.next_upload_id_marker));
        let markers = Some(markers).filter(|markers| *markers != (None, None));
        next_page(page.is_truncated, markers, |(key_marker, upload_id_marker)| Self {
            key_marker,
            upload_id_marker,
            ..self.clone()
        })
    }

    fn token(&self) -> Option<Cow<'_, str>> {
        two_markers(self.key_marker.as_deref(), self.upload_id_marker.as_deref())
    }
}

impl MultipartUpload {
    /// The encoded key, if its bytes are not UTF-8. `key` then names no object, and operations reject it.
    pub fn encoded_key(&self) -> Option<EncodedKey<'_>> {
        EncodedKey::of(&self.key)
    }

    fn from_element(element: &Element, keys: ListedKeys) -> Result<Self> {
        let (initiated, initiated_string) = element.time_of("Initiated");
        Ok(Self {
            checksum_algorithm: element.word_of("ChecksumAlgorithm"),
            checksum_type: element.word_of("ChecksumType"),
            initiated,
            initiated_string,
            initiator: element.child("Initiator").map(Owner::from_element),
            key: keys.required(element, "Key")?,
            owner: element.child("Owner").map(Owner::from_element),
            storage_class: element.word_of("StorageClass"),
            upload_id: element.required("UploadId")?,
        })
    }
}
