//! `ListObjectVersions`.

use std::sync::Arc;

use http::Response;
use s3s::Body;

use super::document::Document;
use super::request::Request;
use super::walk::{self, Entry, Position, Spelling, Walk};
use super::{OWNER, Operations, checksums, quoted, restore, settings, versions};
use crate::date;
use crate::refusal::{Code, Refusal};
use crate::store::{ObjectRecord, Place, Version};

/// A version, and whether it is the newest of its key.
type Listed = (Arc<Version>, bool);

impl Operations {
    pub(super) fn list_versions(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let text = |name: &str| request.parameter(name).unwrap_or_default();
        let encoding = request.parameter("encoding-type");
        let spelling = Spelling::named(encoding)?;
        let prefix = text("prefix");
        let delimiter = request.parameter("delimiter").filter(|delimiter| !delimiter.is_empty());
        let (marker, id) = (text("key-marker"), request.parameter("version-id-marker"));
        let id = id.filter(|id| !id.is_empty());
        if id.is_some() && marker.is_empty() {
            return Err(Refusal::new(Code::InvalidArgument)
                .message("A version-id marker cannot be specified without a key marker.")
                .detail("ArgumentName", "version-id-marker"));
        }
        let start = match versions::checked_id(id)? {
            Some(id) => Position::AfterEntry(marker.to_owned(), id.to_owned()),
            None => Walk::after_marker(prefix, delimiter, marker),
        };
        let limit = walk::limit(request.number("max-keys")?, "maxKeys")?;
        let walk = Walk { prefix, delimiter, start, limit };
        let page = walk.page(|place| self.version_at(request.bucket(), place))?;

        let mut document = Document::new("ListVersionsResult");
        document.put("Name", request.bucket());
        document.put("Prefix", spelling.write(prefix));
        document.put("KeyMarker", spelling.write(marker));
        document.put("VersionIdMarker", id.unwrap_or_default());
        if let Some(next) = &page.next {
            document.put("NextKeyMarker", spelling.write(next.text()));
            document.put("NextVersionIdMarker", next.id());
        }
        document.put("MaxKeys", limit);
        if let Some(delimiter) = delimiter {
            document.put("Delimiter", spelling.write(delimiter));
        }
        if let Some(encoding) = encoding {
            document.put("EncodingType", encoding);
        }
        document.put("IsTruncated", page.next.is_some());
        let now = restore::is_asked(request.header("x-amz-optional-object-attributes")).then(|| self.now());
        for entry in &page.entries {
            describe(&mut document, entry, spelling, now);
        }
        for prefix in &page.prefixes {
            document.within("CommonPrefixes", |it| it.put("Prefix", spelling.write(prefix)));
        }
        Ok(document.answer())
    }

    fn version_at(&self, bucket: &str, place: Place<'_>) -> Result<Option<Entry<Listed>>, Refusal> {
        let found = self.store.next_version(bucket, place)?;
        Ok(found.map(|(key, version, is_latest)| Entry {
            key,
            id: version.id.clone(),
            value: (version, is_latest),
        }))
    }
}

/// Writes a version. With a time, includes the restore state.
fn describe(document: &mut Document, entry: &Entry<Listed>, spelling: Spelling, now: Option<i64>) {
    let (version, is_latest) = &entry.value;
    let object = version.object();
    document.within(if object.is_some() { "Version" } else { "DeleteMarker" }, |it| {
        if let Some(object) = object {
            describe_object(it, object);
        }
        it.put("Key", spelling.write(&entry.key));
        it.put("VersionId", &version.id);
        it.put("IsLatest", is_latest);
        it.put("LastModified", date::format_xml(version.last_modified()));
        it.within("Owner", |it| it.put("ID", OWNER));
        let restored = now.and_then(|now| restore::state(object?, now));
        if let Some(restored) = restored {
            it.within("RestoreStatus", |it| {
                it.put("IsRestoreInProgress", restored.is_ongoing);
                if let Some(expires) = restored.expires {
                    it.put("RestoreExpiryDate", date::format_xml(expires));
                }
            });
        }
    });
}

fn describe_object(document: &mut Document, object: &ObjectRecord) {
    document.put("ETag", quoted(&object.etag));
    document.put("ChecksumAlgorithm", &object.checksum.algorithm);
    document.put("ChecksumType", checksums::kind_name(object.checksum.kind));
    document.put("Size", object.size);
    document.put("StorageClass", settings::storage_class(&object.settings));
}
