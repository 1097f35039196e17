//! The store that survives restarts: one file an object in one folder a bucket. Every change is one
//! rename or one unlink, so a killed process leaves the old object or the new one. Nothing is
//! forced to the disk: a power cut may lose the last writes.

mod content;
mod file;
mod names;
mod uploads;

use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use self::content::{FolderDraft, FolderReader};
use self::file::Footer;
use self::names::Named;
use self::uploads::PartFile;
use super::tree::Tree;
use super::{BucketRecord, Draft, Guard, ObjectRecord, Reader, Store};
use crate::refusal::Refusal;

/// A store in a folder, which it has for itself while it lives.
#[derive(Clone, Debug)]
pub(crate) struct FolderStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    tree: Mutex<FolderTree>,
    next_draft: AtomicU64,
    /// Held, not read: the lock goes when the store goes.
    _lock: File,
}

type FolderTree = Tree<Entry, PartFile>;

/// An object of which at least the file is known.
#[derive(Debug)]
struct Entry {
    file_name: String,
    record: Option<Arc<ObjectRecord>>,
}

impl FolderStore {
    /// Opens the folder, or makes it. Leftovers of a killed process are removed.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::ResourceBusy`] when another server has the folder open,
    /// [`io::ErrorKind::AlreadyExists`] when it holds something else than a store.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        claim(root)?;
        let lock = File::create(root.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::ResourceBusy,
                format!("{} is in use by another server", root.display()),
            ),
            fs::TryLockError::Error(error) => error,
        })?;
        let incoming = root.join(INCOMING);
        if incoming.exists() {
            fs::remove_dir_all(&incoming)?;
        }
        fs::create_dir(&incoming)?;
        fs::create_dir_all(root.join(BUCKETS))?;
        let tree = read_tree(&root.join(BUCKETS))?;
        Ok(Self(Arc::new(Inner {
            root: root.to_owned(),
            tree: Mutex::new(tree),
            next_draft: AtomicU64::new(0),
            _lock: lock,
        })))
    }

    fn tree(&self) -> MutexGuard<'_, FolderTree> {
        self.0.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bucket_path(&self, bucket: &str) -> PathBuf {
        self.0.root.join(BUCKETS).join(bucket)
    }

    fn incoming_path(&self) -> PathBuf {
        let number = self.0.next_draft.fetch_add(1, Ordering::Relaxed);
        self.0.root.join(INCOMING).join(number.to_string())
    }

    /// The record of an entry, read from its file when it is asked for the first time.
    fn record(&self, bucket: &str, entry: &mut Entry) -> io::Result<Arc<ObjectRecord>> {
        if let Some(record) = &entry.record {
            return Ok(record.clone());
        }
        let record = Arc::new(file::read::<Footer>(&self.bucket_path(bucket).join(&entry.file_name))?.object);
        entry.record = Some(record.clone());
        Ok(record)
    }

    /// Makes an object visible: its file goes to its place if the guard agrees with what is there now.
    fn publish(
        &self,
        tree: &mut FolderTree,
        bucket: &str,
        footer: Footer,
        guard: Guard<'_>,
        publish: impl FnOnce(PathBuf) -> io::Result<()>,
    ) -> Result<(), Refusal> {
        let objects = tree.objects(bucket)?;
        let current = objects.get_mut(&footer.key).map(|entry| self.record(bucket, entry)).transpose()?;
        guard(current.as_deref())?;
        let file_name = names::file_name(&footer.key);
        publish(self.bucket_path(bucket).join(&file_name))?;
        objects.insert(footer.key, Entry { file_name, record: Some(Arc::new(footer.object)) });
        Ok(())
    }
}

#[async_trait::async_trait]
impl Store for FolderStore {
    fn buckets(&self) -> Vec<(String, BucketRecord)> {
        self.tree().buckets()
    }

    fn bucket(&self, name: &str) -> Option<BucketRecord> {
        self.tree().bucket(name).cloned()
    }

    fn create_bucket(&self, name: &str, record: BucketRecord) -> io::Result<Option<BucketRecord>> {
        let mut tree = self.tree();
        if let Some(existing) = tree.bucket(name) {
            return Ok(Some(existing.clone()));
        }
        let draft = self.incoming_path();
        fs::create_dir(&draft)?;
        fs::write(draft.join(BUCKET_FILE), serde_json::to_vec(&record)?)?;
        fs::rename(&draft, self.bucket_path(name))?;
        tree.insert_bucket(name, record);
        Ok(None)
    }

    fn delete_bucket(&self, name: &str) -> Result<(), Refusal> {
        let mut tree = self.tree();
        tree.check_removable(name)?;
        let grave = self.incoming_path();
        fs::rename(self.bucket_path(name), &grave)?;
        tree.remove_bucket(name);
        Ok(fs::remove_dir_all(grave)?)
    }

    fn find(&self, bucket: &str, key: &str) -> Result<Option<Arc<ObjectRecord>>, Refusal> {
        let mut tree = self.tree();
        let entry = tree.objects(bucket)?.get_mut(key);
        Ok(entry.map(|entry| self.record(bucket, entry)).transpose()?)
    }

    fn next(&self, bucket: &str, from: Bound<&str>) -> Result<Option<(String, Arc<ObjectRecord>)>, Refusal> {
        let mut tree = self.tree();
        let Some((key, entry)) = tree.next(bucket, from)? else { return Ok(None) };
        Ok(Some((key.clone(), self.record(bucket, entry)?)))
    }

    async fn open(&self, bucket: &str, key: &str) -> Result<Option<Box<dyn Reader>>, Refusal> {
        let mut tree = self.tree();
        let Some(entry) = tree.objects(bucket)?.get_mut(key) else { return Ok(None) };
        // Opened under the lock: the record and the file are of one version, and stay readable.
        let record = self.record(bucket, entry)?;
        let file = File::open(self.bucket_path(bucket).join(&entry.file_name))?;
        Ok(Some(Box::new(FolderReader { record, file })))
    }

    async fn begin(&self) -> io::Result<Box<dyn Draft>> {
        Ok(Box::new(FolderDraft::create(self.clone()).await?))
    }

    fn delete(&self, bucket: &str, key: &str, guard: Guard<'_>) -> Result<(), Refusal> {
        let mut tree = self.tree();
        let objects = tree.objects(bucket)?;
        let Some(entry) = objects.get_mut(key) else { return guard(None) };
        guard(Some(&*self.record(bucket, entry)?))?;
        fs::remove_file(self.bucket_path(bucket).join(&entry.file_name))?;
        objects.remove(key);
        Ok(())
    }
}

/// Marks the folder as a store, or makes sure that it is one of this format.
fn claim(root: &Path) -> io::Result<()> {
    let marker = root.join(MARKER);
    match fs::read(&marker) {
        // A process may have been killed between making the file and writing it.
        Ok(bytes) if !bytes.is_empty() => {
            let found: Marker = serde_json::from_slice(&bytes)?;
            if found.format == FORMAT {
                return Ok(());
            }
            let message = format!(
                "{} was written by another version of this server: it has format {}, this one reads {FORMAT}",
                root.display(),
                found.format
            );
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        absent_or_empty => {
            if absent_or_empty.is_err() && fs::read_dir(root)?.next().is_some() {
                let message = format!("{} is not empty and not an object store", root.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
            }
            fs::write(&marker, serde_json::to_vec(&Marker { format: FORMAT })?)
        }
    }
}

fn read_tree(buckets: &Path) -> io::Result<FolderTree> {
    let mut tree = Tree::default();
    for folder in fs::read_dir(buckets)? {
        let folder = folder?;
        let Ok(name) = folder.file_name().into_string() else { continue };
        let Ok(record) = fs::read(folder.path().join(BUCKET_FILE)) else { continue };
        tree.insert_bucket(&name, serde_json::from_slice(&record)?);
        if let Ok(uploads) = tree.uploads(&name) {
            uploads::read(&folder.path(), uploads)?;
        }
        let Ok(objects) = tree.objects(&name) else { continue };
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let Ok(file_name) = file.file_name().into_string() else { continue };
            let (key, record) = match names::read(&file_name) {
                Named::Key(key) => (key, None),
                Named::InRecord => {
                    let footer: Footer = file::read(&file.path())?;
                    (footer.key, Some(Arc::new(footer.object)))
                }
                Named::Foreign => continue,
            };
            objects.insert(key, Entry { file_name, record });
        }
    }
    Ok(tree)
}

#[derive(Deserialize, Serialize)]
struct Marker {
    format: u32,
}

const FORMAT: u32 = 2;
const MARKER: &str = "windlass-store.json";
const BUCKETS: &str = "buckets";
const BUCKET_FILE: &str = "bucket.json";
/// Drafts, and what is about to be deleted. Emptied when the store is opened.
const INCOMING: &str = "incoming";
