//! The events that an [`Observer`](super::Observer) gets. Each is a struct of its own, so that it can gain fields.

use std::time::{Duration, SystemTime};

use super::{ByteCounter, ConnectionInfo, Warning};
use crate::Error;
use crate::types::ChecksumAlgorithm;

/// Something that happened to a request, a connection or the credentials.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request begins.
    Started(Started<'a>),
    /// An attempt is handed to the transport.
    AttemptStarted(AttemptStarted<'a>),
    /// The head of a response is there, of any status.
    ResponseStarted(ResponseStarted<'a>),
    /// An attempt ended.
    AttemptFinished(AttemptFinished<'a>),
    /// An attempt failed, and another follows after a delay.
    Retrying(Retrying<'a>),
    /// The service accepted a request to another region than the one tried first; later requests go there.
    RegionLearned(RegionLearned<'a>),
    /// The service accepted a request signed with its own time instead of ours; later requests are signed so too.
    ClockCorrected(ClockCorrected<'a>),
    /// The service rejected temporary credentials; others are fetched and the request is sent again.
    CredentialsRejected(CredentialsRejected<'a>),
    /// The service does not take checksums in headers: uploads carry `Content-MD5` from here on.
    ChecksumsRefused(ChecksumsRefused<'a>),
    /// The service sent a checksum of content that cannot be one of its algorithm; the content is not compared with it.
    ChecksumUnusable(ChecksumUnusable<'a>),
    /// A pooled connection had died; the request is sent again over a new one.
    ConnectionReplaced(ConnectionReplaced<'a>),
    /// The service has no `DeleteObjects`: objects are deleted one by one from here on.
    DeleteObjectsRefused(DeleteObjectsRefused<'a>),
    /// Something was done that is not all that was requested.
    Warning(Warned<'a>),
    /// A request ended. Comes exactly once for each `Started`.
    Finished(Finished<'a>),
    /// A connection was opened.
    ConnectionOpened(ConnectionOpened<'a>),
    /// A connection was closed.
    ConnectionClosed(ConnectionClosed<'a>),
    /// Credentials were fetched.
    CredentialsFetched(CredentialsFetched<'a>),
    /// Credentials could not be fetched.
    CredentialsFetchFailed(CredentialsFetchFailed<'a>),
}

/// The request that an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestInfo<'a> {
    /// The number of the request, unique in the process. It is the same in all events of one request: its attempts,
    /// retries and corrections, and the requests for the rest of content that broke off.
    pub id: u64,
    /// The operation's API name.
    pub operation: &'static str,
    /// The bucket; empty where there is none.
    pub bucket: &'a str,
    /// The key; empty where there is none.
    pub key: &'a str,
}

/// How a request or an attempt ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// It succeeded.
    Success,
    /// It failed.
    Failure(&'a Error),
    /// Its future, or the stream of its content, was dropped before it ended.
    Cancelled,
}

/// See [`Event::Started`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Started<'a> {
    /// The request.
    pub request: RequestInfo<'a>,
    /// The request for whose sake windlass sends this one by itself: a probe for a region or a subresource, or a look
    /// at an object whose write got no response. None for the requests of the caller.
    pub parent: Option<u64>,
}

/// See [`Event::AttemptStarted`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptStarted<'a> {
    /// The request.
    pub request: RequestInfo<'a>,
    /// Counts from 1.
    pub attempt: u32,
    /// The region that the attempt is signed for.
    pub region: &'a str,
    /// The bytes of the body that the network has taken so far; None for a body that is sent in one piece.
    pub upload: Option<&'a ByteCounter>,
}

/// See [`Event::ResponseStarted`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ResponseStarted<'a> {
    /// The request.
    pub request: RequestInfo<'a>,
    /// Counts from 1.
    pub attempt: u32,
    /// The HTTP status.
    pub status: u16,
    /// The time since `AttemptStarted`.
    pub elapsed: Duration,
    /// The connection; None from a transport that does not tell.
    pub connection: Option<ConnectionInfo>,
}

/// See [`Event::AttemptFinished`]. An attempt ends when its response is read and judged. Where content is streamed it ends
/// with the head of the response: a failure of the content is told by [`Retrying`] or [`Finished`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptFinished<'a> {
    /// The request.
    pub request: RequestInfo<'a>,
    /// Counts from 1.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome<'a>,
    /// The HTTP status; None where no response came.
    pub status: Option<u16>,
    /// The region that the attempt was signed for.
    pub region: &'a str,
    /// The connection; None where no response came, and from a transport that does not tell.
    pub connection: Option<ConnectionInfo>,
    /// The time since `AttemptStarted`.
    pub elapsed: Duration,
    /// From `AttemptStarted` to the head of the response; None where no response came.
    pub time_to_first_byte: Option<Duration>,
}

/// See [`Event::Retrying`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Retrying<'a> {
    /// The request.
    pub request: RequestInfo<'a>,
    /// The attempt that failed, counted from 1.
    pub attempt: u32,
    /// The time until the next attempt.
    pub delay: Duration,
    /// The failure.
    pub error: &'a Error,
}

/// See [`Event::RegionLearned`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RegionLearned<'a> {
    /// The request that was accepted. The region is that of its bucket, or of the list of buckets where there is none.
    pub request: RequestInfo<'a>,
    /// The region.
    pub region: &'a str,
}

/// See [`Event::ClockCorrected`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClockCorrected<'a> {
    /// The request that was accepted.
    pub request: RequestInfo<'a>,
    /// How far the service's clock is ahead of ours, in seconds.
    pub seconds: i64,
}

/// See [`Event::CredentialsRejected`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CredentialsRejected<'a> {
    /// The request that was rejected.
    pub request: RequestInfo<'a>,
}

/// See [`Event::ChecksumsRefused`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ChecksumsRefused<'a> {
    /// The request that succeeded without a checksum.
    pub request: RequestInfo<'a>,
}

/// See [`Event::ChecksumUnusable`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ChecksumUnusable<'a> {
    /// The request.
    pub request: RequestInfo<'a>,
    /// The algorithm.
    pub algorithm: &'a ChecksumAlgorithm,
    /// The value that the service sent.
    pub value: &'a str,
}

/// See [`Event::ConnectionReplaced`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ConnectionReplaced<'a> {
    /// The request.
    pub request: RequestInfo<'a>,
}

/// See [`Event::DeleteObjectsRefused`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DeleteObjectsRefused<'a> {
    /// The bucket.
    pub bucket: &'a str,
}

/// See [`Event::Warning`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Warned<'a> {
    /// The number of the request; None for a transfer, which is made of several requests.
    pub request_id: Option<u64>,
    /// The operation's API name.
    pub operation: &'static str,
    /// The bucket.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// What the caller should know.
    pub warning: &'a Warning,
}

/// See [`Event::Finished`]. It comes when the response is read and judged; where content is streamed, when the content
/// has ended, failed or is dropped. A write whose outcome was unknown is reconciled before.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Finished<'a> {
    /// The request.
    pub request: RequestInfo<'a>,
    /// How it ended. Streamed content that is dropped after its last byte counts as a success.
    pub outcome: Outcome<'a>,
    /// The attempts that were sent; 0 where the request failed before.
    pub attempts: u32,
    /// The bytes of the request's body that the transport took, over all attempts. The encoding `aws-chunked` does not
    /// count, nor do headers.
    pub bytes_sent: u64,
    /// The bytes of the bodies of all responses, as far as they were read. Headers do not count.
    pub bytes_received: u64,
    /// From `Started` to the head of the last response, or of the first one of content that was resumed. None where no
    /// response came.
    pub time_to_first_byte: Option<Duration>,
    /// The time since `Started`.
    pub elapsed: Duration,
}

/// See [`Event::ConnectionOpened`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ConnectionOpened<'a> {
    /// The host, and the port where it is not the scheme's own.
    pub authority: &'a str,
    /// Whether it is encrypted with TLS.
    pub is_secure: bool,
    /// The time that it took to open it: name lookup, TCP, proxy and TLS.
    pub elapsed: Duration,
}

/// See [`Event::ConnectionClosed`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ConnectionClosed<'a> {
    /// The host, and the port where it is not the scheme's own.
    pub authority: &'a str,
    /// Why.
    pub reason: CloseReason,
}

/// Why a connection was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The request was cancelled, or its response was dropped before its end.
    Abandoned,
    /// It was unused, and had to make room for another connection.
    Evicted,
    /// It broke, or the peer had closed it.
    Failed,
    /// It was unused for the idle timeout.
    IdleTimeout,
    /// The response allowed no other request on it.
    NotReusable,
    /// The runtime that drove it shut down.
    RuntimeEnded,
    /// The transport was dropped.
    TransportDropped,
}

/// See [`Event::CredentialsFetched`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CredentialsFetched<'a> {
    /// The name of the provider.
    pub provider: &'a str,
    /// When they expire; None for credentials without an end, and for anonymous requests.
    pub expires_at: Option<SystemTime>,
    /// Whether they replace others that are still valid: no request waited for them.
    pub is_renewal: bool,
}

/// See [`Event::CredentialsFetchFailed`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CredentialsFetchFailed<'a> {
    /// The name of the provider.
    pub provider: &'a str,
    /// The failure.
    pub error: &'a Error,
    /// Whether the credentials to be replaced are still valid: no request waited for the fetch.
    pub is_renewal: bool,
}
