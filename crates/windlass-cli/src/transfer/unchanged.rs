//! Detects changes of a local file: a move deletes only what it has copied.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// The state of a file, and of the link that leads to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileState {
    file: Stamp,
    link: Option<Stamp>,
}

#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Device, inode, and the time of the last change of any kind, where the system has them.
    identity: Option<(u64, u64, i64, i64)>,
}

impl FileState {
    /// The state of the file at `path`, or of the link there and of the file `real` to which it leads.
    pub(super) fn of(path: &Path, real: Option<&Path>) -> io::Result<Self> {
        let here = Stamp::of(&fs::symlink_metadata(path)?);
        match real {
            None => Ok(Self { file: here, link: None }),
            Some(real) => Ok(Self { file: Stamp::of(&fs::metadata(real)?), link: Some(here) }),
        }
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt as _;
            Some((metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let identity = None;
        Self { length: metadata.len(), modified: metadata.modified().ok(), identity }
    }
}

/// Deletes a file that lies below `root`, or the link that leads to it, and never through a link to a folder.
pub(super) fn remove_below(root: &Path, path: &Path) -> io::Result<()> {
    let folders =
        path.ancestors().skip(1).take_while(|folder| *folder != root && !folder.as_os_str().is_empty());
    if path.starts_with(root) {
        for folder in folders {
            if fs::symlink_metadata(folder)?.is_symlink() {
                let message = format!("{} has become a symbolic link", folder.display());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
            }
        }
    }
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_has_another_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, "1").unwrap();
        let before = FileState::of(&path, None).unwrap();
        assert_eq!(FileState::of(&path, None).unwrap(), before);
        fs::write(&path, "22").unwrap();
        assert_ne!(FileState::of(&path, None).unwrap(), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_the_same_size_and_time_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("f"), folder.path().join("g"));
        for path in [&path, &other] {
            fs::write(path, "1").unwrap();
            fs::File::options().write(true).open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
        let before = FileState::of(&path, None).unwrap();
        fs::rename(&other, &path).unwrap();
        assert_ne!(FileState::of(&path, None).unwrap(), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_deleted_and_not_what_it_leads_to() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("real")).unwrap();
        fs::write(root.join("real/file"), "1").unwrap();
        symlink("real/file", root.join("link")).unwrap();
        symlink("real", root.join("folder")).unwrap();
        let state = || FileState::of(&root.join("link"), Some(&root.join("real/file"))).unwrap();
        let before = state();
        remove_below(root, &root.join("link")).unwrap();
        assert!(root.join("real/file").is_file());
        symlink("real/../real/file", root.join("link")).unwrap();
        assert_ne!(state(), before);
        let before = state();
        fs::write(root.join("real/file"), "22").unwrap();
        assert_ne!(state(), before);
        assert!(remove_below(root, &root.join("folder/file")).is_err());
        assert!(root.join("real/file").is_file());
    }
}
