//! The settings of uploads and copies.

use std::fmt;
use std::future::IntoFuture;

use super::UploadOutput;
use super::progress::TransferProgress;
use crate::ports::BoxFuture;
use crate::types::{ETag, WriteConditions};
use crate::{Client, Request, Result};

/// A transfer that has not started: `.await` it. It is an [`Upload`](super::Upload) or an
/// [`ObjectCopy`](super::ObjectCopy).
///
/// Parts are sent concurrently, each by a task of the client's [`Spawner`](crate::ports::Spawner). A failed or dropped
/// transfer is aborted (after a drop by a task), so no parts remain.
#[must_use = "a transfer does nothing until it is awaited"]
#[derive(Clone)]
pub struct Transfer<O> {
    pub(super) client: Client,
    pub(super) operation: O,
    /// None by default.
    pub(super) part_size: Option<u64>,
    pub(super) concurrency: usize,
    pub(super) progress: TransferProgress,
    /// An existing object is kept.
    pub(super) keep: bool,
}

/// The S3 operation of a transfer. The trait may change before 1.0.
pub trait TransferOperation: crate::operations::Operation + Sized {
    #[doc(hidden)]
    fn write_conditions(&mut self) -> &mut WriteConditions;

    #[doc(hidden)]
    fn transfer(transfer: Transfer<Self>) -> BoxFuture<'static, Result<UploadOutput>>;
}

const CONCURRENCY: usize = 8;

impl<O: TransferOperation> Transfer<O> {
    pub(super) fn new(request: Request<O>) -> Self {
        let (client, operation) = request.into_parts();
        Self {
            client,
            operation,
            part_size: None,
            concurrency: CONCURRENCY,
            progress: TransferProgress::default(),
            keep: false,
        }
    }

    /// Sets the part size, 5 MiB to 5 GiB. A smaller object is sent in one request. Parts are larger if there would be
    /// too many.
    ///
    /// By default uploads have parts of 8 MiB, which grow if the length is unknown. Copies use one request up to 5 GiB
    /// and parts of 256 MiB beyond that.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = Some(bytes);
        self
    }

    /// Sets the maximum number of parts in flight, 8 by default.
    pub fn concurrency(mut self, parts: usize) -> Self {
        self.concurrency = parts.max(1);
        self
    }

    /// Keeps an existing object: the transfer then fails with
    /// [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed).
    ///
    /// The write carries `If-None-Match: *`. A HEAD precedes it if the service is not known to support the condition
    /// ([`Conditions`](crate::config::Conditions)), and before parts are sent.
    pub fn no_overwrite(mut self) -> Self {
        self.keep = true;
        self.operation.write_conditions().if_none_match = Some(ETag::new("*"));
        self
    }

    /// Calls `told` with the number of additional bytes that have arrived: after each part, or once for a single
    /// request.
    pub fn on_progress(mut self, told: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = TransferProgress::new(told);
        self
    }

    /// Starts the transfer; `.await` is equivalent.
    ///
    /// # Errors
    /// The errors of the requests, see [`ErrorKind`](crate::ErrorKind); errors of parts name the part. Nothing remains
    /// of a failed transfer, or the error names it. A source of a copy that changes in the meantime is
    /// [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed).
    pub async fn send(self) -> Result<UploadOutput> {
        O::transfer(self).await
    }
}

impl<O: TransferOperation> IntoFuture for Transfer<O> {
    type Output = Result<UploadOutput>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        O::transfer(self)
    }
}

impl<O: fmt::Debug> fmt::Debug for Transfer<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfer")
            .field("operation", &self.operation)
            .field("part_size", &self.part_size)
            .finish_non_exhaustive()
    }
}
