//! The objects that a source stands for: one, those below a prefix, or those that match a pattern.

use windlass::Client;
use windlass::paths::{Filter, KeyPattern, S3Url, folder_prefix};
use windlass::types::Object;

use crate::access_arguments::AccountArguments;
use crate::failure::Failure;

/// How the key of a source is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// One object.
    One,
    /// Everything that begins so, in the middle of a name too.
    Beginning(String),
    /// Everything below a prefix.
    Below(String),
    /// Everything that matches.
    Matching(KeyPattern),
}

impl Selection {
    /// Reads the key of a source. `raw` takes wildcards literally.
    pub(crate) fn of(url: &S3Url, recursive: bool, raw: bool) -> Self {
        if !raw && KeyPattern::is_pattern(&url.key) {
            return Self::Matching(KeyPattern::new(url.key.as_str()));
        }
        if recursive { Self::Below(folder_prefix(&url.key)) } else { Self::One }
    }

    /// Reads the key of a list. `raw` takes wildcards literally.
    pub(crate) fn of_list(url: &S3Url, raw: bool) -> Self {
        match Self::of(url, false, raw) {
            Self::One => Self::Beginning(url.key.clone()),
            other => other,
        }
    }

    /// Where listing begins.
    pub(crate) fn prefix(&self) -> &str {
        match self {
            Self::One => "",
            Self::Beginning(prefix) | Self::Below(prefix) => prefix,
            Self::Matching(pattern) => pattern.list_prefix(),
        }
    }

    /// The name of a key relative to the source; None where the source does not stand for it.
    pub(crate) fn relative<'k>(&self, key: &'k str) -> Option<&'k str> {
        match self {
            Self::One => None,
            Self::Beginning(prefix) => key.starts_with(prefix.as_str()).then_some(key),
            Self::Below(prefix) => key.strip_prefix(prefix.as_str()),
            Self::Matching(pattern) => pattern.relative(key),
        }
    }
}

/// An object, and its name relative to the source.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) object: Object,
    pub(crate) relative: String,
}

/// Lists what a selection other than [`Selection::One`] stands for, in the order of keys.
pub(crate) async fn list(
    client: &Client,
    bucket: &str,
    selection: &Selection,
    filter: &Filter,
    account: &AccountArguments,
) -> Result<Vec<Found>, Failure> {
    let mut request = account.of(client.list_objects_v2(bucket));
    if !selection.prefix().is_empty() {
        request = request.prefix(selection.prefix());
    }
    let mut found = Vec::new();
    let mut items = request.items();
    while let Some(object) = items.try_next().await? {
        let Some(relative) = selection.relative(&object.key) else { continue };
        if filter.keeps(relative) {
            let relative = relative.to_owned();
            found.push(Found { object, relative });
        }
    }
    Ok(found)
}
