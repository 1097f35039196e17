//! An operation bound to the client that will send it.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use super::{Client, PresignedRequest, SignedRequest};
use crate::operations::Operation;
use crate::{RequestOptions, Result};

/// A request that is not sent yet: chain settings, then `.await` it.
///
/// It owns its client, so it can be moved to another task.
///
/// Several requests are sent side by side by `join_all` or by tasks. `.await` and [`send`](Self::send) are the same; a
/// function that takes futures wants `send`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # #[cfg(feature = "testing")] {
/// # let transport = windlass::testing::MockTransport::new();
/// # transport.stored().stored().repeat_last();
/// # let client = windlass::testing::client(&transport);
/// use futures_util::future::join_all;
///
/// let keys = ["a", "b", "c"];
/// let heads = join_all(keys.map(|key| client.head_object("photos", key).send())).await;
/// for head in heads {
///     println!("{:?}", head.unwrap().etag);
/// }
/// # }}
/// ```
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # #[cfg(feature = "testing")] {
/// # let transport = windlass::testing::MockTransport::new();
/// # transport.stored();
/// # let client = windlass::testing::client(&transport);
/// let upload = tokio::spawn(client.put_object("photos", "cat.jpg", "meow").send());
/// let stored = upload.await.expect("the task did not panic").unwrap();
/// println!("{:?}", stored.etag);
/// # }}
/// ```
#[must_use = "a request does nothing until it is awaited"]
#[derive(Clone)]
pub struct Request<O> {
    /// It has the options of the call.
    client: Client,
    /// On the heap: setters and futures move a pointer instead of a kilobyte.
    operation: Box<O>,
}

impl<O: Operation> Request<O> {
    pub(crate) fn new(client: Client, operation: O) -> Self {
        Self { client, operation: Box::new(operation) }
    }

    /// Sends the request; `.await` on the request itself does the same.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); the error names the operation, bucket and key.
    pub async fn send(self) -> Result<O::Output> {
        self.client.run(&*self.operation).await
    }

    /// Makes a URL with which anybody can send this request until `expires` has passed (1 s to 7 days).
    /// The headers that come with it are signed: they have to be sent with the request.
    ///
    /// Nothing is sent, so nothing is found out: a presigned write of tags, sent to a service that does not know tags,
    /// may replace the object.
    ///
    /// # Errors
    /// The time is out of bounds, or there are no credentials.
    pub async fn presign(self, expires: Duration) -> Result<PresignedRequest> {
        self.client.presigned(&*self.operation, expires).await
    }

    /// Signs the request without sending it; see [`Client::sign`].
    ///
    /// # Errors
    /// Those that sending has before anything is sent.
    pub async fn sign(self) -> Result<SignedRequest> {
        let client = self.client;
        client.sign(*self.operation).await
    }

    /// The operation, to look at or to send by another client.
    pub fn operation(&self) -> &O {
        &self.operation
    }

    /// The operation, for settings that have no setter.
    pub fn operation_mut(&mut self) -> &mut O {
        &mut self.operation
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The operation, and the client that sends it and the requests that follow from it with the same options.
    pub(crate) fn into_parts(self) -> (Client, O) {
        (self.client, *self.operation)
    }

    /// Changes the options of the call.
    pub(super) fn set_option(mut self, change: impl FnOnce(&mut RequestOptions)) -> Self {
        self.client = self.client.with_option(change);
        self
    }

    /// Changes the operation in place: what all setters do.
    pub(crate) fn set(mut self, change: impl FnOnce(&mut O)) -> Self {
        change(&mut self.operation);
        self
    }
}

impl<O: Operation> IntoFuture for Request<O> {
    type Output = Result<O::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<O: fmt::Debug> fmt::Debug for Request<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("options", &self.client.options)
            .finish_non_exhaustive()
    }
}
