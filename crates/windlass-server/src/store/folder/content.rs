//! Content in files: read in pieces, and written into a file that is at nobody's place yet.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::{FolderStore, uploads};
use crate::refusal::Refusal;
use crate::store::{ByteStream, Draft, Guard, ObjectRecord, PartRecord, Reader, State, UploadName, Version};

/// A version of an object, open: whatever becomes of its name.
pub(super) struct FolderReader {
    pub(super) version: Arc<Version>,
    pub(super) file: File,
}

#[async_trait::async_trait]
impl Reader for FolderReader {
    fn version(&self) -> &Arc<Version> {
        &self.version
    }

    async fn stream(self: Box<Self>, first: u64, length: u64) -> io::Result<ByteStream> {
        stream(self.file, first, length).await
    }
}

/// `length` bytes of a file from `first` on.
pub(super) async fn stream(file: File, first: u64, length: u64) -> io::Result<ByteStream> {
    let mut file = tokio::fs::File::from_std(file);
    file.set_max_buf_size(PIECE);
    file.seek(io::SeekFrom::Start(first)).await?;
    let pieces = futures_util::stream::try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let wanted = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let mut piece = BytesMut::zeroed(wanted);
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        Ok(Some((piece.freeze(), (file, left - read as u64))))
    });
    Ok(Box::pin(pieces))
}

/// A file that is being written. Dropped before its commit, it is removed.
pub(super) struct FolderDraft {
    store: FolderStore,
    /// `None` once the file has moved to its place.
    path: Option<PathBuf>,
    file: tokio::fs::File,
}

impl FolderDraft {
    pub(super) async fn create(store: FolderStore) -> io::Result<Self> {
        let path = store.incoming_path();
        let mut file = tokio::fs::File::create_new(&path).await?;
        file.set_max_buf_size(PIECE);
        Ok(Self { store, path: Some(path), file })
    }

    /// The file with all of the content in it, to be ended without waiting.
    async fn written(&mut self) -> io::Result<File> {
        self.file.flush().await?;
        Ok(self.file.try_clone().await?.into_std().await)
    }

    /// Ends the file with its record and moves it to its place.
    fn publish(&mut self, mut file: File, record: &[u8], place: &Path) -> io::Result<()> {
        file.write_all(record)?;
        if let Some(path) = &self.path {
            std::fs::rename(path, place)?;
        }
        self.path = None;
        Ok(())
    }
}

#[async_trait::async_trait]
impl Draft for FolderDraft {
    async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.file.write_all(&bytes).await
    }

    async fn commit(
        mut self: Box<Self>,
        bucket: &str,
        key: &str,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal> {
        let file = self.written().await?;
        let store = self.store.clone();
        let state = State::Object(Box::new(record));
        let mut tree = store.tree();
        store.publish(&mut tree, (bucket, key), state, guard, |record, place| {
            self.publish(file, record, place)
        })
    }

    async fn commit_part(
        mut self: Box<Self>,
        upload: UploadName<'_>,
        number: u16,
        record: PartRecord,
    ) -> Result<(), Refusal> {
        let file = self.written().await?;
        let store = self.store.clone();
        uploads::publish_part(&store, upload, number, record, |record, place| {
            self.publish(file, record, place)
        })
    }

    async fn commit_upload(
        mut self: Box<Self>,
        upload: UploadName<'_>,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<Arc<Version>, Refusal> {
        let file = self.written().await?;
        let store = self.store.clone();
        let state = State::Object(Box::new(record));
        let mut tree = store.tree();
        tree.upload(upload)?;
        let place = (upload.bucket, upload.key);
        let publish = |record: &[u8], place: &Path| self.publish(file, record, place);
        let version = store.publish(&mut tree, place, state, guard, publish)?;
        uploads::forget(&store, &mut tree, upload)?;
        Ok(version)
    }
}

impl Drop for FolderDraft {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // What cannot be removed now is removed when the store is opened again.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// How much is read from or written to a file at once, in bytes.
const PIECE: usize = 256 * 1024;
