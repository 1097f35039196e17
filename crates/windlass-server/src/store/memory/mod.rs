//! A store in memory, contents included. Everything is lost when it is dropped.

mod content;

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use self::content::{Content, Growing};
use super::ids::Ids;
use super::tree::Tree;
use super::versions::{Deletion, Versions};
use super::{
    BucketRecord, ByteStream, Change, Deleted, Draft, Guard, ObjectRecord, PartRecord, Place, Reader, State,
    Store, UploadName, UploadRecord, Uploads, Version,
};
use crate::refusal::{Code, Refusal};

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryStore(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    tree: Mutex<MemoryTree>,
    ids: Ids,
}

type MemoryTree = Tree<Versions<Content>, Content>;

impl MemoryStore {
    fn tree(&self) -> MutexGuard<'_, MemoryTree> {
        self.0.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(
        &self,
        tree: &mut MemoryTree,
        (bucket, key): (&str, &str),
        state: State,
        content: Content,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal> {
        let branch = tree.bucket(bucket)?;
        let none = Versions::default();
        let versions = branch.keys.get(key).unwrap_or(&none);
        guard(versions.newest().map(Arc::as_ref))?;
        let version = Arc::new(versions.next(key, state, branch.record.versioning, &self.0.ids));
        branch.keys.entry(key.to_owned()).or_default().put(version.clone(), content);
        Ok(version)
    }
}

#[async_trait::async_trait]
impl Store for MemoryStore {
    fn buckets(&self) -> Vec<(String, BucketRecord)> {
        self.tree().buckets()
    }

    fn bucket(&self, name: &str) -> Option<BucketRecord> {
        self.tree().record(name).cloned()
    }

    fn create_bucket(&self, name: &str, record: BucketRecord) -> io::Result<Option<BucketRecord>> {
        let mut tree = self.tree();
        let existing = tree.record(name).cloned();
        if existing.is_none() {
            tree.insert_bucket(name, record);
        }
        Ok(existing)
    }

    fn update_bucket(
        &self,
        name: &str,
        change: &(dyn Fn(&mut BucketRecord) -> Result<(), Refusal> + Send + Sync),
    ) -> Result<(), Refusal> {
        let mut tree = self.tree();
        let record = &mut tree.bucket(name)?.record;
        let mut changed = record.clone();
        change(&mut changed)?;
        *record = changed;
        Ok(())
    }

    fn delete_bucket(&self, name: &str) -> Result<(), Refusal> {
        let mut tree = self.tree();
        tree.check_removable(name)?;
        tree.remove_bucket(name);
        Ok(())
    }

    fn find(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Option<Arc<Version>>, Refusal> {
        let mut tree = self.tree();
        let versions = tree.bucket(bucket)?.keys.get(key);
        Ok(versions.and_then(|versions| versions.get(version)).map(|(version, _)| version.clone()))
    }

    fn next(&self, bucket: &str, from: Bound<&str>) -> Result<Option<(String, Arc<Version>)>, Refusal> {
        Ok(self.tree().bucket(bucket)?.next(from, |versions| Ok(versions))?)
    }

    fn next_version(
        &self,
        bucket: &str,
        place: Place<'_>,
    ) -> Result<Option<(String, Arc<Version>, bool)>, Refusal> {
        Ok(self.tree().bucket(bucket)?.next_version(place, |versions| Ok(versions))?)
    }

    async fn open(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Box<dyn Reader>>, Refusal> {
        let mut tree = self.tree();
        let found = tree.bucket(bucket)?.keys.get(key).and_then(|versions| versions.get(version));
        Ok(found.map(|(version, content)| {
            let reader = MemoryReader { version: version.clone(), content: content.clone() };
            Box::new(reader) as Box<dyn Reader>
        }))
    }

    async fn begin(&self) -> io::Result<Box<dyn Draft>> {
        Ok(Box::new(MemoryDraft { store: self.clone(), content: Growing::default() }))
    }

    fn annotate(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        change: Change<'_>,
    ) -> Result<Arc<Version>, Refusal> {
        let mut tree = self.tree();
        let versions = tree.bucket(bucket)?.keys.get_mut(key);
        let found =
            versions.as_ref().and_then(|versions| versions.get(version)).map(|(version, _)| version.clone());
        let annotations = change(found.as_deref())?;
        let (Some(versions), Some(found)) = (versions, found) else { return Err(Code::NoSuchKey.into()) };
        let changed = Arc::new(found.with_annotations(annotations));
        versions.update(changed.clone());
        Ok(changed)
    }

    fn delete(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        now: i64,
        guard: Guard<'_>,
    ) -> Result<Deleted, Refusal> {
        let mut tree = self.tree();
        let branch = tree.bucket(bucket)?;
        let versioning = branch.record.versioning;
        match Deletion::of(version, versioning) {
            Deletion::Mark => {
                let state = State::DeleteMarker(now);
                let marker = self.publish(&mut tree, (bucket, key), state, Content::default(), guard)?;
                Ok(Deleted { version: Some(marker.id.clone()), is_marker: true })
            }
            Deletion::Remove(id) => {
                let found = branch.keys.get(key).and_then(|versions| versions.get(Some(id)));
                guard(found.map(|(version, _)| &**version))?;
                let is_marker = found.is_some_and(|(version, _)| version.object().is_none());
                if let Some(versions) = branch.keys.get_mut(key) {
                    versions.remove(id);
                    if versions.is_empty() {
                        branch.keys.remove(key);
                    }
                }
                Ok(Deleted { version: versioning.map(|_| id.to_owned()), is_marker })
            }
        }
    }
}

#[async_trait::async_trait]
impl Uploads for MemoryStore {
    fn create_upload(&self, bucket: &str, record: UploadRecord) -> Result<String, Refusal> {
        let id = self.0.ids.upload(&record.key, record.initiated);
        self.tree().bucket(bucket)?.uploads.insert(id.clone(), record, BTreeMap::new());
        Ok(id)
    }

    fn upload(&self, upload: UploadName<'_>) -> Result<Arc<UploadRecord>, Refusal> {
        Ok(self.tree().upload(upload)?.record.clone())
    }

    fn next_upload(
        &self,
        bucket: &str,
        place: Place<'_>,
    ) -> Result<Option<(String, Arc<UploadRecord>)>, Refusal> {
        Ok(self.tree().bucket(bucket)?.uploads.next(place))
    }

    fn parts(&self, upload: UploadName<'_>) -> Result<BTreeMap<u16, PartRecord>, Refusal> {
        Ok(self.tree().upload(upload)?.records())
    }

    async fn read_part(
        &self,
        upload: UploadName<'_>,
        number: u16,
    ) -> Result<Option<(PartRecord, ByteStream)>, Refusal> {
        let mut tree = self.tree();
        let part = tree.upload(upload)?.parts.get(&number);
        Ok(part.map(|(record, content)| (record.clone(), content.stream(0, record.size))))
    }

    fn abort_upload(&self, upload: UploadName<'_>) -> Result<(), Refusal> {
        let mut tree = self.tree();
        tree.upload(upload)?;
        tree.bucket(upload.bucket)?.uploads.remove(upload.key, upload.id);
        Ok(())
    }
}

struct MemoryReader {
    version: Arc<Version>,
    content: Content,
}

#[async_trait::async_trait]
impl Reader for MemoryReader {
    fn version(&self) -> &Arc<Version> {
        &self.version
    }

    async fn stream(self: Box<Self>, first: u64, length: u64) -> io::Result<ByteStream> {
        Ok(self.content.stream(first, length))
    }
}

struct MemoryDraft {
    store: MemoryStore,
    content: Growing,
}

#[async_trait::async_trait]
impl Draft for MemoryDraft {
    async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.content.write(bytes);
        Ok(())
    }

    async fn commit(
        self: Box<Self>,
        bucket: &str,
        key: &str,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal> {
        let Self { store, content } = *self;
        let state = State::Object(Box::new(record));
        let mut tree = store.tree();
        store.publish(&mut tree, (bucket, key), state, content.finish(), guard)
    }

    async fn commit_part(
        self: Box<Self>,
        upload: UploadName<'_>,
        number: u16,
        record: PartRecord,
    ) -> Result<(), Refusal> {
        let content = self.content.finish();
        self.store.tree().upload(upload)?.parts.insert(number, (record, content));
        Ok(())
    }

    async fn commit_upload(
        self: Box<Self>,
        upload: UploadName<'_>,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal> {
        let Self { store, content } = *self;
        let state = State::Object(Box::new(record));
        let mut tree = store.tree();
        tree.upload(upload)?;
        let version =
            store.publish(&mut tree, (upload.bucket, upload.key), state, content.finish(), guard)?;
        tree.bucket(upload.bucket)?.uploads.remove(upload.key, upload.id);
        Ok(version)
    }
}
