//! Guards services that ignore an unknown subresource such as `?tagging`: a write would replace or delete the object or
//! bucket, and a read would return the object. The subresource is taken from the request itself, so no operation can
//! bypass the guard.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{Either, select};
use http::header::{ACCEPT_RANGES, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, Method};

use super::Client;
use crate::config::ServiceProfile;
use crate::operations::{GetObjectTagging, Operation};
use crate::ports::BoxFuture;
use crate::protocol::{Draft, Response, Subresource, Target, xml};
use crate::round_trip::OpenResponse;
use crate::{Error, ErrorKind, Result};

/// The subresources that the service supports beside those of its profile.
#[derive(Debug, Default)]
pub(super) struct Subresources(Mutex<HashMap<Place, Arc<Finding>>>);

/// Whether the subresource belongs to objects, and its name.
type Place = (bool, &'static str);

/// None while it is unknown. The lock is held during the probe, so that other requests wait for its result.
type Finding = tokio::sync::Mutex<Option<bool>>;

impl Subresources {
    fn finding(&self, place: Place) -> Arc<Finding> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(place).or_default().clone()
    }
}

impl Client {
    /// Allows a write of a subresource only if the service supports it: by its profile, or by its response to one GET
    /// per subresource.
    ///
    /// # Errors
    /// Fails if the service does not support it or the probe is inconclusive.
    pub(super) async fn guard_subresource(
        &self,
        draft: &Draft<'_>,
        operation: &'static str,
        request_id: Option<u64>,
    ) -> Result<()> {
        match draft.written_subresource() {
            Some(name) if !self.state.service.subresources.contains(name) => {
                self.prove_subresource(draft, name, operation, request_id).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Boxed, because it sends a request of its own.
    fn prove_subresource<'a>(
        &'a self,
        draft: &'a Draft<'_>,
        name: &'static str,
        operation: &'static str,
        request_id: Option<u64>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let state = &self.state;
            let finding = state.learned.subresources.finding((!draft.target.key().is_empty(), name));
            // The probe may belong to a runtime that is not driven, so the wait has a limit.
            let limit = state.ports.clock.deadline(state.timeouts_of(draft).read);
            let mut found = match select(pin!(finding.lock()), limit).await {
                Either::Left((found, _)) => Some(found),
                Either::Right(_) => None,
            };
            let known = if let Some(known) = found.as_deref().copied().flatten() {
                known
            } else {
                let known = self.ask(draft, name, operation, request_id).await?;
                if let Some(found) = &mut found {
                    **found = Some(known);
                }
                known
            };
            if known { Ok(()) } else { Err(unsupported(operation, name)) }
        })
    }

    async fn ask(
        &self,
        draft: &Draft<'_>,
        name: &'static str,
        operation: &'static str,
        request_id: Option<u64>,
    ) -> Result<bool> {
        let probe = Probe {
            bucket: draft.target.bucket().to_owned(),
            key: draft.target.key().to_owned(),
            name,
            subresource: draft.subresource,
            query: draft.query.iter().map(|(name, value)| (*name, value.clone().into_owned())).collect(),
        };
        match self.run_unreconciled(&probe, request_id).await {
            Ok(known) => Ok(known),
            Err(error) if is_own_code(name, draft.subresource, &error) => Ok(true),
            Err(error) if matches!(error.kind(), ErrorKind::ConfigurationNotFound | ErrorKind::NotImplemented) => {
                Ok(false)
            }
            Err(error) => Err(error.with_remark(&format!(
                "{operation} was not sent: the service is not known to support ?{name}; set the service profile \
                 (provider)"
            ))),
        }
    }
}

fn unsupported(operation: &str, name: &str) -> Error {
    let message =
        format!("this service does not support {operation}: it does not know ?{name}; nothing was changed");
    Error::new(ErrorKind::NotImplemented, message).with_retry_class(None)
}

/// A GET of the subresource that a request would write, with the same call options.
#[derive(Debug)]
struct Probe {
    bucket: String,
    key: String,
    name: &'static str,
    /// None if the operation has only the name.
    subresource: Option<&'static Subresource>,
    query: Vec<(&'static str, String)>,
}

const PROBE: &str = "GetSubresource";

impl Operation for Probe {
    type Output = bool;
    const NAME: &'static str = PROBE;

    fn draft(&self) -> Draft<'_> {
        let target = if self.key.is_empty() {
            Target::Bucket(&self.bucket)
        } else {
            Target::object(&self.bucket, &self.key)
        };
        let mut draft = Draft::get(target);
        for (name, value) in &self.query {
            draft.set_query(name, Some(value.as_str()));
        }
        draft
    }

    fn parse(&self, response: Response) -> Result<bool> {
        let is_own = is_own_document(self.name, self.subresource, response.body());
        Ok(!is_the_object(response.headers()) && is_own)
    }
}

/// Whether the headers are those of an object. SeaweedFS sends `Accept-Ranges` with every response, so an XML type
/// without other headers of objects is a document.
fn is_the_object(headers: &HeaderMap) -> bool {
    let has = |name: HeaderName| headers.contains_key(name);
    has(ETAG) || has(LAST_MODIFIED) || has(ACCEPT_RANGES) && !is_xml(headers)
}

fn is_xml(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("xml")))
}

/// S3 names the documents after the subresources: `tagging` is `<Tagging>`, `cors` is `<CORSConfiguration>`.
fn is_own_document(name: &str, subresource: Option<&Subresource>, body: &[u8]) -> bool {
    if let Some(subresource) = subresource {
        return xml::root_name(body).is_some_and(|root| root == subresource.root);
    }
    let Some(root) = xml::root_name(body) else {
        return name == "policy" && body.trim_ascii_start().starts_with(b"{");
    };
    if name == "acl" {
        return root == "AccessControlPolicy";
    }
    root.to_ascii_lowercase().contains(&name.replace('-', "").to_ascii_lowercase())
}

fn is_own_code(name: &str, subresource: Option<&Subresource>, error: &Error) -> bool {
    let code = error.code().unwrap_or_default();
    if let Some(subresource) = subresource {
        return code == subresource.missing;
    }
    error.kind() == ErrorKind::ConfigurationNotFound
        && (name != "tagging" || code.starts_with("NoSuchTagSet"))
}

/// The subresources of objects that are documents.
const DOCUMENTS: [&str; 5] = ["acl", "attributes", "legal-hold", "retention", "tagging"];

/// The error for a GET of a subresource whose response is the object itself, before its content is read.
pub(super) fn refuse_the_object(
    provider: &ServiceProfile,
    draft: &Draft<'_>,
    operation: &'static str,
    response: &OpenResponse,
) -> Result<()> {
    let Some(name) = read_by(draft).filter(|_| response.status.is_success()) else { return Ok(()) };
    let headers = &response.headers;
    let is_object = if name == "attributes" {
        // S3 sends `Last-Modified` here. Swift gives multipart objects an XML content type.
        headers.contains_key(ETAG) || headers.contains_key(ACCEPT_RANGES) && !is_xml(headers)
    } else {
        is_the_object(headers)
    };
    if !is_object || provider.subresources.contains(name) {
        return Ok(());
    }
    let message = format!(
        "this service does not support {operation}: it ignores ?{name} and returns the object itself"
    );
    Err(Error::new(ErrorKind::NotImplemented, message).with_retry_class(None))
}

fn read_by(draft: &Draft<'_>) -> Option<&'static str> {
    if draft.query.is_empty() || draft.method != Method::GET || draft.target.key().is_empty() {
        return None;
    }
    let mut names = draft.query.iter().filter(|(_, value)| value.is_empty()).map(|(name, _)| *name);
    names.find(|name| DOCUMENTS.contains(name))
}

/// Some services other than AWS send an empty body for an object without tags.
pub(super) fn read_silence(provider: &ServiceProfile, operation: &str, response: Response) -> Response {
    let says_nothing = operation == GetObjectTagging::NAME
        && response.body().trim_ascii().is_empty()
        && response.status() == 200
        && !provider.is_aws()
        && !response.headers().contains_key(ETAG)
        && !response.headers().contains_key(LAST_MODIFIED);
    if !says_nothing {
        return response;
    }
    Response::buffered(http::StatusCode::OK, response.headers().clone(), NO_TAGS.into())
}

const NO_TAGS: &str = "<Tagging><TagSet/></Tagging>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subresource_has_its_document() {
        let own = |name, body: &str| is_own_document(name, None, body.as_bytes());
        assert!(own("tagging", "<Tagging/>") && own("versioning", "<VersioningConfiguration/>"));
        assert!(own("cors", "<CORSConfiguration/>") && own("legal-hold", "<LegalHold/>"));
        assert!(own("acl", "<AccessControlPolicy/>") && own("policy", " {\"Version\":1}"));
        assert!(own("encryption", "<ServerSideEncryptionConfiguration/>"));
        assert!(!own("tagging", "<ListBucketResult/>") && !own("tagging", "") && !own("tagging", "{}"));
        assert!(!own("tagging", "<VersioningConfiguration/>") && !own("tagging", "content"));
        let cors = Subresource::new("cors", "CORSConfiguration", "NoSuchCORSConfiguration");
        assert!(is_own_document("cors", Some(&cors), b"<x:CORSConfiguration/>"));
        assert!(!is_own_document("cors", Some(&cors), b"<ListOfcorsObjects/>"));
    }
}
