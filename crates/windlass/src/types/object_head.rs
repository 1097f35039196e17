//! Properties of an object from the headers of `GetObject` and `HeadObject`.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{
    ArchiveStatus, ContentRange, ETag, Encryption, ObjectChecksums, ObjectLockLegalHoldStatus,
    ObjectLockMode, ReplicationStatus, ResponseInfo, StorageClass,
};
use crate::protocol::timestamp::parse_date;
use crate::protocol::{HeaderText, Response};

/// An object's properties: the response to `HeadObject`, and the response to `GetObject` without its body.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ObjectHead {
    /// `bytes` if the service supports ranges.
    pub accept_ranges: Option<String>,
    /// The archive tier in S3 Intelligent-Tiering.
    pub archive_status: Option<ArchiveStatus>,
    /// `Cache-Control` as stored.
    pub cache_control: Option<String>,
    /// The checksums, if the request asked for them and the object has any.
    pub checksums: ObjectChecksums,
    /// `Content-Disposition` as stored.
    pub content_disposition: Option<String>,
    /// `Content-Encoding` as stored. windlass never decompresses content.
    pub content_encoding: Option<String>,
    /// `Content-Language` as stored.
    pub content_language: Option<String>,
    /// The size of the body in bytes: of the range, if one was requested.
    pub content_length: Option<u64>,
    /// The position of the body within the object, if a range was requested.
    pub content_range: Option<String>,
    /// `Content-Type` as stored.
    pub content_type: Option<String>,
    /// Whether the object is a delete marker.
    pub delete_marker: Option<bool>,
    /// The encryption at rest.
    pub encryption: Encryption,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// The time at which the object expires, and the lifecycle rule.
    pub expiration: Option<String>,
    /// `Expires` if it is a date. S3 stores any text: see `expires_string`.
    pub expires: Option<SystemTime>,
    /// `Expires` as stored.
    pub expires_string: Option<String>,
    /// The time of the last write, in whole seconds.
    pub last_modified: Option<SystemTime>,
    /// The text of `last_modified`, if it is not a valid date.
    pub last_modified_string: Option<String>,
    /// User metadata, names in lower case without `x-amz-meta-`; RFC 2047 words are decoded.
    pub metadata: BTreeMap<String, String>,
    /// The raw values of `metadata` that were decoded: RFC 2047 words, and bytes that are not UTF-8, which
    /// are read as Latin-1. [`raw_metadata`](Self::raw_metadata) returns the bytes of any value.
    pub metadata_raw: BTreeMap<String, Vec<u8>>,
    /// The number of metadata entries that S3 could not send as headers.
    pub missing_meta: Option<u32>,
    /// The legal hold on the object.
    pub object_lock_legal_hold_status: Option<ObjectLockLegalHoldStatus>,
    /// The retention mode.
    pub object_lock_mode: Option<ObjectLockMode>,
    /// The end of the retention.
    pub object_lock_retain_until_date: Option<SystemTime>,
    /// The text of `object_lock_retain_until_date`, if it is not a valid date.
    pub object_lock_retain_until_date_string: Option<String>,
    /// The number of parts, if a part number was requested.
    pub parts_count: Option<u32>,
    /// The replication status.
    pub replication_status: Option<ReplicationStatus>,
    /// The status and ids of the response.
    pub response: ResponseInfo,
    /// The state of a restore from an archive.
    pub restore: Option<String>,
    /// The storage class. S3 omits it for `STANDARD`.
    pub storage_class: Option<StorageClass>,
    /// The number of tags.
    pub tag_count: Option<u32>,
    /// The version.
    pub version_id: Option<String>,
    /// The target of a redirect, if the bucket is served as a website.
    pub website_redirect_location: Option<String>,
}

/// Removes `aws-chunked`, which describes the framing of an upload. Some services store it as the object's
/// encoding.
fn without_framing(encoding: String) -> Option<String> {
    if !encoding.contains("aws-chunked") {
        return Some(encoding);
    }
    let own: Vec<&str> = encoding.split(',').map(str::trim).filter(|word| *word != "aws-chunked").collect();
    (!own.is_empty()).then(|| own.join(","))
}

impl ObjectHead {
    pub(crate) fn from_response(response: &Response) -> Self {
        let mut head = Self { checksums: response.checksums(), ..Self::default() };
        head.response = ResponseInfo::from_response(response);
        // One pass over the dozen headers of the response, instead of a lookup for each of the forty possible
        // ones.
        for (name, value) in response.header_texts() {
            match name {
                "accept-ranges" => head.accept_ranges = Some(value.text()),
                "cache-control" => head.cache_control = Some(value.text()),
                "content-disposition" => head.content_disposition = Some(value.text()),
                "content-encoding" => head.content_encoding = without_framing(value.text()),
                "content-language" => head.content_language = Some(value.text()),
                "content-length" => head.content_length = value.number(),
                "content-range" => head.content_range = Some(value.text()),
                "content-type" => head.content_type = Some(value.text()),
                "etag" => head.etag = Some(ETag::new(value.text())),
                "expires" => {
                    let text = value.text();
                    head.expires = parse_date(&text);
                    head.expires_string = Some(text);
                }
                "last-modified" => (head.last_modified, head.last_modified_string) = value.time(),
                "x-amz-archive-status" => head.archive_status = Some(value.word()),
                "x-amz-delete-marker" => head.delete_marker = value.flag(),
                "x-amz-expiration" => head.expiration = Some(value.text()),
                "x-amz-missing-meta" => head.missing_meta = value.number(),
                "x-amz-mp-parts-count" => head.parts_count = value.number(),
                "x-amz-object-lock-legal-hold" => head.object_lock_legal_hold_status = Some(value.word()),
                "x-amz-object-lock-mode" => head.object_lock_mode = Some(value.word()),
                "x-amz-object-lock-retain-until-date" => {
                    (head.object_lock_retain_until_date, head.object_lock_retain_until_date_string) =
                        value.time();
                }
                "x-amz-replication-status" => head.replication_status = Some(value.word()),
                "x-amz-restore" => head.restore = Some(value.text()),
                "x-amz-storage-class" => head.storage_class = Some(value.word()),
                "x-amz-tagging-count" => head.tag_count = value.number(),
                "x-amz-version-id" => head.version_id = Some(value.text()),
                "x-amz-website-redirect-location" => head.website_redirect_location = Some(value.text()),
                _ => {
                    if let Some(name) = name.strip_prefix(Encryption::PREFIX) {
                        head.encryption.read(name, value);
                    } else if let Some(name) = name.strip_prefix("x-amz-meta-") {
                        head.read_metadata(name, value);
                    }
                }
            }
        }
        head
    }

    fn read_metadata(&mut self, name: &str, value: HeaderText<'_>) {
        let text = value.metadata();
        let is_as_it_came = text.as_bytes() == value.as_bytes();
        let Some(known) = self.metadata.get_mut(name) else {
            if !is_as_it_came {
                self.metadata_raw.insert(name.to_owned(), value.as_bytes().to_vec());
            }
            self.metadata.insert(name.to_owned(), text);
            return;
        };
        // HTTP joins the values of a repeated header with commas.
        if !is_as_it_came || self.metadata_raw.contains_key(name) {
            let raw = self.metadata_raw.entry(name.to_owned()).or_insert_with(|| known.clone().into_bytes());
            raw.push(b',');
            raw.extend_from_slice(value.as_bytes());
        }
        known.push(',');
        known.push_str(&text);
    }

    /// Returns the bytes of a metadata value, before RFC 2047 words were decoded.
    pub fn raw_metadata(&self, name: &str) -> Option<&[u8]> {
        self.metadata_raw
            .get(name)
            .map(Vec::as_slice)
            .or_else(|| self.metadata.get(name).map(String::as_bytes))
    }

    /// Returns the size of the whole object, also for a read of a range.
    pub fn object_size(&self) -> Option<u64> {
        match &self.content_range {
            Some(range) => range.parse::<ContentRange>().ok()?.size,
            None => self.content_length,
        }
    }
}
