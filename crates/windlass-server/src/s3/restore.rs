//! Archived objects: `RestoreObject`, and checks that the content is readable.

use http::{Response, StatusCode};
use s3s::{Body, dto};

use super::document::Element;
use super::request::Request;
use super::{Operations, settings, timestamp, versions};
use crate::date;
use crate::refusal::{Code, Refusal};
use crate::store::{Annotations, ObjectRecord, Restore, Version};

/// The state of a restore.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct RestoreState {
    pub(super) is_ongoing: bool,
    /// The time at which the copy expires, in milliseconds since 1970.
    pub(super) expires: Option<i64>,
}

impl Operations {
    pub(super) fn restore(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let id = versions::checked_id(request.parameter("versionId"))?;
        let (bucket, key) = (request.bucket(), request.key());
        let wanted = Wanted::of(&request.document)?;
        let now = self.now();
        let before = self.store.find(bucket, key, id)?;
        let was_restored = state(versions::object(before.as_deref(), key, id)?, now).is_some();
        self.store.annotate(bucket, key, id, &|found: Option<&Version>| {
            let object = versions::object(found, key, id)?;
            let restore = wanted.restore(object, now)?;
            Ok(Annotations { restore: Some(restore), ..object.annotations.clone() })
        })?;
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = if was_restored { StatusCode::OK } else { StatusCode::ACCEPTED };
        Ok(answer)
    }
}

/// Returns the state of a restore; `None` if there is none or it has expired.
pub(super) fn state(object: &ObjectRecord, now: i64) -> Option<RestoreState> {
    let restore = object.annotations.restore.filter(|restore| now < restore.expires)?;
    let is_ongoing = now < restore.ready;
    Some(RestoreState { is_ongoing, expires: (!is_ongoing).then_some(restore.expires) })
}

/// Rejects reads of an archived object that is not restored.
pub(super) fn check_readable(object: &ObjectRecord, now: i64, code: Code) -> Result<(), Refusal> {
    let is_restored = state(object, now).is_some_and(|state| !state.is_ongoing);
    if is_restored || !is_archived(object) {
        return Ok(());
    }
    Err(Refusal::new(code).detail("StorageClass", settings::storage_class(&object.settings)))
}

/// Returns the `x-amz-restore` header of a response.
pub(super) fn header(object: &ObjectRecord, now: i64) -> Option<String> {
    let state = state(object, now)?;
    Some(match state.expires {
        None => "ongoing-request=\"true\"".to_owned(),
        Some(expires) => {
            format!("ongoing-request=\"false\", expiry-date=\"{}\"", date::format_http(expires))
        }
    })
}

/// Whether a listing includes the restore state.
pub(super) fn is_asked(attributes: Option<&str>) -> bool {
    attributes.is_some_and(|names| names.split(',').any(|name| name.trim() == "RestoreStatus"))
}

/// Returns the restore state for a listing.
pub(super) fn listed(object: &ObjectRecord, now: i64) -> Option<dto::RestoreStatus> {
    let state = state(object, now)?;
    Some(dto::RestoreStatus {
        is_restore_in_progress: Some(state.is_ongoing),
        restore_expiry_date: state.expires.map(timestamp),
    })
}

fn is_archived(object: &ObjectRecord) -> bool {
    matches!(settings::storage_class(&object.settings), "GLACIER" | "DEEP_ARCHIVE")
}

/// The parameters of a request.
struct Wanted {
    /// In days.
    days: i64,
    is_expedited: bool,
}

impl Wanted {
    fn of(document: &[u8]) -> Result<Self, Refusal> {
        let root = Element::parse(document, "RestoreRequest")?;
        if root
            .children
            .iter()
            .any(|child| matches!(child.name.as_str(), "Type" | "SelectParameters" | "OutputLocation"))
        {
            return Err(
                Refusal::new(Code::NotImplemented).message("Selecting from archives is not implemented")
            );
        }
        let days: i64 =
            root.text_of("Days").and_then(|days| days.trim().parse().ok()).ok_or(Code::MalformedXML)?;
        if !(1..=LONGEST).contains(&days) {
            return Err(Refusal::new(Code::InvalidArgument).message("restoration days should be at least 1"));
        }
        let parameters = root.child("GlacierJobParameters").unwrap_or(&root);
        match parameters.text_of("Tier") {
            Some("Expedited") => Ok(Self { days, is_expedited: true }),
            None | Some("Standard" | "Bulk") => Ok(Self { days, is_expedited: false }),
            Some(_) => Err(Code::MalformedXML.into()),
        }
    }

    fn restore(&self, object: &ObjectRecord, now: i64) -> Result<Restore, Refusal> {
        if !is_archived(object) {
            return Err(Refusal::new(Code::InvalidObjectState)
                .message("Restore is not allowed for the object's current storage class")
                .detail("StorageClass", settings::storage_class(&object.settings)));
        }
        if self.is_expedited && settings::storage_class(&object.settings) == "DEEP_ARCHIVE" {
            return Err(Refusal::new(Code::InvalidArgument)
                .message("Retrieval option is not supported by this storage class"));
        }
        let ready = match state(object, now) {
            None if self.is_expedited => now,
            None => now + DURATION,
            Some(state) if state.is_ongoing => return Err(Code::RestoreAlreadyInProgress.into()),
            // A repeated request only extends the restore.
            Some(_) => object.annotations.restore.map_or(now, |restore| restore.ready),
        };
        // The midnight after the last day.
        let expires = ((now.max(ready) + self.days * DAY) / DAY + 1) * DAY;
        Ok(Restore { ready, expires })
    }
}

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The duration of a restore that is not expedited, in milliseconds. On S3 it takes hours.
const DURATION: i64 = 60 * 1000;
/// In days.
const LONGEST: i64 = 100_000;
