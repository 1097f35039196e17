//! A file that appears under its name only once it is complete.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use tokio::fs::File;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::blocking;
use super::target_tree::{Created, Place};

/// A file being written, under a temporary name in its final folder. Dropping it before it is published deletes it.
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

/// Options for publishing a file under its name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Publication {
    modified: Option<SystemTime>,
    keep_existing: bool,
    durability: Durability,
}

/// The durability of a published file after a power loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Durability {
    /// Not synced: the file may be missing or incomplete.
    #[default]
    Cached,
    /// Content synced: the file is complete or missing.
    Content,
    /// Content and names synced, including the names of new parent folders. Not all systems can sync folders.
    Name,
}

/// The outcome of publishing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// The file is published under its name.
    Done,
    /// Another file has the name and was kept.
    Kept,
}

impl Publication {
    /// Default options: replace a file of the same name, without syncing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the modification time of the file. By default it is the time of writing.
    #[must_use]
    pub fn modified(mut self, time: SystemTime) -> Self {
        self.modified = Some(time);
        self
    }

    /// Keeps an existing file of the same name.
    #[must_use]
    pub fn keep_existing(mut self) -> Self {
        self.keep_existing = true;
        self
    }

    /// Sets the durability. The default is [`Durability::Cached`].
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

    /// Publishes the file under its name. On error an existing file of that name is unchanged.
    ///
    /// # Errors
    /// The file cannot be written or renamed; its folder or its temporary file was replaced in the meantime.
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
