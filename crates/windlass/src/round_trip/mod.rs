//! One HTTP exchange within bounds. The response has to begin within a time limit and then keep coming, a body that is
//! collected has a size limit, and failures of the transport become errors.
//!
//! Nothing else calls the transport. S3 requests come here from `client/attempt.rs`, and so do those of credential
//! providers that ask a service over HTTP.

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

/// A response whose body is still to come.
pub(crate) struct OpenResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: StallGuard,
    pub(crate) connection: Option<ConnectionInfo>,
}

/// A request that got no response.
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// Whether the connection had served before and was closed by the peer: the request may be sent again over a new one.
    pub(crate) stale_connection: bool,
}

/// The last bytes of an upload may still be in this machine's send buffers when the transport has taken them. Over a
/// slow line the response comes this much later.
const DRAIN: Duration = Duration::from_secs(60);

/// Sends one request, at `started` on the clock that only goes forward, and waits for the head of its response.
///
/// # Errors
/// The transport failed, or nothing moved for the stall timeout: neither a byte of the request's body, unless its
/// source is slow, nor the response.
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
            // While the body moves, the time for the response has not begun.
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
