//! The body of one attempt: opened, measured, checksummed and hashed, so that the headers can be signed.
//!
//! Bodies that are sent as they are for now: a checksum travels in a header, so a body that is not in memory
//! is read once for it before it is sent. A stream that can be read only once goes without.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt as _;
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Method};
use sha2::{Digest as _, Sha256};

use super::{ChecksumCalculation, Shared};
use crate::body::{BoxStream, OpenBody};
use crate::ports::{ByteCounter, HttpBody};
use crate::protocol::checksum::Checksum;
use crate::protocol::signing::{EMPTY_SHA256, UNSIGNED_PAYLOAD};
use crate::protocol::{Draft, Integrity, encode};
use crate::types::ChecksumAlgorithm;
use crate::{Error, ErrorKind, Result};

/// A body ready to be sent, with the headers that belong to it.
pub(super) struct Sealed {
    pub(super) body: HttpBody,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) payload_hash: Arc<str>,
}

/// What is computed over a body once, whatever the number of attempts.
#[derive(Clone)]
pub(super) struct Fingerprint {
    checksum: Option<(&'static str, String)>,
    payload_hash: Arc<str>,
}

/// How a body that takes its time comes along, so that a slow upload is told from a silent service.
#[derive(Clone, Default)]
pub(super) struct Progress(Option<Arc<Moving>>);

#[derive(Default)]
struct Moving {
    sent: ByteCounter,
    /// The body's own source is waited for: the service is not to blame.
    waits_for_source: AtomicBool,
}

impl Progress {
    /// The bytes that the network took.
    pub(super) fn sent(&self) -> u64 {
        self.0.as_ref().map_or(0, |moving| moving.sent.get())
    }

    pub(super) fn waits_for_source(&self) -> bool {
        self.0.as_ref().is_some_and(|moving| moving.waits_for_source.load(Ordering::Relaxed))
    }

    /// Where the transport counts; None for a body that goes in one piece.
    pub(super) fn counter(&self) -> Option<ByteCounter> {
        self.0.as_ref().map(|moving| moving.sent.clone())
    }
}

/// `PutObject` takes no more in one request.
const LARGEST_BODY: u64 = 5 << 30;
/// Bytes in memory are handed on in slices of this size, so that progress shows.
const SLICE: usize = 256 << 10;

pub(super) async fn seal(
    shared: &Shared,
    draft: &Draft<'_>,
    secure: bool,
    signed: bool,
    fingerprint: &mut Option<Fingerprint>,
    progress: &mut Progress,
) -> Result<Sealed> {
    let Some(length) = draft.body.length() else {
        let message = "the length of the body is not known: give it with Body::with_length";
        return Err(Error::new(ErrorKind::MissingLength, message));
    };
    if length > LARGEST_BODY {
        let message =
            format!("the body has {length} bytes: one request takes at most {LARGEST_BODY} (5 GiB)");
        return Err(Error::new(ErrorKind::RequestTooLarge, message));
    }
    let plan = Plan::new(shared, draft, secure, signed)?;
    let known = match fingerprint {
        Some(known) => known.clone(),
        None => fingerprint.insert(plan.fingerprint(draft).await?).clone(),
    };
    let mut headers = Vec::with_capacity(2);
    if let Some((name, value)) = &known.checksum {
        let value = HeaderValue::from_str(value).map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, "the checksum cannot stand in a header").with_source(error)
        })?;
        headers.push((HeaderName::from_static(name), value));
    }
    if length > 0 || draft.method == Method::PUT || draft.method == Method::POST {
        headers.push((CONTENT_LENGTH, HeaderValue::from(length)));
    }
    let body = match draft.body.open().await? {
        OpenBody::Bytes(bytes) if bytes.len() <= SLICE => HttpBody::Bytes(bytes),
        OpenBody::Bytes(bytes) => counted(length, Box::pin(slices(bytes)), progress),
        OpenBody::Stream(stream) => counted(length, stream, progress),
    };
    Ok(Sealed { body, headers, payload_hash: known.payload_hash })
}

/// What has to be computed over a body.
struct Plan {
    algorithm: Option<ChecksumAlgorithm>,
    hash: bool,
}

impl Plan {
    fn new(shared: &Shared, draft: &Draft<'_>, secure: bool, signed: bool) -> Result<Self> {
        let one_shot = !draft.body.is_replayable();
        let given = draft.headers.keys().any(|name| carries_checksum(name.as_str()));
        let settings = &shared.integrity;
        let wanted = settings.calculation == ChecksumCalculation::WhenSupported;
        let (algorithm, explicit) = match &draft.integrity {
            _ if given => (None, false),
            Integrity::None => (None, false),
            Integrity::Supported => (wanted.then(|| settings.algorithm.clone()), false),
            Integrity::Required => (Some(settings.algorithm.clone()), true),
            Integrity::Algorithm(algorithm) => (Some(algorithm.clone()), true),
        };
        // Over TLS the transport guards the bytes, and the checksum the object: no hash is paid for.
        let hash = signed && shared.payload_signing.unwrap_or(!secure);
        if one_shot && hash {
            let message = "a stream that can be read only once cannot be signed over plain HTTP: give bytes, a file \
                           or Body::replayable, use https, or turn payload_signing off";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        if one_shot && explicit {
            let message = "the checksum of a stream that can be read only once is not known before it is sent: \
                           give bytes, a file or Body::replayable";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        Ok(Self { algorithm: algorithm.filter(|_| !one_shot), hash })
    }

    async fn fingerprint(&self, draft: &Draft<'_>) -> Result<Fingerprint> {
        let mut checksum = match &self.algorithm {
            None => None,
            Some(algorithm) => {
                if let (Some(checksum), Some(name)) = (Checksum::new(algorithm), algorithm.header_name()) {
                    Some((name, checksum))
                } else {
                    let message = format!("windlass does not compute {algorithm}: give the value yourself");
                    return Err(Error::new(ErrorKind::UnsupportedAlgorithm, message));
                }
            }
        };
        let empty = draft.body.length() == Some(0);
        let mut hash = (self.hash && !empty).then(Sha256::new);
        if (checksum.is_some() || hash.is_some()) && !empty {
            let mut update = |bytes: &[u8]| {
                if let Some((_, checksum)) = &mut checksum {
                    checksum.update(bytes);
                }
                if let Some(hash) = &mut hash {
                    hash.update(bytes);
                }
            };
            match draft.body.open().await? {
                OpenBody::Bytes(bytes) => update(&bytes),
                OpenBody::Stream(mut stream) => {
                    while let Some(chunk) = stream.next().await {
                        update(&chunk.map_err(unreadable)?);
                    }
                }
            }
        }
        let payload_hash = match hash {
            Some(hash) => encode::hex(&hash.finalize()).into(),
            None if empty => EMPTY_SHA256.into(),
            None => UNSIGNED_PAYLOAD.into(),
        };
        Ok(Fingerprint { checksum: checksum.map(|(name, checksum)| (name, checksum.finish())), payload_hash })
    }
}

fn carries_checksum(header: &str) -> bool {
    header.starts_with("x-amz-checksum-") && header != "x-amz-checksum-mode"
}

fn unreadable(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(own) => own,
        Err(error) => Error::new(ErrorKind::LocalFile, "the body could not be read").with_source(error),
    }
}

fn slices(bytes: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send {
    futures_util::stream::unfold(bytes, |mut rest| async move {
        let next = rest.split_to(rest.len().min(SLICE));
        (!next.is_empty()).then_some((Ok(next), rest))
    })
}

fn counted(length: u64, stream: BoxStream, progress: &mut Progress) -> HttpBody {
    let moving = progress.0.get_or_insert_with(Arc::default).clone();
    HttpBody::Stream { length, stream: Box::pin(Counted { stream, moving, left: length }) }
}

/// Holds what passes to the length that was promised, and tells when it keeps others waiting.
struct Counted {
    stream: BoxStream,
    moving: Arc<Moving>,
    left: u64,
}

impl Stream for Counted {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.stream.as_mut().poll_next(context);
        self.moving.waits_for_source.store(polled.is_pending(), Ordering::Relaxed);
        let Poll::Ready(item) = polled else { return Poll::Pending };
        let wrong = |message: String| {
            Some(Err(io::Error::other(Error::new(ErrorKind::IncompleteBody, message).with_retry_class(None))))
        };
        Poll::Ready(match item {
            Some(Ok(chunk)) => match self.left.checked_sub(chunk.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Some(Ok(chunk))
                }
                None => wrong("the body gave more bytes than its length".into()),
            },
            None if self.left > 0 => wrong(format!("the body ended {} bytes before its length", self.left)),
            other => other,
        })
    }
}
