//! Downloads into a pipe or device, which is written in place instead of being replaced.

use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use crate::{ByteStream, Error, ErrorKind, Result};

/// A pipe or device that receives content.
pub(crate) struct StreamTarget {
    path: PathBuf,
}

impl StreamTarget {
    /// Returns the pipe or device at this path, following symbolic links. `None` for other files and missing
    /// paths.
    pub(crate) async fn at(path: &Path) -> Option<Self> {
        let metadata = tokio::fs::metadata(path).await.ok()?;
        let is_stream = !metadata.is_file() && !metadata.is_dir();
        is_stream.then(|| Self { path: path.to_path_buf() })
    }

    /// Writes all of `content`. Bytes written before an error cannot be undone.
    pub(crate) async fn write(self, content: ByteStream) -> Result<()> {
        let failed = |error| Error::of_writing(format!("writing {} failed", self.path.display()), error);
        let mut file = File::options().write(true).open(&self.path).await.map_err(failed)?;
        content.write_to(&mut file).await.map_err(|error| match error.kind() {
            ErrorKind::DiskFull | ErrorKind::LocalFile => {
                error.with_remark(&format!("the target is {}", self.path.display()))
            }
            _ => error,
        })?;
        file.flush().await.map_err(failed)
    }
}
