//! Storage of buckets and objects. A store keeps bytes, records and versions. Conditions, checksums and
//! listings are implemented once, in the layer above.

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

/// Decides, with writes locked, whether a write is allowed. Receives the current version, or the version to
/// be removed.
pub(crate) type Guard<'a> = &'a (dyn Fn(Option<&Version>) -> Result<(), Refusal> + Send + Sync);

/// Computes new annotations of a version. Must refuse if the version does not exist.
pub(crate) type Change<'a> = &'a (dyn Fn(Option<&Version>) -> Result<Annotations, Refusal> + Send + Sync);

/// The bytes of an object or of a part.
pub(crate) type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send + Sync>>;

/// A store of buckets and objects. Every change is atomic.
#[async_trait::async_trait]
pub(crate) trait Store: Uploads + Send + Sync + 'static {
    /// Returns all buckets, by name.
    fn buckets(&self) -> Vec<(String, BucketRecord)>;

    /// Returns one bucket.
    fn bucket(&self, name: &str) -> Option<BucketRecord>;

    /// Creates a bucket. Returns the record of an existing bucket of this name.
    fn create_bucket(&self, name: &str, record: BucketRecord) -> io::Result<Option<BucketRecord>>;

    /// Changes the record of a bucket.
    fn update_bucket(
        &self,
        name: &str,
        change: &(dyn Fn(&mut BucketRecord) -> Result<(), Refusal> + Send + Sync),
    ) -> Result<(), Refusal>;

    /// Deletes an empty bucket.
    fn delete_bucket(&self, name: &str) -> Result<(), Refusal>;

    /// Returns the record of a version, by default of the newest one.
    fn find(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Option<Arc<Version>>, Refusal>;

    /// Returns the first key at or after a position, in byte order, whose newest version is an object.
    fn next(&self, bucket: &str, from: Bound<&str>) -> Result<Option<(String, Arc<Version>)>, Refusal>;

    /// Returns the first version at a place, and whether it is the newest of its key.
    fn next_version(
        &self,
        bucket: &str,
        place: Place<'_>,
    ) -> Result<Option<(String, Arc<Version>, bool)>, Refusal>;

    /// Opens a version for reading, by default the newest one. Later writes do not affect the reader.
    async fn open(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Box<dyn Reader>>, Refusal>;

    /// Starts to write an object. Nothing is visible before `commit`.
    async fn begin(&self) -> io::Result<Box<dyn Draft>>;

    /// Changes the annotations of a version, by default of the newest one, and returns the version.
    fn annotate(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        change: Change<'_>,
    ) -> Result<Arc<Version>, Refusal>;

    /// Removes a version. Without an id, removes the object or adds a delete marker with the time `now`,
    /// depending on the versioning of the bucket. A missing version is no error unless the guard refuses it.
    fn delete(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        now: i64,
        guard: Guard<'_>,
    ) -> Result<Deleted, Refusal>;
}

/// The position of a search in entries of which a key can have several.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'p> {
    /// After this entry of this key.
    Entry(&'p str, &'p str),
    /// The first entry of the first key.
    Key(Bound<&'p str>),
}

/// One version of an object, open for reading. A delete marker has no content.
#[async_trait::async_trait]
pub(crate) trait Reader: Send + Sync {
    /// Returns the version.
    fn version(&self) -> &Arc<Version>;

    /// Returns `length` bytes from `first` on. Both must lie within the object.
    async fn stream(self: Box<Self>, first: u64, length: u64) -> io::Result<ByteStream>;
}

/// An object or a part that is being written.
#[async_trait::async_trait]
pub(crate) trait Draft: Send + Sync {
    /// Appends to the content.
    async fn write(&mut self, bytes: Bytes) -> io::Result<()>;

    /// Makes content and record of the object visible in one step, if the guard agrees.
    async fn commit(
        self: Box<Self>,
        bucket: &str,
        key: &str,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal>;

    /// Stores the content as a part of an upload and replaces the part of this number.
    async fn commit_part(
        self: Box<Self>,
        upload: UploadName<'_>,
        number: u16,
        record: PartRecord,
    ) -> Result<(), Refusal>;

    /// As [`commit`](Self::commit), and removes the upload that the content came from.
    async fn commit_upload(
        self: Box<Self>,
        upload: UploadName<'_>,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal>;
}
