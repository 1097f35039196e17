//! CopyObject, and the source and its conditions, which part copies share.

use http::{HeaderValue, Response};
use s3s::Body;

use super::checksums::{self, Algorithm};
use super::conditions::Conditions;
use super::document::Document;
use super::request::Request;
use super::{Operations, encryption, quoted, restore, settings, upload, versions};
use crate::date;
use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::store::{Annotations, Checksum, Guard, ObjectRecord, Reader, Settings};

impl Operations {
    pub(super) async fn copy(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let (bucket, key) = (request.bucket(), request.key());
        let mut source = CopySource::of(request)?;
        let replaces = directive(request, "x-amz-metadata-directive")?;
        let replaces_tags = directive(request, "x-amz-tagging-directive")?;
        let conditions = Conditions::of(&request.headers);
        conditions.check_writable()?;
        self.check_bucket(bucket)?;
        let sent = settings::read(&request.headers)?;
        let annotations = self.annotations(&request.headers, bucket)?;
        let asked = encryption::of_write(&request.headers, &self.region)?;
        let changes =
            replaces || sent.storage_class.is_some() || sent.website_redirect.is_some() || asked.is_some();
        if source.bucket == bucket && source.key == key && source.version.is_none() && !changes {
            return Err(Refusal::new(Code::InvalidRequest).message(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        let encryption = self.with_default_encryption(bucket, asked)?;
        let (reader, original) = self.open_source(request, &mut source).await?;
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
            etag: written.etag(encryption.as_ref()),
            last_modified: self.now(),
            checksum: written.checksum,
            settings: merge(&original.settings, sent, replaces),
            assembly: None,
            annotations: Annotations {
                tags: if replaces_tags { annotations.tags } else { original.annotations.tags },
                ..annotations
            },
            encryption,
        };
        let shown = encryption::headers_of_write(record.encryption.as_ref());
        let mut document = Document::new("CopyObjectResult");
        describe(&mut document, record.last_modified, &record.etag, &record.checksum);
        document.put("ChecksumType", checksums::kind_name(record.checksum.kind));
        let guard: Guard<'_> = &|current| conditions.check_write(current);
        let version = draft.commit(bucket, key, record, guard).await?;
        let mut answer = document.answer();
        self.show_version(&mut answer, bucket, &version);
        source.show_version(&mut answer);
        answer.headers_mut().extend(shown);
        Ok(answer)
    }

    /// Opens the source if its conditions hold, and sets its version.
    pub(super) async fn open_source(
        &self,
        request: &Request,
        source: &mut CopySource,
    ) -> Result<(Box<dyn Reader>, ObjectRecord), Refusal> {
        self.check_bucket(&source.bucket)?;
        let asked = source.version.as_deref();
        let reader = self.store.open(&source.bucket, &source.key, asked).await?;
        let object = match versions::object(reader.as_ref().map(|it| &**it.version()), &source.key, asked) {
            Err(refusal) if refusal.code == Code::MethodNotAllowed => {
                return Err(Refusal::new(Code::InvalidRequest).message(
                    "The source of a copy request may not specifically refer to a delete marker by version id.",
                ));
            }
            object => object?.clone(),
        };
        let reader = reader.ok_or(Code::NoSuchKey)?;
        encryption::check_copy_source(&request.headers, object.encryption.as_ref())?;
        Conditions::of_copy_source(&request.headers).check_copy_source(&object)?;
        restore::check_readable(&object, self.now(), Code::ObjectNotInActiveTierError)?;
        source.shown = self.shown_version(&source.bucket, reader.version());
        Ok((reader, object))
    }
}

/// The source of a copy.
pub(super) struct CopySource {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version: Option<String>,
    /// The version to report, if the bucket has versions.
    shown: Option<String>,
}

impl CopySource {
    /// Parses `x-amz-copy-source`: `BUCKET/KEY?versionId=ID`, percent-encoded, with an optional leading
    /// slash.
    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        let header = request.header("x-amz-copy-source").unwrap_or_default();
        if header.starts_with("arn:") {
            return Err(
                Refusal::new(Code::NotImplemented).message("Copies from access points are not implemented")
            );
        }
        let invalid = |reason: &'static str| Refusal::new(Code::InvalidArgument).message(reason);
        // S3 decodes a plus as a space here, and some clients depend on it.
        let decode = |text: &str| {
            encode::decode(&text.replace('+', "%20"))
                .ok_or_else(|| invalid("The x-amz-copy-source header is not percent-encoded UTF-8"))
        };
        let (path, version) = match header.split_once("?versionId=") {
            Some((path, version)) => (decode(path)?, Some(decode(version)?)),
            None => (decode(header)?, None),
        };
        versions::checked_id(version.as_deref())?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        match path.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self { bucket: bucket.to_owned(), key: key.to_owned(), version, shown: None })
            }
            _ => Err(invalid("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")),
        }
    }

    /// Adds the version of the source to a response.
    pub(super) fn show_version(&self, answer: &mut Response<Body>) {
        let id = self.shown.as_deref().and_then(|id| HeaderValue::from_str(id).ok());
        if let Some(id) = id {
            answer.headers_mut().insert("x-amz-copy-source-version-id", id);
        }
    }
}

/// Writes the elements that results of object copies and part copies share.
pub(super) fn describe(document: &mut Document, last_modified: i64, etag: &str, checksum: &Checksum) {
    document.put("LastModified", date::format_xml(last_modified));
    document.put("ETag", quoted(etag));
    if let Some(algorithm) = Algorithm::named(&checksum.algorithm) {
        document.put(algorithm.element, &checksum.value);
    }
}

/// Whether a directive is REPLACE.
fn directive(request: &Request, name: &str) -> Result<bool, Refusal> {
    match request.header(name) {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(Refusal::new(Code::InvalidArgument).message(format!("Unknown value for {name}"))),
    }
}

/// Merges the settings. Storage class and redirect always come from the request.
fn merge(original: &Settings, sent: Settings, replaces: bool) -> Settings {
    let storage_class = sent.storage_class.clone();
    let website_redirect = sent.website_redirect.clone();
    let base = if replaces { sent } else { original.clone() };
    Settings { storage_class, website_redirect, ..base }
}

/// The limit for one copy, in bytes. Larger objects need part copies.
const LARGEST_COPY: u64 = 5 << 30;
