//! Folders as open descriptors, for Unix. Operations on a descriptor stay in that folder even if its path changes.

use std::ffi::{CStr, OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path};
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawMode, Stat};

use super::status::{Kind, Status};

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder {
    handle: OwnedFd,
}

/// The identity of a file or folder, independent of its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

/// Opens a folder for search, which needs no read permission.
#[cfg(any(target_os = "linux", target_os = "android"))]
const SEARCH: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const SEARCH: OFlags = READ;
/// Nonblocking, so that a pipe or terminal in place of a file does not block the program.
const OPEN_FILE: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);
const READ: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a folder by path, following links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { handle: rustix::fs::open(path, SEARCH, Mode::empty())? })
    }

    /// Opens a subfolder. A link is an error.
    pub(super) fn child(&self, name: &OsStr) -> io::Result<Self> {
        let handle = rustix::fs::openat(&self.handle, name, SEARCH | OFlags::NOFOLLOW, Mode::empty())?;
        Ok(Self { handle })
    }

    /// Opens a subfolder, following a link.
    pub(super) fn linked_child(&self, name: &OsStr) -> io::Result<Self> {
        Ok(Self { handle: rustix::fs::openat(&self.handle, name, SEARCH, Mode::empty())? })
    }

    /// Opens a folder below this one. Links in the path are errors.
    pub(super) fn below(&self, relative: &Path) -> io::Result<Self> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            use rustix::fs::ResolveFlags;
            use rustix::io::Errno;

            let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
            match rustix::fs::openat2(&self.handle, relative, SEARCH, Mode::empty(), beneath) {
                Ok(handle) => return Ok(Self { handle }),
                // Not supported by Linux before 5.6 and by some sandboxes.
                Err(Errno::NOSYS | Errno::PERM) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.below_name_by_name(relative)
    }

    fn below_name_by_name(&self, relative: &Path) -> io::Result<Self> {
        let mut folder = None;
        for component in relative.components() {
            let Component::Normal(name) = component else {
                return Err(io::ErrorKind::InvalidInput.into());
            };
            folder = Some(folder.as_ref().unwrap_or(self).child(name)?);
        }
        folder.ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    /// Creates a subfolder.
    pub(super) fn make_child(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::mkdirat(&self.handle, name, Mode::from(0o777))?)
    }

    pub(super) fn identity(&self) -> io::Result<Identity> {
        Ok(status_of(&rustix::fs::fstat(&self.handle)?).identity)
    }

    /// The names in this folder, unordered.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::new(self.readable()?)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsStr::from_bytes(name).to_os_string());
            }
        }
        Ok(names)
    }

    /// The status of a name in this folder, without following a link.
    pub(super) fn look(&self, name: &OsStr) -> io::Result<Status> {
        Ok(status_of(&rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    /// The status of a name in this folder, following a link.
    pub(super) fn look_through(&self, name: &OsStr) -> io::Result<Status> {
        Ok(status_of(&rustix::fs::statat(&self.handle, name, AtFlags::empty())?))
    }

    /// Opens a file for reading. A link is an error.
    pub(super) fn open_file(&self, name: &OsStr) -> io::Result<(File, Status)> {
        opened(rustix::fs::openat(&self.handle, name, OPEN_FILE | OFlags::NOFOLLOW, Mode::empty())?)
    }

    /// Creates a file for writing. An existing name is an error.
    pub(super) fn create_file(&self, name: &OsStr, permissions: u32) -> io::Result<(File, Identity)> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.handle, name, flags, mode(permissions))?;
        let identity = status_of(&rustix::fs::fstat(&file)?).identity;
        Ok((File::from(file), identity))
    }

    /// Renames a file in this folder, replacing an existing file.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.handle, from, &self.handle, to)?)
    }

    /// Renames a file in this folder. An existing name is [`io::ErrorKind::AlreadyExists`].
    pub(super) fn rename_to_free_name(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            use rustix::fs::RenameFlags;
            use rustix::io::Errno;

            match rustix::fs::renameat_with(&self.handle, from, &self.handle, to, RenameFlags::NOREPLACE) {
                // Not supported by all kernels and file systems.
                Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => {}
                renamed => return Ok(renamed?),
            }
        }
        self.link_to_free_name(from, to)
    }

    fn link_to_free_name(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        rustix::fs::linkat(&self.handle, from, &self.handle, to, AtFlags::empty())?;
        // The rename has succeeded even if the old name remains.
        let _ = self.remove_file(from);
        Ok(())
    }

    /// Deletes a name in this folder that is not a folder.
    pub(super) fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.handle, name, AtFlags::empty())?)
    }

    /// Syncs the names in this folder to disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(self.readable()?)?)
    }

    /// Opens a handle of this folder for reading.
    fn readable(&self) -> io::Result<OwnedFd> {
        Ok(rustix::fs::openat(&self.handle, ".", READ, Mode::empty())?)
    }

    /// Whether this folder is `/dev` or within `/proc`, where names are devices and open files.
    pub(super) fn is_of_devices(&self) -> io::Result<bool> {
        let own = self.identity()?;
        let identity = |path: &CStr| rustix::fs::stat(path).ok().map(|stat| status_of(&stat).identity);
        let device = |path: &CStr| identity(path).map(|identity| identity.device);
        let processes = device(c"/proc").filter(|processes| Some(*processes) != device(c"/"));
        Ok(Some(own.device) == processes || Some(own) == identity(c"/dev"))
    }
}

/// Opens a file for reading, following links.
pub(super) fn open_file(path: &Path) -> io::Result<(File, Status)> {
    opened(rustix::fs::open(path, OPEN_FILE, Mode::empty())?)
}

/// The status of a path, following links.
pub(super) fn look(path: &Path) -> io::Result<Status> {
    Ok(status_of(&rustix::fs::stat(path)?))
}

fn opened(handle: OwnedFd) -> io::Result<(File, Status)> {
    let status = status_of(&rustix::fs::fstat(&handle)?);
    Ok((File::from(handle), status))
}

#[allow(
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    trivial_numeric_casts,
    reason = "each system has its own integers for these"
)]
fn status_of(stat: &Stat) -> Status {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    };
    Status {
        kind,
        identity: Identity { device: stat.st_dev as u64, inode: stat.st_ino as u64 },
        length: stat.st_size as u64,
        modified: time(stat.st_mtime as i64, stat.st_mtime_nsec as u32),
        changed: (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        permissions: stat.st_mode as u32 & 0o777,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::unnecessary_cast, reason = "16 bits on some systems")]
fn mode(permissions: u32) -> Mode {
    Mode::from_raw_mode((permissions & 0o777) as RawMode)
}

fn time(seconds: i64, nanoseconds: u32) -> Option<SystemTime> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let whole = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(whole)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(whole)
    };
    whole?.checked_add(Duration::from_nanos(u64::from(nanoseconds)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// Both implementations agree, with and without `openat2`.
    #[test]
    fn opening_a_folder_below_does_not_follow_links() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        fs::write(root.path().join("a/file"), "").unwrap();
        symlink(outside.path(), root.path().join("out")).unwrap();
        symlink("a", root.path().join("in")).unwrap();
        symlink("b", root.path().join("a/last")).unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let expected = Folder::open(&root.path().join("a/b")).unwrap().identity().unwrap();
        let ways: [fn(&Folder, &Path) -> io::Result<Folder>; 2] = [Folder::below, Folder::below_name_by_name];
        for below in ways {
            assert_eq!(below(&folder, Path::new("a/b")).unwrap().identity().unwrap(), expected);
            for refused in ["out", "in/b", "a/last", "a/file", "a/none", "..", "a/../..", "/"] {
                assert!(below(&folder, Path::new(refused)).is_err(), "{refused}");
            }
        }
    }

    #[test]
    fn renaming_to_an_existing_name_keeps_its_file() {
        type Rename = fn(&Folder, &OsStr, &OsStr) -> io::Result<()>;

        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        for rename in [Folder::rename_to_free_name as Rename, Folder::link_to_free_name] {
            fs::write(root.path().join("from"), "new").unwrap();
            fs::write(root.path().join("taken"), "old").unwrap();
            let taken = rename(&folder, OsStr::new("from"), OsStr::new("taken")).unwrap_err();
            assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
            rename(&folder, OsStr::new("from"), OsStr::new("free")).unwrap();
            assert_eq!(fs::read_to_string(root.path().join("taken")).unwrap(), "old");
            assert_eq!(fs::read_to_string(root.path().join("free")).unwrap(), "new");
            assert!(!root.path().join("from").exists());
            fs::remove_file(root.path().join("free")).unwrap();
        }
    }

    #[test]
    fn times_before_1970_are_supported() {
        assert_eq!(time(-1, 500_000_000), SystemTime::UNIX_EPOCH.checked_sub(Duration::from_millis(500)));
        assert_eq!(time(1, 5), SystemTime::UNIX_EPOCH.checked_add(Duration::new(1, 5)));
    }
}
