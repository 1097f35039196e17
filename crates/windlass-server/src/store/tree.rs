//! Buckets, their keys in byte order and their uploads, which both stores keep in memory. `E` is what
//! a store needs to find an object again, and `P` a part.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::BucketRecord;
use super::uploads::{Upload, UploadName, UploadTable};
use crate::refusal::{Code, Refusal};

/// All buckets.
#[derive(Debug)]
pub(super) struct Tree<E, P> {
    buckets: BTreeMap<String, Branch<E, P>>,
}

#[derive(Debug)]
struct Branch<E, P> {
    record: BucketRecord,
    objects: BTreeMap<String, E>,
    uploads: UploadTable<P>,
}

impl<E, P> Default for Tree<E, P> {
    fn default() -> Self {
        Self { buckets: BTreeMap::new() }
    }
}

impl<E, P> Tree<E, P> {
    pub(super) fn buckets(&self) -> Vec<(String, BucketRecord)> {
        self.buckets.iter().map(|(name, branch)| (name.clone(), branch.record.clone())).collect()
    }

    pub(super) fn bucket(&self, name: &str) -> Option<&BucketRecord> {
        self.buckets.get(name).map(|branch| &branch.record)
    }

    pub(super) fn insert_bucket(&mut self, name: &str, record: BucketRecord) {
        let branch = Branch { record, objects: BTreeMap::new(), uploads: UploadTable::default() };
        self.buckets.insert(name.to_owned(), branch);
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
        Ok(&mut self.branch(bucket)?.objects)
    }

    /// The uploads of a bucket, or the refusal that it does not exist.
    pub(super) fn uploads(&mut self, bucket: &str) -> Result<&mut UploadTable<P>, Refusal> {
        Ok(&mut self.branch(bucket)?.uploads)
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

    /// One upload, or the refusal that there is none.
    pub(super) fn upload(&mut self, upload: UploadName<'_>) -> Result<&mut Upload<P>, Refusal> {
        self.uploads(upload.bucket)?.find(upload.key, upload.id)
    }

    fn branch(&mut self, bucket: &str) -> Result<&mut Branch<E, P>, Refusal> {
        self.buckets.get_mut(bucket).ok_or_else(|| Code::NoSuchBucket.into())
    }
}
