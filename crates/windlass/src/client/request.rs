//! An operation with the client that sends it.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use super::{Client, PresignedRequest, SignedRequest};
use crate::operations::Operation;
use crate::{RequestOptions, Result};

/// A request that is not sent yet: chain setters, then `.await` it.
///
/// It owns its client, so it can move to another task.
///
/// Use `join_all` or tasks to send several requests concurrently. `.await` and [`send`](Self::send) are equivalent;
/// `send` returns a future for functions that take one.
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
    /// The client with the call options.
    client: Client,
    /// Boxed: setters and futures move a pointer instead of a kilobyte.
    operation: Box<O>,
}

impl<O: Operation> Request<O> {
    pub(crate) fn new(client: Client, operation: O) -> Self {
        Self { client, operation: Box::new(operation) }
    }

    /// Sends the request; `.await` is equivalent.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); the error names the operation, bucket and key.
    pub async fn send(self) -> Result<O::Output> {
        self.client.run(&*self.operation).await
    }

    /// Returns a URL with which anyone can send this request until `expires` has passed (1 s to 7 days). The returned
    /// headers are signed and must be sent with the request.
    ///
    /// Nothing is sent, so windlass cannot check the service: a presigned write of tags may replace the object on a
    /// service without tags.
    ///
    /// # Errors
    /// Fails if the time is out of range or there are no credentials.
    pub async fn presign(self, expires: Duration) -> Result<PresignedRequest> {
        self.client.presigned(&*self.operation, expires).await
    }

    /// Signs the request without sending it; see [`Client::sign`].
    ///
    /// # Errors
    /// The errors of sending before the request is sent.
    pub async fn sign(self) -> Result<SignedRequest> {
        let client = self.client;
        client.sign(*self.operation).await
    }

    /// Returns the operation, to inspect it or send it with another client.
    pub fn operation(&self) -> &O {
        &self.operation
    }

    /// Returns the operation, for settings without a setter.
    pub fn operation_mut(&mut self) -> &mut O {
        &mut self.operation
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the operation and the client with the call options, for all requests that follow.
    pub(crate) fn into_parts(self) -> (Client, O) {
        (self.client, *self.operation)
    }

    /// Modifies the call options.
    pub(super) fn set_option(mut self, change: impl FnOnce(&mut RequestOptions)) -> Self {
        self.client = self.client.with_option(change);
        self
    }

    /// Modifies the operation in place.
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
