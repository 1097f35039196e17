//! CopyObject, and what copies of parts share with it: the source and its conditions.

use http::Response;
use s3s::Body;

use super::checksums::{self, Algorithm};
use super::conditions::Conditions;
use super::document::Document;
use super::request::Request;
use super::{Operations, quoted, settings, upload};
use crate::date;
use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::store::{Checksum, ObjectRecord, Reader, Settings};

impl Operations {
    pub(super) async fn copy(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let (bucket, key) = (request.bucket(), request.key());
        let source = Source::of(request)?;
        let replaces = directive(request, "x-amz-metadata-directive")?;
        let replaces_tags = directive(request, "x-amz-tagging-directive")?;
        let conditions = Conditions::of(&request.headers);
        conditions.check_writable()?;
        self.check_bucket(bucket)?;
        let sent = settings::read(&request.headers)?;
        let changes = replaces || sent.storage_class.is_some() || sent.website_redirect.is_some();
        if source.bucket == bucket && source.key == key && !changes {
            return Err(Refusal::new(Code::InvalidRequest).message(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        let reader = self.open_source(request, &source).await?;
        let original = reader.record().clone();
        if original.size > LARGEST_COPY {
            return Err(Refusal::new(Code::InvalidRequest).message(
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
            ));
        }

        let algorithm = match request.header("x-amz-checksum-algorithm") {
            Some(wanted) => Algorithm::wanted(wanted)?.name,
            None => &original.checksum.algorithm,
        };
        let mut draft = self.store.begin().await?;
        let content = Reader::stream(reader, 0, original.size).await?;
        let written = upload::write(&mut *draft, content, algorithm).await?;
        let record = ObjectRecord {
            size: written.size,
            etag: written.etag(),
            last_modified: self.now(),
            checksum: written.checksum,
            settings: merge(&original.settings, sent, replaces, replaces_tags),
            assembly: None,
        };
        let mut document = Document::new("CopyObjectResult");
        describe(&mut document, record.last_modified, &record.etag, &record.checksum);
        document.put("ChecksumType", checksums::kind_name(record.checksum.kind));
        draft.commit(bucket, key, record, &|current| conditions.check_write(current)).await?;
        Ok(document.answer())
    }

    /// Opens what is to be copied, if the conditions on it hold.
    pub(super) async fn open_source(
        &self,
        request: &Request,
        source: &Source,
    ) -> Result<Box<dyn Reader>, Refusal> {
        self.check_bucket(&source.bucket)?;
        let missing = || Refusal::new(Code::NoSuchKey).detail("Key", &source.key);
        let reader = self.store.open(&source.bucket, &source.key).await?.ok_or_else(missing)?;
        Conditions::of_copy_source(&request.headers).check_copy_source(reader.record())?;
        Ok(reader)
    }
}

/// What is to be copied.
pub(super) struct Source {
    pub(super) bucket: String,
    pub(super) key: String,
}

impl Source {
    /// Reads `x-amz-copy-source`: `BUCKET/KEY?versionId=ID`, percent-encoded, with or without a slash
    /// before it.
    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        let header = request.header("x-amz-copy-source").unwrap_or_default();
        let (path, version) = match header.split_once("?versionId=") {
            Some((path, version)) => (path, Some(version)),
            None => (header, None),
        };
        if header.starts_with("arn:") {
            return Err(
                Refusal::new(Code::NotImplemented).message("Copies from access points are not implemented")
            );
        }
        let invalid = |reason: &'static str| Refusal::new(Code::InvalidArgument).message(reason);
        let decoded = encode::decode(path)
            .ok_or_else(|| invalid("The x-amz-copy-source header is not percent-encoded UTF-8"))?;
        let decoded = decoded.strip_prefix('/').unwrap_or(&decoded);
        if version.is_some_and(|version| version != "null") {
            return Err(invalid("Invalid version id specified"));
        }
        match decoded.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err(invalid("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")),
        }
    }
}

/// Writes what copies of objects and of parts tell.
pub(super) fn describe(document: &mut Document, last_modified: i64, etag: &str, checksum: &Checksum) {
    document.put("LastModified", date::format_xml(last_modified));
    document.put("ETag", quoted(etag));
    if let Some(algorithm) = Algorithm::named(&checksum.algorithm) {
        document.put(algorithm.element, &checksum.value);
    }
}

/// Whether a directive says REPLACE.
fn directive(request: &Request, name: &str) -> Result<bool, Refusal> {
    match request.header(name) {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(Refusal::new(Code::InvalidArgument).message(format!("Unknown value for {name}"))),
    }
}

/// The storage class and the redirect always come from the request, tags by their own directive.
fn merge(original: &Settings, sent: Settings, replaces: bool, replaces_tags: bool) -> Settings {
    let tagging = if replaces_tags { sent.tagging.clone() } else { original.tagging.clone() };
    let storage_class = sent.storage_class.clone();
    let website_redirect = sent.website_redirect.clone();
    let base = if replaces { sent } else { original.clone() };
    Settings { storage_class, tagging, website_redirect, ..base }
}

/// In one copy, in bytes. More goes in parts.
const LARGEST_COPY: u64 = 5 << 30;
