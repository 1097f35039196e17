//! Where buckets and objects live. A store keeps bytes and records and knows no S3 semantics:
//! conditions, checksums and listings exist once, above it.

mod folder;
mod memory;
mod record;
mod tree;
mod uploads;

use std::io;
use std::ops::Bound;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;

pub(crate) use folder::FolderStore;
pub(crate) use memory::MemoryStore;
pub(crate) use record::{
    AssembledPart, Assembly, BucketRecord, Checksum, ChecksumKind, ObjectRecord, PartRecord, Settings,
    UploadRecord,
};
pub(crate) use uploads::{UploadName, Uploads};

use crate::refusal::Refusal;

/// Decides, while nobody else can write, whether a write may replace what is there now.
pub(crate) type Guard<'a> = &'a (dyn Fn(Option<&ObjectRecord>) -> Result<(), Refusal> + Send + Sync);

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

    /// Deletes an empty bucket.
    fn delete_bucket(&self, name: &str) -> Result<(), Refusal>;

    /// The record of an object.
    fn find(&self, bucket: &str, key: &str) -> Result<Option<Arc<ObjectRecord>>, Refusal>;

    /// The first object at or after a position in byte order of the keys.
    fn next(&self, bucket: &str, from: Bound<&str>) -> Result<Option<(String, Arc<ObjectRecord>)>, Refusal>;

    /// Opens an object for reading. The reader goes on seeing this version, whatever is written later.
    async fn open(&self, bucket: &str, key: &str) -> Result<Option<Box<dyn Reader>>, Refusal>;

    /// Starts to write an object. Nothing is visible before `commit`.
    async fn begin(&self) -> io::Result<Box<dyn Draft>>;

    /// Deletes an object; one that does not exist is no error unless the guard says so.
    fn delete(&self, bucket: &str, key: &str, guard: Guard<'_>) -> Result<(), Refusal>;
}

/// One version of an object, open for reading.
#[async_trait::async_trait]
pub(crate) trait Reader: Send + Sync {
    /// What is known about this version.
    fn record(&self) -> &Arc<ObjectRecord>;

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
    ) -> Result<(), Refusal>;

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
    ) -> Result<(), Refusal>;
}
