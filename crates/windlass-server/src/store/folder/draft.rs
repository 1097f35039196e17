//! Content in a temporary file, before its commit.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;

use super::{FolderStore, PIECE, uploads};
use crate::refusal::Refusal;
use crate::store::{Draft, Guard, ObjectRecord, PartRecord, State, UploadName, Version};

/// A file that is being written. It is removed if it is dropped before its commit.
pub(super) struct FolderDraft {
    store: FolderStore,
    /// `None` after the rename to the final path.
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

    /// Waits for pending writes and returns the file, which the caller completes synchronously.
    async fn written(&mut self) -> io::Result<File> {
        self.file.flush().await?;
        Ok(self.file.try_clone().await?.into_std().await)
    }

    /// Appends the record and moves the file to its final path.
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
            // A file that cannot be removed now is removed when the store is opened again.
            let _ = std::fs::remove_file(path);
        }
    }
}
