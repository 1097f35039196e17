//! An object as a list shows it.

use std::sync::Arc;
use std::time::SystemTime;

use super::{ChecksumAlgorithms, ChecksumType, ETag, EncodedKey, Owner, StorageClass};
use crate::Result;
use crate::protocol::scanner::{Scanner, Tag};

/// An object in a list. Members that lists seldom have are on the heap: a page holds a thousand objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// The algorithms of the checksums that S3 keeps.
    pub checksum_algorithms: ChecksumAlgorithms,
    /// What the checksums cover.
    pub checksum_type: Option<ChecksumType>,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// The key. Where its bytes are not UTF-8, its encoded form with a mark: see [`encoded_key`](Self::encoded_key).
    pub key: String,
    /// When the object was written, in milliseconds.
    pub last_modified: Option<SystemTime>,
    /// What the service wrote for `last_modified`, where it is no date.
    pub last_modified_string: Option<String>,
    /// Whose object it is, where the request asked for it; the objects of a page share it.
    pub owner: Option<Arc<Owner>>,
    /// How far a restore from an archive has come, where the request asked for it.
    pub restore_status: Option<Box<RestoreStatus>>,
    /// Bytes.
    pub size: Option<u64>,
    /// The class of storage.
    pub storage_class: Option<StorageClass>,
}

impl Object {
    /// The key in encoded form, where its bytes are not UTF-8. `key` then names no object, and operations refuse it.
    pub fn encoded_key(&self) -> Option<EncodedKey<'_>> {
        EncodedKey::of(&self.key)
    }
}

/// How far a restore from an archive has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestoreStatus {
    /// Whether the restore is still under way.
    pub is_restore_in_progress: Option<bool>,
    /// Until when the restored copy is kept.
    pub restore_expiry_date: Option<SystemTime>,
    /// What the service wrote for `restore_expiry_date`, where it is no date.
    pub restore_expiry_date_string: Option<String>,
}

impl RestoreStatus {
    pub(crate) fn read<'a>(scanner: &mut Scanner<'a>, tag: Tag<'a>) -> Result<Self> {
        let mut status = Self::default();
        scanner.children(tag, |scanner, tag| {
            match tag.local() {
                "IsRestoreInProgress" => status.is_restore_in_progress = scanner.flag(tag)?,
                "RestoreExpiryDate" => {
                    (status.restore_expiry_date, status.restore_expiry_date_string) = scanner.time(tag)?;
                }
                _ => scanner.skip(tag)?,
            }
            Ok(())
        })?;
        Ok(status)
    }
}
