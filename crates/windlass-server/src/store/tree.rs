//! Buckets, their keys in byte order, and their uploads; both stores keep these in memory. `K` is the state
//! of a key, `P` locates a part of an upload.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::Arc;

use super::uploads::{Upload, UploadName, UploadTable};
use super::versions::Versions;
use super::{BucketRecord, Place, Version};
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

    /// Refuses to remove missing and non-empty buckets.
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

    /// Returns a bucket, or the refusal that it does not exist.
    pub(super) fn bucket(&mut self, name: &str) -> Result<&mut Branch<K, P>, Refusal> {
        self.buckets.get_mut(name).ok_or_else(|| Code::NoSuchBucket.into())
    }

    /// Returns an upload, or the refusal that it does not exist.
    pub(super) fn upload(&mut self, upload: UploadName<'_>) -> Result<&mut Upload<P>, Refusal> {
        self.bucket(upload.bucket)?.uploads.find(upload.key, upload.id)
    }
}

impl<K, P> Branch<K, P> {
    /// Returns the first key at or after a position, in byte order, whose newest version is an object. `read`
    /// returns the versions of a key.
    pub(super) fn next<L>(
        &mut self,
        from: Bound<&str>,
        read: impl for<'k> Fn(&'k mut K) -> io::Result<&'k Versions<L>>,
    ) -> io::Result<Option<(String, Arc<Version>)>> {
        for (name, key) in self.keys.range_mut::<str, _>((from, Bound::Unbounded)) {
            if let Some(newest) = read(key)?.newest().filter(|newest| newest.object().is_some()) {
                return Ok(Some((name.clone(), newest.clone())));
            }
        }
        Ok(None)
    }

    /// Returns the first version at a place, and whether it is the newest of its key.
    pub(super) fn next_version<L>(
        &mut self,
        place: Place<'_>,
        read: impl for<'k> Fn(&'k mut K) -> io::Result<&'k Versions<L>>,
    ) -> io::Result<Option<(String, Arc<Version>, bool)>> {
        let from = match place {
            Place::Key(from) => from,
            Place::Entry(name, id) => {
                if let Some(key) = self.keys.get_mut(name) {
                    let versions = read(key)?;
                    if let Some(found) = versions.behind(id) {
                        let is_newest = versions.newest() == Some(found);
                        return Ok(Some((name.to_owned(), found.clone(), is_newest)));
                    }
                }
                Bound::Excluded(name)
            }
        };
        let Some((name, key)) = self.keys.range_mut::<str, _>((from, Bound::Unbounded)).next() else {
            return Ok(None);
        };
        Ok(read(key)?.newest().map(|newest| (name.clone(), newest.clone(), true)))
    }
}
