//! The store that forgets: everything in memory, contents included.

use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};

use super::tree::Tree;
use super::{BucketRecord, ByteStream, Draft, Guard, ObjectRecord, Reader, Store};
use crate::refusal::Refusal;

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryStore(Arc<Mutex<Tree<Entry>>>);

#[derive(Clone, Debug)]
struct Entry {
    record: Arc<ObjectRecord>,
    content: Bytes,
}

impl MemoryStore {
    fn tree(&self) -> MutexGuard<'_, Tree<Entry>> {
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
        Ok(Box::new(MemoryDraft { store: self.clone(), content: BytesMut::new() }))
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
impl Reader for Entry {
    fn record(&self) -> &Arc<ObjectRecord> {
        &self.record
    }

    async fn stream(self: Box<Self>, first: u64, length: u64) -> io::Result<ByteStream> {
        let end = first.saturating_add(length).min(self.content.len() as u64);
        let range = usize::try_from(first.min(end)).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
        let content = self.content.slice(range);
        Ok(Box::pin(futures_util::stream::once(std::future::ready(Ok(content)))))
    }
}

struct MemoryDraft {
    store: MemoryStore,
    content: BytesMut,
}

#[async_trait::async_trait]
impl Draft for MemoryDraft {
    async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.content.extend_from_slice(&bytes);
        Ok(())
    }

    async fn commit(
        self: Box<Self>,
        bucket: &str,
        key: &str,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<(), Refusal> {
        let entry = Entry { record: Arc::new(record), content: self.content.freeze() };
        let mut tree = self.store.tree();
        let objects = tree.objects(bucket)?;
        guard(objects.get(key).map(|entry| &*entry.record))?;
        objects.insert(key.to_owned(), entry);
        Ok(())
    }
}
