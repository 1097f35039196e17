//! The store that forgets: everything in memory, contents included.

mod content;

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use self::content::{Content, Growing};
use super::tree::Tree;
use super::{
    BucketRecord, ByteStream, Draft, Guard, ObjectRecord, PartRecord, Reader, Store, UploadName,
    UploadRecord, Uploads,
};
use crate::refusal::Refusal;

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryStore(Arc<Mutex<Tree<Entry, Content>>>);

#[derive(Clone, Debug)]
struct Entry {
    record: Arc<ObjectRecord>,
    content: Content,
}

impl MemoryStore {
    fn tree(&self) -> MutexGuard<'_, Tree<Entry, Content>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Store for MemoryStore {
    fn buckets(&self) -> Vec<(String, BucketRecord)> {
        self.tree().buckets()
    }

    fn bucket(&self, name: &str) -> Option<BucketRecord> {
        self.tree().bucket(name).cloned()
    }

    fn create_bucket(&self, name: &str, record: BucketRecord) -> io::Result<Option<BucketRecord>> {
        let mut tree = self.tree();
        let existing = tree.bucket(name).cloned();
        if existing.is_none() {
            tree.insert_bucket(name, record);
        }
        Ok(existing)
    }

    fn delete_bucket(&self, name: &str) -> Result<(), Refusal> {
        let mut tree = self.tree();
        tree.check_removable(name)?;
        tree.remove_bucket(name);
        Ok(())
    }

    fn find(&self, bucket: &str, key: &str) -> Result<Option<Arc<ObjectRecord>>, Refusal> {
        Ok(self.tree().objects(bucket)?.get(key).map(|entry| entry.record.clone()))
    }

    fn next(&self, bucket: &str, from: Bound<&str>) -> Result<Option<(String, Arc<ObjectRecord>)>, Refusal> {
        Ok(self.tree().next(bucket, from)?.map(|(key, entry)| (key.clone(), entry.record.clone())))
    }

    async fn open(&self, bucket: &str, key: &str) -> Result<Option<Box<dyn Reader>>, Refusal> {
        let entry = self.tree().objects(bucket)?.get(key).cloned();
        Ok(entry.map(|entry| Box::new(entry) as Box<dyn Reader>))
    }

    async fn begin(&self) -> io::Result<Box<dyn Draft>> {
        Ok(Box::new(MemoryDraft { store: self.clone(), content: Growing::default() }))
    }

    fn delete(&self, bucket: &str, key: &str, guard: Guard<'_>) -> Result<(), Refusal> {
        let mut tree = self.tree();
        let objects = tree.objects(bucket)?;
        guard(objects.get(key).map(|entry| &*entry.record))?;
        objects.remove(key);
        Ok(())
    }
}

#[async_trait::async_trait]
impl Uploads for MemoryStore {
    fn create_upload(&self, bucket: &str, record: UploadRecord) -> Result<String, Refusal> {
        let mut tree = self.tree();
        let uploads = tree.uploads(bucket)?;
        let id = uploads.new_id(&record);
        uploads.insert(id.clone(), record, BTreeMap::new());
        Ok(id)
    }

    fn upload(&self, upload: UploadName<'_>) -> Result<Arc<UploadRecord>, Refusal> {
        Ok(self.tree().upload(upload)?.record.clone())
    }

    fn next_upload(
        &self,
        bucket: &str,
        from: Bound<(&str, &str)>,
    ) -> Result<Option<(String, Arc<UploadRecord>)>, Refusal> {
        Ok(self.tree().uploads(bucket)?.next(from))
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
        let parts = &tree.upload(upload)?.parts;
        Ok(parts.get(&number).map(|(record, content)| (record.clone(), content.stream(0, record.size))))
    }

    fn abort_upload(&self, upload: UploadName<'_>) -> Result<(), Refusal> {
        let mut tree = self.tree();
        tree.upload(upload)?;
        tree.uploads(upload.bucket)?.remove(upload.key, upload.id);
        Ok(())
    }
}

#[async_trait::async_trait]
impl Reader for Entry {
    fn record(&self) -> &Arc<ObjectRecord> {
        &self.record
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
    ) -> Result<(), Refusal> {
        let entry = Entry { record: Arc::new(record), content: self.content.finish() };
        publish(&mut self.store.tree(), bucket, key, entry, guard)
    }

    async fn commit_part(
        self: Box<Self>,
        upload: UploadName<'_>,
        number: u16,
        record: PartRecord,
    ) -> Result<(), Refusal> {
        let content = self.content.finish();
        let mut tree = self.store.tree();
        let parts = &mut tree.upload(upload)?.parts;
        parts.insert(number, (record, content));
        Ok(())
    }

    async fn commit_upload(
        self: Box<Self>,
        upload: UploadName<'_>,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<(), Refusal> {
        let entry = Entry { record: Arc::new(record), content: self.content.finish() };
        let mut tree = self.store.tree();
        tree.upload(upload)?;
        publish(&mut tree, upload.bucket, upload.key, entry, guard)?;
        tree.uploads(upload.bucket)?.remove(upload.key, upload.id);
        Ok(())
    }
}

fn publish(
    tree: &mut Tree<Entry, Content>,
    bucket: &str,
    key: &str,
    entry: Entry,
    guard: Guard<'_>,
) -> Result<(), Refusal> {
    let objects = tree.objects(bucket)?;
    guard(objects.get(key).map(|entry| &*entry.record))?;
    objects.insert(key.to_owned(), entry);
    Ok(())
}
