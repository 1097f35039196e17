//! `ListObjectVersions`: lists the versions of objects, including delete markers.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html>

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use crate::operations::lists::{ListedKeys, ListedOwners, read_prefixes, require_key};
use crate::operations::shared_setters::lists_objects;
use crate::operations::{ObjectIdentifier, Operation, Paginated, next_page, two_markers};
use crate::protocol::list_root::ListRoot;
use crate::protocol::scanner::{Scanner, Tag, scan};
use crate::protocol::{Draft, Response, Target};
use crate::types::{
    ChecksumAlgorithms, ChecksumType, ETag, EncodedKey, EncodingType, OptionalObjectAttributes, Owner,
    ResponseInfo, RestoreStatus, StorageClass,
};
use crate::{Client, Request, Result};

impl Client {
    /// Lists the versions of all objects of a bucket, including delete markers, sorted by key; the newest version of a
    /// key is first.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let mut versions = client.list_object_versions("photos").prefix("2026/").items();
    /// while let Some(version) = versions.try_next().await? {
    ///     println!("{} {:?}", version.key(), version.version_id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_object_versions(&self, bucket: impl Into<String>) -> Request<ListObjectVersions> {
        self.request(ListObjectVersions::new(bucket))
    }
}

/// Lists the versions of all objects of a bucket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListObjectVersions {
    /// The bucket.
    pub bucket: String,
    /// The delimiter: keys with the same text between the prefix and the delimiter become one common prefix.
    pub delimiter: Option<String>,
    /// The encoding of keys in the response. `Url` by default, because XML cannot represent every key.
    pub encoding_type: Option<EncodingType>,
    /// Only keys after this one; includes this key if `version_id_marker` is set.
    pub key_marker: Option<String>,
    /// The maximum number of versions and common prefixes per page, up to 1,000.
    pub max_keys: Option<u32>,
    /// Optional attributes to return for each version.
    pub optional_object_attributes: Vec<OptionalObjectAttributes>,
    /// Only keys that start with this prefix.
    pub prefix: Option<String>,
    /// Only versions after this one among those of `key_marker`.
    pub version_id_marker: Option<String>,
}

/// A page of versions.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListObjectVersionsOutput {
    /// The common prefixes of keys that the delimiter groups.
    pub common_prefixes: Vec<String>,
    /// The delimiter of the request.
    pub delimiter: Option<String>,
    /// The encoding of keys on the wire; the fields hold decoded keys.
    pub encoding_type: Option<EncodingType>,
    /// The versions and delete markers in list order.
    pub entries: Vec<VersionEntry>,
    /// Whether more pages follow.
    pub is_truncated: Option<bool>,
    /// The key after which the page starts.
    pub key_marker: Option<String>,
    /// The maximum number of versions per page.
    pub max_keys: Option<u32>,
    /// The bucket.
    pub name: Option<String>,
    /// The last key of this page.
    pub next_key_marker: Option<String>,
    /// The last version of this page.
    pub next_version_id_marker: Option<String>,
    /// The prefix of the request.
    pub prefix: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The version after which the page starts.
    pub version_id_marker: Option<String>,
}

/// An entry in a list of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionEntry {
    /// A version of an object.
    Version(ObjectVersion),
    /// A delete marker, which hides older versions.
    DeleteMarker(DeleteMarker),
}

/// A version of an object in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectVersion {
    /// The algorithms of the stored checksums.
    pub checksum_algorithms: ChecksumAlgorithms,
    /// The scope of the checksums.
    pub checksum_type: Option<ChecksumType>,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// Whether this is the current version.
    pub is_latest: Option<bool>,
    /// The key.
    pub key: String,
    /// The time of the last modification, in milliseconds.
    pub last_modified: Option<SystemTime>,
    /// The value of `last_modified` on the wire, if it is not a valid date.
    pub last_modified_string: Option<String>,
    /// The owner of the object; the versions of a page share it.
    pub owner: Option<Arc<Owner>>,
    /// The progress of a restore from an archive, if requested.
    pub restore_status: Option<RestoreStatus>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// The storage class.
    pub storage_class: Option<StorageClass>,
    /// The version id; `null` for an object that was written before versioning was enabled.
    pub version_id: Option<String>,
}

/// A delete marker in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeleteMarker {
    /// Whether this is the current version.
    pub is_latest: Option<bool>,
    /// The key.
    pub key: String,
    /// The time of the deletion, in milliseconds.
    pub last_modified: Option<SystemTime>,
    /// The value of `last_modified` on the wire, if it is not a valid date.
    pub last_modified_string: Option<String>,
    /// The owner of the object; the versions of a page share it.
    pub owner: Option<Arc<Owner>>,
    /// The version of the marker.
    pub version_id: Option<String>,
}

impl ListObjectVersions {
    /// Lists the versions of all objects of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            delimiter: None,
            encoding_type: Some(EncodingType::Url),
            key_marker: None,
            max_keys: None,
            optional_object_attributes: Vec::new(),
            prefix: None,
            version_id_marker: None,
        }
    }
}

impl VersionEntry {
    /// The key.
    pub fn key(&self) -> &str {
        match self {
            Self::Version(version) => &version.key,
            Self::DeleteMarker(marker) => &marker.key,
        }
    }

    /// The encoded key, if its bytes are not UTF-8; [`key`](Self::key) then names no object.
    pub fn encoded_key(&self) -> Option<EncodedKey<'_>> {
        EncodedKey::of(self.key())
    }

    /// The version.
    pub fn version_id(&self) -> Option<&str> {
        match self {
            Self::Version(version) => version.version_id.as_deref(),
            Self::DeleteMarker(marker) => marker.version_id.as_deref(),
        }
    }

    /// Whether this is the current version.
    pub fn is_latest(&self) -> bool {
        match self {
            Self::Version(version) => version.is_latest == Some(true),
            Self::DeleteMarker(marker) => marker.is_latest == Some(true),
        }
    }

    /// The time of the last modification or the deletion.
    pub fn last_modified(&self) -> Option<SystemTime> {
        match self {
            Self::Version(version) => version.last_modified,
            Self::DeleteMarker(marker) => marker.last_modified,
        }
    }
}

impl From<VersionEntry> for ObjectIdentifier {
    /// Identifies this version, for permanent deletion.
    fn from(entry: VersionEntry) -> Self {
        let (key, version_id) = match entry {
            VersionEntry::Version(version) => (version.key, version.version_id),
            VersionEntry::DeleteMarker(marker) => (marker.key, marker.version_id),
        };
        Self { version_id, ..Self::new(key) }
    }
}

impl Request<ListObjectVersions> {
    /// Lists only keys after this one; includes this key if a version id marker is set.
    pub fn key_marker(self, key: impl Into<String>) -> Self {
        self.set(|operation| operation.key_marker = Some(key.into()))
    }

    /// Lists only versions after this one among those of the key marker.
    pub fn version_id_marker(self, version_id: impl Into<String>) -> Self {
        self.set(|operation| operation.version_id_marker = Some(version_id.into()))
    }
}

lists_objects! { ListObjectVersions }

impl Operation for ListObjectVersions {
    type Output = ListObjectVersionsOutput;
    const NAME: &'static str = "ListObjectVersions";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Bucket(&self.bucket));
        // A page has up to 1,000 keys of 1 KiB with every byte escaped; other services send more.
        draft.set_largest_response(64 << 20);
        draft.set_query("versions", Some(""));
        draft.set_query("delimiter", self.delimiter.as_deref());
        draft.set_query("encoding-type", self.encoding_type.as_ref().map(EncodingType::as_str));
        draft.set_query("key-marker", self.key_marker.as_deref());
        draft.set_query("max-keys", self.max_keys.map(|number| number.to_string()));
        draft.set_query("prefix", self.prefix.as_deref());
        draft.set_query("version-id-marker", self.version_id_marker.as_deref());
        let attributes = self.optional_object_attributes.iter().map(OptionalObjectAttributes::as_str);
        draft.set_word_list("x-amz-optional-object-attributes", attributes);
        draft
    }

    fn parse(&self, response: Response) -> Result<ListObjectVersionsOutput> {
        let mut page = ListObjectVersionsOutput {
            response: ResponseInfo::from_response(&response),
            ..Default::default()
        };
        let mut owners = ListedOwners::default();
        scan(response.body(), ListRoot::VERSIONS, |scanner, tag| page.member(scanner, tag, &mut owners))?;
        page.decode();
        Ok(page)
    }
}

impl ListObjectVersionsOutput {
    fn member<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        tag: Tag<'a>,
        owners: &mut ListedOwners<'a>,
    ) -> Result<()> {
        match tag.local() {
            "Version" => {
                self.entries.push(VersionEntry::Version(ObjectVersion::read(scanner, tag, owners)?));
            }
            "DeleteMarker" => {
                self.entries.push(VersionEntry::DeleteMarker(DeleteMarker::read(scanner, tag, owners)?));
            }
            "CommonPrefixes" => read_prefixes(&mut self.common_prefixes, scanner, tag)?,
            "Delimiter" => self.delimiter = scanner.owned(tag)?,
            "EncodingType" => self.encoding_type = scanner.word(tag)?,
            "IsTruncated" => self.is_truncated = scanner.flag(tag)?,
            "KeyMarker" => self.key_marker = scanner.owned(tag)?,
            "MaxKeys" => self.max_keys = scanner.echoed(tag)?,
            "Name" => self.name = scanner.owned(tag)?,
            "NextKeyMarker" => self.next_key_marker = scanner.owned(tag)?,
            "NextVersionIdMarker" => self.next_version_id_marker = scanner.owned(tag)?,
            "Prefix" => self.prefix = scanner.owned(tag)?,
            "VersionIdMarker" => self.version_id_marker = scanner.owned(tag)?,
            _ => scanner.skip(tag)?,
        }
        Ok(())
    }

    fn decode(&mut self) {
        let keys = self.entries.iter_mut().map(|entry| match entry {
            VersionEntry::Version(version) => &mut version.key,
            VersionEntry::DeleteMarker(marker) => &mut marker.key,
        });
        let others = [&mut self.delimiter, &mut self.key_marker, &mut self.next_key_marker, &mut self.prefix];
        ListedKeys::written_in(self.encoding_type.as_ref())
            .decode_all(keys.chain(&mut self.common_prefixes).chain(others.into_iter().flatten()));
    }
}

impl Paginated for ListObjectVersions {
    type Item = VersionEntry;

    fn items(page: ListObjectVersionsOutput) -> Vec<VersionEntry> {
        page.entries
    }

    fn is_empty(page: &ListObjectVersionsOutput) -> bool {
        page.entries.is_empty() && page.common_prefixes.is_empty()
    }

    fn next(&self, page: &ListObjectVersionsOutput) -> Result<Option<Self>> {
        next_page(page.is_truncated, page.next_key_marker.as_ref(), |key| Self {
            key_marker: Some(key.clone()),
            version_id_marker: page.next_version_id_marker.clone(),
            ..self.clone()
        })
    }

    fn token(&self) -> Option<Cow<'_, str>> {
        two_markers(self.key_marker.as_deref(), self.version_id_marker.as_deref())
    }
}

impl ObjectVersion {
    fn read<'a>(scanner: &mut Scanner<'a>, tag: Tag<'a>, owners: &mut ListedOwners<'a>) -> Result<Self> {
        let mut version = Self::default();
        scanner.children(tag, |scanner, tag| {
            match tag.local() {
                "ChecksumAlgorithm" => version.checksum_algorithms.extend(scanner.word(tag)?),
                "ChecksumType" => version.checksum_type = scanner.word(tag)?,
                "ETag" => version.etag = scanner.etag(tag)?,
                "IsLatest" => version.is_latest = scanner.flag(tag)?,
                "Key" => version.key = scanner.text(tag)?.into_owned(),
                "LastModified" => {
                    (version.last_modified, version.last_modified_string) = scanner.time(tag)?;
                }
                "Owner" => version.owner = Some(owners.read(scanner, tag)?),
                "RestoreStatus" => version.restore_status = Some(RestoreStatus::read(scanner, tag)?),
                "Size" => version.size = scanner.parsed(tag)?,
                "StorageClass" => version.storage_class = scanner.word(tag)?,
                "VersionId" => version.version_id = scanner.owned(tag)?,
                _ => scanner.skip(tag)?,
            }
            Ok(())
        })?;
        require_key(&version.key, tag)?;
        Ok(version)
    }
}

impl DeleteMarker {
    fn read<'a>(scanner: &mut Scanner<'a>, tag: Tag<'a>, owners: &mut ListedOwners<'a>) -> Result<Self> {
        let mut marker = Self::default();
        scanner.children(tag, |scanner, tag| {
            match tag.local() {
                "IsLatest" => marker.is_latest = scanner.flag(tag)?,
                "Key" => marker.key = scanner.text(tag)?.into_owned(),
                "LastModified" => (marker.last_modified, marker.last_modified_string) = scanner.time(tag)?,
                "Owner" => marker.owner = Some(owners.read(scanner, tag)?),
                "VersionId" => marker.version_id = scanner.owned(tag)?,
                _ => scanner.skip(tag)?,
            }
            Ok(())
        })?;
        require_key(&marker.key, tag)?;
        Ok(marker)
    }
}
