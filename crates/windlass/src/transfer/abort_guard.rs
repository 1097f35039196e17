//! An upload that is not finished is given up, whatever ends it: an error, a future that is dropped, a panic. Its parts
//! would be paid for, and no list of objects shows them.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use crate::operations::{
    AbortMultipartUpload, CreateMultipartUpload, CreateMultipartUploadOutput, Operation,
};
use crate::protocol::{Draft, Response};
use crate::{Client, Error, ErrorKind, Result};

/// Gives an upload up unless it is told that the upload is finished.
pub(super) struct AbortGuard {
    client: Client,
    abort: AbortMultipartUpload,
    finished: oneshot::Sender<()>,
    /// Each part that is on its way holds a receiver. S3 keeps a part that arrives after the upload was given up.
    busy: Arc<watch::Sender<()>>,
}

impl AbortGuard {
    /// Begins the upload, in the task that will give it up: when it is needed there may be nobody to start it, and an
    /// upload of which nobody waits to hear the name has to be given up too.
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
                        // Not a part was sent: what remains is the upload's name.
                        let error = match tasks_client.send(abort).await {
                            Ok(_) => error,
                            Err(failure) => not_aborted(error, &created.upload_id, &failure),
                        };
                        return drop(tell.send(Err(error)));
                    }
                }
                Err(error) => return drop(tell.send(Err(error))),
            }
            // Whoever waited may have left. Then nobody says either that it is finished.
            let _ = tell.send(Ok(abort.clone()));
            if dropped.await.is_err() {
                tasks_busy.closed().await;
                // Nobody is left who could be told of a failure.
                let _ = tasks_client.send(abort).await;
            }
        }));
        // The task panicked, or its runtime shut down.
        let ended = || Err(Error::new(ErrorKind::Aborted, "the task that began the upload was ended"));
        let abort = told.await.unwrap_or_else(|_| ended())?;
        Ok(Self { client: client.clone(), abort, finished, busy })
    }

    /// The name of the upload.
    pub(super) fn upload_id(&self) -> &str {
        &self.abort.upload_id
    }

    /// What a part holds a receiver of while it is on its way.
    pub(super) fn busy(&self) -> Arc<watch::Sender<()>> {
        self.busy.clone()
    }

    /// The object is there: nothing is left to give up.
    pub(super) fn finished(self) {
        // The task may have been dropped with its runtime.
        let _ = self.finished.send(());
    }

    /// Gives it up because of `error`, which says so if that fails too. Parts that are still on their way are waited for:
    /// whoever sent them has stopped them.
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
    error.with_remark(&format!("the upload {upload_id} could not be aborted and is still there ({failure})"))
}

/// The error for a response that does not confirm the customer's key (SSE-C), where the service confirms keys here.
fn unconfirmed(
    client: &Client,
    create: &CreateMultipartUpload,
    created: &CreateMultipartUploadOutput,
) -> Option<Error> {
    let key = create.settings.customer_key.as_ref()?;
    if !client.service_profile().confirms_customer_keys || key.is_confirmed_by(&created.encryption) {
        return None;
    }
    let message = "the service did not confirm the encryption with the customer's key (SSE-C): no part was sent; \
                   a service that confirms keys with the parts has to be named (provider)";
    Some(Error::new(ErrorKind::NotEncrypted, message).with_operation(CreateMultipartUpload::NAME))
}

/// The beginning of an upload that is aborted where it does not confirm the customer's key: its name has to be known for
/// that.
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
