//! A pipe or a device in the place of a file: content is written into it as it comes, and it stays what it is.

use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use crate::{ByteStream, Error, ErrorKind, Result};

/// A target that no file replaces.
pub(crate) struct StreamTarget {
    path: PathBuf,
}

impl StreamTarget {
    /// The pipe or device at this path, or behind a link at it; None for anything else, and where nothing is.
    pub(crate) async fn at(path: &Path) -> Option<Self> {
        let metadata = tokio::fs::metadata(path).await.ok()?;
        let is_stream = !metadata.is_file() && !metadata.is_dir();
        is_stream.then(|| Self { path: path.to_path_buf() })
    }

    /// Writes all of `content`. What was written before an error cannot be taken back.
    pub(crate) async fn write(self, content: ByteStream) -> Result<()> {
        let failed = |error| Error::of_writing(format!("{} cannot be written", self.path.display()), error);
        let mut file = File::options().write(true).open(&self.path).await.map_err(failed)?;
        content.write_to(&mut file).await.map_err(|error| match error.kind() {
            ErrorKind::DiskFull | ErrorKind::LocalFile => {
                error.with_remark(&format!("it was written to {}", self.path.display()))
            }
            _ => error,
        })?;
        file.flush().await.map_err(failed)
    }
}
