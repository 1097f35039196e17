//! Aborts an unfinished upload after an error, a dropped future or a panic. Its parts would be charged for, and lists
//! of objects do not show them.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use crate::operations::{
    AbortMultipartUpload, CreateMultipartUpload, CreateMultipartUploadOutput, Operation,
};
use crate::protocol::{Draft, Response};
use crate::{Client, Error, ErrorKind, Result};

/// Aborts an upload unless it is marked as finished.
pub(super) struct AbortGuard {
    client: Client,
    abort: AbortMultipartUpload,
    finished: oneshot::Sender<()>,
    /// Each part in flight holds a receiver. S3 keeps a part that arrives after the abort.
    busy: Arc<watch::Sender<()>>,
}

impl AbortGuard {
    /// Starts the upload in the task that would abort it. On drop it may be too late to spawn a task, and an upload
    /// whose id nothing waits for must be aborted too.
    pub(super) async fn begin(client: &Client, create: CreateMultipartUpload) -> Result<Self> {
        client.check_runtime()?;
        let (finished, dropped) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let busy = Arc::new(watch::Sender::new(()));
        let (tasks_client, tasks_busy) = (client.clone(), busy.clone());
        let mut abort = AbortMultipartUpload::new(&create.bucket, &create.key, "");
        client.spawn(Box::pin(async move {
            match tasks_client.send(Begin(create.clone())).await {
                Ok(created) => {
                    abort.upload_id.clone_from(&created.upload_id);
                    if let Some(error) = unconfirmed(&tasks_client, &create, &created) {
                        // No part was sent: only the upload itself remains.
                        let error = match tasks_client.send(abort).await {
                            Ok(_) => error,
                            Err(failure) => not_aborted(error, &created.upload_id, &failure),
                        };
                        return drop(tell.send(Err(error)));
                    }
                }
                Err(error) => return drop(tell.send(Err(error))),
            }
            // The caller may be gone, and then cannot mark the upload as finished.
            let _ = tell.send(Ok(abort.clone()));
            if dropped.await.is_err() {
                tasks_busy.closed().await;
                // No caller is left to report a failure to.
                let _ = tasks_client.send(abort).await;
            }
        }));
        // The task panicked, or its runtime shut down.
        let ended = || Err(Error::new(ErrorKind::Aborted, "the task that started the upload was stopped"));
        let abort = told.await.unwrap_or_else(|_| ended())?;
        Ok(Self { client: client.clone(), abort, finished, busy })
    }

    /// The upload id.
    pub(super) fn upload_id(&self) -> &str {
        &self.abort.upload_id
    }

    /// The receiver that each part in flight holds.
    pub(super) fn busy(&self) -> Arc<watch::Sender<()>> {
        self.busy.clone()
    }

    /// The object exists: there is nothing to abort.
    pub(super) fn finished(self) {
        // The task may have been dropped with its runtime.
        let _ = self.finished.send(());
    }

    /// Aborts the upload because of `error`; a failure of the abort is added to it. Waits for the parts in flight,
    /// which the caller has stopped.
    pub(super) async fn abort(self, error: Error) -> Error {
        self.busy.closed().await;
        let outcome: Result<_> = self.client.send(self.abort.clone()).await;
        let upload_id = self.abort.upload_id.clone();
        self.finished();
        match outcome {
            Ok(_) => error,
            Err(failure) if failure.is_not_found() => error,
            Err(failure) => not_aborted(error, &upload_id, &failure),
        }
    }
}

fn not_aborted(error: Error, upload_id: &str, failure: &Error) -> Error {
    error.with_remark(&format!("the upload {upload_id} could not be aborted and still exists ({failure})"))
}

/// The error for a response that does not confirm the customer's key (SSE-C), if the service confirms keys here.
fn unconfirmed(
    client: &Client,
    create: &CreateMultipartUpload,
    created: &CreateMultipartUploadOutput,
) -> Option<Error> {
    let key = create.settings.customer_key.as_ref()?;
    if !client.service_profile().confirms_customer_keys || key.is_confirmed_by(&created.encryption) {
        return None;
    }
    let message = "the service did not confirm encryption with the customer's key (SSE-C): no part was sent; \
                   if the service confirms keys with the parts, set the service profile (provider)";
    Some(Error::new(ErrorKind::NotEncrypted, message).with_operation(CreateMultipartUpload::NAME))
}

/// Starts an upload that is aborted if the service does not confirm the customer's key; the abort needs the upload id.
#[derive(Debug)]
struct Begin(CreateMultipartUpload);

impl Operation for Begin {
    type Output = CreateMultipartUploadOutput;
    const NAME: &'static str = CreateMultipartUpload::NAME;

    fn draft(&self) -> Draft<'_> {
        let mut draft = self.0.draft();
        draft.confirmed_later = true;
        draft
    }

    fn parse(&self, response: Response) -> Result<CreateMultipartUploadOutput> {
        self.0.parse(response)
    }
}
