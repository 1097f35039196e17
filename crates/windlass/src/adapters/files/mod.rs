//! Local files and folders, accessed by handles.
//!
//! A path is resolved again at every use, so another process can replace a folder in it by a symbolic link. A handle
//! keeps referring to the opened folder. This module opens a root once, each folder below it from the handle of its
//! parent, and reads, creates, renames and deletes files with the handle of their folder. Windows has no such
//! operations: there, paths are checked before use.
//!
//! A move of a folder to S3, which deletes each file after S3 has confirmed it:
//!
//! ```no_run
//! use windlass::Client;
//! use windlass::adapters::files::{Links, Removal, SourceTree};
//! use windlass::paths::Filter;
//!
//! # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let source = SourceTree::list("photos", Vec::new(), Links::FollowToFiles, Filter::default()).await?;
//! for file in source.files {
//!     let opened = file.open().await?;
//!     let uploaded = client.upload("bucket", file.relative(), opened.body()).await?;
//!     if uploaded.is_confirmed() && !uploaded.whole_unverified {
//!         assert_eq!(opened.remove().await?, Removal::Done);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod case;
mod open_folders;
#[cfg_attr(unix, path = "by_handle.rs")]
#[cfg_attr(not(unix), path = "by_path.rs")]
mod platform;
mod source_file;
mod source_folder;
mod source_tree;
mod status;
mod target_tree;
#[cfg(test)]
mod tests;
mod whole_file;

use std::io;

use tokio::runtime::Handle;

pub use case::CaseProbe;
pub use source_file::{OpenedFile, Removal, SourceFile};
pub use source_tree::{LINKED_FOLDER, Links, SourceTree};
pub use target_tree::TargetTree;
pub use whole_file::{Durability, Publication, Published, WholeFile};

/// Runs blocking calls on a thread for blocking work.
async fn blocking<T: Send + 'static>(
    calls: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let runtime = Handle::try_current().map_err(io::Error::other)?;
    runtime.spawn_blocking(calls).await.map_err(io::Error::other)?
}
