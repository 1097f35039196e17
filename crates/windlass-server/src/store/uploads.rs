//! Uploads in parts, while they are under way: what a store offers for them, and the table of them
//! that both stores keep in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::{ByteStream, PartRecord, Place, UploadRecord};
use crate::refusal::{Code, Refusal};

/// A place that keeps uploads under way.
#[async_trait::async_trait]
pub(crate) trait Uploads {
    /// Begins an upload and names it.
    fn create_upload(&self, bucket: &str, record: UploadRecord) -> Result<String, Refusal>;

    /// The record of an upload.
    fn upload(&self, upload: UploadName<'_>) -> Result<Arc<UploadRecord>, Refusal>;

    /// The first upload at a place, in the order of keys, and of their beginnings within a key.
    fn next_upload(
        &self,
        bucket: &str,
        place: Place<'_>,
    ) -> Result<Option<(String, Arc<UploadRecord>)>, Refusal>;

    /// The parts of an upload.
    fn parts(&self, upload: UploadName<'_>) -> Result<BTreeMap<u16, PartRecord>, Refusal>;

    /// The content of a part, with its record at that moment.
    async fn read_part(
        &self,
        upload: UploadName<'_>,
        number: u16,
    ) -> Result<Option<(PartRecord, ByteStream)>, Refusal>;

    /// Forgets an upload and its parts.
    fn abort_upload(&self, upload: UploadName<'_>) -> Result<(), Refusal>;
}

/// Which upload is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UploadName<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) id: &'a str,
}

/// The uploads of a bucket by key and id. `P` is what a store needs to find a part again.
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

    /// The upload, or the refusal that there is none.
    pub(super) fn find(&mut self, key: &str, id: &str) -> Result<&mut Upload<P>, Refusal> {
        let found = self.0.get_mut(&(key.to_owned(), id.to_owned()));
        found.ok_or_else(|| Refusal::new(Code::NoSuchUpload).detail("UploadId", id))
    }

    pub(super) fn next(&self, place: Place<'_>) -> Option<(String, Arc<UploadRecord>)> {
        let from = match place {
            Place::Entry(key, id) => Bound::Excluded((key, id)),
            Place::Key(Bound::Included(key)) => Bound::Included((key, "")),
            // Ids are hexadecimal: none is greater than this.
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
