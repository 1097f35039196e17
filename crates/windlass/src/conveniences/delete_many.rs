//! Deletions of any number of objects: in batches that S3 takes, and again for each key whose failure may pass.

use std::collections::HashSet;
use std::future::IntoFuture;

use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::error::{RetryClass, classify};
use crate::operations::{
    DeleteError, DeleteObjects, DeleteObjectsOutput, DeletedObject, MOST_OBJECTS, ObjectIdentifier,
    Operation as _,
};
use crate::ports::BoxFuture;
use crate::resilience::RetrySession;
use crate::types::{EncodedKey, object_key};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Deletes any number of objects: in batches of 1,000, side by side. A key that fails for a reason that may pass is
    /// tried again, within the client's limits for that.
    ///
    /// Settings are those of [`delete_objects`](Self::delete_objects):
    /// `client.delete_objects(..).mfa(..).in_batches()` is the same with settings.
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
    /// Deletes the objects in batches of 1,000, so that there may be any number of them.
    pub fn in_batches(self) -> DeleteMany {
        let (client, operation) = self.into_parts();
        DeleteMany { client, operation, concurrency: CONCURRENCY }
    }
}

/// Deletions that have not begun: `.await` them.
#[must_use = "nothing is deleted until it is awaited"]
#[derive(Clone, Debug)]
pub struct DeleteMany {
    client: Client,
    operation: DeleteObjects,
    concurrency: usize,
}

/// What became of each object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteManyOutput {
    /// What was deleted; empty if the request was quiet.
    pub deleted: Vec<DeletedObject>,
    /// What was not, and why.
    pub errors: Vec<DeleteError>,
}

/// Each request counts as many deletions.
pub(super) const CONCURRENCY: usize = 4;

impl DeleteMany {
    /// How many requests are under way at once, 4 by default.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// Deletes the objects; `.await` does the same. No object at all is no request.
    ///
    /// # Errors
    /// A whole batch failed, for lack of access for instance. The error says how many objects were deleted before;
    /// deleting them again does no harm.
    pub async fn send(mut self) -> Result<DeleteManyOutput> {
        let objects = std::mem::take(&mut self.operation.objects);
        let (client, operation) = (&self.client, &self.operation);
        let outcomes = futures_util::stream::iter(batches(objects))
            .map(|batch| delete_batch(client, operation, batch))
            .buffered(self.concurrency);
        let mut outcomes = std::pin::pin!(outcomes);
        let mut all = DeleteManyOutput::default();
        loop {
            match outcomes.try_next().await {
                Ok(Some(batch)) => {
                    all.deleted.extend(batch.deleted);
                    all.errors.extend(batch.errors);
                }
                Ok(None) => return Ok(all),
                Err(error) => return Err(after(error, all.deleted.len() as u64)),
            }
        }
    }
}

impl IntoFuture for DeleteMany {
    type Output = Result<DeleteManyOutput>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Cuts objects into what one request takes.
pub(super) fn batches(objects: Vec<ObjectIdentifier>) -> impl Iterator<Item = Vec<ObjectIdentifier>> {
    let mut objects = objects.into_iter();
    std::iter::from_fn(move || {
        let batch: Vec<_> = objects.by_ref().take(MOST_OBJECTS).collect();
        (!batch.is_empty()).then_some(batch)
    })
}

/// The error of a batch, with what was done before it.
pub(super) fn after(error: Error, deleted: u64) -> Error {
    if deleted == 0 { error } else { error.with_remark(&format!("{deleted} objects were deleted before")) }
}

/// Deletes one batch, and again those of its keys whose failure may pass.
pub(super) async fn delete_batch(
    client: &Client,
    template: &DeleteObjects,
    batch: Vec<ObjectIdentifier>,
) -> Result<DeleteManyOutput> {
    let (unnamed, batch): (Vec<_>, Vec<_>) =
        batch.into_iter().partition(|object| EncodedKey::of(&object.key).is_some());
    let mut operation = DeleteObjects { objects: batch, ..template.clone() };
    let mut session = RetrySession::default();
    let mut all =
        DeleteManyOutput { errors: unnamed.into_iter().map(cannot_be_named).collect(), ..Default::default() };
    if operation.objects.is_empty() {
        return Ok(all);
    }
    loop {
        let answer = client.run(&operation).await?;
        check_complete(&operation, &answer)?;
        all.deleted.extend(answer.deleted);
        let class = |error: &DeleteError| classify(0, Some(&error.code));
        // An error about something else cannot be tried again, nor be forgotten.
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
            return Ok(all);
        }
        operation.objects.retain(|object| passing.iter().any(|error| is_about(error, object)));
        if !client.wait_to_retry(&mut session, &operation.bucket, worst).await {
            all.errors.extend(passing);
            return Ok(all);
        }
    }
}

/// The error of a key whose bytes are not UTF-8, with the code of AWS for the key that it does not take.
fn cannot_be_named(object: ObjectIdentifier) -> DeleteError {
    let message = match object_key::check(&object.key) {
        Err(error) => error.message().to_owned(),
        Ok(()) => String::new(),
    };
    DeleteError {
        code: "InvalidObjectName".to_owned(),
        key: object.key,
        message,
        version_id: object.version_id,
    }
}

/// Some services leave the version out of an error.
fn is_about(error: &DeleteError, object: &ObjectIdentifier) -> bool {
    error.key == object.key && (error.version_id.is_none() || error.version_id == object.version_id)
}

/// An answer that is silent about an object would let it pass for deleted.
fn check_complete(operation: &DeleteObjects, answer: &DeleteObjectsOutput) -> Result<()> {
    let asked: HashSet<_> =
        operation.objects.iter().map(|object| (&object.key, object.version_id.as_deref())).collect();
    let told = answer.deleted.len() + answer.errors.len();
    if operation.quiet || told >= asked.len() {
        return Ok(());
    }
    let message = format!("the answer tells of {told} objects, and {} were to be deleted", asked.len());
    let error = Error::new(ErrorKind::InvalidResponse, message);
    Err(error.with_operation(DeleteObjects::NAME).with_target(&operation.bucket, ""))
}
