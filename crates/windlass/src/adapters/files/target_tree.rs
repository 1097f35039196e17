//! The target folder of downloads. Subfolders are created as needed, and never through a link.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::open_folders::OpenFolders;
use super::platform::{Folder, Identity};
use super::status::Kind;
use super::{WholeFile, blocking};

/// A target folder for files. Clones share its handles.
///
/// Links in the path of the folder itself are followed. Below it, a link in place of a folder is an error, and a link
/// with the name of a file is replaced. On Unix this also holds if other processes change the folders while files are
/// written.
#[derive(Clone, Debug)]
pub struct TargetTree(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    makes_root: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    root: Option<Arc<Folder>>,
    /// Open folders by path below the root.
    open: OpenFolders<PathBuf>,
    /// New folders below the root whose names are not synced.
    unsynced: HashSet<PathBuf>,
    /// Folders above a new root with a new, unsynced name.
    unsynced_above: Vec<PathBuf>,
}

/// A newly created file.
#[derive(Debug)]
pub(super) struct Created {
    pub(super) file: fs::File,
    pub(super) place: Place,
}

/// The temporary and final place of a file. Dropping it before publication deletes the file.
#[derive(Debug)]
pub(super) struct Place {
    tree: TargetTree,
    folder: Arc<Folder>,
    /// The path of the folder below the root.
    parent: PathBuf,
    name: OsString,
    temporary: OsString,
    identity: Identity,
    is_published: bool,
}

impl TargetTree {
    /// The folder at `root`, created with the first file if it does not exist.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self::with(root.into(), true)
    }

    /// The folder at `root`, which must exist.
    pub(crate) fn existing(root: impl Into<PathBuf>) -> Self {
        Self::with(root.into(), false)
    }

    fn with(root: PathBuf, makes_root: bool) -> Self {
        Self(Arc::new(Inner { root, makes_root, state: Mutex::default() }))
    }

    /// The path of the folder as given.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Creates a file at `relative`, a path below the folder, and its parent folders. The file gets its name when it is
    /// [published](WholeFile::publish), with the permissions of a file that it replaces.
    ///
    /// # Errors
    /// A parent folder is a link or a file; a folder, pipe, device or socket has the name of the file; the path leaves
    /// the folder; an I/O error occurs; there is no tokio runtime.
    pub async fn create(&self, relative: impl Into<PathBuf>) -> io::Result<WholeFile> {
        let (tree, relative) = (self.clone(), relative.into());
        blocking(move || tree.create_blocking(&relative)).await.map(WholeFile::new)
    }

    pub(super) fn create_blocking(&self, relative: &Path) -> io::Result<Created> {
        let Some(name) = relative.file_name() else {
            let message = format!("{} is not a valid file name", relative.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        };
        let parent = relative.parent().unwrap_or(Path::new(""));
        match self.create_in(parent, name) {
            // A cached folder has been deleted.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.close_all();
                self.create_in(parent, name)
            }
            created => created,
        }
    }

    fn create_in(&self, parent: &Path, name: &OsStr) -> io::Result<Created> {
        let folder = self.folder(parent)?;
        let replaced = folder.look_through(name).ok();
        match replaced.as_ref().map(|replaced| replaced.kind) {
            None | Some(Kind::File) => {}
            Some(Kind::Folder) => {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "a folder of that name exists"));
            }
            Some(Kind::Link | Kind::Other) => {
                let message = "a pipe, device or socket of that name exists";
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
            }
        }
        // A new file has the permissions of the umask. A replaced file passes on its permissions, so that access is not
        // widened.
        let permissions = replaced.map_or(0o666, |replaced| replaced.permissions);
        let mut tries = 0;
        loop {
            // The length is independent of the file name, since file systems limit it.
            let temporary = OsString::from(format!(".windlass-{:016x}", fastrand::u64(..)));
            match folder.create_file(&temporary, permissions) {
                Ok((file, identity)) => {
                    let (tree, parent, name) = (self.clone(), parent.to_path_buf(), name.to_os_string());
                    let place =
                        Place { tree, folder, parent, name, temporary, identity, is_published: false };
                    return Ok(Created { file, place });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Opens or creates the folder at a path below the root.
    fn folder(&self, relative: &Path) -> io::Result<Arc<Folder>> {
        let open = self.state().open.get(relative);
        if let Some(folder) = open {
            return Ok(folder);
        }
        let root = self.open_root()?;
        let folder = if relative.as_os_str().is_empty() {
            root
        } else {
            Arc::new(root.below(relative).or_else(|_| self.steps(&root, relative, Missing::IsMade))?)
        };
        if folder.is_of_devices()? {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "cannot create files in a folder of devices",
            ));
        }
        self.state().open.insert(relative.to_path_buf(), Arc::clone(&folder));
        Ok(folder)
    }

    fn open_root(&self) -> io::Result<Arc<Folder>> {
        let open = self.state().root.clone();
        if let Some(root) = open {
            return Ok(root);
        }
        let path = &self.0.root;
        let mut above = Vec::new();
        if self.0.makes_root {
            let new =
                path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
            above = new.filter_map(Path::parent).map(Path::to_path_buf).collect();
            fs::create_dir_all(path).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                    let message = format!("the target {} is not a folder", path.display());
                    io::Error::new(io::ErrorKind::NotADirectory, message)
                }
                _ => error,
            })?;
        }
        let root = Arc::new(Folder::open(path)?);
        let mut state = self.state();
        state.unsynced_above.extend(above);
        Ok(Arc::clone(state.root.get_or_insert(root)))
    }

    /// Opens a folder name by name, so that links are detected and not followed.
    fn steps(&self, root: &Folder, relative: &Path, missing: Missing) -> io::Result<Folder> {
        let mut folder = None;
        let mut path = PathBuf::new();
        for component in relative.components() {
            let Component::Normal(name) = component else {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path leaves the target folder"));
            };
            path.push(name);
            let above = folder.as_ref().unwrap_or(root);
            if missing == Missing::IsMade {
                // Recorded first: another file may be published in the folder as soon as it exists.
                self.state().unsynced.insert(path.clone());
                match above.make_child(name) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    made => made?,
                }
            }
            folder = Some(above.child(name).map_err(|error| self.in_the_way(above, &path, error))?);
        }
        folder.ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    /// The error for a name that cannot be opened as a folder.
    fn in_the_way(&self, above: &Folder, path: &Path, error: io::Error) -> io::Error {
        let shown = self.0.root.join(path);
        let shown = shown.display();
        match path.file_name().and_then(|name| above.look(name).ok()).map(|found| found.kind) {
            Some(Kind::Link) => {
                let message = format!("{shown} is a symbolic link, which downloads do not follow");
                io::Error::new(io::ErrorKind::PermissionDenied, message)
            }
            Some(Kind::File | Kind::Other) => {
                let message = format!("{shown} is a file, but a folder is needed");
                io::Error::new(io::ErrorKind::NotADirectory, message)
            }
            _ => error,
        }
    }

    /// Checks that the path still leads to an open folder: another process may have moved the folder or the root.
    fn check_in_place(&self, relative: &Path, folder: &Folder) -> io::Result<()> {
        let check = || {
            let root = self.open_root()?;
            same_folder(&Folder::open(&self.0.root)?, &root, &self.0.root)?;
            if relative.as_os_str().is_empty() {
                return Ok(());
            }
            let now = root.below(relative).or_else(|_| self.steps(&root, relative, Missing::IsAnError))?;
            same_folder(&now, folder, &self.0.root.join(relative))
        };
        // The next file reopens the current folders.
        check().inspect_err(|_| self.close_all())
    }

    fn close_all(&self) {
        let mut state = self.state();
        state.root = None;
        state.open = OpenFolders::default();
    }

    /// Syncs the names on the path of a file to disk. Errors are ignored: not all systems and permissions allow it.
    fn sync_names(&self, folder: &Folder, parent: &Path) {
        let _ = folder.sync();
        let mut new = parent;
        while self.state().unsynced.contains(new) {
            let above = new.parent().unwrap_or(Path::new(""));
            let Ok(folder) = self.folder(above) else { return };
            let _ = folder.sync();
            self.state().unsynced.remove(new);
            new = above;
        }
        let above = self.state().unsynced_above.clone();
        for folder in &above {
            let _ = Folder::open(folder).and_then(|folder| folder.sync());
        }
        self.state().unsynced_above.retain(|folder| !above.contains(folder));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn same_folder(now: &Folder, before: &Folder, path: &Path) -> io::Result<()> {
    if now.identity()? == before.identity()? {
        return Ok(());
    }
    let message = format!("the folder {} was replaced during the download", path.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}

/// The treatment of a missing folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    IsMade,
    IsAnError,
}

impl Place {
    /// Renames the file to its name, replacing an existing file.
    pub(super) fn replace(&mut self) -> io::Result<()> {
        self.check()?;
        self.folder.rename(&self.temporary, &self.name)?;
        self.is_published = true;
        Ok(())
    }

    /// Renames the file to its name. An existing name is [`io::ErrorKind::AlreadyExists`].
    pub(super) fn take_free_name(&mut self) -> io::Result<()> {
        self.check()?;
        self.folder.rename_to_free_name(&self.temporary, &self.name)?;
        self.is_published = true;
        Ok(())
    }

    /// Checks that the temporary file and its folder were not replaced.
    fn check(&self) -> io::Result<()> {
        self.tree.check_in_place(&self.parent, &self.folder)?;
        if self.folder.look(&self.temporary)?.identity != self.identity {
            let message = "another process replaced the temporary file";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        Ok(())
    }

    pub(super) fn sync_names(&self) {
        self.tree.sync_names(&self.folder, &self.parent);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_published {
            return;
        }
        // Deleted only if it is still the created file.
        if self.folder.look(&self.temporary).is_ok_and(|found| found.identity == self.identity) {
            // A failure cannot be reported from drop.
            let _ = self.folder.remove_file(&self.temporary);
        }
    }
}

const TRIES: u32 = 100;
