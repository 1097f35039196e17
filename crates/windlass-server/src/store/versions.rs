//! The versions of one key: selection of the current one, insertion and deletion.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::Ids;
use super::{Annotations, ObjectRecord, Versioning};

/// A version of an object, or a delete marker.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Version {
    /// `null` if it was written without versioning.
    pub(crate) id: String,
    /// Greater than that of every older version of the key.
    pub(crate) sequence: u64,
    pub(crate) state: State,
}

/// An object or a delete marker.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum State {
    Object(Box<ObjectRecord>),
    /// The time of the deletion, in milliseconds since 1970.
    DeleteMarker(i64),
}

impl Version {
    /// Returns the object; `None` for a delete marker.
    pub(crate) fn object(&self) -> Option<&ObjectRecord> {
        match &self.state {
            State::Object(object) => Some(object),
            State::DeleteMarker(_) => None,
        }
    }

    /// Returns this version with other annotations. A delete marker has none.
    pub(super) fn with_annotations(&self, annotations: Annotations) -> Self {
        let mut changed = self.clone();
        if let State::Object(object) = &mut changed.state {
            object.annotations = annotations;
        }
        changed
    }

    /// Returns the time in milliseconds since 1970.
    pub(crate) fn last_modified(&self) -> i64 {
        match &self.state {
            State::Object(object) => object.last_modified,
            State::DeleteMarker(time) => *time,
        }
    }
}

/// The result of a delete.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Deleted {
    /// The id of the version that was removed or created. `None` if the bucket was never versioned.
    pub(crate) version: Option<String>,
    /// Whether that version is a delete marker.
    pub(crate) is_marker: bool,
}

/// All versions of a key, newest first. `L` locates the content.
#[derive(Debug)]
pub(super) struct Versions<L>(Vec<(Arc<Version>, L)>);

impl<L> Default for Versions<L> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<L> Versions<L> {
    /// Creates the list from versions in any order.
    pub(super) fn of(mut versions: Vec<(Arc<Version>, L)>) -> Self {
        versions.sort_by_key(|(version, _)| std::cmp::Reverse(version.sequence));
        Self(versions)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn newest(&self) -> Option<&Arc<Version>> {
        self.0.first().map(|(version, _)| version)
    }

    /// Returns the version with this id, by default the newest one.
    pub(super) fn get(&self, id: Option<&str>) -> Option<&(Arc<Version>, L)> {
        self.0.iter().find(|(version, _)| id.is_none_or(|id| version.id == id))
    }

    /// Returns the version after the one with this id, or the newest one if the id does not exist.
    pub(super) fn behind(&self, id: &str) -> Option<&Arc<Version>> {
        let index = self.0.iter().position(|(version, _)| version.id == id).map_or(0, |index| index + 1);
        self.0.get(index).map(|(version, _)| version)
    }

    /// Creates the version that a write adds.
    pub(super) fn next(&self, key: &str, state: State, versioning: Option<Versioning>, ids: &Ids) -> Version {
        let sequence = self.newest().map_or(0, |newest| newest.sequence + 1);
        let id = if versioning == Some(Versioning::Enabled) { ids.version(key) } else { NULL.to_owned() };
        Version { id, sequence, state }
    }

    /// Inserts the newest version and replaces the one with its id. Returns the location of the replaced one.
    pub(super) fn put(&mut self, version: Arc<Version>, location: L) -> Option<L> {
        let replaced = self.remove(&version.id);
        self.0.insert(0, (version, location));
        replaced
    }

    /// Replaces the record of a version.
    pub(super) fn update(&mut self, changed: Arc<Version>) {
        if let Some((version, _)) = self.0.iter_mut().find(|(version, _)| version.id == changed.id) {
            *version = changed;
        }
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<L> {
        let index = self.0.iter().position(|(version, _)| version.id == id)?;
        Some(self.0.remove(index).1)
    }
}

/// The effect of a delete.
pub(super) enum Deletion<'d> {
    /// Removes the version with this id.
    Remove(&'d str),
    /// Adds a delete marker.
    Mark,
}

impl<'d> Deletion<'d> {
    pub(super) fn of(version: Option<&'d str>, versioning: Option<Versioning>) -> Self {
        match (version, versioning) {
            (Some(version), _) => Self::Remove(version),
            (None, None) => Self::Remove(NULL),
            (None, Some(_)) => Self::Mark,
        }
    }
}

/// The id of the version that was written without versioning.
pub(crate) const NULL: &str = "null";
