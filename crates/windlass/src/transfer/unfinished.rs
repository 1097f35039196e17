//! An upload that is not finished is given up, whatever ends it: an error, a future that is dropped, a panic. Its parts
//! would be paid for, and no list of objects shows them.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use crate::operations::{AbortMultipartUpload, CreateMultipartUpload};
use crate::{Client, Error, ErrorKind, Result};

/// Gives an upload up unless it is told that the upload is finished.
pub(super) struct Unfinished {
    client: Client,
    abort: AbortMultipartUpload,
    finished: oneshot::Sender<()>,
    /// Each part that is on its way holds a receiver. S3 keeps a part that arrives after the upload was given up.
    busy: Arc<watch::Sender<()>>,
}

impl Unfinished {
    /// Begins the upload, in the task that will give it up: when it is needed there may be nobody to start it, and an
    /// upload of which nobody waits to hear the name has to be given up too.
    pub(super) async fn begin(client: &Client, create: CreateMultipartUpload) -> Result<Self> {
        client.check_runtime()?;
        let (finished, dropped) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let busy = Arc::new(watch::Sender::new(()));
        let (tasks_client, tasks_busy) = (client.clone(), busy.clone());
        let mut abort = AbortMultipartUpload::new(&create.bucket, &create.key, "");
        abort.account = create.account.clone();
        client.spawn(Box::pin(async move {
            match tasks_client.send(create).await {
                Ok(created) => abort.upload_id = created.upload_id,
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
    pub(super) async fn give_up(self, error: Error) -> Error {
        self.busy.closed().await;
        let outcome: Result<_> = self.client.send(self.abort.clone()).await;
        let upload_id = self.abort.upload_id.clone();
        self.finished();
        match outcome {
            Ok(_) => error,
            Err(failure) if failure.is_not_found() => error,
            Err(failure) => error.with_remark(&format!(
                "the upload {upload_id} could not be given up and is still there ({failure})"
            )),
        }
    }
}
