//! Parts on their way side by side. Each is a task of its own: hashes, encryption and copies of one do not hold up the
//! others where the machine has more than one core.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use tokio::sync::{oneshot, watch};

use super::progress::TransferProgress;
use crate::operations::CompletedPart;
use crate::ports::BoxFuture;
use crate::{Client, Error, ErrorKind, Result};

/// A part and what sends it.
pub(super) struct Part {
    pub(super) number: u32,
    pub(super) length: u64,
    pub(super) sending: BoxFuture<'static, Result<Arrived>>,
}

/// A part that is there.
pub(super) struct Sent {
    pub(super) part: CompletedPart,
    pub(super) length: u64,
    /// Whether the response repeated the checksum with which the part was sent.
    pub(super) confirmed: bool,
}

/// What the service said of a part.
pub(super) struct Arrived {
    pub(super) part: CompletedPart,
    pub(super) confirmed: bool,
}

/// The parts that are under way, and those that have arrived. Dropped, it stops what is under way.
pub(super) struct InFlight {
    client: Client,
    /// Whoever gives the upload up waits until no task holds a receiver.
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

    /// Starts a part.
    pub(super) fn start(&self, Part { number, length, sending }: Part) {
        let (mut outcome, received) = oneshot::channel();
        let busy = self.busy.subscribe();
        self.client.spawn(Box::pin(async move {
            let _busy = busy;
            let sent = match select(sending, std::pin::pin!(outcome.closed())).await {
                Either::Left((sent, _)) => sent,
                Either::Right(_) => return,
            };
            // Whoever waited may have left.
            let _ = outcome.send(sent);
        }));
        self.running.push(Box::pin(async move {
            // It panicked, or its runtime shut down.
            let ended = || Err(Error::new(ErrorKind::Aborted, "the task that sent it was ended"));
            match received.await.unwrap_or_else(|_| ended()).and_then(with_tag) {
                Ok(Arrived { part, confirmed }) => Ok(Sent { part, length, confirmed }),
                Err(error) => Err(error.with_remark(&format!("this was part {number}"))),
            }
        }));
    }

    /// Waits until fewer than `number` parts are under way.
    ///
    /// # Errors
    /// That of the first part that failed.
    pub(super) async fn fewer_than(&mut self, number: usize) -> Result<()> {
        while self.running.len() >= number {
            self.next().await?;
        }
        Ok(())
    }

    /// Waits for `work`, or for the first part that fails meanwhile.
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

    /// Waits for all parts and gives them.
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

/// Without their tags the parts cannot be put together.
fn with_tag(arrived: Arrived) -> Result<Arrived> {
    if arrived.part.etag.is_some() {
        return Ok(arrived);
    }
    Err(Error::new(ErrorKind::InvalidResponse, "the service took the part and gave no ETag for it"))
}
