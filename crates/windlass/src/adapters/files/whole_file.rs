//! A file that is complete under its name, or not there.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use tokio::fs::File;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::blocking;
use super::target_tree::{Created, Place};

/// A file that is being written. It has a temporary name beside the final one, and is deleted when it is dropped before
/// it is published.
///
/// ```no_run
/// use tokio::io::AsyncWriteExt as _;
/// use windlass::adapters::files::{Publication, TargetTree};
///
/// # async fn example() -> std::io::Result<()> {
/// let mut file = TargetTree::new("backup").create("2026/notes.txt").await?;
/// file.write_all(b"content").await?;
/// file.publish(Publication::new()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct WholeFile {
    file: File,
    place: Place,
}

/// How a file gets its name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Publication {
    modified: Option<SystemTime>,
    keep_existing: bool,
    durability: Durability,
}

/// What a loss of power leaves of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Durability {
    /// Whatever the system has written by then; perhaps an incomplete file.
    #[default]
    Cached,
    /// The complete file, or none.
    Content,
    /// The complete file, with the names of new folders above it. Not every system can do this for folders.
    Name,
}

/// How the publication of a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// The file has its name.
    Done,
    /// Another file has the name, and was kept.
    Kept,
}

impl Publication {
    /// Replaces a file of the same name, and leaves times and the disk to the system.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the modification time of the file. By default it is the time of writing.
    #[must_use]
    pub fn modified(mut self, time: SystemTime) -> Self {
        self.modified = Some(time);
        self
    }

    /// Keeps what has the name of the file.
    #[must_use]
    pub fn keep_existing(mut self) -> Self {
        self.keep_existing = true;
        self
    }

    /// Sets what a loss of power leaves of the file. By default nothing is waited for.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }
}

impl WholeFile {
    pub(super) fn new(created: Created) -> Self {
        Self { file: File::from_std(created.file), place: created.place }
    }

    /// Gives the file its name. An error leaves what had the name before.
    ///
    /// # Errors
    /// The file cannot be written, or cannot have its name; its folder or its temporary file was replaced while it was
    /// written.
    pub async fn publish(mut self, publication: Publication) -> io::Result<Published> {
        self.file.flush().await?;
        let (file, mut place) = (self.file.into_std().await, self.place);
        blocking(move || {
            if let Some(modified) = publication.modified {
                file.set_modified(modified)?;
            }
            if publication.durability >= Durability::Content {
                file.sync_all()?;
            }
            if publication.keep_existing {
                match place.take_free_name() {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(Published::Kept),
                    taken => taken?,
                }
            } else {
                place.replace()?;
            }
            if publication.durability >= Durability::Name {
                place.sync_names();
            }
            Ok(Published::Done)
        })
        .await
    }
}

impl AsyncWrite for WholeFile {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.file).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_shutdown(context)
    }
}
