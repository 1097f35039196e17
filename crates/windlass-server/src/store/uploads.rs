//! Multipart uploads in progress: the store interface, and the table that both stores keep in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::{ByteStream, PartRecord, Place, UploadRecord};
use crate::refusal::{Code, Refusal};

/// A store of multipart uploads in progress.
#[async_trait::async_trait]
pub(crate) trait Uploads {
    /// Creates an upload and returns its id.
    fn create_upload(&self, bucket: &str, record: UploadRecord) -> Result<String, Refusal>;

    /// Returns the record of an upload.
    fn upload(&self, upload: UploadName<'_>) -> Result<Arc<UploadRecord>, Refusal>;

    /// Returns the first upload at a place, ordered by key and then by creation time.
    fn next_upload(
        &self,
        bucket: &str,
        place: Place<'_>,
    ) -> Result<Option<(String, Arc<UploadRecord>)>, Refusal>;

    /// Returns the parts of an upload.
    fn parts(&self, upload: UploadName<'_>) -> Result<BTreeMap<u16, PartRecord>, Refusal>;

    /// Opens the content of a part. Returns it with the matching record.
    async fn read_part(
        &self,
        upload: UploadName<'_>,
        number: u16,
    ) -> Result<Option<(PartRecord, ByteStream)>, Refusal>;

    /// Removes an upload and its parts.
    fn abort_upload(&self, upload: UploadName<'_>) -> Result<(), Refusal>;
}

/// The name of an upload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UploadName<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) id: &'a str,
}

/// The uploads of a bucket by key and id. `P` locates a part.
#[derive(Debug)]
pub(super) struct UploadTable<P>(BTreeMap<(String, String), Upload<P>>);

#[derive(Debug)]
pub(super) struct Upload<P> {
    pub(super) record: Arc<UploadRecord>,
    pub(super) parts: BTreeMap<u16, (PartRecord, P)>,
}

impl<P> Default for UploadTable<P> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<P> UploadTable<P> {
    pub(super) fn insert(&mut self, id: String, record: UploadRecord, parts: BTreeMap<u16, (PartRecord, P)>) {
        self.0.insert((record.key.clone(), id), Upload { record: Arc::new(record), parts });
    }

    /// Returns the upload, or the refusal that it does not exist.
    pub(super) fn find(&mut self, key: &str, id: &str) -> Result<&mut Upload<P>, Refusal> {
        let found = self.0.get_mut(&(key.to_owned(), id.to_owned()));
        found.ok_or_else(|| Refusal::new(Code::NoSuchUpload).detail("UploadId", id))
    }

    pub(super) fn next(&self, place: Place<'_>) -> Option<(String, Arc<UploadRecord>)> {
        let from = match place {
            Place::Entry(key, id) => Bound::Excluded((key, id)),
            Place::Key(Bound::Included(key)) => Bound::Included((key, "")),
            // Ids are hexadecimal and sort before this.
            Place::Key(Bound::Excluded(key)) => Bound::Excluded((key, "g")),
            Place::Key(Bound::Unbounded) => Bound::Unbounded,
        };
        let from = from.map(|(key, id)| (key.to_owned(), id.to_owned()));
        let ((_, id), upload) = self.0.range((from, Bound::Unbounded)).next()?;
        Some((id.clone(), upload.record.clone()))
    }

    pub(super) fn remove(&mut self, key: &str, id: &str) {
        self.0.remove(&(key.to_owned(), id.to_owned()));
    }
}

impl<P> Upload<P> {
    pub(super) fn records(&self) -> BTreeMap<u16, PartRecord> {
        self.parts.iter().map(|(number, (record, _))| (*number, record.clone())).collect()
    }
}
