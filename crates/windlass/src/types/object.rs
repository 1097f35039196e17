//! An object in a list.

use std::sync::Arc;
use std::time::SystemTime;

use super::{ChecksumAlgorithms, ChecksumType, ETag, EncodedKey, Owner, StorageClass};
use crate::Result;
use crate::protocol::scanner::{Scanner, Tag};

/// An object in a list. Rare members are boxed, because a page has up to 1,000 objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// The algorithms of the stored checksums.
    pub checksum_algorithms: ChecksumAlgorithms,
    /// The coverage of the checksums.
    pub checksum_type: Option<ChecksumType>,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// The key. If its bytes are not UTF-8, its encoded form with a mark: see
    /// [`encoded_key`](Self::encoded_key).
    pub key: String,
    /// The time of the last write, with milliseconds.
    pub last_modified: Option<SystemTime>,
    /// The text of `last_modified`, if it is not a valid date.
    pub last_modified_string: Option<String>,
    /// The owner, if the request asked for it. The objects of a page share it.
    pub owner: Option<Arc<Owner>>,
    /// The status of a restore from an archive, if the request asked for it.
    pub restore_status: Option<Box<RestoreStatus>>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// The storage class.
    pub storage_class: Option<StorageClass>,
}

impl Object {
    /// Returns the key in encoded form if its bytes are not UTF-8. Operations then reject `key`, because it
    /// is not the name of an object.
    pub fn encoded_key(&self) -> Option<EncodedKey<'_>> {
        EncodedKey::of(&self.key)
    }
}

/// The status of a restore from an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestoreStatus {
    /// Whether the restore is in progress.
    pub is_restore_in_progress: Option<bool>,
    /// The time at which the restored copy expires.
    pub restore_expiry_date: Option<SystemTime>,
    /// The text of `restore_expiry_date`, if it is not a valid date.
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
