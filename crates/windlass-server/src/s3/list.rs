//! ListObjectsV2 and `ListObjects`: one walk over the keys, two ways to write it down.

use std::ops::Bound;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use s3s::{S3Response, dto};

use super::{Operations, etag, owner, settings, timestamp};
use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::store::{ObjectRecord, Store};

impl Operations {
    pub(super) fn list_second_version(
        &self,
        input: dto::ListObjectsV2Input,
    ) -> Result<S3Response<dto::ListObjectsV2Output>, Refusal> {
        let spelling = Spelling::of(input.encoding_type.as_ref())?;
        let start = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => read_token(token)?,
            (None, Some(key)) if !key.is_empty() => Position::AfterKey(key.clone()),
            (None, _) => Position::Start,
        };
        let prefix = input.prefix.unwrap_or_default();
        let delimiter = input.delimiter.filter(|delimiter| !delimiter.is_empty());
        let limit = limit(input.max_keys)?;
        let page = walk(&*self.store, &input.bucket, &prefix, delimiter.as_deref(), &start, limit)?;
        let with_owner = input.fetch_owner == Some(true);
        let count = page.objects.len() + page.prefixes.len();
        Ok(S3Response::new(dto::ListObjectsV2Output {
            common_prefixes: Some(common_prefixes(&page, spelling)),
            contents: Some(contents(&page, spelling, with_owner)),
            next_continuation_token: page.next.as_ref().map(write_token),
            is_truncated: Some(page.next.is_some()),
            continuation_token: input.continuation_token,
            delimiter: delimiter.map(|text| spelling.write(&text)),
            encoding_type: input.encoding_type,
            key_count: i32::try_from(count).ok(),
            max_keys: i32::try_from(limit).ok(),
            name: Some(input.bucket),
            prefix: Some(spelling.write(&prefix)),
            start_after: input.start_after.map(|text| spelling.write(&text)),
            ..Default::default()
        }))
    }

    pub(super) fn list_first_version(
        &self,
        input: dto::ListObjectsInput,
    ) -> Result<S3Response<dto::ListObjectsOutput>, Refusal> {
        let spelling = Spelling::of(input.encoding_type.as_ref())?;
        let prefix = input.prefix.unwrap_or_default();
        let delimiter = input.delimiter.filter(|delimiter| !delimiter.is_empty());
        let marker = input.marker.unwrap_or_default();
        let start = match delimiter.as_deref() {
            _ if marker.is_empty() => Position::Start,
            // A marker may be the last common prefix of the page before.
            Some(delimiter) if common_prefix(&marker, &prefix, delimiter) == Some(marker.as_str()) => {
                Position::AfterPrefix(marker.clone())
            }
            _ => Position::AfterKey(marker.clone()),
        };
        let limit = limit(input.max_keys)?;
        let page = walk(&*self.store, &input.bucket, &prefix, delimiter.as_deref(), &start, limit)?;
        // Without a delimiter S3 leaves it to the client to take the last key.
        let next_marker = page.next.as_ref().filter(|_| delimiter.is_some()).map(Position::text);
        Ok(S3Response::new(dto::ListObjectsOutput {
            common_prefixes: Some(common_prefixes(&page, spelling)),
            contents: Some(contents(&page, spelling, true)),
            next_marker: next_marker.map(|text| spelling.write(text)),
            is_truncated: Some(page.next.is_some()),
            delimiter: delimiter.map(|text| spelling.write(&text)),
            encoding_type: input.encoding_type,
            marker: Some(spelling.write(&marker)),
            max_keys: i32::try_from(limit).ok(),
            name: Some(input.bucket),
            prefix: Some(spelling.write(&prefix)),
            ..Default::default()
        }))
    }
}

/// One page of a listing.
struct Page {
    objects: Vec<(String, Arc<ObjectRecord>)>,
    prefixes: Vec<String>,
    /// Where the next page begins, if there is one.
    next: Option<Position>,
}

/// A place between two entries of a listing.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Position {
    Start,
    AfterKey(String),
    AfterPrefix(String),
}

impl Position {
    fn text(&self) -> &str {
        match self {
            Self::Start => "",
            Self::AfterKey(text) | Self::AfterPrefix(text) => text,
        }
    }
}

fn walk(
    store: &dyn Store,
    bucket: &str,
    prefix: &str,
    delimiter: Option<&str>,
    start: &Position,
    limit: usize,
) -> Result<Page, Refusal> {
    let mut page = Page { objects: Vec::new(), prefixes: Vec::new(), next: None };
    let mut position = start.clone();
    loop {
        let after_prefix;
        let from = match &position {
            Position::AfterKey(key) if key.as_str() >= prefix => Bound::Excluded(key.as_str()),
            Position::AfterPrefix(skipped) if skipped.as_str() >= prefix => {
                let Some(successor) = successor(skipped) else { return Ok(page) };
                after_prefix = successor;
                Bound::Included(after_prefix.as_str())
            }
            _ => Bound::Included(prefix),
        };
        let found = store.next(bucket, from)?;
        let Some((key, record)) = found.filter(|(key, _)| key.starts_with(prefix)) else { return Ok(page) };
        if limit == 0 {
            return Ok(page);
        }
        if page.objects.len() + page.prefixes.len() == limit {
            page.next = Some(position);
            return Ok(page);
        }
        position =
            if let Some(common) = delimiter.and_then(|delimiter| common_prefix(&key, prefix, delimiter)) {
                page.prefixes.push(common.to_owned());
                Position::AfterPrefix(common.to_owned())
            } else {
                page.objects.push((key.clone(), record));
                Position::AfterKey(key)
            };
    }
}

/// The part of a key up to the first delimiter behind the prefix.
fn common_prefix<'k>(key: &'k str, prefix: &str, delimiter: &str) -> Option<&'k str> {
    let rest = key.strip_prefix(prefix)?;
    let end = rest.find(delimiter)? + delimiter.len();
    key.get(..prefix.len() + end)
}

/// The least string that is greater than all that begin with this one.
fn successor(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            _ => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

fn limit(wanted: Option<i32>) -> Result<usize, Refusal> {
    let wanted = wanted.map_or(Ok(LONGEST_PAGE), usize::try_from);
    let wanted = wanted.map_err(|_| {
        Refusal::new(Code::InvalidArgument)
            .message("Argument maxKeys must be an integer between 0 and 2147483647")
    })?;
    Ok(wanted.min(LONGEST_PAGE))
}

fn write_token(position: &Position) -> String {
    let kind = if matches!(position, Position::AfterPrefix(_)) { 'p' } else { 'k' };
    BASE64.encode(format!("{kind}{}", position.text()))
}

fn read_token(token: &str) -> Result<Position, Refusal> {
    let text = BASE64.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| text.split_at_checked(1)) {
        Some(("k", key)) => Ok(Position::AfterKey(key.to_owned())),
        Some(("p", prefix)) => Ok(Position::AfterPrefix(prefix.to_owned())),
        _ => Err(Refusal::new(Code::InvalidArgument).message("The continuation token provided is incorrect")),
    }
}

/// How keys are written into the document.
#[derive(Clone, Copy)]
enum Spelling {
    Plain,
    Url,
}

impl Spelling {
    fn of(encoding: Option<&dto::EncodingType>) -> Result<Self, Refusal> {
        match encoding.map(dto::EncodingType::as_str) {
            None => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(_) => {
                Err(Refusal::new(Code::InvalidArgument)
                    .message("Invalid Encoding Method specified in Request"))
            }
        }
    }

    fn write(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Url => encode::encode_listed(text),
        }
    }
}

fn contents(page: &Page, spelling: Spelling, with_owner: bool) -> Vec<dto::Object> {
    let entry = |(key, record): &(String, Arc<ObjectRecord>)| dto::Object {
        checksum_algorithm: Some(vec![record.checksum.algorithm.clone().into()]),
        checksum_type: Some(dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT)),
        e_tag: Some(etag(&record.etag)),
        key: Some(spelling.write(key)),
        last_modified: Some(timestamp(record.last_modified)),
        owner: with_owner.then(owner),
        restore_status: None,
        size: i64::try_from(record.size).ok(),
        storage_class: Some(
            record.settings.storage_class.clone().unwrap_or_else(|| settings::STANDARD.to_owned()).into(),
        ),
    };
    page.objects.iter().map(entry).collect()
}

fn common_prefixes(page: &Page, spelling: Spelling) -> Vec<dto::CommonPrefix> {
    page.prefixes.iter().map(|prefix| dto::CommonPrefix { prefix: Some(spelling.write(prefix)) }).collect()
}

const LONGEST_PAGE: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_is_above_all_that_begin_so_and_below_the_rest() {
        assert_eq!(successor("a/").as_deref(), Some("a0"));
        assert_eq!(successor("a\u{D7FF}").as_deref(), Some("a\u{E000}"));
        assert_eq!(successor("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10FFFF}"), None);
    }

    #[test]
    fn tokens_are_read_back_and_others_refused() {
        for position in [Position::AfterKey("k\u{1}".into()), Position::AfterPrefix("a/".into())] {
            assert_eq!(read_token(&write_token(&position)).unwrap(), position);
        }
        for token in ["", "x", "YWJj"] {
            assert!(read_token(token).is_err(), "{token}");
        }
    }
}
