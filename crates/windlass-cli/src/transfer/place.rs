//! A file's place on the disk: below its root whatever links lie there, and complete under its name or not there.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use tempfile::NamedTempFile;

/// How a file gets its name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Publication {
    /// The time that it shall have.
    pub(super) modified: Option<SystemTime>,
    /// A file of that name is not replaced.
    pub(super) keep_existing: bool,
    /// It outlives a loss of power from then on.
    pub(super) on_disk: bool,
}

/// A file that has no name yet. It vanishes unless it is published.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// The lowest folder above it that was there before.
    standing: PathBuf,
    temporary: NamedTempFile,
}

impl Place {
    /// Makes the folders of `path`, which lies below `root`, and a temporary file beside it.
    ///
    /// # Errors
    /// A link below the root or a file stands where a folder has to be, or what has the name is no regular file: nothing
    /// is written through a link, and no file takes the place of a pipe or a device.
    pub(super) fn prepare(root: &Path, path: &Path) -> io::Result<Self> {
        let mut above = path.ancestors().skip(1);
        let standing = above.find(|folder| folder.exists()).unwrap_or(Path::new("")).to_path_buf();
        fs::create_dir_all(root).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                let message = format!("the target {} is no folder", root.display());
                io::Error::new(io::ErrorKind::NotADirectory, message)
            }
            _ => error,
        })?;
        let folder = path.parent().unwrap_or(root);
        make_folders(root, folder)?;
        // /dev/stdout and its like are links, which a file would replace for everybody.
        let real = fs::canonicalize(folder)?;
        if real == Path::new("/dev") || real.starts_with("/proc") {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no file is made among the devices"));
        }
        if !real.starts_with(fs::canonicalize(root)?) {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "its folder is outside of the target folder",
            ));
        }
        let existing = fs::metadata(path).ok();
        match &existing {
            Some(existing) if existing.is_dir() => {
                return Err(io::Error::new(
                    io::ErrorKind::IsADirectory,
                    "a folder of that name is in the way",
                ));
            }
            Some(existing) if !existing.is_file() => {
                let message = "a pipe, device or socket of that name is in the way";
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
            }
            _ => {}
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".windlass-");
        #[cfg(unix)]
        {
            // As any new file: the user's umask decides. Who could not read the one that is replaced cannot read it either.
            use std::os::unix::fs::PermissionsExt as _;
            let mode = existing.map_or(0o666, |replaced| replaced.permissions().mode() & 0o777);
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        Ok(Self { path: path.to_path_buf(), standing, temporary: builder.tempfile_in(folder)? })
    }

    /// The file to write to.
    pub(super) fn file(&self) -> io::Result<File> {
        self.temporary.as_file().try_clone()
    }

    /// Gives the file its name; false where another file has it, which was to be kept.
    pub(super) fn publish(self, how: Publication) -> io::Result<bool> {
        if let Some(modified) = how.modified {
            self.temporary.as_file().set_modified(modified)?;
        }
        if how.on_disk {
            self.temporary.as_file().sync_all()?;
        }
        if how.keep_existing {
            match self.temporary.persist_noclobber(&self.path) {
                Ok(_) => {}
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
                Err(error) => return Err(error.error),
            }
        } else {
            self.temporary.persist(&self.path)?;
        }
        if how.on_disk {
            sync_folders(&self.standing, &self.path);
        }
        Ok(true)
    }
}

/// Where folders are files, the names in them are content that has to be written too, up to that of the first new one.
fn sync_folders(standing: &Path, path: &Path) {
    let depth = path.components().count().saturating_sub(standing.components().count());
    for folder in path.ancestors().skip(1).take(depth) {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // Not every system can do this for folders, and not every user may.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Makes `folder` name by name, so that a link on the way is seen before it is followed.
fn make_folders(root: &Path, folder: &Path) -> io::Result<()> {
    let below = folder.strip_prefix(root).map_err(io::Error::other)?;
    let mut current = root.to_path_buf();
    for component in below.components() {
        let Component::Normal(name) = component else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path leaves the target folder"));
        };
        current.push(name);
        match fs::create_dir(&current) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check_folder(&current)?,
            created => created?,
        }
    }
    Ok(())
}

/// What is there has to be a folder itself.
fn check_folder(path: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_dir() {
        return Ok(());
    }
    let shown = path.display();
    if metadata.is_symlink() {
        let message = format!("{shown} is a symbolic link, and nothing is written through links");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    let message = format!("the file {shown} stands where a folder has to be");
    Err(io::Error::new(io::ErrorKind::NotADirectory, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_file_has_its_name_only_when_it_is_published() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b");
        let place = Place::prepare(root.path(), &path).unwrap();
        place.file().unwrap().write_all(b"content").unwrap();
        assert!(!path.exists());
        assert!(place.publish(Publication { on_disk: true, ..Publication::default() }).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"content");

        drop(Place::prepare(root.path(), &root.path().join("a/c")).unwrap());
        assert_eq!(fs::read_dir(root.path().join("a")).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_there_stays_if_told() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a");
        fs::write(&path, "old").unwrap();
        let keep = Publication { keep_existing: true, ..Publication::default() };
        assert!(!Place::prepare(root.path(), &path).unwrap().publish(keep).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[cfg(unix)]
    #[test]
    fn who_may_read_a_file_stays_as_it_is() {
        use std::os::unix::fs::PermissionsExt as _;

        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Place::prepare(root.path(), &path).unwrap().publish(Publication::default()).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn a_file_that_cannot_take_its_name_is_an_error_and_not_one_that_was_kept() {
        let root = tempfile::tempdir().unwrap();
        for keep_existing in [true, false] {
            let folder = root.path().join("a");
            let place = Place::prepare(root.path(), &folder.join("b")).unwrap();
            fs::remove_dir_all(&folder).unwrap();
            let error = place.publish(Publication { keep_existing, ..Publication::default() }).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
    }

    #[test]
    fn folders_that_are_there_or_cannot_be_made() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(root.path().join("file"), "").unwrap();
        make_folders(root.path(), &root.path().join("a/b")).unwrap();
        make_folders(root.path(), &root.path().join("a/b")).unwrap();
        let file = root.path().join("file");
        let error = Place::prepare(&file, &file.join("b")).unwrap_err();
        assert!(error.to_string().ends_with("file is no folder"), "{error}");
        let error = make_folders(root.path(), &root.path().join("file/b")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
        let error = make_folders(root.path(), &root.path().join("x".repeat(300))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidFilename);
        make_folders(root.path(), &root.path().join("../b")).unwrap_err();
    }

    /// s5cmd#872, aws-cli#10579
    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        use std::os::unix::fs::symlink;

        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("real")).unwrap();
        symlink(outside.path(), root.path().join("out")).unwrap();
        symlink("real", root.path().join("in")).unwrap();
        symlink("none", root.path().join("dangling")).unwrap();
        for name in ["out/x", "in/x", "in/y/x", "dangling/x"] {
            let error = Place::prepare(root.path(), &root.path().join(name)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{name}");
        }
        assert!(fs::read_dir(root.path().join("real")).unwrap().next().is_none());
        // The target folder itself is what the user named.
        symlink(root.path(), outside.path().join("root")).unwrap();
        let place = Place::prepare(&outside.path().join("root"), &outside.path().join("root/x")).unwrap();
        assert!(place.publish(Publication::default()).unwrap() && root.path().join("x").is_file());
        // A link that has the name of a file is replaced, not followed.
        symlink("../x", root.path().join("real/link")).unwrap();
        Place::prepare(root.path(), &root.path().join("real/link"))
            .unwrap()
            .publish(Publication::default())
            .unwrap();
        assert!(root.path().join("real/link").symlink_metadata().unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn no_file_takes_the_place_of_a_pipe_or_a_folder() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        fs::create_dir(root.path().join("folder")).unwrap();
        std::os::unix::fs::symlink("pipe", root.path().join("to_pipe")).unwrap();
        std::os::unix::fs::symlink("folder", root.path().join("to_folder")).unwrap();
        for name in ["pipe", "folder", "to_pipe", "to_folder"] {
            let error = Place::prepare(root.path(), &root.path().join(name)).unwrap_err();
            assert!(error.to_string().ends_with("of that name is in the way"), "{name}: {error}");
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 4);
    }

    #[test]
    fn a_time_before_1970_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a");
        let modified = SystemTime::UNIX_EPOCH - std::time::Duration::from_hours(24);
        let how = Publication { modified: Some(modified), ..Publication::default() };
        assert!(Place::prepare(root.path(), &path).unwrap().publish(how).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), modified);
    }
}
