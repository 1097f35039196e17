//! One HTTP exchange with limits. The response must start within a time limit and must not stall, a collected body has
//! a size limit, and failures of the transport become errors.
//!
//! Only this module calls the transport: for S3 requests from `client/attempt.rs` and for requests of credential
//! providers.

mod collect;
mod stall_guard;
mod stall_timer;
mod timing;
mod transport_failure;
mod upload_progress;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::ports::{Clock, ConnectionInfo, HttpRequest, HttpResponse, HttpTransport};
use crate::{Error, ErrorKind, Result};

pub(crate) use collect::WholeResponse;
pub(crate) use stall_guard::{StallGuard, StallLimits};
use stall_timer::StallTimer;
pub(crate) use timing::{retry_after, service_date};
use transport_failure::transport_error;
pub(crate) use upload_progress::UploadProgress;

/// A response with an unread body.
pub(crate) struct OpenResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: StallGuard,
    pub(crate) connection: Option<ConnectionInfo>,
}

/// A request without a response.
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// Whether a reused connection was closed by the peer: the request can be sent again over a new one.
    pub(crate) stale_connection: bool,
}

/// After the transport has accepted all bytes, the last ones may still be in the send buffers of the system. Over a
/// slow line the response is delayed by that time.
const DRAIN: Duration = Duration::from_secs(60);

/// Sends one request, at `started` on the monotonic clock, and waits for the response head.
///
/// # Errors
/// Fails if the transport fails, or on a stall timeout: no byte of the request body was sent, unless its source is
/// slow, and no response arrived.
pub(crate) async fn send(
    transport: &dyn HttpTransport,
    clock: &Arc<dyn Clock>,
    limits: StallLimits,
    started: Duration,
    request: HttpRequest,
    upload: &UploadProgress,
) -> Result<OpenResponse, Failure> {
    let limit = if upload.is_counted() { limits.read.saturating_add(DRAIN) } else { limits.read };
    let mut timer = StallTimer::new(clock.clone());
    let mut sending = transport.send(request);
    let mut since = started;
    let mut sent = upload.sent();
    let response = poll_fn(|context| {
        if let Poll::Ready(result) = sending.as_mut().poll(context) {
            return Poll::Ready(result.map_err(|error| Failure {
                stale_connection: error.is_stale_connection(),
                error: transport_error(error),
            }));
        }
        loop {
            if timer.poll_stalled(since, limit, context).is_pending() {
                return Poll::Pending;
            }
            // The time limit of the response does not start while the body makes progress.
            if upload.sent() == sent && !upload.waits_for_source() {
                let message = format!("timed out after {:?} waiting for the response", limits.read);
                let error = Error::new(ErrorKind::Timeout, message);
                return Poll::Ready(Err(Failure { error, stale_connection: false }));
            }
            sent = upload.sent();
            since = clock.monotonic();
        }
    })
    .await?;
    let HttpResponse { status, headers, body, connection } = response;
    let body = StallGuard::new(body, timer, limits);
    Ok(OpenResponse { status, headers, body, connection })
}
