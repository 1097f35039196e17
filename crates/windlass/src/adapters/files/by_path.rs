//! Folders as paths, for systems without operations on folder handles. Paths are checked before use; in between,
//! another process can replace a folder by a link.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::status::{Kind, Status};

/// The path of a folder that existed when it was opened.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// The path of a file, or the canonical path of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity(PathBuf);

impl Folder {
    /// Opens a folder by path, following links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        if !fs::metadata(path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { path: path.to_path_buf() })
    }

    /// Opens a subfolder. A link is an error.
    pub(super) fn child(&self, name: &OsStr) -> io::Result<Self> {
        match self.look(name)?.kind {
            Kind::Folder => Ok(Self { path: self.path.join(name) }),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Opens a subfolder, following a link.
    pub(super) fn linked_child(&self, name: &OsStr) -> io::Result<Self> {
        Self::open(&self.path.join(name))
    }

    /// Opens a folder below this one. Links in the path are errors.
    pub(super) fn below(&self, relative: &Path) -> io::Result<Self> {
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
        fs::create_dir(self.path.join(name))
    }

    pub(super) fn identity(&self) -> io::Result<Identity> {
        fs::canonicalize(&self.path).map(Identity)
    }

    /// The names in this folder, unordered.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// The status of a name in this folder, without following a link.
    pub(super) fn look(&self, name: &OsStr) -> io::Result<Status> {
        let path = self.path.join(name);
        status_of(&fs::symlink_metadata(&path)?, path)
    }

    /// The status of a name in this folder, following a link.
    pub(super) fn look_through(&self, name: &OsStr) -> io::Result<Status> {
        let path = self.path.join(name);
        status_of(&fs::metadata(&path)?, fs::canonicalize(path)?)
    }

    /// Opens a file for reading. A link is an error.
    pub(super) fn open_file(&self, name: &OsStr) -> io::Result<(File, Status)> {
        match self.look(name)?.kind {
            Kind::Link => Err(io::ErrorKind::InvalidInput.into()),
            _ => open_file(&self.path.join(name)),
        }
    }

    /// Creates a file for writing. An existing name is an error.
    pub(super) fn create_file(&self, name: &OsStr, _: u32) -> io::Result<(File, Identity)> {
        let path = self.path.join(name);
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok((file, Identity(path)))
    }

    /// Renames a file in this folder, replacing an existing file.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    /// Renames a file in this folder. An existing name is [`io::ErrorKind::AlreadyExists`].
    pub(super) fn rename_to_free_name(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match fs::hard_link(self.path.join(from), self.path.join(to)) {
            Ok(()) => {
                // The rename has succeeded even if the old name remains.
                let _ = self.remove_file(from);
                Ok(())
            }
            // FAT and exFAT have no hard links.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && self.look(to).is_err() => {
                self.rename(from, to)
            }
            Err(_) => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }

    /// Deletes a name in this folder that is not a folder.
    pub(super) fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    /// Syncs the names in this folder to disk, if the system supports it.
    pub(super) fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// Always false: Windows has no folder of devices, and the file name rules refuse their names.
    #[expect(clippy::unused_self, reason = "other systems look at the folder")]
    pub(super) fn is_of_devices(&self) -> io::Result<bool> {
        Ok(false)
    }
}

/// Opens a file for reading, following links.
pub(super) fn open_file(path: &Path) -> io::Result<(File, Status)> {
    let file = File::open(path)?;
    let status = status_of(&file.metadata()?, path.to_path_buf())?;
    Ok((file, status))
}

/// The status of a path, following links.
pub(super) fn look(path: &Path) -> io::Result<Status> {
    status_of(&fs::metadata(path)?, path.to_path_buf())
}

fn status_of(metadata: &Metadata, path: PathBuf) -> io::Result<Status> {
    let kind = match metadata.file_type() {
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_file() => Kind::File,
        _ => Kind::Other,
    };
    let identity = Identity(if kind == Kind::Folder { fs::canonicalize(&path)? } else { path });
    let (length, modified) = (metadata.len(), metadata.modified().ok());
    Ok(Status { kind, identity, length, modified, changed: (0, 0), permissions: 0 })
}
