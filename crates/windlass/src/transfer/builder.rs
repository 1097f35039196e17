//! The settings that uploads and copies have in common.

use std::fmt;
use std::future::IntoFuture;

use super::UploadOutput;
use super::progress::TransferProgress;
use crate::ports::BoxFuture;
use crate::types::{ETag, WriteConditions};
use crate::{Client, Request, Result};

/// A transfer that has not begun: `.await` it. It is an [`Upload`](super::Upload) or an [`ObjectCopy`](super::ObjectCopy).
///
/// Parts are sent side by side, each by a task of the client's [`Spawner`](crate::ports::Spawner). A transfer that fails is
/// aborted: no parts stay behind, also where the future is dropped (a task aborts it then).
#[must_use = "a transfer does nothing until it is awaited"]
#[derive(Clone)]
pub struct Transfer<O> {
    pub(super) client: Client,
    pub(super) operation: O,
    /// None where nobody chose it.
    pub(super) part_size: Option<u64>,
    pub(super) concurrency: usize,
    pub(super) progress: TransferProgress,
    /// An object that is there already is kept.
    pub(super) keep: bool,
}

/// The operation of S3 that a transfer stands for. The trait may change before 1.0.
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

    /// Sets the size of parts, 5 MiB to 5 GiB. An object that is not larger goes in one request. Parts are larger where
    /// there would be too many.
    ///
    /// By default uploads have parts of 8 MiB, which grow where the length is not known. Copies go in one request up to
    /// 5 GiB, and beyond that in parts of 256 MiB.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = Some(bytes);
        self
    }

    /// Sets how many parts are in flight at once, 8 by default.
    pub fn concurrency(mut self, parts: usize) -> Self {
        self.concurrency = parts.max(1);
        self
    }

    /// Keeps an object that is there already: the transfer is then the error
    /// [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed).
    ///
    /// The write carries `If-None-Match: *`. Where the service is not known to heed that
    /// ([`Conditions`](crate::config::Conditions)), and before parts are sent, a HEAD comes first.
    pub fn no_overwrite(mut self) -> Self {
        self.keep = true;
        self.operation.write_conditions().if_none_match = Some(ETag::new("*"));
        self
    }

    /// Has `told` called with the number of bytes whenever so many more have arrived: of each part, or once where the
    /// object goes in one request.
    pub fn on_progress(mut self, told: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = TransferProgress::new(told);
        self
    }

    /// Transfers the object; `.await` does the same.
    ///
    /// # Errors
    /// Those of the requests, see [`ErrorKind`](crate::ErrorKind); those of a part name it. Nothing is left behind, or the
    /// error says what. A source of a copy that changes meanwhile is
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
