//! Standard input as a body that can be sent again: an unlinked temporary file.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use windlass::Body;

use crate::exit_code::ExitCode;
use crate::failure::Failure;

/// The most that one request can write or copy.
pub(crate) const LARGEST_OBJECT: u64 = 5 << 30;

const CHUNK: usize = 256 << 10;

/// Refuses what one request cannot move.
pub(crate) fn check_size(what: &str, size: u64) -> Result<(), Failure> {
    if size <= LARGEST_OBJECT {
        return Ok(());
    }
    let message =
        format!("{what} has {size} bytes: more than 5 GiB need a multipart upload, which windlass lacks yet");
    Err(Failure::new(ExitCode::Failed, message))
}

/// Reads standard input to its end.
pub(crate) async fn standard_input() -> Result<Body, Failure> {
    let failed =
        |error: std::io::Error| Failure::file("standard input cannot be kept in a temporary file", &error);
    let file = tempfile::tempfile().map_err(failed)?;
    let mut spool = tokio::fs::File::from_std(file.try_clone().map_err(failed)?);
    let mut input = tokio::io::stdin().take(LARGEST_OBJECT + 1);
    let length = tokio::io::copy(&mut input, &mut spool).await.map_err(failed)?;
    spool.flush().await.map_err(failed)?;
    check_size("standard input", length)?;
    let file = Arc::new(file);
    Ok(Body::replayable(length, move || {
        let file = Arc::clone(&file);
        async move {
            // Attempts follow each other, so the position that the clones share is theirs in turn.
            let mut clone: File = file.try_clone()?;
            clone.seek(SeekFrom::Start(0))?;
            Ok(stream::try_unfold(tokio::fs::File::from_std(clone), |mut file| async move {
                let mut chunk = BytesMut::with_capacity(CHUNK);
                let read = file.read_buf(&mut chunk).await?;
                Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(chunk), file)))
            }))
        }
    }))
}
