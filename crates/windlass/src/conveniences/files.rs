//! Transfers between objects and files (feature `fs`).

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::restart;
use crate::adapters::StreamTarget;
use crate::adapters::files::{Durability, Publication, TargetTree};
use crate::operations::GetObject;
use crate::paths::names_folder;
use crate::transfer::UploadOutput;
use crate::types::ObjectHead;
use crate::{Body, Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Uploads a file of any size, in parts if it is large. A file that changes while it is being sent is an
    /// error.
    ///
    /// To set options, use `client.put_object(bucket, key,
    /// Body::from_path(path).await?).content_type(..).in_parts()`.
    ///
    /// # Errors
    /// The file cannot be read or changes during the upload; and the errors of [`upload`](Self::upload).
    pub async fn upload_file(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> Result<UploadOutput> {
        let body = Body::from_path(path).await?;
        self.upload(bucket, key, body).await
    }

    /// Downloads an object to a file. The file atomically replaces an existing one once its content is
    /// complete and verified; on an error the existing file is unchanged. An existing pipe or device,
    /// directly or through a symbolic link, is written in place, and bytes written before an error cannot be
    /// undone.
    ///
    /// To set options, use `client.get_object(bucket, key).version_id(..).save_to(path)`.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let head = client.download_file("photos", "cat.jpg", "/tmp/cat.jpg").await?;
    /// println!("{:?} bytes", head.content_length);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind), including local file errors.
    pub async fn download_file(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> Result<ObjectHead> {
        self.get_object(bucket, key).save_to(path).await
    }
}

impl Request<GetObject> {
    /// Writes the content to a file, which is created or replaced once the content is complete and verified,
    /// or into a pipe or device. The folder must exist. If a download to a file is interrupted and cannot be
    /// resumed, it restarts from the beginning.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind), including local file errors.
    pub async fn save_to(self, path: impl Into<PathBuf>) -> Result<ObjectHead> {
        let (client, operation) = self.into_parts();
        client.check_runtime()?;
        let path = path.into();
        if let Some(target) = StreamTarget::at(&path).await {
            let object = client.send(operation).await?;
            target.write(object.body).await?;
            return Ok(object.head);
        }
        let unwritable = |error| Error::of_writing(format!("writing {} failed", path.display()), error);
        let (tree, name) = place_of(&path).map_err(unwritable)?;
        let (file, head) = restart::read_with(&client, &operation, async |object| {
            let mut file = tree.create(name).await.map_err(unwritable)?;
            object.body.write_to(&mut file).await.map_err(|error| match error.kind() {
                ErrorKind::DiskFull | ErrorKind::LocalFile => {
                    error.with_remark(&format!("the target is {}", path.display()))
                }
                _ => error,
            })?;
            Ok((file, object.head))
        })
        .await?;
        let publication = Publication::new().durability(Durability::Content);
        file.publish(publication).await.map_err(unwritable)?;
        Ok(head)
    }
}

/// Splits a path into the folder and the file name.
fn place_of(path: &Path) -> io::Result<(TargetTree, &OsStr)> {
    let name = path.file_name().filter(|_| !names_folder(path)).ok_or_else(|| {
        let message = format!("{} is not a valid file name", path.display());
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })?;
    Ok((TargetTree::existing(path.parent().unwrap_or(Path::new(""))), name))
}
