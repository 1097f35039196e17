//! The payload of one attempt: chooses its protection, computes the headers, and opens the body when the headers are
//! signed. Trailers are computed while the body is sent.

mod counted;
mod framed;
mod mode;

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use sha2::{Digest as _, Sha256};

use super::ClientState;
use crate::body::{OpenBody, unreadable};
use crate::config::ServiceProfile;
use crate::ports::HttpBody;
use crate::protocol::checksum::Checksum;
use crate::protocol::signing::{
    ChunkSigner, ChunkedEncoder, EMPTY_SHA256, STREAMING_PAYLOAD, STREAMING_PAYLOAD_TRAILER,
    STREAMING_UNSIGNED_PAYLOAD_TRAILER, UNSIGNED_PAYLOAD,
};
use crate::protocol::{Draft, Integrity, encode};
use crate::round_trip::UploadProgress;
use crate::types::ChecksumAlgorithm;
use crate::{ChecksumCalculation, Error, ErrorKind, Result};

use counted::{SLICE, counted, slices};
use framed::Framed;
pub(super) use framed::SentTrailer;
use mode::{Guard, Mode, Needs, Repeatability, trailer_way};

/// A body with known headers; [`open`](Self::open) returns its bytes when the headers are signed.
pub(super) struct Payload<'a> {
    pub(super) hash: Cow<'static, str>,
    mode: Mode,
    draft: &'a Draft<'a>,
    length: u64,
    /// The trailing checksum and its header name.
    trailer: Option<(&'static str, Checksum)>,
    /// Whether a default checksum is in a header; some services reject it.
    pub(super) checksum_unasked: bool,
}

/// Values that are computed over a body once for all attempts.
#[derive(Clone)]
pub(super) struct Fingerprint {
    guard: Option<(&'static str, String)>,
    hash: Cow<'static, str>,
}

impl Fingerprint {
    /// The headers of the body.
    pub(super) fn guard(&self) -> Option<(&'static str, String)> {
        self.guard.clone()
    }
}

/// The maximum size of `PutObject`.
const LARGEST_BODY: u64 = 5 << 30;

/// The properties of the connection and the service.
pub(super) struct Way {
    /// Over TLS.
    pub(super) secure: bool,
    /// There are credentials.
    pub(super) signed: bool,
    /// The service has rejected checksums.
    pub(super) checksums_refused: bool,
}

/// Chooses the protection of the body and sets its headers.
pub(super) async fn protect<'a>(
    state: &ClientState,
    draft: &'a Draft<'a>,
    way: Way,
    fingerprint: &mut Option<Arc<Fingerprint>>,
    headers: &mut HeaderMap,
) -> Result<Payload<'a>> {
    let length = length_of(draft)?;
    let (algorithm, named) = wanted_checksum(state, draft);
    let mode = Mode::choose(Needs {
        source: source_of(draft),
        algorithm,
        named,
        signed: way.signed,
        // Over TLS the transport protects the bytes and the checksum the object, so no hash is computed.
        sign_content: state.payload_signing.unwrap_or(!way.secure),
        provider: &state.service,
        checksums_refused: way.checksums_refused,
    })?;
    let mut payload = Payload {
        hash: UNSIGNED_PAYLOAD.into(),
        mode,
        draft,
        length,
        trailer: None,
        checksum_unasked: false,
    };
    match payload.mode.clone() {
        Mode::Plain { hash, guard } => {
            let known = match fingerprint {
                Some(known) => known,
                None => fingerprint.insert(Arc::new(read_ahead(draft, hash, guard.as_ref()).await?)),
            };
            if let Some((name, value)) = &known.guard
                && !headers.contains_key(*name)
            {
                headers.insert(HeaderName::from_static(name), header_value(value)?);
            }
            payload.hash = known.hash.clone();
            payload.checksum_unasked = !named && matches!(guard, Some(Guard::Checksum(_)));
            if length > 0 || draft.method == Method::PUT || draft.method == Method::POST {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
        }
        Mode::Chunked { signed, trailer } => {
            payload.hash = match (signed, &trailer) {
                (false, _) => STREAMING_UNSIGNED_PAYLOAD_TRAILER,
                (true, None) => STREAMING_PAYLOAD,
                (true, Some(_)) => STREAMING_PAYLOAD_TRAILER,
            }
            .into();
            payload.trailer = trailer.as_ref().map(checksum_of).transpose()?;
            let trailers: Vec<(&str, usize)> =
                payload.trailer.iter().map(|(name, checksum)| (*name, checksum.value_length())).collect();
            let encoded = framed::layout(signed).encoded_length(length, &trailers);
            headers.insert(CONTENT_LENGTH, HeaderValue::from(encoded));
            headers.insert(X_AMZ_DECODED_CONTENT_LENGTH, HeaderValue::from(length));
            if let Some((name, _)) = &payload.trailer {
                headers.insert(X_AMZ_TRAILER, HeaderValue::from_static(name));
            }
            name_the_encoding(headers)?;
        }
    }
    Ok(payload)
}

impl Payload<'_> {
    /// Whether the body is sent as `aws-chunked`.
    pub(super) fn is_framed(&self) -> bool {
        matches!(self.mode, Mode::Chunked { .. })
    }

    /// Whether the chunk signatures start from the signature of the headers.
    pub(super) fn signs_chunks(&self) -> bool {
        matches!(self.mode, Mode::Chunked { signed: true, .. })
    }

    /// The value of `x-amz-content-sha256`.
    pub(super) fn hash_header(&self) -> Result<HeaderValue> {
        match &self.hash {
            Cow::Borrowed(EMPTY_SHA256) => Ok(EMPTY_HASH),
            Cow::Borrowed(hash) => Ok(HeaderValue::from_static(hash)),
            Cow::Owned(hash) => header_value(hash),
        }
    }

    /// Opens the body after the headers are signed.
    pub(super) async fn open(self, signer: Option<ChunkSigner>) -> Result<OpenPayload> {
        let opened = self.draft.body.open().await?;
        let stream = match opened {
            OpenBody::Bytes(bytes) if bytes.len() <= SLICE => return Ok(OpenPayload::whole(bytes)),
            OpenBody::Bytes(bytes) => Box::pin(slices(bytes)),
            OpenBody::Stream(stream) => stream,
        };
        let progress = UploadProgress::counted();
        let mut stream = counted(self.length, stream, progress.clone());
        if self.length == 0 {
            // The transport does not read an empty body, so unexpected data would be lost without an error.
            while let Some(chunk) = stream.next().await {
                chunk.map_err(unreadable)?;
            }
            return Ok(OpenPayload::whole(Bytes::new()));
        }
        let sent_trailer = SentTrailer::default();
        let Mode::Chunked { signed, .. } = self.mode else {
            let body = HttpBody::Stream { length: self.length, stream };
            return Ok(OpenPayload { body, progress, sent_trailer });
        };
        let trailers: Vec<(&str, usize)> =
            self.trailer.iter().map(|(name, checksum)| (*name, checksum.value_length())).collect();
        let length = framed::layout(signed).encoded_length(self.length, &trailers);
        let encoder = match signer {
            Some(signer) => ChunkedEncoder::signed(signer, self.trailer.is_some()),
            None => ChunkedEncoder::unsigned(),
        };
        let sent = sent_trailer.clone();
        let stream = Box::pin(Framed::new(stream, self.length, encoder, self.trailer, sent));
        Ok(OpenPayload { body: HttpBody::Stream { length, stream }, progress, sent_trailer })
    }
}

/// The payload of one attempt with its progress.
pub(super) struct OpenPayload {
    pub(super) body: HttpBody,
    pub(super) progress: UploadProgress,
    pub(super) sent_trailer: SentTrailer,
}

impl OpenPayload {
    fn whole(bytes: Bytes) -> Self {
        let body = HttpBody::Bytes(bytes);
        Self { body, progress: UploadProgress::default(), sent_trailer: SentTrailer::default() }
    }
}

/// Whether the body of a signed request can have a trailing checksum.
pub(super) fn takes_trailers(provider: &ServiceProfile, sign_content: bool) -> bool {
    trailer_way(provider, true, sign_content).is_some()
}

fn length_of(draft: &Draft<'_>) -> Result<u64> {
    let Some(length) = draft.body.length() else {
        let message = "the length of the body is unknown: set it with Body::with_length, or send the body in \
                       parts with Client::upload";
        return Err(Error::new(ErrorKind::MissingLength, message));
    };
    if length > LARGEST_BODY {
        let message = format!(
            "the body has {length} bytes, but one request can have at most {LARGEST_BODY} (5 GiB): use \
             Client::upload, which sends parts"
        );
        return Err(Error::new(ErrorKind::RequestTooLarge, message));
    }
    Ok(length)
}

fn source_of(draft: &Draft<'_>) -> Repeatability {
    if draft.body.as_bytes().is_some() || draft.body.length() == Some(0) {
        Repeatability::Memory
    } else if draft.body.is_replayable() {
        Repeatability::Replayable
    } else {
        Repeatability::Once
    }
}

/// The checksum algorithm of the body, and whether the call set it.
fn wanted_checksum(state: &ClientState, draft: &Draft<'_>) -> (Option<ChecksumAlgorithm>, bool) {
    let settings = &state.integrity;
    let wanted = settings.calculation == ChecksumCalculation::WhenSupported;
    let given = draft.headers.keys().any(|name| carries_checksum(name.as_str()));
    match &draft.integrity {
        _ if given => (None, false),
        Integrity::None => (None, false),
        Integrity::Supported => (wanted.then(|| settings.algorithm.clone()), false),
        Integrity::Required => (Some(settings.algorithm.clone()), false),
        Integrity::Algorithm(algorithm) => (Some(algorithm.clone()), true),
    }
}

fn carries_checksum(header: &str) -> bool {
    header.starts_with("x-amz-checksum-")
        && !matches!(header, "x-amz-checksum-mode" | "x-amz-checksum-type" | "x-amz-checksum-algorithm")
}

fn checksum_of(algorithm: &ChecksumAlgorithm) -> Result<(&'static str, Checksum)> {
    algorithm.header_name().zip(Checksum::new(algorithm)).ok_or_else(|| {
        let message = format!("windlass cannot compute {algorithm}: pass the checksum value");
        Error::new(ErrorKind::UnsupportedAlgorithm, message)
    })
}

/// Reads the body to compute its headers.
async fn read_ahead(draft: &Draft<'_>, hash: bool, guard: Option<&Guard>) -> Result<Fingerprint> {
    let empty = draft.body.length() == Some(0);
    let mut checksum = match guard {
        None => None,
        Some(Guard::Checksum(algorithm)) => Some(checksum_of(algorithm)?),
        Some(Guard::ContentMd5) => Checksum::new(&ChecksumAlgorithm::Md5).map(|md5| ("content-md5", md5)),
    };
    let mut hash = (hash && !empty).then(Sha256::new);
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
    let hash = match hash {
        Some(hash) => encode::hex(&hash.finalize()).into(),
        None if empty => EMPTY_SHA256.into(),
        None => UNSIGNED_PAYLOAD.into(),
    };
    Ok(Fingerprint { guard: checksum.map(|(name, checksum)| (name, checksum.finish())), hash })
}

/// `aws-chunked` precedes the encodings of the object; S3 removes it.
fn name_the_encoding(headers: &mut HeaderMap) -> Result<()> {
    let mut value = b"aws-chunked".to_vec();
    if let Some(own) = headers.get(CONTENT_ENCODING) {
        value.push(b',');
        value.extend_from_slice(own.as_bytes());
    }
    let value = HeaderValue::from_bytes(&value).map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, "the content encoding is not a valid header value")
            .with_source(error)
    })?;
    headers.insert(CONTENT_ENCODING, value);
    Ok(())
}

fn header_value(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, "the checksum is not a valid header value").with_source(error)
    })
}

const EMPTY_HASH: HeaderValue = HeaderValue::from_static(EMPTY_SHA256);
const X_AMZ_DECODED_CONTENT_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
const X_AMZ_TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");
