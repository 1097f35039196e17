//! A persistent store: one folder for each bucket, one file for each version. Every change is one rename or
//! one unlink, so a killed process leaves either the old state or the new one. Nothing is synced to disk: a
//! power failure can lose the last writes.

mod draft;
mod file;
mod keys;
mod names;
mod reader;
mod uploads;

use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use self::draft::FolderDraft;
use self::file::Footer;
use self::keys::Key;
use self::reader::FolderReader;
use self::uploads::PartFile;
use super::ids::Ids;
use super::tree::Tree;
use super::versions::Deletion;
use super::{BucketRecord, Change, Deleted, Draft, Guard, Place, Reader, State, Store, Version};
use crate::refusal::{Code, Refusal};

/// The size of one read or write, in bytes.
const PIECE: usize = 256 * 1024;

/// A store in a folder, for its exclusive use.
#[derive(Clone, Debug)]
pub(crate) struct FolderStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    tree: Mutex<FolderTree>,
    ids: Ids,
    next_draft: AtomicU64,
    /// Holds the lock; closing the file releases it.
    _lock: File,
}

type FolderTree = Tree<Key, PartFile>;

impl FolderStore {
    /// Opens or creates the folder. Removes leftovers of a killed process.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::ResourceBusy`] when another server has the folder open,
    /// [`io::ErrorKind::AlreadyExists`] when it contains other files.
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
            ids: Ids::lasting(),
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

    /// Makes a version visible if the guard agrees with the current state. `publish` appends the record and
    /// renames the file.
    fn publish(
        &self,
        tree: &mut FolderTree,
        (bucket, key): (&str, &str),
        state: State,
        guard: Guard<'_>,
        publish: impl FnOnce(&[u8], &Path) -> io::Result<()>,
    ) -> Result<Arc<Version>, Refusal> {
        let folder = self.bucket_path(bucket);
        let branch = tree.bucket(bucket)?;
        let mut none = Key::default();
        let versions = branch.keys.get_mut(key).unwrap_or(&mut none).read(&folder)?;
        guard(versions.newest().map(Arc::as_ref))?;
        let version = versions.next(key, state, branch.record.versioning, &self.0.ids);
        let file_name = keys::file_name(key, &version);
        let footer = Footer { key: key.to_owned(), version };
        publish(&file::to_bytes(&footer)?, &folder.join(&file_name))?;
        let version = Arc::new(footer.version);
        let versions = branch.keys.entry(key.to_owned()).or_default().read(&folder)?;
        // The replaced version had the same file name.
        if versions.put(version.clone(), file_name.clone()).is_some() {
            keys::remove_annotations(&folder, &file_name)?;
        }
        Ok(version)
    }
}

#[async_trait::async_trait]
impl Store for FolderStore {
    fn buckets(&self) -> Vec<(String, BucketRecord)> {
        self.tree().buckets()
    }

    fn bucket(&self, name: &str) -> Option<BucketRecord> {
        self.tree().record(name).cloned()
    }

    fn create_bucket(&self, name: &str, record: BucketRecord) -> io::Result<Option<BucketRecord>> {
        let mut tree = self.tree();
        if let Some(existing) = tree.record(name) {
            return Ok(Some(existing.clone()));
        }
        let draft = self.incoming_path();
        fs::create_dir(&draft)?;
        fs::write(draft.join(BUCKET_FILE), serde_json::to_vec(&record)?)?;
        fs::rename(&draft, self.bucket_path(name))?;
        tree.insert_bucket(name, record);
        Ok(None)
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
        let draft = self.incoming_path();
        fs::write(&draft, serde_json::to_vec(&changed).map_err(io::Error::from)?)?;
        fs::rename(draft, self.bucket_path(name).join(BUCKET_FILE))?;
        *record = changed;
        Ok(())
    }

    fn delete_bucket(&self, name: &str) -> Result<(), Refusal> {
        let mut tree = self.tree();
        tree.check_removable(name)?;
        let grave = self.incoming_path();
        fs::rename(self.bucket_path(name), &grave)?;
        tree.remove_bucket(name);
        Ok(fs::remove_dir_all(grave)?)
    }

    fn find(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Option<Arc<Version>>, Refusal> {
        let mut tree = self.tree();
        let Some(key) = tree.bucket(bucket)?.keys.get_mut(key) else { return Ok(None) };
        let versions = key.read(&self.bucket_path(bucket))?;
        Ok(versions.get(version).map(|(version, _)| version.clone()))
    }

    fn next(&self, bucket: &str, from: Bound<&str>) -> Result<Option<(String, Arc<Version>)>, Refusal> {
        let folder = self.bucket_path(bucket);
        Ok(self.tree().bucket(bucket)?.next(from, |key| Ok(key.read(&folder)?))?)
    }

    fn next_version(
        &self,
        bucket: &str,
        place: Place<'_>,
    ) -> Result<Option<(String, Arc<Version>, bool)>, Refusal> {
        let folder = self.bucket_path(bucket);
        Ok(self.tree().bucket(bucket)?.next_version(place, |key| Ok(key.read(&folder)?))?)
    }

    async fn open(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Box<dyn Reader>>, Refusal> {
        let mut tree = self.tree();
        let folder = self.bucket_path(bucket);
        let Some(key) = tree.bucket(bucket)?.keys.get_mut(key) else { return Ok(None) };
        let Some((version, file_name)) = key.read(&folder)?.get(version) else { return Ok(None) };
        // Opened under the lock: record and file belong to the same version and stay readable.
        let file = File::open(folder.join(file_name))?;
        Ok(Some(Box::new(FolderReader { version: version.clone(), file })))
    }

    async fn begin(&self) -> io::Result<Box<dyn Draft>> {
        Ok(Box::new(FolderDraft::create(self.clone()).await?))
    }

    fn annotate(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        change: Change<'_>,
    ) -> Result<Arc<Version>, Refusal> {
        let mut tree = self.tree();
        let folder = self.bucket_path(bucket);
        let mut none = Key::default();
        let versions = tree.bucket(bucket)?.keys.get_mut(key).unwrap_or(&mut none).read(&folder)?;
        let found = versions.get(version).cloned();
        let annotations = change(found.as_ref().map(|(version, _)| &**version))?;
        let Some((found, file_name)) = found else { return Err(Code::NoSuchKey.into()) };
        let changed = Arc::new(found.with_annotations(annotations));
        keys::write_annotations(&folder, &self.incoming_path(), &file_name, &changed)?;
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
        let folder = self.bucket_path(bucket);
        let branch = tree.bucket(bucket)?;
        let versioning = branch.record.versioning;
        match Deletion::of(version, versioning) {
            Deletion::Mark => {
                let draft = self.incoming_path();
                let state = State::DeleteMarker(now);
                let marker = self.publish(&mut tree, (bucket, key), state, guard, |record, place| {
                    fs::write(&draft, record)?;
                    fs::rename(&draft, place)
                })?;
                Ok(Deleted { version: Some(marker.id.clone()), is_marker: true })
            }
            Deletion::Remove(id) => {
                let mut none = Key::default();
                let versions = branch.keys.get_mut(key).unwrap_or(&mut none).read(&folder)?;
                let found = versions.get(Some(id));
                guard(found.map(|(version, _)| &**version))?;
                let is_marker = found.is_some_and(|(version, _)| version.object().is_none());
                if let Some((_, file_name)) = found {
                    // First, so that a later version of this name cannot find them.
                    keys::remove_annotations(&folder, file_name)?;
                    fs::remove_file(folder.join(file_name))?;
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

/// Marks the folder as a store, or checks its format.
fn claim(root: &Path) -> io::Result<()> {
    let marker = root.join(MARKER);
    match fs::read(&marker) {
        // The process can be killed between creating the file and writing it.
        Ok(bytes) if !bytes.is_empty() => {
            let found: Marker = file::read_json(&marker)?;
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
        let record = folder.path().join(BUCKET_FILE);
        if !record.exists() {
            continue;
        }
        let branch = tree.insert_bucket(&name, file::read_json(&record)?);
        branch.keys = keys::read_all(&folder.path())?;
        uploads::read(&folder.path(), &mut branch.uploads)?;
    }
    Ok(tree)
}

#[derive(Deserialize, Serialize)]
struct Marker {
    format: u32,
}

const FORMAT: u32 = 3;
const MARKER: &str = "windlass-store.json";
const BUCKETS: &str = "buckets";
const BUCKET_FILE: &str = "bucket.json";
/// Temporary files and files to be deleted. Emptied when the store is opened.
const INCOMING: &str = "incoming";
