//! Folders as paths, for systems without calls on handles of folders. A path is checked and then used: between the two,
//! another process can put a link in the place of a folder.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::status::{Kind, Status};

/// A folder that was there when it was opened.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// The path of a file or folder; of a folder the real one, without links.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity(PathBuf);

impl Folder {
    /// Opens a folder that the user named; links on the way are followed.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        if !fs::metadata(path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { path: path.to_path_buf() })
    }

    /// Opens a folder in this one, which is no link.
    pub(super) fn child(&self, name: &OsStr) -> io::Result<Self> {
        match self.look(name)?.kind {
            Kind::Folder => Ok(Self { path: self.path.join(name) }),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Opens the folder to which a link in this one leads.
    pub(super) fn linked_child(&self, name: &OsStr) -> io::Result<Self> {
        Self::open(&self.path.join(name))
    }

    /// Opens a folder below this one. No name of the path may be a link.
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

    /// Makes a folder in this one.
    pub(super) fn make_child(&self, name: &OsStr) -> io::Result<()> {
        fs::create_dir(self.path.join(name))
    }

    pub(super) fn identity(&self) -> io::Result<Identity> {
        fs::canonicalize(&self.path).map(Identity)
    }

    /// The names in this folder, in no order.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// The state of a name of this folder. A link is looked at itself.
    pub(super) fn look(&self, name: &OsStr) -> io::Result<Status> {
        let path = self.path.join(name);
        status_of(&fs::symlink_metadata(&path)?, path)
    }

    /// The state of what a name of this folder leads to.
    pub(super) fn look_through(&self, name: &OsStr) -> io::Result<Status> {
        let path = self.path.join(name);
        status_of(&fs::metadata(&path)?, fs::canonicalize(path)?)
    }

    /// Opens a file for reading; a link is an error.
    pub(super) fn open_file(&self, name: &OsStr) -> io::Result<(File, Status)> {
        match self.look(name)?.kind {
            Kind::Link => Err(io::ErrorKind::InvalidInput.into()),
            _ => open_file(&self.path.join(name)),
        }
    }

    /// Creates a file for writing. Nothing has its name before.
    pub(super) fn create_file(&self, name: &OsStr, _: u32) -> io::Result<(File, Identity)> {
        let path = self.path.join(name);
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok((file, Identity(path)))
    }

    /// Renames a file of this folder, in place of what has the name.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    /// Renames a file of this folder, unless something has the name: that is [`io::ErrorKind::AlreadyExists`].
    pub(super) fn rename_to_free_name(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match fs::hard_link(self.path.join(from), self.path.join(to)) {
            Ok(()) => {
                // The file has its name, whatever becomes of the other one.
                let _ = self.remove_file(from);
                Ok(())
            }
            // FAT and exFAT have no links.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && self.look(to).is_err() => {
                self.rename(from, to)
            }
            Err(_) => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }

    /// Deletes a name of this folder that is no folder.
    pub(super) fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    /// Writes the names in this folder to the disk, where the system can do it for folders.
    pub(super) fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// Windows has no folder of devices: their names are refused by the rules for names.
    #[expect(clippy::unused_self, reason = "other systems look at the folder")]
    pub(super) fn is_of_devices(&self) -> io::Result<bool> {
        Ok(false)
    }
}

/// Opens the file to which a path leads for reading.
pub(super) fn open_file(path: &Path) -> io::Result<(File, Status)> {
    let file = File::open(path)?;
    let status = status_of(&file.metadata()?, path.to_path_buf())?;
    Ok((file, status))
}

/// The state of what a path leads to.
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
