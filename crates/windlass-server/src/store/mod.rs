//! Where buckets and objects live. A store keeps bytes, records and versions, and knows no other S3
//! semantics: conditions, checksums and listings exist once, above it.

mod folder;
mod ids;
mod memory;
mod record;
mod tree;
mod uploads;
mod versions;

use std::io;
use std::ops::Bound;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;

pub(crate) use folder::FolderStore;
pub(crate) use memory::MemoryStore;
pub(crate) use record::{
    Annotations, AssembledPart, Assembly, BucketRecord, Checksum, ChecksumKind, Configuration, Encryption,
    LockMode, ObjectRecord, PartRecord, Restore, Retention, Settings, Tags, UploadRecord, Versioning,
};
pub(crate) use uploads::{UploadName, Uploads};
pub(crate) use versions::{Deleted, NULL, State, Version};

use crate::refusal::Refusal;

/// Decides, while nobody else can write, whether a write may follow what is there now: the newest
/// version, or the one that is to be removed.
pub(crate) type Guard<'a> = &'a (dyn Fn(Option<&Version>) -> Result<(), Refusal> + Send + Sync);

/// Says what becomes of what can change about a version. It must refuse if there is none.
pub(crate) type Change<'a> = &'a (dyn Fn(Option<&Version>) -> Result<Annotations, Refusal> + Send + Sync);

/// The bytes of an object, or of a part of one.
pub(crate) type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send + Sync>>;

/// A place that keeps buckets and objects. Every change is atomic: others see all of it or nothing.
#[async_trait::async_trait]
pub(crate) trait Store: Uploads + Send + Sync + 'static {
    /// All buckets, by name.
    fn buckets(&self) -> Vec<(String, BucketRecord)>;

    /// One bucket.
    fn bucket(&self, name: &str) -> Option<BucketRecord>;

    /// Creates a bucket; returns the record of the one that is there already, if so.
    fn create_bucket(&self, name: &str, record: BucketRecord) -> io::Result<Option<BucketRecord>>;

    /// Changes the record of a bucket.
    fn update_bucket(
        &self,
        name: &str,
        change: &(dyn Fn(&mut BucketRecord) -> Result<(), Refusal> + Send + Sync),
    ) -> Result<(), Refusal>;

    /// Deletes an empty bucket.
    fn delete_bucket(&self, name: &str) -> Result<(), Refusal>;

    /// The record of a version, or of the newest one.
    fn find(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Option<Arc<Version>>, Refusal>;

    /// The first key at or after a position, in byte order, whose newest version is an object.
    fn next(&self, bucket: &str, from: Bound<&str>) -> Result<Option<(String, Arc<Version>)>, Refusal>;

    /// The first version at a place, and whether it is the newest of its key.
    fn next_version(
        &self,
        bucket: &str,
        place: Place<'_>,
    ) -> Result<Option<(String, Arc<Version>, bool)>, Refusal>;

    /// Opens a version, or the newest one, for reading. The reader goes on seeing it, whatever is
    /// written later.
    async fn open(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Box<dyn Reader>>, Refusal>;

    /// Starts to write an object. Nothing is visible before `commit`.
    async fn begin(&self) -> io::Result<Box<dyn Draft>>;

    /// Changes what can change about a version, or the newest one, and gives it.
    fn annotate(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        change: Change<'_>,
    ) -> Result<Arc<Version>, Refusal>;

    /// Removes a version; or does to the object what the bucket's versioning says, which is a delete
    /// marker of the time `now` or the end of it. One that does not exist is no error unless the
    /// guard says so.
    fn delete(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        now: i64,
        guard: Guard<'_>,
    ) -> Result<Deleted, Refusal>;
}

/// Where to look for the next one of several entries that a key may have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'p> {
    /// Behind this entry of this key.
    Entry(&'p str, &'p str),
    /// The first entry of the first key.
    Key(Bound<&'p str>),
}

/// One version of an object, open for reading. A delete marker has no content.
#[async_trait::async_trait]
pub(crate) trait Reader: Send + Sync {
    /// What is known about this version.
    fn version(&self) -> &Arc<Version>;

    /// `length` bytes from `first` on. Both must lie within the object.
    async fn stream(self: Box<Self>, first: u64, length: u64) -> io::Result<ByteStream>;
}

/// An object, or a part of an upload, that is being written.
#[async_trait::async_trait]
pub(crate) trait Draft: Send + Sync {
    /// Appends to the content.
    async fn write(&mut self, bytes: Bytes) -> io::Result<()>;

    /// Makes the object visible, content and record in one step, if the guard agrees.
    async fn commit(
        self: Box<Self>,
        bucket: &str,
        key: &str,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal>;

    /// Makes it a part of an upload, in place of the one that has this number now.
    async fn commit_part(
        self: Box<Self>,
        upload: UploadName<'_>,
        number: u16,
        record: PartRecord,
    ) -> Result<(), Refusal>;

    /// As [`commit`](Self::commit), and ends the upload that the content came from.
    async fn commit_upload(
        self: Box<Self>,
        upload: UploadName<'_>,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal>;
}
