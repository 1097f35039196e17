//! Streams content from files.

use std::fs::File;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::PIECE;
use crate::store::{ByteStream, Reader, Version};

/// An open version of an object. It stays readable after a rename or removal of the file.
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

/// Streams `length` bytes of a file from `first` on.
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
