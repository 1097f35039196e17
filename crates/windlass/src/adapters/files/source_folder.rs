//! A folder of a source, with its identity and the path to reopen it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::open_folders::OpenFolders;
use super::platform::{Folder, Identity};

/// A listed folder. Its handle is opened on demand, and closed when other folders need handles.
#[derive(Debug)]
pub(super) struct SourceFolder {
    path: PathBuf,
    identity: Identity,
    /// The step from the parent folder; `None` for the root.
    step: Option<Step>,
    /// Open handles by identity, shared by all folders of a source.
    open: Arc<Mutex<OpenFolders<Identity>>>,
}

#[derive(Debug)]
struct Step {
    above: Arc<SourceFolder>,
    name: OsString,
    is_link: bool,
}

impl SourceFolder {
    /// The root folder of a source.
    pub(super) fn root(path: PathBuf, identity: Identity) -> Arc<Self> {
        Arc::new(Self { path, identity, step: None, open: Arc::default() })
    }

    /// A subfolder, or the folder behind a link in this folder.
    pub(super) fn child(self: &Arc<Self>, name: OsString, identity: Identity, is_link: bool) -> Arc<Self> {
        let (path, above) = (self.path.join(&name), Arc::clone(self));
        let open = Arc::clone(&self.open);
        Arc::new(Self { path, identity, step: Some(Step { above, name, is_link }), open })
    }

    /// The path, with the root as given.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Opens the folder from its nearest open ancestor.
    ///
    /// # Errors
    /// The folder or one of its ancestors was replaced.
    pub(super) fn open(&self) -> io::Result<Arc<Folder>> {
        self.open_from(|folder| self.cached(folder))
    }

    /// Reopens the folder from the path of the root. Returns `None` if the folder or one of its ancestors was replaced.
    pub(super) fn open_if_in_place(&self) -> io::Result<Option<Arc<Folder>>> {
        match self.open_from(|_| None) {
            Ok(folder) => Ok(Some(folder)),
            Err(error) => match error.downcast::<Replaced>() {
                Ok(_) => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    fn open_from(&self, known: impl Fn(&Self) -> Option<Arc<Folder>>) -> io::Result<Arc<Folder>> {
        let mut closed = Vec::new();
        let mut next = Some(self);
        let mut at = None;
        while let Some(folder) = next {
            at = known(folder);
            if at.is_some() {
                break;
            }
            closed.push(folder);
            next = folder.step.as_ref().map(|step| &*step.above);
        }
        for folder in closed.into_iter().rev() {
            let opened = match (&folder.step, at) {
                (Some(step), Some(above)) if step.is_link => above.linked_child(&step.name)?,
                (Some(step), Some(above)) => above.child(&step.name).map_err(|error| {
                    let found = above.look(&step.name).map(|found| found.identity);
                    if found.is_ok_and(|found| found != folder.identity) { folder.replaced() } else { error }
                })?,
                _ => Folder::open(&folder.path)?,
            };
            if opened.identity()? != folder.identity {
                return Err(folder.replaced());
            }
            let opened = Arc::new(opened);
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.insert(folder.identity.clone(), Arc::clone(&opened));
            drop(open);
            at = Some(opened);
        }
        at.ok_or_else(|| self.replaced())
    }

    fn cached(&self, folder: &Self) -> Option<Arc<Folder>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&folder.identity)
    }

    fn replaced(&self) -> io::Error {
        io::Error::other(Replaced(self.path.clone()))
    }
}

/// The error of a folder that was replaced by another folder or a link.
#[derive(Debug)]
struct Replaced(PathBuf);

impl std::fmt::Display for Replaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the folder {} was replaced since it was listed", self.0.display())
    }
}

impl std::error::Error for Replaced {}
