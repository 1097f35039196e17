//! A file of a source: read from the handle of its folder while it is the file that was listed, and deleted while it is
//! the file that was read.

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

/// A file that was listed: a regular one, or a link to one.
///
/// It is a name and what stood behind it, and holds nothing open.
#[derive(Clone, Debug)]
pub struct SourceFile {
    folder: Arc<SourceFolder>,
    name: OsString,
    relative: String,
    size: u64,
    /// Of the file, and not of a link to it.
    identity: Identity,
    link: Option<Box<Link>>,
}

/// A link to a file.
#[derive(Clone, Debug)]
struct Link {
    status: Status,
    /// The path of the file without links. It stays when other links on the way go.
    real: PathBuf,
}

/// A file that was opened, which may be deleted once its content is elsewhere.
#[derive(Debug)]
pub struct OpenedFile {
    file: SourceFile,
    opened: Status,
    body: Body,
}

/// How the deletion of a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The file, or the link to it, is deleted.
    Done,
    /// The file, the link or a folder on the way has changed since the file was opened, and nothing was deleted.
    Changed,
}

impl SourceFile {
    /// Looks at a single file. Links to its folder are followed.
    ///
    /// # Errors
    /// There is no file, or something else than a regular file; a link where `links` leaves them out. There is no tokio
    /// runtime.
    pub async fn at(path: impl Into<PathBuf>, links: Links) -> io::Result<Self> {
        let path = path.into();
        blocking(move || {
            let refused = |why| io::Error::new(io::ErrorKind::InvalidInput, why);
            let name = path.file_name().ok_or_else(|| refused("it is no file"))?;
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
            file.ok_or_else(|| refused("it is no regular file"))
        })
        .await
    }

    /// A name that was looked at: `status` is its own, `through` that of what it leads to where it is a link. None where
    /// it is no regular file.
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

    /// The path, with the root as it was named.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// The path below the root, with slashes.
    pub fn relative(&self) -> &str {
        &self.relative
    }

    /// The size in bytes when it was listed.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether it is a link to a file.
    pub fn is_link(&self) -> bool {
        self.link.is_some()
    }

    /// The path without links of the file to which the link leads.
    pub(super) fn real(&self) -> Option<&Path> {
        self.link.as_ref().map(|link| link.real.as_path())
    }

    /// Opens the file from the handle of its folder.
    ///
    /// # Errors
    /// Another file, or a link, has taken its place since it was listed; the system refuses. There is no tokio runtime.
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
        let replaced = || io::Error::other("another file has taken its place since it was listed");
        match opened {
            Ok((file, status)) if status.kind == Kind::File && status.identity == self.identity => {
                Ok((file, status))
            }
            Ok(_) => Err(replaced()),
            // A link that may not be followed has an error of its own on each system.
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
    /// The content. It is read from the file that was opened, and later attempts fail where that is not there any more.
    pub fn body(&self) -> Body {
        self.body.clone()
    }

    /// Deletes the file, or the link to it, if neither has changed since it was opened. Nothing is deleted through a
    /// link to a folder.
    ///
    /// # Errors
    /// The file is gone, or cannot be deleted. There is no tokio runtime.
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
