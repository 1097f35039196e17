//! Configurations of buckets: validated as S3 validates them, stored and sent back. The default encryption
//! applies to writes. CORS and lifecycle rules have no effect, and nothing on this server is public.

mod cors;
mod encryption;
mod lifecycle;
mod public_access_block;

use std::collections::BTreeMap;

use http::{HeaderValue, Response, StatusCode};
use s3s::Body;

use super::document::{Document, Element, answer};
use super::request::Request;
use super::schema::{self, Rule};
use super::{Operations, text};
use crate::refusal::{Code, Refusal};
use crate::store::{BucketRecord, Configuration};

pub(super) use encryption::default_of_bucket;

/// A kind of configuration.
pub(super) struct Kind {
    /// The query parameter.
    name: &'static str,
    root: &'static str,
    rules: &'static [Rule],
    /// The code for a bucket without this configuration.
    missing: Code,
    /// The document that S3 sends for a bucket without a configuration, if any.
    default: Option<&'static str>,
    /// Checks the document beyond its schema, and adds the defaults of S3.
    complete: fn(Element) -> Result<Element, Refusal>,
    /// The header of the document: its name, valid values and default.
    header: Option<(&'static str, &'static [&'static str], &'static str)>,
}

pub(super) const KINDS: [&Kind; 4] =
    [&cors::KIND, &encryption::KIND, &lifecycle::KIND, &public_access_block::KIND];

impl Operations {
    /// Reads, replaces or removes a configuration.
    pub(super) fn configuration(&self, kind: &Kind, request: &Request) -> Result<Response<Body>, Refusal> {
        match request.route.operation.get(..3) {
            Some("Get") => self.get_configuration(kind, request.bucket()),
            Some("Put") => self.put_configuration(kind, request),
            _ => self.delete_configuration(kind, request.bucket()),
        }
    }

    fn get_configuration(&self, kind: &Kind, bucket: &str) -> Result<Response<Body>, Refusal> {
        let record = self.store.bucket(bucket).ok_or(Code::NoSuchBucket)?;
        let Some(kept) = kept(&record, kind) else {
            let default = kind.default.ok_or(kind.missing)?;
            return Ok(answer(default.to_owned()));
        };
        let mut response = answer(kept.document.clone());
        show_header(kind, kept, &mut response);
        Ok(response)
    }

    fn put_configuration(&self, kind: &Kind, request: &Request) -> Result<Response<Body>, Refusal> {
        self.check_bucket(request.bucket())?;
        let root = Element::parse(&request.document, kind.root)?;
        schema::check(&root, kind.rules)?;
        let root = (kind.complete)(root)?;
        let mut document = Document::new(kind.root);
        schema::write(&root, &mut document);
        let configuration = Configuration { document: document.finish(), header: header(kind, request)? };
        self.store.update_bucket(request.bucket(), &|record| {
            record.configurations.insert(kind.name.to_owned(), configuration.clone());
            Ok(())
        })?;
        let mut response = Response::new(Body::empty());
        show_header(kind, &configuration, &mut response);
        Ok(response)
    }

    fn delete_configuration(&self, kind: &Kind, bucket: &str) -> Result<Response<Body>, Refusal> {
        self.store.update_bucket(bucket, &|record| {
            record.configurations.remove(kind.name);
            Ok(())
        })?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    }
}

impl Kind {
    /// Returns the kind that a query names.
    pub(super) fn of(query: &[(String, String)]) -> Option<&'static Self> {
        KINDS.into_iter().find(|kind| query.iter().any(|(name, _)| name == kind.name))
    }
}

/// Returns the configurations of a new bucket.
pub(super) fn of_new_bucket() -> BTreeMap<String, Configuration> {
    let kind = &public_access_block::KIND;
    BTreeMap::from([(kind.name.to_owned(), public_access_block::of_new_bucket())])
}

fn kept<'r>(record: &'r BucketRecord, kind: &Kind) -> Option<&'r Configuration> {
    record.configurations.get(kind.name)
}

/// Reads the header of a document.
fn header(kind: &Kind, request: &Request) -> Result<Option<String>, Refusal> {
    let Some((name, values, default)) = kind.header else { return Ok(None) };
    match text(&request.headers, name) {
        None => Ok(Some(default.to_owned())),
        Some(value) if values.contains(&value) => Ok(Some(value.to_owned())),
        Some(value) => Err(Refusal::new(Code::InvalidArgument)
            .message(format!("The value of {name} is not valid"))
            .detail("ArgumentName", name)
            .detail("ArgumentValue", value)),
    }
}

fn show_header(kind: &Kind, kept: &Configuration, response: &mut Response<Body>) {
    let value = kept.header.as_deref().and_then(|value| HeaderValue::from_str(value).ok());
    if let (Some((name, ..)), Some(value)) = (kind.header, value) {
        response.headers_mut().insert(name, value);
    }
}

fn invalid_request(message: String) -> Refusal {
    Refusal::new(Code::InvalidRequest).message(message)
}

fn invalid_argument(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::InvalidArgument).message(message.into())
}
