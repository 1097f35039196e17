//! Uploads in parts, while they are under way: what a store offers for them, and the table of them
//! that both stores keep in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{ByteStream, PartRecord, UploadRecord};
use crate::encode;
use crate::refusal::{Code, Refusal};

/// A place that keeps uploads under way.
#[async_trait::async_trait]
pub(crate) trait Uploads {
    /// Begins an upload and names it.
    fn create_upload(&self, bucket: &str, record: UploadRecord) -> Result<String, Refusal>;

    /// The record of an upload.
    fn upload(&self, upload: UploadName<'_>) -> Result<Arc<UploadRecord>, Refusal>;

    /// The first upload behind a place, in the order of keys, and of their beginnings within a key.
    fn next_upload(
        &self,
        bucket: &str,
        from: Bound<(&str, &str)>,
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
    /// An id that no upload of this key has. Ids sort by their beginnings.
    pub(super) fn new_id(&self, record: &UploadRecord) -> String {
        let mut count = 0_u32;
        loop {
            let seed = format!("{count}/{}", record.key);
            let digest = encode::hex(&Sha256::digest(seed));
            let id = format!("{:012x}{count:04x}{}", record.initiated, digest.get(..32).unwrap_or_default());
            if !self.0.contains_key(&(record.key.clone(), id.clone())) {
                return id;
            }
            count += 1;
        }
    }

    pub(super) fn insert(&mut self, id: String, record: UploadRecord, parts: BTreeMap<u16, (PartRecord, P)>) {
        self.0.insert((record.key.clone(), id), Upload { record: Arc::new(record), parts });
    }

    /// The upload, or the refusal that there is none.
    pub(super) fn find(&mut self, key: &str, id: &str) -> Result<&mut Upload<P>, Refusal> {
        let found = self.0.get_mut(&(key.to_owned(), id.to_owned()));
        found.ok_or_else(|| Refusal::new(Code::NoSuchUpload).detail("UploadId", id))
    }

    pub(super) fn next(&self, from: Bound<(&str, &str)>) -> Option<(String, Arc<UploadRecord>)> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Settings;

    #[test]
    fn ids_are_of_their_own_and_sort_by_their_beginnings() {
        let record = |initiated| UploadRecord {
            key: "k".into(),
            initiated,
            settings: Settings::default(),
            checksum: None,
        };
        let mut table = UploadTable::<()>::default();
        let mut ids = Vec::new();
        for initiated in [1_369_353_600_000, 1_369_353_600_000, 1_369_353_600_001, 1_969_353_600_000] {
            let id = table.new_id(&record(initiated));
            table.insert(id.clone(), record(initiated), BTreeMap::new());
            ids.push(id);
        }
        assert!(ids.is_sorted_by(|left, right| left < right), "{ids:?}");
    }
}
