//! Content in files: read in pieces, and written into a file that is at nobody's place yet.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::file::{self, Footer};
use super::{FolderStore, uploads};
use crate::refusal::Refusal;
use crate::store::{ByteStream, Draft, Guard, ObjectRecord, PartRecord, Reader, UploadName};

/// A version of an object, open: whatever becomes of its name.
pub(super) struct FolderReader {
    pub(super) record: Arc<ObjectRecord>,
    pub(super) file: File,
}

#[async_trait::async_trait]
impl Reader for FolderReader {
    fn record(&self) -> &Arc<ObjectRecord> {
        &self.record
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

    async fn close(&mut self, tail: &[u8]) -> io::Result<()> {
        self.file.write_all(tail).await?;
        self.file.flush().await
    }

    /// Moves the file to its place.
    fn publish(&mut self, place: PathBuf) -> io::Result<()> {
        match self.path.take() {
            Some(path) => std::fs::rename(path, place),
            None => Ok(()),
        }
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
    ) -> Result<(), Refusal> {
        let footer = Footer { key: key.to_owned(), object: record };
        self.close(&file::to_bytes(&footer)?).await?;
        let store = self.store.clone();
        store.publish(&mut store.tree(), bucket, footer, guard, |place| self.publish(place))
    }

    async fn commit_part(
        mut self: Box<Self>,
        upload: UploadName<'_>,
        number: u16,
        record: PartRecord,
    ) -> Result<(), Refusal> {
        self.close(&file::to_bytes(&record)?).await?;
        let store = self.store.clone();
        uploads::publish_part(&store, upload, number, record, |place| self.publish(place))
    }

    async fn commit_upload(
        mut self: Box<Self>,
        upload: UploadName<'_>,
        record: ObjectRecord,
        guard: Guard<'_>,
    ) -> Result<(), Refusal> {
        let footer = Footer { key: upload.key.to_owned(), object: record };
        self.close(&file::to_bytes(&footer)?).await?;
        let store = self.store.clone();
        let mut tree = store.tree();
        tree.upload(upload)?;
        store.publish(&mut tree, upload.bucket, footer, guard, |place| self.publish(place))?;
        uploads::forget(&store, &mut tree, upload)
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
