//! The versions of one key: which is the current one, where a new one goes, and what a delete does.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::Ids;
use super::{Annotations, ObjectRecord, Versioning};

/// One version of an object, or the mark that it was deleted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Version {
    /// `null` where it was written without versioning.
    pub(crate) id: String,
    /// Greater than that of every older version of the key.
    pub(crate) sequence: u64,
    pub(crate) state: State,
}

/// What a version is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum State {
    Object(Box<ObjectRecord>),
    /// When it was deleted, in milliseconds since 1970.
    DeleteMarker(i64),
}

impl Version {
    /// The object; `None` for a delete marker.
    pub(crate) fn object(&self) -> Option<&ObjectRecord> {
        match &self.state {
            State::Object(object) => Some(object),
            State::DeleteMarker(_) => None,
        }
    }

    /// The same version with other annotations. A delete marker has none.
    pub(super) fn with_annotations(&self, annotations: Annotations) -> Self {
        let mut changed = self.clone();
        if let State::Object(object) = &mut changed.state {
            object.annotations = annotations;
        }
        changed
    }

    /// Milliseconds since 1970.
    pub(crate) fn last_modified(&self) -> i64 {
        match &self.state {
            State::Object(object) => object.last_modified,
            State::DeleteMarker(time) => *time,
        }
    }
}

/// What a delete did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Deleted {
    /// The version that was removed or made. `None` where versions have no names yet.
    pub(crate) version: Option<String>,
    /// It is a delete marker.
    pub(crate) is_marker: bool,
}

/// All versions of a key, newest first. `L` tells where the content is.
#[derive(Debug)]
pub(super) struct Versions<L>(Vec<(Arc<Version>, L)>);

impl<L> Default for Versions<L> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<L> Versions<L> {
    /// Takes versions in any order.
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

    /// The version with this id, or the newest one.
    pub(super) fn get(&self, id: Option<&str>) -> Option<&(Arc<Version>, L)> {
        self.0.iter().find(|(version, _)| id.is_none_or(|id| version.id == id))
    }

    /// The version behind the one with this id, or the newest one if there is none of this id.
    pub(super) fn behind(&self, id: &str) -> Option<&Arc<Version>> {
        let index = self.0.iter().position(|(version, _)| version.id == id).map_or(0, |index| index + 1);
        self.0.get(index).map(|(version, _)| version)
    }

    /// The version that a write makes of this state.
    pub(super) fn next(&self, key: &str, state: State, versioning: Option<Versioning>, ids: &Ids) -> Version {
        let sequence = self.newest().map_or(0, |newest| newest.sequence + 1);
        let id = if versioning == Some(Versioning::Enabled) { ids.version(key) } else { NULL.to_owned() };
        Version { id, sequence, state }
    }

    /// Puts a version before all others, in place of the one with its id. Returns where that is.
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

/// What a delete comes to.
pub(super) enum Deletion<'d> {
    /// The version with this id goes.
    Remove(&'d str),
    /// A delete marker is written.
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
