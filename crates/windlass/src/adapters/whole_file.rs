//! A file that appears under its name when it is whole, or not at all: written beside it under another name, and
//! renamed.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::File;

use crate::{ByteStream, Error, ErrorKind, Result};

/// A file under a name of its own, which is removed unless it is published.
pub(crate) struct WholeFile {
    file: File,
    temporary: Temporary,
    path: PathBuf,
}

/// The name under which the file is written.
struct Temporary {
    path: PathBuf,
    published: bool,
}

const TRIES: u32 = 100;

impl WholeFile {
    /// Makes a file in the folder of `path`. `chance` keeps two downloads apart that begin at once.
    pub(crate) async fn create(path: PathBuf, chance: f64) -> Result<Self> {
        if path.file_name().is_none() {
            let message = format!("{} cannot be the name of a file", path.display());
            return Err(Error::new(ErrorKind::LocalFile, message));
        }
        // Among the devices are links such as /dev/stdout, which a file would replace for everybody.
        let folder = tokio::fs::canonicalize(path.with_file_name(".")).await;
        if folder.is_ok_and(|folder| folder == Path::new("/dev") || folder.starts_with("/proc")) {
            let message = format!("{} cannot be the name of a file", path.display());
            return Err(Error::new(ErrorKind::LocalFile, message));
        }
        // No file takes the place of a folder, a pipe or a device such as /dev/null, nor of a link to one.
        let replaced = tokio::fs::metadata(&path).await.ok();
        if replaced.as_ref().is_some_and(|replaced| !replaced.is_file()) {
            let message = format!("{} is there and no regular file", path.display());
            return Err(Error::new(ErrorKind::LocalFile, message));
        }
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if let Some(replaced) = replaced {
            // Who could not read the file that is replaced cannot read the new one either.
            use std::os::unix::fs::PermissionsExt as _;
            options.mode(replaced.permissions().mode() & 0o777);
        }
        let mut taken = 0;
        loop {
            // The name does not grow with that of the file: there is a limit.
            let name = format!(".windlass-{:016x}-{taken}", chance.to_bits());
            let temporary = path.with_file_name(name);
            match options.open(&temporary).await {
                Ok(file) => {
                    let temporary = Temporary { path: temporary, published: false };
                    return Ok(Self { file, temporary, path });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && taken < TRIES => taken += 1,
                Err(error) => return Err(unwritable(&path, error)),
            }
        }
    }

    /// Writes all of `content`.
    pub(crate) async fn write(&mut self, content: ByteStream) -> Result<()> {
        let written = content.write_to(&mut self.file).await;
        written.map(|_| ()).map_err(|error| match error.kind() {
            ErrorKind::DiskFull | ErrorKind::LocalFile => {
                error.with_remark(&format!("it was to become {}", self.path.display()))
            }
            _ => error,
        })
    }

    /// Gives the file its name, in place of what had it. What was written is on the disk before, so that not even the
    /// loss of power leaves half of it under its name.
    pub(crate) async fn publish(mut self) -> Result<()> {
        self.file.sync_all().await.map_err(|error| unwritable(&self.path, error))?;
        let renamed = tokio::fs::rename(&self.temporary.path, &self.path).await;
        renamed.map_err(|error| unwritable(&self.path, error))?;
        self.temporary.published = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.published {
            // Nobody is left who could be told of a failure.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::of_writing(format!("{} cannot be written", path.display()), error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    fn content(text: &'static str) -> ByteStream {
        ByteStream::new(stream::iter([Ok(text.into())]), None)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_file_takes_its_name_when_it_is_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x".repeat(255));
        std::fs::write(&path, "old").unwrap();
        let mut file = WholeFile::create(path.clone(), 0.5).await.unwrap();
        file.write(content("new")).await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        file.publish().await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()).len(), 1);
    }

    #[tokio::test]
    async fn a_file_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = WholeFile::create(folder.path().join("f"), 0.5).await.unwrap();
        file.write(content("half of")).await.unwrap();
        assert_eq!(names(folder.path()).len(), 1);
        drop(file);
        assert!(names(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn two_files_of_the_same_chance_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let mut files = Vec::new();
        for text in ["first", "second"] {
            let mut file = WholeFile::create(path.clone(), 0.5).await.unwrap();
            file.write(content(text)).await.unwrap();
            files.push(file);
        }
        for (file, text) in files.into_iter().zip(["first", "second"]) {
            file.publish().await.unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[tokio::test]
    async fn what_cannot_be_a_file_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none").join("f");
        let error = WholeFile::create(missing, 0.5).await.err().unwrap();
        assert!(error.message().contains("none"), "{error}");
        assert_eq!(WholeFile::create("/".into(), 0.5).await.err().unwrap().kind(), ErrorKind::LocalFile);
        let mut file = WholeFile::create(folder.path().join("folder"), 0.5).await.unwrap();
        file.write(content("x")).await.unwrap();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        assert!(file.publish().await.is_err());
        assert_eq!(names(folder.path()), ["folder"]);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn who_may_read_a_file_stays_as_it_is() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        WholeFile::create(path.clone(), 0.5).await.unwrap().publish().await.unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_is_not_replaced() {
        use std::os::unix::fs::FileTypeExt as _;

        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::os::unix::fs::symlink("pipe", folder.path().join("link")).unwrap();
        for name in ["pipe", "link"] {
            let error = WholeFile::create(folder.path().join(name), 0.5).await.err().unwrap();
            assert!(error.message().ends_with("is there and no regular file"), "{error}");
        }
        assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
        assert_eq!(names(folder.path()).len(), 2);
        let error = WholeFile::create("/dev/windlass-test".into(), 0.5).await.err().unwrap();
        assert!(error.message().ends_with("cannot be the name of a file"), "{error}");
    }
}
