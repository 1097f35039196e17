//! Object lock: retention and legal holds.

use http::{HeaderMap, HeaderName, HeaderValue, Response};
use s3s::Body;

use super::document::{Document, Element};
use super::request::Request;
use super::{Operations, checksums, tagging, text, versions};
use crate::date;
use crate::refusal::{Code, Refusal};
use crate::store::{Annotations, BucketRecord, LockMode, ObjectRecord, Retention, Version};

impl Operations {
    /// Reads the tags and locks of a write, which can change later.
    pub(super) fn annotations(&self, headers: &HeaderMap, bucket: &str) -> Result<Annotations, Refusal> {
        let record = self.store.bucket(bucket).ok_or(Code::NoSuchBucket)?;
        let mode = text(headers, MODE);
        let until = text(headers, UNTIL);
        let hold = text(headers, HOLD);
        let retention = match (mode, until) {
            (None, None) => None,
            (Some(mode), Some(until)) => Some(retention(mode, until, self.now())?),
            _ => {
                return Err(Refusal::new(Code::InvalidArgument).message(
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
                ));
            }
        };
        let legal_hold = hold.map(is_on).transpose()?.unwrap_or(false);
        if retention.is_some() || hold.is_some() {
            check_lockable(&record)?;
        }
        Ok(Annotations {
            legal_hold,
            retention,
            tags: tagging::of_header(headers)?,
            ..Annotations::default()
        })
    }

    pub(super) fn get_retention(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let object = self.lockable(request)?;
        let retention = object.annotations.retention.ok_or(Code::NoSuchObjectLockConfiguration)?;
        let mut document = Document::new("Retention");
        document.put("Mode", mode_name(retention.mode));
        document.put("RetainUntilDate", date::format_xml(retention.until));
        Ok(document.answer())
    }

    pub(super) fn put_retention(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let root = Element::parse(&request.document, "Retention")?;
        let now = self.now();
        let wanted = match (root.text_of("Mode"), root.text_of("RetainUntilDate")) {
            (None, None) => None,
            (Some(mode), Some(until)) => Some(retention(mode, until, now)?),
            _ => return Err(Code::MalformedXML.into()),
        };
        let may_bypass = bypasses(&request.headers);
        self.change_lock(request, &|object| {
            let kept = object.annotations.retention.filter(|kept| now < kept.until);
            match kept {
                Some(kept) if loosens(wanted, kept) && (kept.mode == LockMode::Compliance || !may_bypass) => {
                    Err(locked())
                }
                _ => Ok(Annotations { retention: wanted, ..object.annotations.clone() }),
            }
        })
    }

    pub(super) fn get_legal_hold(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let object = self.lockable(request)?;
        let mut document = Document::new("LegalHold");
        document.put("Status", if object.annotations.legal_hold { "ON" } else { "OFF" });
        Ok(document.answer())
    }

    pub(super) fn put_legal_hold(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let root = Element::parse(&request.document, "LegalHold")?;
        let legal_hold = match root.text_of("Status") {
            Some("ON") => true,
            Some("OFF") => false,
            _ => return Err(Code::MalformedXML.into()),
        };
        self.change_lock(request, &|object| Ok(Annotations { legal_hold, ..object.annotations.clone() }))
    }

    pub(super) fn get_lock_configuration(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let record = self.store.bucket(request.bucket()).ok_or(Code::NoSuchBucket)?;
        if !record.object_lock {
            return Err(Code::ObjectLockConfigurationNotFoundError.into());
        }
        let mut document = Document::new("ObjectLockConfiguration");
        document.put("ObjectLockEnabled", "Enabled");
        Ok(document.answer())
    }

    fn lockable(&self, request: &Request) -> Result<ObjectRecord, Refusal> {
        check_lockable(&self.store.bucket(request.bucket()).ok_or(Code::NoSuchBucket)?)?;
        let id = versions::checked_id(request.parameter("versionId"))?;
        let found = self.store.find(request.bucket(), request.key(), id)?;
        Ok(versions::object(found.as_deref(), request.key(), id)?.clone())
    }

    fn change_lock(
        &self,
        request: &Request,
        change: &(dyn Fn(&ObjectRecord) -> Result<Annotations, Refusal> + Send + Sync),
    ) -> Result<Response<Body>, Refusal> {
        let (bucket, key) = (request.bucket(), request.key());
        check_lockable(&self.store.bucket(bucket).ok_or(Code::NoSuchBucket)?)?;
        let id = versions::checked_id(request.parameter("versionId"))?;
        self.store.annotate(bucket, key, id, &|found: Option<&Version>| {
            change(versions::object(found, key, id)?)
        })?;
        Ok(Response::new(Body::empty()))
    }
}

/// Rejects the removal of a locked version.
pub(super) fn check_removable(version: Option<&Version>, now: i64, may_bypass: bool) -> Result<(), Refusal> {
    let Some(object) = version.and_then(Version::object) else { return Ok(()) };
    let retention = object.annotations.retention.filter(|retention| now < retention.until);
    let is_retained =
        retention.is_some_and(|retention| retention.mode == LockMode::Compliance || !may_bypass);
    if object.annotations.legal_hold || is_retained { Err(locked()) } else { Ok(()) }
}

/// Whether a request bypasses governance.
pub(super) fn bypasses(headers: &HeaderMap) -> bool {
    text(headers, "x-amz-bypass-governance-retention").is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Rejects a write with a lock but without a checksum.
pub(super) fn check_checksum(headers: &HeaderMap) -> Result<(), Refusal> {
    let locks = [MODE, UNTIL, HOLD].iter().any(|name| headers.contains_key(*name));
    let is_summed = headers.contains_key("content-md5") || checksums::declared(headers)?.is_some();
    if locks && !is_summed {
        return Err(Refusal::new(Code::InvalidRequest).message(
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
        ));
    }
    Ok(())
}

/// Returns the response headers of the locks.
pub(super) fn headers(object: &ObjectRecord) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(retention) = object.annotations.retention {
        let until = HeaderValue::try_from(date::format_xml(retention.until));
        headers.insert(HeaderName::from_static(MODE), HeaderValue::from_static(mode_name(retention.mode)));
        headers.extend(until.map(|until| (HeaderName::from_static(UNTIL), until)));
    }
    if object.annotations.legal_hold {
        headers.insert(HeaderName::from_static(HOLD), HeaderValue::from_static("ON"));
    }
    headers
}

fn retention(mode: &str, until: &str, now: i64) -> Result<Retention, Refusal> {
    let refuse = |message: &'static str| Err(Refusal::new(Code::InvalidArgument).message(message));
    let mode = match mode {
        "COMPLIANCE" => LockMode::Compliance,
        "GOVERNANCE" => LockMode::Governance,
        _ => return refuse("Unknown wormMode directive"),
    };
    match date::parse_iso(until) {
        Some(until) if until > now => Ok(Retention { mode, until }),
        Some(_) => refuse("The retain until date must be in the future!"),
        None => refuse("The retain until date must be provided in ISO 8601 format"),
    }
}

/// Whether a retention is weaker than an existing one.
fn loosens(wanted: Option<Retention>, kept: Retention) -> bool {
    let is_weaker =
        |wanted: Retention| kept.mode == LockMode::Compliance && wanted.mode == LockMode::Governance;
    wanted.is_none_or(|wanted| wanted.until < kept.until || is_weaker(wanted))
}

fn check_lockable(record: &BucketRecord) -> Result<(), Refusal> {
    if record.object_lock {
        return Ok(());
    }
    Err(Refusal::new(Code::InvalidRequest).message("Bucket is missing Object Lock Configuration"))
}

fn is_on(hold: &str) -> Result<bool, Refusal> {
    match hold {
        "ON" => Ok(true),
        "OFF" => Ok(false),
        _ => Err(Refusal::new(Code::InvalidArgument).message("Legal Hold must be either of 'ON' or 'OFF'")),
    }
}

fn locked() -> Refusal {
    Refusal::new(Code::AccessDenied).message("Access Denied because object protected by object lock.")
}

fn mode_name(mode: LockMode) -> &'static str {
    match mode {
        LockMode::Compliance => "COMPLIANCE",
        LockMode::Governance => "GOVERNANCE",
    }
}

const MODE: &str = "x-amz-object-lock-mode";
const UNTIL: &str = "x-amz-object-lock-retain-until-date";
const HOLD: &str = "x-amz-object-lock-legal-hold";
