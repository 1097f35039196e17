//! Bodies from files, reopened for every attempt and checked for changes.

use std::fs::Metadata;
use std::io::{self, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use futures_core::Stream;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, Take};

use super::byte_stream::ReaderStream;
use super::{Body, BoxStream};
use crate::{Error, ErrorKind, Result};

impl Body {
    /// Creates a body from a file. The request fails with [`ErrorKind::LocalFileChanged`] if the file is
    /// replaced or its size or modification time changes before it is sent.
    ///
    /// # Errors
    /// [`ErrorKind::LocalFile`] if the file cannot be opened or is not a regular file;
    /// [`ErrorKind::NoRuntime`].
    pub async fn from_path(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        if let Err(error) = tokio::runtime::Handle::try_current() {
            return Err(Error::new(ErrorKind::NoRuntime, "no tokio runtime").with_source(error));
        }
        let metadata = tokio::fs::metadata(&path).await.map_err(|error| unusable(&path, error))?;
        if !metadata.is_file() {
            let message = format!("{} is not a regular file, so its length is unknown", path.display());
            return Err(Error::new(ErrorKind::LocalFile, message));
        }
        let stamp = Stamp::of(&metadata);
        let opened = path.clone();
        let open = Box::new(move || std::fs::File::open(&opened));
        Ok(Self::of_file(FileSource { open, path, stamp, first: Mutex::default() }))
    }

    /// Creates a body from an open file, which `open` reopens for every attempt after the first.
    pub(crate) fn from_opened(
        file: std::fs::File,
        path: PathBuf,
        open: impl Fn() -> io::Result<std::fs::File> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let stamp = Stamp::of(&file.metadata()?);
        let first = Mutex::new(Some(file));
        Ok(Self::of_file(FileSource { open: Box::new(open), path, stamp, first }))
    }

    fn of_file(source: FileSource) -> Self {
        let (length, source) = (source.stamp.length, Arc::new(source));
        Self::replayable_sections(length, move |range| read(Arc::clone(&source), range))
    }
}

/// A file that is reopened for each attempt and each section.
struct FileSource {
    open: Box<dyn Fn() -> io::Result<std::fs::File> + Send + Sync>,
    path: PathBuf,
    stamp: Stamp,
    /// The handle from the creation of the body.
    first: Mutex<Option<std::fs::File>>,
}

/// The identity of a file's content.
#[derive(PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Device and inode.
    #[cfg(unix)]
    identity: (u64, u64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;

        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            identity: (metadata.dev(), metadata.ino()),
        }
    }
}

impl FileSource {
    fn opened(&self) -> io::Result<std::fs::File> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let file = first.map_or_else(|| (self.open)(), Ok)?;
        if Stamp::of(&file.metadata()?) != self.stamp {
            return Err(changed(&self.path));
        }
        Ok(file)
    }
}

fn unusable(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::LocalFile, format!("reading {} failed", path.display())).with_source(error)
}

async fn read(source: Arc<FileSource>, range: Range<u64>) -> io::Result<BoxStream> {
    let (path, length) = (source.path.clone(), source.stamp.length);
    let opened = tokio::task::spawn_blocking(move || source.opened());
    let mut file = File::from_std(opened.await.map_err(io::Error::other)??);
    file.set_max_buf_size(FILE_BUFFER);
    if range.start > 0 {
        file.seek(SeekFrom::Start(range.start)).await?;
    }
    let left = range.end - range.start;
    // Reads one byte past the expected end of the file to detect growth.
    let reader = file.take(left + u64::from(range.end == length));
    Ok(Box::pin(FileStream { inner: ReaderStream::new(reader), left, path, ended: false }))
}

fn changed(path: &Path) -> io::Error {
    let message = format!("{} changed while it was being sent", path.display());
    io::Error::other(Error::new(ErrorKind::LocalFileChanged, message))
}

/// The size of one read on tokio's blocking threads.
const FILE_BUFFER: usize = 256 << 10;

/// The content of a file, whose size must not change while it is read.
struct FileStream {
    inner: ReaderStream<Take<File>>,
    left: u64,
    path: PathBuf,
    ended: bool,
}

impl Stream for FileStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut self.inner).poll_next(context);
        let next = match polled {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Ok(chunk))) => match self.left.checked_sub(chunk.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Some(Ok(chunk))
                }
                None => Some(Err(changed(&self.path))),
            },
            Poll::Ready(None) if self.left > 0 => Some(Err(changed(&self.path))),
            Poll::Ready(other) => other,
        };
        self.ended = !matches!(next, Some(Ok(_)));
        Poll::Ready(next)
    }
}

#[cfg(test)]
mod tests {
    use super::super::OpenBody;
    use super::*;
    use futures_util::StreamExt as _;

    async fn read(body: &Body) -> Result<Vec<u8>, String> {
        let OpenBody::Stream(mut stream) = body.open().await.map_err(|error| format!("{error}"))? else {
            panic!("expected a stream")
        };
        let mut all = Vec::new();
        while let Some(chunk) = stream.next().await {
            all.extend_from_slice(&chunk.map_err(|error| error.to_string())?);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn a_file_is_read_again_for_each_attempt() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, b"content").unwrap();
        let body = Body::from_path(&path).await.unwrap();
        assert_eq!(body.length(), Some(7));
        assert_eq!(read(&body).await.unwrap(), b"content");
        assert_eq!(read(&body).await.unwrap(), b"content");
    }

    #[tokio::test]
    async fn sections_of_a_file_add_up_to_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, b"0123456789").unwrap();
        let body = Body::from_path(&path).await.unwrap();
        assert_eq!(read(&body.section(0..4).unwrap()).await.unwrap(), b"0123");
        assert_eq!(read(&body.section(4..10).unwrap()).await.unwrap(), b"456789");
    }

    #[tokio::test]
    async fn a_changed_file_is_not_sent() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, b"content").unwrap();
        let body = Body::from_path(&path).await.unwrap();
        std::fs::write(&path, b"longer content").unwrap();
        let error = read(&body).await.unwrap_err();
        assert!(error.contains("changed while it was being sent"), "{error}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn another_file_of_the_same_size_and_time_is_not_sent() {
        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (directory.path().join("f"), directory.path().join("g"));
        for path in [&path, &other] {
            std::fs::write(path, b"content").unwrap();
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
        let body = Body::from_path(&path).await.unwrap();
        std::fs::rename(&other, &path).unwrap();
        let error = read(&body).await.unwrap_err();
        assert!(error.contains("changed while it was being sent"), "{error}");
    }

    #[tokio::test]
    async fn a_file_that_grows_while_it_is_being_sent_yields_one_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, b"content").unwrap();
        let body = Body::from_path(&path).await.unwrap();
        let Ok(OpenBody::Stream(mut stream)) = body.open().await else { panic!("expected a stream") };
        std::fs::write(&path, b"content and more").unwrap();
        let error = stream.next().await.unwrap().unwrap_err();
        assert!(error.to_string().contains("changed while it was being sent"), "{error}");
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn a_folder_and_a_missing_file_are_errors() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(Body::from_path(directory.path()).await.unwrap_err().kind(), ErrorKind::LocalFile);
        let missing = Body::from_path(directory.path().join("none")).await.unwrap_err();
        assert!(missing.to_string().contains("none"), "{missing}");
    }
}
