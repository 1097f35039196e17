//! Buckets and their keys in byte order, which both stores keep in memory. `E` is what a store needs
//! to find an object again.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::BucketRecord;
use crate::refusal::{Code, Refusal};

/// All buckets.
#[derive(Debug)]
pub(super) struct Tree<E> {
    buckets: BTreeMap<String, Branch<E>>,
}

#[derive(Debug)]
struct Branch<E> {
    record: BucketRecord,
    objects: BTreeMap<String, E>,
}

impl<E> Default for Tree<E> {
    fn default() -> Self {
        Self { buckets: BTreeMap::new() }
    }
}

impl<E> Tree<E> {
    pub(super) fn buckets(&self) -> Vec<(String, BucketRecord)> {
        self.buckets.iter().map(|(name, branch)| (name.clone(), branch.record.clone())).collect()
    }

    pub(super) fn bucket(&self, name: &str) -> Option<&BucketRecord> {
        self.buckets.get(name).map(|branch| &branch.record)
    }

    pub(super) fn insert_bucket(&mut self, name: &str, record: BucketRecord) {
        self.buckets.insert(name.to_owned(), Branch { record, objects: BTreeMap::new() });
    }

    /// Refuses missing and filled buckets.
    pub(super) fn check_removable(&self, name: &str) -> Result<(), Refusal> {
        match self.buckets.get(name) {
            None => Err(Code::NoSuchBucket.into()),
            Some(branch) if branch.objects.is_empty() => Ok(()),
            Some(_) => Err(Code::BucketNotEmpty.into()),
        }
    }

    pub(super) fn remove_bucket(&mut self, name: &str) {
        self.buckets.remove(name);
    }

    /// The objects of a bucket, or the refusal that it does not exist.
    pub(super) fn objects(&mut self, bucket: &str) -> Result<&mut BTreeMap<String, E>, Refusal> {
        match self.buckets.get_mut(bucket) {
            Some(branch) => Ok(&mut branch.objects),
            None => Err(Code::NoSuchBucket.into()),
        }
    }

    /// The first object at or after a position.
    pub(super) fn next(
        &mut self,
        bucket: &str,
        from: Bound<&str>,
    ) -> Result<Option<(&String, &mut E)>, Refusal> {
        let objects = self.objects(bucket)?;
        Ok(objects.range_mut::<str, _>((from, Bound::Unbounded)).next())
    }
}
