//! One connection that speaks HTTP/1.1, and one exchange over it. The caller's task drives it: nothing
//! happens on a connection that nobody polls, and dropping it closes it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, Version};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::request_body::RequestBody;
use super::tls;
use super::wire::{Channel, Progress};
use crate::ports::{ByteCounter, Origin, TransportError, TransportErrorKind};

/// User metadata of 2 KiB can be several hundred headers.
const MOST_HEADERS: usize = 512;

pub(super) struct Connection {
    origin: Origin,
    sender: http1::SendRequest<RequestBody>,
    /// None once the connection has ended.
    driver: Option<http1::Connection<TokioIo<Channel>, RequestBody>>,
    progress: Arc<Progress>,
    has_served: bool,
}

/// Why an exchange gave no answer.
pub(super) enum Unanswered {
    /// The request is given back: no byte of it left.
    Unsent(Box<Request<RequestBody>>, TransportError),
    Failed(TransportError),
}

impl Connection {
    pub(super) async fn new(
        origin: Origin,
        channel: Channel,
        progress: Arc<Progress>,
    ) -> Result<Self, TransportError> {
        let (sender, driver) = http1::Builder::new()
            .max_headers(MOST_HEADERS)
            .handshake(TokioIo::new(channel))
            .await
            .map_err(|error| TransportError::new(TransportErrorKind::Connect, error))?;
        Ok(Self { origin, sender, driver: Some(driver), progress, has_served: false })
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Sends `request` and waits for the head of the answer.
    pub(super) async fn exchange(
        &mut self,
        mut request: Request<RequestBody>,
        sent: Option<ByteCounter>,
    ) -> Result<Response<Incoming>, Unanswered> {
        // An idle connection is not watched: this finds out whether the other side has closed it.
        poll_fn(|context| {
            self.drive(context);
            Poll::Ready(())
        })
        .await;
        self.progress.begin(request.body().is_stream(), sent);
        request.body_mut().report_to(&self.progress);
        let reused = std::mem::replace(&mut self.has_served, true);
        let mut answer = pin!(self.sender.try_send_request(request));
        let driver = &mut self.driver;
        let result = poll_fn(|context| {
            // The answer comes out of the driver below; forgetting the waker of the poll before spares
            // this task from waking itself.
            if let Poll::Ready(result) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return Poll::Ready(result);
            }
            drive(driver, context);
            answer.as_mut().poll(context)
        })
        .await;
        result.map_err(|mut unanswered| {
            let unsent = unanswered.take_message();
            let error = self.failure(unanswered.into_error());
            if let Some(request) = unsent {
                return Unanswered::Unsent(Box::new(request), error);
            }
            let silent = error.kind() == TransportErrorKind::Interrupted && !self.progress.has_answer();
            Unanswered::Failed(error.with_stale_connection(reused && silent))
        })
    }

    /// Moves bytes until the socket or the reader of the answer has to be waited for.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        drive(&mut self.driver, context);
    }

    #[cfg(test)]
    pub(super) fn has_ended(&self) -> bool {
        self.driver.is_none()
    }

    /// Whether another request may follow once the body of `answer` is read.
    pub(super) fn is_reusable(&self, answer: &Response<Incoming>) -> bool {
        // Rests of a refused request would stand between the service and the next one.
        self.progress.is_request_out() && answer.version() == Version::HTTP_11 && !closes(answer)
    }

    /// What a failure inside hyper means.
    pub(super) fn failure(&self, error: hyper::Error) -> TransportError {
        if let Some(failure) = self.progress.take_body_failure() {
            return TransportError::new(TransportErrorKind::Body, failure);
        }
        let kind = if tls::is_refusal(&error) {
            TransportErrorKind::Tls
        } else if error.is_user() && !error.is_canceled() {
            TransportErrorKind::Unsendable
        } else {
            TransportErrorKind::Interrupted
        };
        TransportError::new(kind, error)
    }
}

fn drive(driver: &mut Option<http1::Connection<TokioIo<Channel>, RequestBody>>, context: &mut Context<'_>) {
    let Some(running) = driver else { return };
    // hyper hands its failures to the exchange. Dropping the driver gives back a request that it holds.
    if pin!(running).poll(context).is_ready() {
        *driver = None;
    }
}

fn closes(answer: &Response<Incoming>) -> bool {
    let says_close = |value: &HeaderValue| {
        value
            .as_bytes()
            .split(|byte| *byte == b',')
            .any(|word| word.trim_ascii().eq_ignore_ascii_case(b"close"))
    };
    answer.headers().get_all(CONNECTION).iter().any(says_close)
}
