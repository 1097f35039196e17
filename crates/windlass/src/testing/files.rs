//! In-memory files that lose unsynced changes on a simulated crash.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::ports::{BoxFuture, FileLock, Files};

/// Files in memory. Clones share the files.
///
/// [`crash`](Self::crash) reverts everything that [`Files`] does not guarantee: file content to the last
/// `sync` of the file (empty if it was never synced), and the names in a folder to the last `sync` of the
/// folder (a new file is gone, a removed one is back, a renamed one has its old name).
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use std::path::Path;
/// use windlass::ports::Files;
/// use windlass::testing::MemoryFiles;
///
/// let (folder, file) = (Path::new("/cache"), Path::new("/cache/token"));
/// let files = MemoryFiles::default();
/// files.create(file, b"one").await?;
/// files.sync(file).await?;
/// files.sync(folder).await?;
/// files.append(file, b", two").await?;
/// files.crash();
/// assert_eq!(files.read(file, 100).await?, b"one");
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(Arc<Mutex<Disk>>);

#[derive(Debug, Default)]
struct Disk {
    files: BTreeMap<FileNumber, Content>,
    /// The current names of the files.
    names: BTreeMap<PathBuf, FileNumber>,
    /// The names that survive a crash.
    synced_names: BTreeMap<PathBuf, FileNumber>,
    /// Folders are durable from the start.
    folders: BTreeSet<PathBuf>,
    locks: BTreeMap<FileNumber, Weak<()>>,
    created: FileNumber,
}

/// The identity of a file across renames.
type FileNumber = u64;

#[derive(Debug, Default)]
struct Content {
    current: Vec<u8>,
    synced: Vec<u8>,
}

impl MemoryFiles {
    /// Adds a durable file or replaces an existing one.
    #[must_use]
    pub fn file(self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        let (path, content) = (path.into(), content.into());
        let mut disk = self.disk();
        let number = disk.add(&path);
        disk.files.insert(number, Content { current: content.clone(), synced: content });
        disk.synced_names.insert(path, number);
        drop(disk);
        self
    }

    /// Simulates a crash of the machine: reverts unsynced changes and releases all locks.
    pub fn crash(&self) {
        let mut disk = self.disk();
        let disk = &mut *disk;
        disk.names = disk.synced_names.clone();
        disk.locks.clear();
        for content in disk.files.values_mut() {
            content.current = content.synced.clone();
        }
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ready<'a, T: 'a>(
        &'a self,
        work: impl FnOnce(&mut Disk) -> io::Result<T> + Send + 'a,
    ) -> BoxFuture<'a, io::Result<T>> {
        Box::pin(async move { work(&mut self.disk()) })
    }
}

impl Disk {
    /// Finds the file of this name.
    fn find(&self, path: &Path) -> io::Result<FileNumber> {
        match self.names.get(path) {
            Some(number) => Ok(*number),
            None if self.folders.contains(path) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(self.missing(path)),
        }
    }

    /// Returns the error for a missing name.
    fn missing(&self, path: &Path) -> io::Error {
        let below_a_file = path.ancestors().skip(1).any(|above| self.names.contains_key(above));
        if below_a_file { io::ErrorKind::NotADirectory.into() } else { io::ErrorKind::NotFound.into() }
    }

    fn content(&mut self, path: &Path) -> io::Result<&mut Content> {
        let number = self.find(path)?;
        Ok(self.files.entry(number).or_default())
    }

    /// Adds an empty file and its parent folders.
    fn add(&mut self, path: &Path) -> FileNumber {
        self.folders.extend(path.ancestors().skip(1).map(Path::to_owned));
        self.created += 1;
        self.names.insert(path.to_owned(), self.created);
        self.files.insert(self.created, Content::default());
        self.created
    }

    fn create(&mut self, path: &Path) -> io::Result<FileNumber> {
        match self.find(path) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                Err(io::ErrorKind::AlreadyExists.into())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(self.add(path)),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let content = &self.content(path)?.current;
        if content.len() > limit {
            let message = format!("the file has more than {limit} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(content.clone())
    }

    fn sync(&mut self, path: &Path) -> io::Result<()> {
        if !self.folders.contains(path) {
            let content = self.content(path)?;
            content.synced = content.current.clone();
            return Ok(());
        }
        let is_inside = |name: &Path| name.parent() == Some(path);
        self.synced_names.retain(|name, _| !is_inside(name));
        let inside = self.names.iter().filter(|(name, _)| is_inside(name));
        self.synced_names.extend(inside.map(|(name, number)| (name.clone(), *number)));
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let number = self.find(from)?;
        if self.folders.contains(to) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !to.parent().is_some_and(|folder| self.folders.contains(folder)) {
            return Err(self.missing(to));
        }
        self.names.remove(from);
        self.names.insert(to.to_owned(), number);
        Ok(())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        if !self.folders.contains(folder) {
            return Err(match self.find(folder) {
                Ok(_) => io::ErrorKind::NotADirectory.into(),
                Err(error) => error,
            });
        }
        let entries = self.names.keys().chain(&self.folders);
        let inside = entries.filter(|path| path.parent() == Some(folder));
        let names: BTreeSet<OsString> =
            inside.filter_map(|path| path.file_name().map(OsString::from)).collect();
        Ok(names.into_iter().collect())
    }

    fn lock(&mut self, path: &Path) -> io::Result<FileLock> {
        let number = match self.find(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.add(path),
            found => found?,
        };
        if self.locks.get(&number).is_some_and(|lock| lock.strong_count() > 0) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let guard = Arc::new(());
        self.locks.insert(number, Arc::downgrade(&guard));
        Ok(FileLock::new(guard))
    }
}

impl Files for MemoryFiles {
    fn read_blocking(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.disk().read(path, limit)
    }

    fn read<'a>(&'a self, path: &'a Path, limit: usize) -> BoxFuture<'a, io::Result<Vec<u8>>> {
        self.ready(move |disk| disk.read(path, limit))
    }

    fn create<'a>(&'a self, path: &'a Path, content: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        self.ready(move |disk| {
            let number = disk.create(path)?;
            disk.files.insert(number, Content { current: content.to_vec(), synced: Vec::new() });
            Ok(())
        })
    }

    fn append<'a>(&'a self, path: &'a Path, content: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        self.ready(move |disk| {
            disk.content(path)?.current.extend_from_slice(content);
            Ok(())
        })
    }

    fn sync<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        self.ready(move |disk| disk.sync(path))
    }

    fn rename<'a>(&'a self, from: &'a Path, to: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        self.ready(move |disk| disk.rename(from, to))
    }

    fn list<'a>(&'a self, folder: &'a Path) -> BoxFuture<'a, io::Result<Vec<OsString>>> {
        self.ready(move |disk| disk.list(folder))
    }

    fn remove<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        self.ready(move |disk| {
            disk.find(path)?;
            disk.names.remove(path);
            Ok(())
        })
    }

    fn lock<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<FileLock>> {
        self.ready(move |disk| disk.lock(path))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const FOLDER: &str = "/a";
    const ONE: &str = "/a/one";
    const TWO: &str = "/a/two";

    fn now<T>(future: BoxFuture<'_, io::Result<T>>) -> io::Result<T> {
        future.now_or_never().expect("memory is always ready")
    }

    fn sync(files: &MemoryFiles, path: &str) {
        now(files.sync(Path::new(path))).unwrap();
    }

    fn text(files: &MemoryFiles, path: &str) -> Option<String> {
        match files.read_blocking(Path::new(path), 100) {
            Ok(content) => Some(String::from_utf8(content).unwrap()),
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::NotFound);
                None
            }
        }
    }

    fn create(files: &MemoryFiles, path: &str, content: &str) {
        now(files.create(Path::new(path), content.as_bytes())).unwrap();
    }

    #[test]
    fn a_new_file_survives_a_crash_once_it_and_its_folder_are_synced() {
        for (synced, left) in [
            (vec![], None),
            (vec![ONE], None),
            (vec![FOLDER], Some("")),
            (vec![ONE, FOLDER], Some("x")),
            (vec![FOLDER, ONE], Some("x")),
        ] {
            let files = MemoryFiles::default();
            create(&files, ONE, "x");
            synced.iter().for_each(|path| sync(&files, path));
            assert_eq!(text(&files, ONE).as_deref(), Some("x"));
            files.crash();
            assert_eq!(text(&files, ONE).as_deref(), left, "{synced:?}");
        }
    }

    #[test]
    fn appended_bytes_survive_a_crash_once_they_are_synced() {
        let files = MemoryFiles::default().file(ONE, "1");
        for (content, synced) in [("2", true), ("3", false)] {
            now(files.append(Path::new(ONE), content.as_bytes())).unwrap();
            if synced {
                sync(&files, ONE);
            }
        }
        assert_eq!(text(&files, ONE).unwrap(), "123");
        files.crash();
        assert_eq!(text(&files, ONE).unwrap(), "12");
    }

    #[test]
    fn a_new_name_survives_a_crash_once_the_folder_is_synced() {
        let files = MemoryFiles::default().file(ONE, "new").file(TWO, "old");
        let rename = || now(files.rename(Path::new(ONE), Path::new(TWO))).unwrap();
        rename();
        assert_eq!((text(&files, ONE), text(&files, TWO).unwrap()), (None, "new".to_owned()));
        files.crash();
        assert_eq!(
            (text(&files, ONE).unwrap(), text(&files, TWO).unwrap()),
            ("new".to_owned(), "old".to_owned())
        );
        rename();
        sync(&files, FOLDER);
        files.crash();
        assert_eq!((text(&files, ONE), text(&files, TWO).unwrap()), (None, "new".to_owned()));
    }

    #[test]
    fn an_unsynced_replacement_is_empty_after_a_crash() {
        let files = MemoryFiles::default().file(TWO, "old");
        create(&files, ONE, "new");
        now(files.rename(Path::new(ONE), Path::new(TWO))).unwrap();
        sync(&files, FOLDER);
        files.crash();
        assert_eq!(text(&files, TWO).unwrap(), "");
    }

    #[test]
    fn a_removed_file_is_back_after_a_crash_until_its_folder_is_synced() {
        let files = MemoryFiles::default().file(ONE, "x");
        let remove = || now(files.remove(Path::new(ONE))).unwrap();
        remove();
        files.crash();
        assert_eq!(text(&files, ONE).unwrap(), "x");
        remove();
        sync(&files, FOLDER);
        files.crash();
        assert_eq!(text(&files, ONE), None);
    }

    #[test]
    fn a_sync_of_one_folder_does_not_sync_others() {
        let files = MemoryFiles::default();
        create(&files, ONE, "x");
        create(&files, "/a/b/three", "x");
        sync(&files, "/a/b");
        files.crash();
        assert_eq!((text(&files, ONE), text(&files, "/a/b/three").unwrap()), (None, String::new()));
        assert_eq!(now(files.list(Path::new(FOLDER))).unwrap(), ["b"]);
    }

    #[test]
    fn a_lock_does_not_survive_a_crash_and_its_drop_does_not_release_the_next_one() {
        let files = MemoryFiles::default().file(ONE, "");
        let lock = || now(files.lock(Path::new(ONE)));
        let before = lock().unwrap();
        files.crash();
        let _after = lock().unwrap();
        drop(before);
        assert_eq!(lock().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}
