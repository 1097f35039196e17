//! The request body under hyper: checked against the declared length, and delayed while the service has to send `100
//! Continue`. No bytes are copied.

use std::fmt;
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::wire::WireProgress;
use crate::body::{BoxStream, PromisedLength};
use crate::ports::HttpBody;

/// The body of a request.
pub(super) enum RequestBody {
    Bytes(Bytes),
    Stream(Box<StreamedBody>),
}

/// A stream that is checked against its length.
pub(super) struct StreamedBody {
    stream: BoxStream,
    length: PromisedLength,
    /// The last bytes. They wait for the end of the stream, so that the service never sees a complete body if it fails
    /// at the end.
    last: Option<Bytes>,
    ended: bool,
    consent: Option<Consent>,
    progress: Option<Arc<WireProgress>>,
}

/// The wait for `100 Continue`.
struct Consent {
    given: Arc<AtomicBool>,
    patience: Duration,
    /// Started with the first poll, when the head has been sent.
    wait: Option<Pin<Box<Sleep>>>,
}

/// A placeholder for an error in [`WireProgress`], because hyper would not return it.
#[derive(Debug)]
pub(super) struct BodyFailed;

impl RequestBody {
    pub(super) fn new(body: HttpBody) -> Self {
        match body {
            HttpBody::Bytes(bytes) => Self::Bytes(bytes),
            HttpBody::Stream { length: 0, .. } => Self::Bytes(Bytes::new()),
            HttpBody::Stream { length, stream } => Self::Stream(Box::new(StreamedBody {
                stream,
                length: PromisedLength::new(length),
                last: None,
                ended: false,
                consent: None,
                progress: None,
            })),
        }
    }

    pub(super) fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }

    /// Sets the connection that observes the end of the body.
    pub(super) fn report_to(&mut self, progress: &Arc<WireProgress>) {
        if let Self::Stream(body) = self {
            body.progress = Some(Arc::clone(progress));
        }
    }
}

/// Delays the body of `request` until the service sends `100 Continue` or a response, or until `patience` ends.
pub(super) fn wait_for_consent(request: &mut Request<RequestBody>, patience: Duration) {
    let given = Arc::new(AtomicBool::new(false));
    if let RequestBody::Stream(body) = request.body_mut() {
        body.consent = Some(Consent { given: Arc::clone(&given), patience, wait: None });
    }
    // hyper reads before it writes and polls the body after every read: no waker is needed.
    hyper::ext::on_informational(request, move |response| {
        if response.status() == http::StatusCode::CONTINUE {
            given.store(true, Relaxed);
        }
    });
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyFailed;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFailed>>> {
        match self.get_mut() {
            Self::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream(body) => {
                body.poll_chunk(context).map(|chunk| Some(chunk.transpose()?.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Stream(body) => body.ended && body.last.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream(body) => {
                body.length.left() + body.last.as_ref().map_or(0, |bytes| bytes.len() as u64)
            }
        })
    }
}

impl StreamedBody {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, BodyFailed>> {
        ready!(self.poll_consent(context));
        while !self.ended {
            match ready!(self.stream.as_mut().poll_next(context)) {
                Some(Ok(chunk)) if chunk.is_empty() => {}
                Some(Ok(chunk)) => {
                    if let Err(error) = self.length.count(&chunk) {
                        return self
                            .fail(io::Error::new(io::ErrorKind::InvalidData, error.with_retry_class(None)));
                    }
                    if self.length.left() > 0 {
                        return Poll::Ready(Ok(Some(chunk)));
                    }
                    self.last = Some(chunk);
                }
                Some(Err(error)) => return self.fail(error),
                None => {
                    if let Err(error) = self.length.end() {
                        return self.fail(io::Error::new(
                            io::ErrorKind::UnexpectedEof,
                            error.with_retry_class(None),
                        ));
                    }
                    self.ended = true;
                    if let Some(progress) = &self.progress {
                        progress.body_finished();
                    }
                }
            }
        }
        Poll::Ready(Ok(self.last.take()))
    }

    fn poll_consent(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(consent) = &mut self.consent else { return Poll::Ready(()) };
        let responded = self.progress.as_ref().is_some_and(|progress| progress.has_responded());
        if !responded && !consent.given.load(Relaxed) {
            let patience = consent.patience;
            let wait = consent.wait.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
            ready!(wait.as_mut().poll(context));
        }
        self.consent = None;
        Poll::Ready(())
    }

    fn fail(&mut self, error: io::Error) -> Poll<Result<Option<Bytes>, BodyFailed>> {
        self.ended = true;
        if let Some(progress) = &self.progress {
            progress.body_failed(error);
        }
        Poll::Ready(Err(BodyFailed))
    }
}

impl fmt::Display for BodyFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body of the request failed")
    }
}

impl std::error::Error for BodyFailed {}

/// How long a body waits for `100 Continue`: servers without support for `Expect` never send it.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
