//! One connection that speaks HTTP/1.1, and one exchange over it. The caller's task drives it: nothing
//! happens on a connection that nobody polls, and dropping it closes it.

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
    /// Given back when the connection closes.
    place: Option<Place>,
    sender: http1::SendRequest<RequestBody>,
    driver: Driver,
    progress: Arc<WireProgress>,
    has_served: bool,
    connect_time: Duration,
    /// The last field: the socket is closed before the observer is told.
    closing: Closing,
}

/// How a connection came about.
pub(super) struct Opening<'a> {
    pub(super) origin: &'a Origin,
    /// The caller's runtime is the one that drives the socket.
    pub(super) runtime: RuntimeId,
    pub(super) started: Instant,
    pub(super) observer: Option<&'a Arc<dyn Observer>>,
}

/// What moves the bytes of a connection.
struct Driver {
    /// None once the connection has ended.
    running: Option<http1::Connection<TokioIo<Channel>, RequestBody>>,
    /// What came last and was not understood.
    unread: Bytes,
}

/// Why an exchange gave no answer.
pub(super) enum Unanswered {
    /// The request is given back: no byte of it left.
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

    /// Takes the permit of a connection that is about to be closed.
    pub(super) fn give_place(&mut self) -> Option<Place> {
        self.place.take()
    }

    /// The time that it took to open the connection.
    pub(super) fn connect_time(&self) -> Duration {
        self.connect_time
    }

    /// The reason in case that the connection is dropped from now on.
    pub(super) fn set_close_reason(&mut self, reason: CloseReason) {
        self.closing.set_reason(reason);
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
        self.set_close_reason(CloseReason::Abandoned);
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
            driver.drive(context);
            answer.as_mut().poll(context)
        })
        .await;
        if let Ok(answer) = &result
            && answer.status().is_success()
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
            // What cannot be parsed may be left over from the exchange before.
            let stale = match error.kind() {
                TransportErrorKind::Interrupted => !self.progress.has_answer(),
                kind => kind == TransportErrorKind::Unparseable,
            };
            Unanswered::Failed(error.with_stale_connection(reused && stale))
        })
    }

    /// Sends the rest of a request that was answered before all of it was sent. A service that stops reading has not
    /// got the request, whatever it says.
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
        let message =
            "the peer closed the connection after it had responded, before it got the whole request";
        Err(TransportError::new(TransportErrorKind::Interrupted, message))
    }

    /// Moves bytes until the socket or the reader of the answer has to be waited for.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        self.driver.drive(context);
    }

    #[cfg(test)]
    pub(super) fn has_ended(&self) -> bool {
        self.driver.running.is_none()
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
        // hyper hands its failures to the exchange.
        if Pin::new(running).poll(context).is_ready() {
            self.end();
        }
    }

    /// Ends the connection. Dropping hyper's half gives back a request that it holds.
    fn end(&mut self) {
        if let Some(running) = self.running.take() {
            self.unread = running.into_parts().read_buf;
        }
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
