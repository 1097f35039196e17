//! Selection of objects by a source: one object, those below a prefix, or those that match a pattern.

use std::borrow::Cow;

use windlass::Client;
use windlass::operations::VersionEntry;
use windlass::paths::{Filter, KeyPattern, S3Url, folder_prefix};
use windlass::types::{EncodedKey, Object};

use crate::access_arguments::AccountArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;

/// The objects that the key of a source selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// One object.
    One,
    /// All keys with this prefix, which may end within a name.
    Beginning(String),
    /// All keys below this folder prefix.
    Below(String),
    /// All keys that match a pattern.
    Matching(KeyPattern),
}

impl Selection {
    /// Interprets the key of a source. `raw` takes wildcards literally.
    pub(crate) fn of(url: &S3Url, recursive: bool, raw: bool) -> Self {
        if !raw && KeyPattern::is_pattern(&url.key) {
            return Self::Matching(KeyPattern::new(url.key.as_str()));
        }
        if recursive { Self::Below(folder_prefix(&url.key)) } else { Self::One }
    }

    /// Interprets the key of a list. `raw` takes wildcards literally.
    pub(crate) fn of_list(url: &S3Url, raw: bool) -> Self {
        match Self::of(url, false, raw) {
            Self::One => Self::Beginning(url.key.clone()),
            other => other,
        }
    }

    /// The prefix to list.
    pub(crate) fn prefix(&self) -> &str {
        match self {
            Self::One => "",
            Self::Beginning(prefix) | Self::Below(prefix) => prefix,
            Self::Matching(pattern) => pattern.list_prefix(),
        }
    }

    /// Fails if a prefix or pattern matched no objects before filters applied: most likely a mistake. An empty bucket
    /// is not an error.
    pub(crate) fn check_found(&self, number: u64, url: &S3Url) -> Result<(), Failure> {
        let asks_for_all = matches!(self, Self::Below(prefix) if prefix.is_empty());
        if number > 0 || asks_for_all {
            return Ok(());
        }
        Err(Failure::new(ExitCode::NotFound, format!("no objects match {url}")))
    }

    /// The name of a key relative to the source; `None` if the source does not select it.
    pub(crate) fn relative<'k>(&self, key: &'k str) -> Option<&'k str> {
        match self {
            Self::One => None,
            Self::Beginning(prefix) => key.starts_with(prefix.as_str()).then_some(key),
            Self::Below(prefix) => key.strip_prefix(prefix.as_str()),
            Self::Matching(pattern) => pattern.relative(key),
        }
    }

    /// Whether the source selects a listed key.
    pub(crate) fn takes(&self, listed: &str) -> bool {
        self.relative(&name(listed)).is_some()
    }
}

/// The objects of a selection.
#[derive(Debug)]
pub(crate) struct Listing<T> {
    /// The objects that pass the filter.
    pub(crate) objects: Vec<T>,
    /// The number of objects before the filter.
    pub(crate) seen: u64,
}

/// The name to match a listed key by. A key that is not UTF-8 is converted lossily.
fn name(listed: &str) -> Cow<'_, str> {
    EncodedKey::of(listed).map_or(Cow::Borrowed(listed), |key| Cow::Owned(key.to_string_lossy()))
}

/// Formats the URL of a key that is not UTF-8, for messages only.
pub(crate) fn encoded_url(bucket: &str, key: EncodedKey<'_>) -> String {
    format!("s3://{bucket}/{key} (percent-encoded)")
}

/// The reason why such a key is skipped.
pub(crate) const NOT_UTF8: &str = "the key is not UTF-8, which windlass can only list";

/// Lists all versions of the selected objects; for [`Selection::One`] those of the URL's key.
pub(crate) async fn versions(
    client: &Client,
    url: &S3Url,
    selection: &Selection,
    filter: &Filter,
    account: &AccountArguments,
) -> Result<Listing<VersionEntry>, Failure> {
    let prefix = if *selection == Selection::One { &url.key } else { selection.prefix() };
    let mut request = account.of(client.list_object_versions(&url.bucket));
    if !prefix.is_empty() {
        request = request.prefix(prefix);
    }
    let mut found = Listing { objects: Vec::new(), seen: 0 };
    let mut items = request.items();
    while let Some(entry) = items.try_next().await? {
        let name = name(entry.key());
        let relative = match selection {
            Selection::One => (entry.key() == url.key).then_some(""),
            _ => selection.relative(&name),
        };
        let Some(relative) = relative else { continue };
        found.seen += 1;
        if filter.keeps(relative) {
            found.objects.push(entry);
        }
    }
    Ok(found)
}

/// An object and its name relative to the source.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) object: Object,
    pub(crate) relative: String,
}

/// Lists the objects of a selection other than [`Selection::One`] in key order, including keys that are not UTF-8
/// ([`Object::encoded_key`]).
pub(crate) async fn list(
    client: &Client,
    bucket: &str,
    selection: &Selection,
    filter: &Filter,
    account: &AccountArguments,
) -> Result<Listing<Found>, Failure> {
    let mut request = account.of(client.list_objects_v2(bucket));
    if !selection.prefix().is_empty() {
        request = request.prefix(selection.prefix());
    }
    let mut found = Listing { objects: Vec::new(), seen: 0 };
    let mut items = request.items();
    while let Some(object) = items.try_next().await? {
        let name = name(&object.key);
        let Some(relative) = selection.relative(&name) else { continue };
        found.seen += 1;
        if filter.keeps(relative) {
            let relative = relative.to_owned();
            found.objects.push(Found { object, relative });
        }
    }
    Ok(found)
}
