//! Buckets, their keys in byte order and their uploads, which both stores keep in memory. `K` is what
//! is known about a key, and `P` what a store needs to find a part of an upload again.

use std::collections::BTreeMap;

use super::BucketRecord;
use super::uploads::{Upload, UploadName, UploadTable};
use crate::refusal::{Code, Refusal};

/// All buckets.
#[derive(Debug)]
pub(super) struct Tree<K, P> {
    buckets: BTreeMap<String, Branch<K, P>>,
}

#[derive(Debug)]
pub(super) struct Branch<K, P> {
    pub(super) record: BucketRecord,
    pub(super) keys: BTreeMap<String, K>,
    pub(super) uploads: UploadTable<P>,
}

impl<K, P> Default for Tree<K, P> {
    fn default() -> Self {
        Self { buckets: BTreeMap::new() }
    }
}

impl<K, P> Tree<K, P> {
    pub(super) fn buckets(&self) -> Vec<(String, BucketRecord)> {
        self.buckets.iter().map(|(name, branch)| (name.clone(), branch.record.clone())).collect()
    }

    pub(super) fn record(&self, name: &str) -> Option<&BucketRecord> {
        self.buckets.get(name).map(|branch| &branch.record)
    }

    pub(super) fn insert_bucket(&mut self, name: &str, record: BucketRecord) -> &mut Branch<K, P> {
        let branch = Branch { record, keys: BTreeMap::new(), uploads: UploadTable::default() };
        self.buckets.entry(name.to_owned()).insert_entry(branch).into_mut()
    }

    /// Refuses missing and filled buckets.
    pub(super) fn check_removable(&self, name: &str) -> Result<(), Refusal> {
        match self.buckets.get(name) {
            None => Err(Code::NoSuchBucket.into()),
            Some(branch) if branch.keys.is_empty() => Ok(()),
            Some(_) => Err(Code::BucketNotEmpty.into()),
        }
    }

    pub(super) fn remove_bucket(&mut self, name: &str) {
        self.buckets.remove(name);
    }

    /// A bucket, or the refusal that it does not exist.
    pub(super) fn bucket(&mut self, name: &str) -> Result<&mut Branch<K, P>, Refusal> {
        self.buckets.get_mut(name).ok_or_else(|| Code::NoSuchBucket.into())
    }

    /// One upload, or the refusal that there is none.
    pub(super) fn upload(&mut self, upload: UploadName<'_>) -> Result<&mut Upload<P>, Refusal> {
        self.bucket(upload.bucket)?.uploads.find(upload.key, upload.id)
    }
}
