//! One HTTP/1.1 connection and one exchange over it. The caller's task drives it: a connection that is not polled makes
//! no progress, and dropping it closes it.

use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, Version};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::channel::Channel;
use super::closing::Closing;
use super::idle::{Reusable, RuntimeId};
use super::place::Place;
use super::request_body::RequestBody;
use super::tls;
use super::unparseable;
use super::wire::WireProgress;
use crate::ports::events::CloseReason;
use crate::ports::{ByteCounter, Observer, Origin, TransportError, TransportErrorKind};

pub(super) struct Connection {
    origin: Origin,
    runtime: RuntimeId,
    /// Returned when the connection closes.
    place: Option<Place>,
    sender: http1::SendRequest<RequestBody>,
    driver: Driver,
    progress: Arc<WireProgress>,
    has_served: bool,
    connect_time: Duration,
    /// The last field, so that the socket is closed before the observer is called.
    closing: Closing,
}

/// The origin of a connection.
pub(super) struct Opening<'a> {
    pub(super) origin: &'a Origin,
    /// The caller's runtime drives the socket.
    pub(super) runtime: RuntimeId,
    pub(super) started: Instant,
    pub(super) observer: Option<&'a Arc<dyn Observer>>,
}

/// The future that transfers the bytes of a connection.
struct Driver {
    /// None after the connection has ended.
    running: Option<http1::Connection<TokioIo<Channel>, RequestBody>>,
    /// The last data that could not be parsed.
    unread: Bytes,
}

/// The reason why an exchange has no response.
pub(super) enum Unanswered {
    /// Returns the request: none of its bytes were sent.
    Unsent(Box<Request<RequestBody>>, TransportError),
    Failed(TransportError),
}

impl Connection {
    pub(super) async fn new(opening: Opening<'_>, channel: Channel) -> Result<Self, TransportError> {
        let Opening { origin, runtime, started, observer } = opening;
        let progress = channel.progress();
        let (sender, driver) = http1::Builder::new()
            .max_headers(unparseable::MOST_HEADERS)
            .handshake(TokioIo::new(channel))
            .await
            .map_err(|error| TransportError::new(TransportErrorKind::Connect, error))?;
        let driver = Driver { running: Some(driver), unread: Bytes::new() };
        let connect_time = started.elapsed();
        let closing = Closing::opened(observer, origin, connect_time);
        Ok(Self {
            origin: origin.clone(),
            runtime,
            place: None,
            sender,
            driver,
            progress,
            has_served: false,
            connect_time,
            closing,
        })
    }

    pub(super) fn takes_place(&mut self, place: Place) {
        self.place = Some(place);
    }

    /// Takes the permit of a connection that is about to close.
    pub(super) fn give_place(&mut self) -> Option<Place> {
        self.place.take()
    }

    /// The time that it took to open the connection.
    pub(super) fn connect_time(&self) -> Duration {
        self.connect_time
    }

    /// The reason if the connection is dropped from now on.
    pub(super) fn set_close_reason(&mut self, reason: CloseReason) {
        self.closing.set_reason(reason);
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Sends `request` and waits for the response head.
    pub(super) async fn exchange(
        &mut self,
        mut request: Request<RequestBody>,
        sent: Option<ByteCounter>,
    ) -> Result<Response<Incoming>, Unanswered> {
        // An idle connection is not watched: this poll detects whether the peer has closed it.
        poll_fn(|context| {
            self.drive(context);
            Poll::Ready(())
        })
        .await;
        self.set_close_reason(CloseReason::Abandoned);
        self.progress.begin(request.body().is_stream(), sent);
        request.body_mut().report_to(&self.progress);
        let reused = std::mem::replace(&mut self.has_served, true);
        let mut response = pin!(self.sender.try_send_request(request));
        let driver = &mut self.driver;
        let result = poll_fn(|context| {
            // The response comes from the driver below; without the waker of the previous poll this task does not wake
            // itself.
            if let Poll::Ready(result) = response.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return Poll::Ready(result);
            }
            driver.drive(context);
            response.as_mut().poll(context)
        })
        .await;
        if let Ok(response) = &result
            && response.status().is_success()
            && !self.progress.is_request_out()
        {
            self.finish_request().await.map_err(|error| {
                self.set_close_reason(CloseReason::Failed);
                Unanswered::Failed(error)
            })?;
        }
        result.map_err(|mut unanswered| {
            self.driver.end();
            self.set_close_reason(CloseReason::Failed);
            let unsent = unanswered.take_message();
            let error = self.failure(unanswered.into_error());
            if let Some(request) = unsent {
                return Unanswered::Unsent(Box::new(request), error);
            }
            // Unparseable data may be left over from the previous exchange.
            let stale = match error.kind() {
                TransportErrorKind::Interrupted => !self.progress.has_answer(),
                kind => kind == TransportErrorKind::Unparseable,
            };
            Unanswered::Failed(error.with_stale_connection(reused && stale))
        })
    }

    /// Sends the rest of a request whose response came early. A service that stops reading has not received the
    /// request, whatever its response says.
    async fn finish_request(&mut self) -> Result<(), TransportError> {
        self.progress.responded();
        let ended = poll_fn(|context| {
            self.driver.drive(context);
            if self.progress.is_request_out() {
                return Poll::Ready(None);
            }
            if self.driver.running.is_some() && !self.progress.is_broken() {
                return Poll::Pending;
            }
            Poll::Ready(Some(()))
        });
        if ended.await.is_none() {
            return Ok(());
        }
        if let Some(failure) = self.progress.take_body_failure() {
            return Err(TransportError::new(TransportErrorKind::Body, failure));
        }
        let message = "the peer responded and closed the connection before it received the whole request";
        Err(TransportError::new(TransportErrorKind::Interrupted, message))
    }

    /// Transfers bytes until the socket or the reader of the response blocks.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        self.driver.drive(context);
    }

    #[cfg(test)]
    pub(super) fn has_ended(&self) -> bool {
        self.driver.running.is_none()
    }

    /// Whether the connection can be reused after the response body is read.
    pub(super) fn is_reusable(&self, response: &Response<Incoming>) -> bool {
        // The rest of a rejected request would precede the next one.
        self.progress.is_request_out() && response.version() == Version::HTTP_11 && !closes(response)
    }

    /// Classifies a failure inside of hyper.
    pub(super) fn failure(&self, error: hyper::Error) -> TransportError {
        if let Some(failure) = self.progress.take_body_failure() {
            return TransportError::new(TransportErrorKind::Body, failure);
        }
        if unparseable::is_unparseable(&error) {
            return unparseable::failure(&self.origin, &self.driver.unread, &error);
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

impl Reusable for Box<Connection> {
    fn runtime(&self) -> RuntimeId {
        self.runtime
    }
}

impl Driver {
    fn drive(&mut self, context: &mut Context<'_>) {
        let Some(running) = &mut self.running else { return };
        // hyper reports its failures to the exchange.
        if Pin::new(running).poll(context).is_ready() {
            self.end();
        }
    }

    /// Ends the connection. Dropping hyper's sender returns a request that it holds.
    fn end(&mut self) {
        if let Some(running) = self.running.take() {
            self.unread = running.into_parts().read_buf;
        }
    }
}

fn closes(response: &Response<Incoming>) -> bool {
    let says_close = |value: &HeaderValue| {
        value
            .as_bytes()
            .split(|byte| *byte == b',')
            .any(|word| word.trim_ascii().eq_ignore_ascii_case(b"close"))
    };
    response.headers().get_all(CONNECTION).iter().any(says_close)
}
