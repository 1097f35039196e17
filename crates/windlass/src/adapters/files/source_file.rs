//! A file of a source. It is read only if it is still the listed file, and deleted only if it is still the file that
//! was read.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::platform::{self, Folder, Identity};
use super::source_folder::SourceFolder;
use super::status::{Kind, Status};
use super::{Links, blocking};
use crate::Body;

/// A listed file: a regular file, or a link to one.
///
/// It has the name and identity of the file, but no open handle.
#[derive(Clone, Debug)]
pub struct SourceFile {
    folder: Arc<SourceFolder>,
    name: OsString,
    relative: String,
    size: u64,
    /// The identity of the file, not of a link to it.
    identity: Identity,
    link: Option<Box<Link>>,
}

/// A link to a file.
#[derive(Clone, Debug)]
struct Link {
    status: Status,
    /// The canonical path of the file, which stays valid if other links are deleted.
    real: PathBuf,
}

/// An opened file, which can be deleted after its content is copied.
#[derive(Debug)]
pub struct OpenedFile {
    file: SourceFile,
    opened: Status,
    body: Body,
}

/// The outcome of deleting a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The file, or the link to it, was deleted.
    Done,
    /// The file, the link or a parent folder changed since the file was opened. Nothing was deleted.
    Changed,
}

impl SourceFile {
    /// Inspects a single file. Links in the path of its folder are followed.
    ///
    /// # Errors
    /// The file does not exist or is not a regular file; it is a link and `links` ignores links; there is no tokio
    /// runtime.
    pub async fn at(path: impl Into<PathBuf>, links: Links) -> io::Result<Self> {
        let path = path.into();
        blocking(move || {
            let refused = |why| io::Error::new(io::ErrorKind::InvalidInput, why);
            let name = path.file_name().ok_or_else(|| refused("it is not a file"))?;
            let parent = path.parent().unwrap_or(Path::new(""));
            let opened = Folder::open(parent)?;
            let looked = opened.look(name)?;
            if looked.kind == Kind::Link && links == Links::LeaveOut {
                return Err(refused("it is a symbolic link"));
            }
            let folder = SourceFolder::root(parent.to_path_buf(), opened.identity()?);
            let relative = name.to_string_lossy().into_owned();
            let through = if looked.kind == Kind::Link { Some(opened.look_through(name)?) } else { None };
            let file = Self::listed(&folder, name, relative, looked, through)?;
            file.ok_or_else(|| refused("it is not a regular file"))
        })
        .await
    }

    /// A file with its `status`, and for a link the status of its target, `through`. Returns `None` unless it is a
    /// regular file.
    pub(super) fn listed(
        folder: &Arc<SourceFolder>,
        name: &OsStr,
        relative: String,
        status: Status,
        through: Option<Status>,
    ) -> io::Result<Option<Self>> {
        let (file, link) = match through {
            None => (status, None),
            Some(through) => {
                let real = fs::canonicalize(folder.path().join(name))?;
                (through, Some(Box::new(Link { status, real })))
            }
        };
        if file.kind != Kind::File {
            return Ok(None);
        }
        let (folder, name, size) = (Arc::clone(folder), name.to_os_string(), file.length);
        Ok(Some(Self { folder, name, relative, size, identity: file.identity, link }))
    }

    /// The path, with the root as given.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// The path below the root, with slashes.
    pub fn relative(&self) -> &str {
        &self.relative
    }

    /// The size in bytes at the time of listing.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether this is a link to a file.
    pub fn is_link(&self) -> bool {
        self.link.is_some()
    }

    /// The canonical path of the target of a link.
    pub(super) fn real(&self) -> Option<&Path> {
        self.link.as_ref().map(|link| link.real.as_path())
    }

    /// Opens the file from the handle of its folder.
    ///
    /// # Errors
    /// The file was replaced since it was listed; an I/O error occurs; there is no tokio runtime.
    pub async fn open(&self) -> io::Result<OpenedFile> {
        let file = self.clone();
        blocking(move || {
            let (opened, status) = file.open_blocking()?;
            let again = file.clone();
            let body =
                Body::from_opened(opened, file.path(), move || again.open_blocking().map(|(file, _)| file))?;
            Ok(OpenedFile { file, opened: status, body })
        })
        .await
    }

    fn open_blocking(&self) -> io::Result<(File, Status)> {
        let opened = match &self.link {
            Some(link) => platform::open_file(&link.real),
            None => self.folder.open()?.open_file(&self.name),
        };
        let replaced = || io::Error::other("it was replaced since it was listed");
        match opened {
            Ok((file, status)) if status.kind == Kind::File && status.identity == self.identity => {
                Ok((file, status))
            }
            Ok(_) => Err(replaced()),
            // The error for a link that must not be followed differs by system.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
            Err(error) => {
                let now = self.folder.open().and_then(|folder| folder.look(&self.name));
                let is_link = self.link.is_none() && now.is_ok_and(|now| now.kind == Kind::Link);
                Err(if is_link { replaced() } else { error })
            }
        }
    }
}

impl OpenedFile {
    /// The content of the opened file. Retries fail if the file was replaced or deleted.
    pub fn body(&self) -> Body {
        self.body.clone()
    }

    /// Deletes the file, or the link to it, if neither has changed since it was opened. Links to folders are not
    /// followed.
    ///
    /// # Errors
    /// The file no longer exists or cannot be deleted; there is no tokio runtime.
    pub async fn remove(self) -> io::Result<Removal> {
        blocking(move || {
            let Some(folder) = self.file.folder.open_if_in_place()? else { return Ok(Removal::Changed) };
            let name = &self.file.name;
            let now = folder.look(name)?;
            let is_unchanged = match &self.file.link {
                None => now == self.opened,
                Some(link) => now == link.status && platform::look(&link.real)? == self.opened,
            };
            if !is_unchanged {
                return Ok(Removal::Changed);
            }
            folder.remove_file(name)?;
            Ok(Removal::Done)
        })
        .await
    }
}
