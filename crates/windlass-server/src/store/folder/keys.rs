//! The version files of each key. A file whose name contains the key is read on demand. Changes to a version
//! are in a second file next to it.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::file::{self, Footer};
use super::names::{self, Named};
use crate::store::versions::Versions;
use crate::store::{Annotations, NULL, Version};

/// The versions of a key, as far as they have been read.
#[derive(Debug)]
pub(super) enum Key {
    /// One version whose file was not read yet.
    Unread(String),
    /// All versions, with their files.
    Read(Versions<String>),
}

impl Default for Key {
    fn default() -> Self {
        Self::Read(Versions::default())
    }
}

impl Key {
    /// Returns the versions; reads them from the bucket's folder on the first call.
    pub(super) fn read(&mut self, bucket: &Path) -> io::Result<&mut Versions<String>> {
        if let Self::Unread(file_name) = self {
            let (_, version) = read_version(bucket, file_name)?;
            *self = Self::Read(Versions::of(vec![(version, std::mem::take(file_name))]));
        }
        match self {
            Self::Read(versions) => Ok(versions),
            Self::Unread(_) => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Reads the folder of a bucket. Opens only files whose names do not contain the key, and annotation files.
pub(super) fn read_all(bucket: &Path) -> io::Result<BTreeMap<String, Key>> {
    let mut plain = Vec::new();
    let mut read: BTreeMap<String, Vec<(Arc<Version>, String)>> = BTreeMap::new();
    let mut beside = HashSet::new();
    for file in fs::read_dir(bucket)? {
        let Ok(file_name) = file?.file_name().into_string() else { continue };
        match names::read(&file_name) {
            Named::Key(key) => plain.push((key, file_name)),
            Named::InRecord => {
                let (key, version) = read_version(bucket, &file_name)?;
                read.entry(key).or_default().push((version, file_name));
            }
            Named::Beside(object) => {
                beside.insert(object);
            }
            Named::Foreign => {}
        }
    }
    let mut keys = BTreeMap::new();
    for (key, file_name) in plain {
        beside.remove(&file_name);
        match read.get_mut(&key) {
            // The records determine the newest version.
            Some(versions) => versions.push((read_version(bucket, &file_name)?.1, file_name)),
            None => {
                keys.insert(key, Key::Unread(file_name));
            }
        }
    }
    for (_, file_name) in read.values().flatten() {
        beside.remove(file_name);
    }
    keys.extend(read.into_iter().map(|(key, versions)| (key, Key::Read(Versions::of(versions)))));
    // Left over if the process was killed before it removed them.
    beside.iter().try_for_each(|file_name| remove_annotations(bucket, file_name))?;
    Ok(keys)
}

/// Returns the file name of a version.
pub(super) fn file_name(key: &str, version: &Version) -> String {
    if version.id == NULL { names::file_name(key) } else { names::version_file_name(&version.id) }
}

/// Writes the annotations of a version, through a temporary file at `draft`.
pub(super) fn write_annotations(
    bucket: &Path,
    draft: &Path,
    file_name: &str,
    version: &Version,
) -> io::Result<()> {
    let annotations = version.object().map(|object| object.annotations.clone()).unwrap_or_default();
    fs::write(draft, serde_json::to_vec(&Beside { sequence: version.sequence, annotations })?)?;
    fs::rename(draft, bucket.join(names::beside(file_name)))
}

/// Removes the annotations of a version, before or after the version itself.
pub(super) fn remove_annotations(bucket: &Path, file_name: &str) -> io::Result<()> {
    match fs::remove_file(bucket.join(names::beside(file_name))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn read_version(bucket: &Path, file_name: &str) -> io::Result<(String, Arc<Version>)> {
    let Footer { key, version } = file::read(&bucket.join(file_name))?;
    let beside: Beside = match file::read_json(&bucket.join(names::beside(file_name))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((key, Arc::new(version))),
        beside => beside?,
    };
    // Annotations of a replaced version are stale.
    let is_current = beside.sequence == version.sequence;
    let version = if is_current { version.with_annotations(beside.annotations) } else { version };
    Ok((key, Arc::new(version)))
}

/// The content of an annotations file.
#[derive(Debug, Deserialize, Serialize)]
struct Beside {
    /// The sequence of the annotated version: another version can have taken over its file name.
    sequence: u64,
    annotations: Annotations,
}
