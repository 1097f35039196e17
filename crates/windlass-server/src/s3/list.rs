//! ListObjectsV2 and `ListObjects`: one listing in two formats.

use std::ops::Bound;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use s3s::{S3Response, dto};

use super::walk::{self, Entry, Page, Position, Spelling, Walk};
use super::{Operations, checksums, etag, owner, restore, settings, timestamp};
use crate::refusal::{Code, Refusal};
use crate::store::{Place, Version};

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
        let attributes = input.optional_object_attributes;
        let prefix = input.prefix.unwrap_or_default();
        let delimiter = input.delimiter.filter(|delimiter| !delimiter.is_empty());
        let limit = walk::limit(input.max_keys, "maxKeys")?;
        let walk = Walk { prefix: &prefix, delimiter: delimiter.as_deref(), start, limit };
        let page = self.objects(&input.bucket, &walk)?;
        let with_owner = input.fetch_owner == Some(true);
        let count = page.entries.len() + page.prefixes.len();
        Ok(S3Response::new(dto::ListObjectsV2Output {
            common_prefixes: Some(walk::common_prefixes(&page, spelling)),
            contents: Some(self.contents(&page, spelling, with_owner, attributes.as_ref())),
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
        let attributes = input.optional_object_attributes;
        let prefix = input.prefix.unwrap_or_default();
        let delimiter = input.delimiter.filter(|delimiter| !delimiter.is_empty());
        let marker = input.marker.unwrap_or_default();
        let start = Walk::after_marker(&prefix, delimiter.as_deref(), &marker);
        let limit = walk::limit(input.max_keys, "maxKeys")?;
        let walk = Walk { prefix: &prefix, delimiter: delimiter.as_deref(), start, limit };
        let page = self.objects(&input.bucket, &walk)?;
        // Without a delimiter, S3 expects the client to use the last key.
        let next_marker = page.next.as_ref().filter(|_| delimiter.is_some()).map(Position::text);
        Ok(S3Response::new(dto::ListObjectsOutput {
            common_prefixes: Some(walk::common_prefixes(&page, spelling)),
            contents: Some(self.contents(&page, spelling, true, attributes.as_ref())),
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

    fn objects(&self, bucket: &str, walk: &Walk<'_>) -> Result<Page<Arc<Version>>, Refusal> {
        walk.page(|place| {
            let from = match place {
                Place::Key(from) => from,
                // Each key has only one object.
                Place::Entry(key, _) => Bound::Excluded(key),
            };
            let found = self.store.next(bucket, from)?;
            Ok(found.map(|(key, value)| Entry { key, id: String::new(), value }))
        })
    }

    /// Returns the entries of a page, with their restore state if `attributes` requests it.
    fn contents(
        &self,
        page: &Page<Arc<Version>>,
        spelling: Spelling,
        with_owner: bool,
        attributes: Option<&dto::OptionalObjectAttributesList>,
    ) -> Vec<dto::Object> {
        let is_asked =
            attributes.is_some_and(|names| names.iter().any(|name| name.as_str() == "RestoreStatus"));
        let now = is_asked.then(|| self.now());
        let entries = page.entries.iter().filter_map(|entry| Some((&entry.key, entry.value.object()?)));
        let described = entries.map(|(key, object)| dto::Object {
            checksum_algorithm: Some(vec![object.checksum.algorithm.clone().into()]),
            checksum_type: Some(checksums::kind_name(object.checksum.kind).to_owned().into()),
            e_tag: Some(etag(&object.etag)),
            key: Some(spelling.write(key)),
            last_modified: Some(timestamp(object.last_modified)),
            owner: with_owner.then(owner),
            restore_status: now.and_then(|now| restore::listed(object, now)),
            size: i64::try_from(object.size).ok(),
            storage_class: Some(settings::storage_class(&object.settings).to_owned().into()),
        });
        described.collect()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_round_trip_and_unknown_ones_are_rejected() {
        for position in [Position::AfterKey("k\u{1}".into()), Position::AfterPrefix("a/".into())] {
            assert_eq!(read_token(&write_token(&position)).unwrap(), position);
        }
        for token in ["", "x", "YWJj"] {
            assert!(read_token(token).is_err(), "{token}");
        }
    }
}
