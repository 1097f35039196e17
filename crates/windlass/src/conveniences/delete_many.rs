//! Deletes any number of objects in batches and retries transient failures of individual keys.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::future::IntoFuture;

use futures_util::StreamExt as _;

use crate::error::{RetryClass, classify};
use crate::operations::{
    DeleteError, DeleteObject, DeleteObjects, DeleteObjectsOutput, DeletedObject, MOST_OBJECTS,
    ObjectIdentifier, Operation as _,
};
use crate::ports::BoxFuture;
use crate::resilience::RetrySession;
use crate::types::{EncodedKey, object_key};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Deletes any number of objects in concurrent batches of 1,000. Keys with transient failures are retried
    /// by the client's retry policy.
    ///
    /// To set options, use [`delete_objects`](Self::delete_objects):
    /// `client.delete_objects(..).mfa(..).in_batches()`.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client, keys: Vec<String>) -> windlass::Result<()> {
    /// let outcome = client.delete_many("photos", keys).await?;
    /// println!("{} deleted", outcome.deleted.len());
    /// for error in &outcome.errors {
    ///     eprintln!("{}", error.to_error("photos"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_many<I>(&self, bucket: impl Into<String>, objects: I) -> DeleteMany
    where
        I: IntoIterator,
        I::Item: Into<ObjectIdentifier>,
    {
        self.delete_objects(bucket, objects).in_batches()
    }
}

impl Request<DeleteObjects> {
    /// Deletes the objects in batches of 1,000, which removes the limit on their number.
    pub fn in_batches(self) -> DeleteMany {
        let (client, operation) = self.into_parts();
        DeleteMany { client, operation, concurrency: CONCURRENCY }
    }
}

/// A batch deletion. It starts when it is awaited.
#[must_use = "deletions do nothing unless awaited"]
#[derive(Clone, Debug)]
pub struct DeleteMany {
    client: Client,
    operation: DeleteObjects,
    concurrency: usize,
}

/// The results for each object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteManyOutput {
    /// The deleted objects. Empty for a quiet request.
    pub deleted: Vec<DeletedObject>,
    /// The objects that were not deleted, with their errors.
    pub errors: Vec<DeleteError>,
}

/// Low, because each request counts as many deletions.
pub(super) const CONCURRENCY: usize = 4;

impl DeleteMany {
    /// Sets the number of requests in flight. 4 by default.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// Deletes the objects. Equivalent to `.await`. Without objects, no request is sent.
    ///
    /// A failed request counts as a failure of each of its keys and does not stop the other requests. If the
    /// service does not support `DeleteObjects`, and for keys that XML cannot represent, objects are deleted
    /// one by one.
    ///
    /// # Errors
    /// An invalid key. No request is sent in that case.
    pub async fn send(mut self) -> Result<DeleteManyOutput> {
        let objects = std::mem::take(&mut self.operation.objects);
        // Keys that are not UTF-8 are reported in the output.
        for object in objects.iter().filter(|object| EncodedKey::of(&object.key).is_none()) {
            object_key::check(&object.key).map_err(|error| {
                error.with_operation(DeleteObjects::NAME).with_target(&self.operation.bucket, &object.key)
            })?;
        }
        let (client, operation) = (&self.client, &self.operation);
        let outcomes = futures_util::stream::iter(batches(objects))
            .map(|batch| delete_batch(client, operation, batch))
            .buffered(self.concurrency);
        let mut outcomes = std::pin::pin!(outcomes);
        let mut all = DeleteManyOutput::default();
        while let Some(batch) = outcomes.next().await {
            all.add(batch);
        }
        Ok(all)
    }
}

impl DeleteManyOutput {
    fn add(&mut self, other: Self) {
        self.deleted.extend(other.deleted);
        self.errors.extend(other.errors);
    }

    fn refuse(&mut self, error: &Error, objects: &[ObjectIdentifier]) {
        self.errors.extend(objects.iter().map(|object| DeleteError::of_request(error, object)));
    }
}

impl IntoFuture for DeleteMany {
    type Output = Result<DeleteManyOutput>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Splits objects into batches for one request each.
pub(super) fn batches(objects: Vec<ObjectIdentifier>) -> impl Iterator<Item = Vec<ObjectIdentifier>> {
    let mut objects = objects.into_iter();
    std::iter::from_fn(move || {
        let batch: Vec<_> = objects.by_ref().take(MOST_OBJECTS).collect();
        (!batch.is_empty()).then_some(batch)
    })
}

/// Adds the numbers of deleted and failed objects to the error of a list.
pub(super) fn after(error: Error, deleted: u64, failed: usize) -> Error {
    match (deleted, failed) {
        (0, 0) => error,
        (_, 0) => error.with_remark(&format!("{deleted} objects were deleted before the error")),
        _ => error.with_remark(&format!("{deleted} objects were deleted before the error, {failed} failed")),
    }
}

/// Deletes one batch with `DeleteObjects` where possible, and the remaining objects one by one.
pub(super) async fn delete_batch(
    client: &Client,
    template: &DeleteObjects,
    batch: Vec<ObjectIdentifier>,
) -> DeleteManyOutput {
    let (unnamed, batch): (Vec<_>, Vec<_>) =
        batch.into_iter().partition(|object| EncodedKey::of(&object.key).is_some());
    let (together, mut alone): (Vec<_>, Vec<_>) =
        batch.into_iter().partition(|object| client.deletes_together() && fits_xml(object));
    let mut all =
        DeleteManyOutput { errors: unnamed.into_iter().map(cannot_be_named).collect(), ..Default::default() };
    if !together.is_empty() {
        alone.extend(delete_together(client, template, together, &mut all).await);
    }
    let deletions = alone.into_iter().map(|object| delete_alone(client, template, object));
    let mut deletions = std::pin::pin!(futures_util::stream::iter(deletions).buffered(SIDE_BY_SIDE));
    while let Some(outcome) = deletions.next().await {
        match outcome {
            Ok(_) if template.quiet => {}
            Ok(deleted) => all.deleted.push(deleted),
            Err(error) => all.errors.push(error),
        }
    }
    all
}

/// The number of `DeleteObject` requests in flight for one batch.
const SIDE_BY_SIDE: usize = 16;

/// Whether XML can represent the object. XML 1.0 forbids most control characters, even as references, and
/// parsers reject the whole list.
/// <https://www.w3.org/TR/xml/#charsets>
fn fits_xml(object: &ObjectIdentifier) -> bool {
    let fits = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..) && !matches!(c, '\u{fffe}' | '\u{ffff}');
    object.key.chars().chain(object.version_id.iter().flat_map(|id| id.chars())).all(fits)
}

/// Deletes objects with `DeleteObjects` and retries transient failures. Returns the objects to delete one by
/// one.
async fn delete_together(
    client: &Client,
    template: &DeleteObjects,
    objects: Vec<ObjectIdentifier>,
    all: &mut DeleteManyOutput,
) -> Vec<ObjectIdentifier> {
    let mut operation = DeleteObjects { objects, ..template.clone() };
    let mut session = RetrySession::default();
    loop {
        let answer = match client.run(&operation).await {
            Ok(answer) => answer,
            Err(error) => {
                let Some(why) = why_alone(client, &error) else {
                    all.refuse(&error, &operation.objects);
                    return Vec::new();
                };
                if why == Alone::Always {
                    client.delete_one_by_one(&operation.bucket);
                }
                return operation.objects;
            }
        };
        if let Err((error, untold)) = check_complete(&operation, &answer) {
            all.refuse(&error, &untold);
        }
        all.deleted.extend(answer.deleted);
        let class = |error: &DeleteError| classify(0, Some(&error.code));
        // An error about an object that was not requested is reported, not retried.
        let asked = |error: &DeleteError| operation.objects.iter().any(|object| is_about(error, object));
        let (passing, lasting): (Vec<_>, Vec<_>) =
            answer.errors.into_iter().partition(|error| class(error).is_some() && asked(error));
        all.errors.extend(lasting);
        let worst = if passing.iter().any(|error| class(error) == Some(RetryClass::Throttling)) {
            RetryClass::Throttling
        } else {
            RetryClass::Transient
        };
        if passing.is_empty() {
            client.retried(&session, &operation.bucket);
            return Vec::new();
        }
        operation.objects.retain(|object| passing.iter().any(|error| is_about(error, object)));
        if !client.wait_to_retry(&mut session, &operation.bucket, worst).await {
            all.errors.extend(passing);
            return Vec::new();
        }
    }
}

/// Creates the error of a key that is not UTF-8, with the code that AWS uses for invalid keys.
fn cannot_be_named(object: ObjectIdentifier) -> DeleteError {
    let message = match object_key::check(&object.key) {
        Err(error) => error.message().to_owned(),
        Ok(()) => String::new(),
    };
    DeleteError::new("InvalidObjectName", object, message)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Alone {
    /// The service does not support `DeleteObjects`.
    Always,
    /// The service rejected this list.
    Now,
}

/// Decides from an error whether to delete the objects one by one, because it concerns the request rather
/// than the objects.
fn why_alone(client: &Client, error: &Error) -> Option<Alone> {
    let is_aws = client.service_profile().is_aws();
    match (error.status(), error.code()) {
        (Some(405 | 501), _) | (_, Some("NotImplemented" | "MethodNotAllowed")) => Some(Alone::Always),
        (_, Some("MalformedXML")) => Some(Alone::Now),
        // Google Cloud Storage's response to the unsupported operation (boto3#2293).
        (Some(400), Some("InvalidArgument")) if !is_aws => Some(Alone::Now),
        _ => None,
    }
}

/// Deletes one object with `DeleteObject`.
async fn delete_alone(
    client: &Client,
    template: &DeleteObjects,
    object: ObjectIdentifier,
) -> Result<DeletedObject, DeleteError> {
    let mut operation = DeleteObject::new(&template.bucket, &object.key);
    operation.bypass_governance_retention = template.bypass_governance_retention;
    operation.if_match.clone_from(&object.etag);
    operation.if_match_last_modified_time = object.last_modified_time;
    operation.if_match_size = object.size;
    operation.mfa.clone_from(&template.mfa);
    operation.version_id.clone_from(&object.version_id);
    let mut deleted = DeletedObject::default();
    deleted.key.clone_from(&object.key);
    deleted.version_id.clone_from(&object.version_id);
    match client.run(&operation).await {
        Ok(output) => {
            deleted.delete_marker = output.delete_marker;
            if output.delete_marker == Some(true) {
                deleted.delete_marker_version_id = output.version_id;
            }
            Ok(deleted)
        }
        // A missing object counts as deleted, as with DeleteObjects.
        Err(error) if error.kind() == ErrorKind::ObjectNotFound && object.etag.is_none() => Ok(deleted),
        Err(error) => Err(DeleteError::of_request(&error, &object)),
    }
}

/// Whether the error is about the object. Some services omit the version.
fn is_about(error: &DeleteError, object: &ObjectIdentifier) -> bool {
    error.key == object.key && (error.version_id.is_none() || error.version_id == object.version_id)
}

/// Checks that the response has a result for each object: in quiet mode, a missing one would count as
/// deleted. Results for other keys and duplicates are ignored.
fn check_complete(
    operation: &DeleteObjects,
    answer: &DeleteObjectsOutput,
) -> Result<(), (Error, Vec<ObjectIdentifier>)> {
    if operation.quiet {
        return Ok(());
    }
    let mut told = Places::default();
    answer.deleted.iter().for_each(|deleted| told.add(&deleted.key, deleted.version_id.as_deref()));
    answer.errors.iter().for_each(|error| told.add(&error.key, error.version_id.as_deref()));
    let mut asked = Places::default();
    for object in &operation.objects {
        if !asked.has(&object.key, object.version_id.as_deref()) {
            asked.add(&object.key, object.version_id.as_deref());
        }
    }
    let is_told = |object: &ObjectIdentifier| {
        let version = object.version_id.as_deref();
        // Some services omit the version, so the results per key are counted.
        version.is_some() && told.has(&object.key, version)
            || told.count(&object.key) >= asked.count(&object.key)
    };
    let untold: Vec<_> = operation.objects.iter().filter(|object| !is_told(object)).cloned().collect();
    if untold.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the response has no result for {} of {} objects to delete",
        untold.len(),
        operation.objects.len()
    );
    let error = Error::new(ErrorKind::InvalidResponse, message).with_retry_class(None);
    Err((error.with_operation(DeleteObjects::NAME), untold))
}

/// A multiset of keys, with each version once.
#[derive(Default)]
struct Places<'a> {
    known: HashSet<(Cow<'a, str>, Option<&'a str>)>,
    counts: HashMap<Cow<'a, str>, usize>,
}

impl<'a> Places<'a> {
    fn add(&mut self, key: &'a str, version: Option<&'a str>) {
        let is_new = self.known.insert((as_parsed(key), version));
        if is_new || version.is_none() {
            *self.counts.entry(as_parsed(key)).or_default() += 1;
        }
    }

    fn has(&self, key: &'a str, version: Option<&'a str>) -> bool {
        self.known.contains(&(as_parsed(key), version))
    }

    fn count(&self, key: &'a str) -> usize {
        self.counts.get(&as_parsed(key)).copied().unwrap_or(0)
    }
}

/// Returns the key as an XML parser reads it if the service does not escape carriage returns, which become
/// line feeds.
fn as_parsed(key: &str) -> Cow<'_, str> {
    if !key.contains('\r') {
        return Cow::Borrowed(key);
    }
    Cow::Owned(key.replace("\r\n", "\n").replace('\r', "\n"))
}
