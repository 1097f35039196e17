//! Parts in flight. Each is a task, so that hashing, encryption and copies of different parts use more than one core.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use tokio::sync::{oneshot, watch};

use super::progress::TransferProgress;
use crate::operations::CompletedPart;
use crate::ports::BoxFuture;
use crate::{Client, Error, ErrorKind, Result};

/// A part and the task that sends it.
pub(super) struct Part {
    pub(super) number: u32,
    pub(super) length: u64,
    pub(super) sending: BoxFuture<'static, Result<Arrived>>,
}

/// An uploaded part.
pub(super) struct Sent {
    pub(super) part: CompletedPart,
    pub(super) length: u64,
    /// Whether the response repeated the checksum of the part.
    pub(super) confirmed: bool,
}

/// The response to a part.
pub(super) struct Arrived {
    pub(super) part: CompletedPart,
    pub(super) confirmed: bool,
}

/// The parts in flight and the uploaded ones. Dropping it stops the parts in flight.
pub(super) struct InFlight {
    client: Client,
    /// An abort waits until no task holds a receiver.
    busy: Arc<watch::Sender<()>>,
    progress: TransferProgress,
    running: FuturesUnordered<BoxFuture<'static, Result<Sent>>>,
    sent: Vec<Sent>,
}

impl InFlight {
    pub(super) fn new(client: &Client, busy: Arc<watch::Sender<()>>, progress: &TransferProgress) -> Self {
        Self {
            client: client.clone(),
            busy,
            progress: progress.clone(),
            running: FuturesUnordered::new(),
            sent: Vec::new(),
        }
    }

    /// Spawns a part.
    pub(super) fn start(&self, Part { number, length, sending }: Part) {
        let (mut outcome, received) = oneshot::channel();
        let busy = self.busy.subscribe();
        self.client.spawn(Box::pin(async move {
            let _busy = busy;
            let sent = match select(sending, std::pin::pin!(outcome.closed())).await {
                Either::Left((sent, _)) => sent,
                Either::Right(_) => return,
            };
            // The caller may be gone.
            let _ = outcome.send(sent);
        }));
        self.running.push(Box::pin(async move {
            // The task panicked, or its runtime shut down.
            let ended = || Err(Error::new(ErrorKind::Aborted, "the task that sent the part was stopped"));
            match received.await.unwrap_or_else(|_| ended()).and_then(with_tag) {
                Ok(Arrived { part, confirmed }) => Ok(Sent { part, length, confirmed }),
                Err(error) => Err(error.with_remark(&format!("in part {number}"))),
            }
        }));
    }

    /// Waits until fewer than `number` parts are in flight.
    ///
    /// # Errors
    /// The error of the first failed part.
    pub(super) async fn fewer_than(&mut self, number: usize) -> Result<()> {
        while self.running.len() >= number {
            self.next().await?;
        }
        Ok(())
    }

    /// Waits for `work`, or for the first part that fails in the meantime.
    pub(super) async fn meanwhile<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut work = std::pin::pin!(work);
        while !self.running.is_empty() {
            let next = std::pin::pin!(self.next());
            match select(work, next).await {
                Either::Left((output, _)) => return output,
                Either::Right((arrived, unfinished)) => {
                    arrived?;
                    work = unfinished;
                }
            }
        }
        work.await
    }

    /// Waits for all parts and returns them.
    pub(super) async fn all(mut self) -> Result<Vec<Sent>> {
        self.fewer_than(1).await?;
        Ok(self.sent)
    }

    async fn next(&mut self) -> Result<()> {
        if let Some(arrived) = self.running.next().await {
            let sent = arrived?;
            self.progress.tell(sent.length);
            self.sent.push(sent);
        }
        Ok(())
    }
}

/// The completion needs the entity tags of all parts.
fn with_tag(arrived: Arrived) -> Result<Arrived> {
    if arrived.part.etag.is_some() {
        return Ok(arrived);
    }
    Err(Error::new(ErrorKind::InvalidResponse, "the response to the part has no ETag"))
}
