//! Small files on the local file system.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use tokio::runtime::Handle;

use crate::ports::{BoxFuture, FileLock, Files};

/// Files on the local file system. Operations run on tokio's blocking threads, or on the calling thread
/// outside a runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalFiles;

impl Files for LocalFiles {
    fn read_blocking(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        read(path, limit)
    }

    fn read<'a>(&'a self, path: &'a Path, limit: usize) -> BoxFuture<'a, io::Result<Vec<u8>>> {
        let path = path.to_owned();
        blocking(move || read(&path, limit))
    }

    fn create<'a>(&'a self, path: &'a Path, content: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        let (path, content) = (path.to_owned(), content.to_vec());
        blocking(move || {
            let mut file = open_in_folder(OpenOptions::new().write(true).create_new(true), &path)?;
            file.write_all(&content).inspect_err(|_| {
                // The error of the write matters more than one of the removal.
                let _ = fs::remove_file(&path);
            })
        })
    }

    fn append<'a>(&'a self, path: &'a Path, content: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        let (path, content) = (path.to_owned(), content.to_vec());
        blocking(move || OpenOptions::new().append(true).open(path)?.write_all(&content))
    }

    fn sync<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        let path = path.to_owned();
        blocking(move || sync(&path))
    }

    fn rename<'a>(&'a self, from: &'a Path, to: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        let (from, to) = (from.to_owned(), to.to_owned());
        blocking(move || fs::rename(from, to))
    }

    fn list<'a>(&'a self, folder: &'a Path) -> BoxFuture<'a, io::Result<Vec<OsString>>> {
        let folder = folder.to_owned();
        blocking(move || {
            let entries = fs::read_dir(in_words(&folder))?;
            let mut names = entries
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<io::Result<Vec<OsString>>>()?;
            names.sort();
            Ok(names)
        })
    }

    fn remove<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        let path = path.to_owned();
        blocking(move || fs::remove_file(path))
    }

    fn lock<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<FileLock>> {
        let path = path.to_owned();
        blocking(move || {
            let mut options = OpenOptions::new();
            let file = open_in_folder(options.read(true).write(true).create(true).truncate(false), &path)?;
            match file.try_lock() {
                Ok(()) => Ok(FileLock::new(file)),
                Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
                Err(TryLockError::Error(error)) => Err(error),
            }
        })
    }
}

fn blocking<'a, T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> BoxFuture<'a, io::Result<T>> {
    Box::pin(async move {
        match Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(work).await.unwrap_or_else(|error| Err(error.into())),
            Err(_) => work(),
        }
    })
}

fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let bound = limit.saturating_add(1);
    // Allocated in full: a reallocation would leave a copy of a possible secret in memory.
    let expected =
        file.metadata().map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or(usize::MAX));
    let mut content = Vec::with_capacity(expected.saturating_add(1).min(bound));
    file.take(u64::try_from(bound).unwrap_or(u64::MAX)).read_to_end(&mut content)?;
    if content.len() > limit {
        let message = format!("the file has more than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(content)
}

/// Opens a file and creates it and its folder if they are missing.
fn open_in_folder(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().ok_or(error)?;
            create_folder(folder)?;
            options.open(path)
        }
        opened => opened,
    }
}

/// Creates a folder and its missing parents. An existing folder is left unchanged.
fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let created = match (builder.create(folder), folder.parent()) {
        (Err(error), Some(above)) if error.kind() == io::ErrorKind::NotFound => {
            create_folder(above)?;
            builder.create(folder)
        }
        (created, _) => created,
    };
    match (created, folder.parent()) {
        (Ok(()), Some(above)) => sync(above),
        (Ok(()), None) => Ok(()),
        (Err(error), _) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        (Err(error), _) => Err(error),
    }
}

#[cfg(unix)]
fn sync(path: &Path) -> io::Result<()> {
    File::open(in_words(path))?.sync_all()
}

/// These systems cannot sync folders, and sync files only through a writable handle.
#[cfg(not(unix))]
fn sync(path: &Path) -> io::Result<()> {
    let path = in_words(path);
    if fs::metadata(path)?.is_dir() { Ok(()) } else { OpenOptions::new().write(true).open(path)?.sync_all() }
}

/// Replaces the empty parent path of a bare file name with `.`, because system calls reject an empty path.
fn in_words(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
