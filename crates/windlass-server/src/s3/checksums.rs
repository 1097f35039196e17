//! Checksums that clients declare in headers or trailers, and checksums that the server computes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use s3s::TrailingHeaders;

use super::hasher::Hasher;
use super::text;
use crate::refusal::{Code, Refusal};
use crate::store::{Checksum, ChecksumKind};

/// A checksum algorithm.
#[derive(Debug)]
pub(super) struct Algorithm {
    pub(super) name: &'static str,
    pub(super) header: &'static str,
    /// The element name in documents.
    pub(super) element: &'static str,
    /// The length of the value, in bytes.
    length: usize,
    /// The checksum kinds for multipart uploads, the default first.
    pub(super) kinds: &'static [ChecksumKind],
    hasher: fn() -> Hasher,
}

impl Algorithm {
    /// Returns the algorithm with this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALGORITHMS.iter().find(|algorithm| algorithm.name.eq_ignore_ascii_case(name))
    }

    /// Returns the algorithm of an element in a document.
    pub(super) fn of_element(name: &str) -> Option<&'static Self> {
        ALGORITHMS.iter().find(|algorithm| algorithm.element == name)
    }

    /// Returns the algorithm that a request names.
    pub(super) fn wanted(name: &str) -> Result<&'static Self, Refusal> {
        Self::named(name).ok_or_else(|| {
            let names: Vec<&str> = ALGORITHMS.iter().map(|algorithm| algorithm.name).collect();
            Refusal::new(Code::InvalidRequest).message(format!(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [{}]",
                names.join(", ")
            ))
        })
    }

    /// Returns the name in lower case, for messages.
    pub(super) fn lower_name(&self) -> String {
        self.name.to_lowercase()
    }
}

/// A checksum that the client declares.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) algorithm: String,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Given(String),
    /// The value follows the content.
    InTrailer,
}

/// Reads the declaration in the headers.
pub(super) fn declared(headers: &HeaderMap) -> Result<Option<Declared>, Refusal> {
    let mut found = given(headers)?;
    if let Some(trailer) = text(headers, "x-amz-trailer") {
        if found.is_some() {
            return Err(several());
        }
        let named = ALGORITHMS.iter().find(|row| trailer.trim().eq_ignore_ascii_case(row.header));
        let Some(algorithm) = named else {
            return Err(Refusal::new(Code::InvalidRequest)
                .message("The value specified in the x-amz-trailer header is not supported"));
        };
        found = Some(Declared { algorithm: algorithm.name.to_owned(), value: Value::InTrailer });
    }
    let Some(wanted) = text(headers, "x-amz-sdk-checksum-algorithm") else { return Ok(found) };
    let wanted = Algorithm::wanted(wanted)?;
    match &found {
        None => Err(Refusal::new(Code::InvalidRequest).message(
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
        )),
        Some(declared) if declared.algorithm != wanted.name => Err(Refusal::new(Code::InvalidRequest)
            .message("Value for x-amz-sdk-checksum-algorithm header is invalid.")),
        Some(_) => Ok(found),
    }
}

/// Reads the checksum in a header, if there is one.
fn given(headers: &HeaderMap) -> Result<Option<Declared>, Refusal> {
    let Some((algorithm, value)) = only_header(headers)? else { return Ok(None) };
    check_form(value, algorithm)?;
    Ok(Some(Declared { algorithm: algorithm.name.to_owned(), value: Value::Given(value.to_owned()) }))
}

/// Returns the only checksum header, as sent.
pub(super) fn only_header(headers: &HeaderMap) -> Result<Option<(&'static Algorithm, &str)>, Refusal> {
    let mut sent = ALGORITHMS.iter().filter_map(|row| Some((row, text(headers, row.header)?)));
    let first = sent.next();
    if sent.next().is_some() { Err(several()) } else { Ok(first) }
}

fn several() -> Refusal {
    Refusal::new(Code::InvalidRequest)
        .message("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
}

/// Reads a declared trailer and rejects undeclared ones. Must be called after the body was read.
pub(super) fn complete(
    declared: Option<Declared>,
    trailers: Option<&TrailingHeaders>,
) -> Result<Option<Declared>, Refusal> {
    let trailers = trailers.and_then(TrailingHeaders::take).unwrap_or_default();
    match declared {
        Some(Declared { algorithm: name, value: Value::InTrailer }) => {
            let algorithm = Algorithm::named(&name).ok_or(Code::MalformedTrailerError)?;
            let value = text(&trailers, algorithm.header).ok_or(Code::MalformedTrailerError)?;
            if trailers.len() > 1 {
                return Err(Code::MalformedTrailerError.into());
            }
            check_form(value, algorithm)?;
            Ok(Some(Declared { algorithm: name, value: Value::Given(value.to_owned()) }))
        }
        declared if trailers.is_empty() => Ok(declared),
        _ => Err(Code::MalformedTrailerError.into()),
    }
}

/// Compares the declared with the computed checksum.
pub(super) fn verify(declared: &Declared, computed: &Checksum) -> Result<(), Refusal> {
    match &declared.value {
        Value::Given(value) if *value == computed.value => Ok(()),
        _ => Err(mismatch(&declared.algorithm)),
    }
}

/// Returns the refusal of content with another checksum than declared.
pub(super) fn mismatch(algorithm: &str) -> Refusal {
    Refusal::new(Code::BadDigest)
        .message(format!("The {algorithm} you specified did not match the calculated checksum."))
}

/// Reads `Content-MD5`.
pub(super) fn content_md5(headers: &HeaderMap) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(value) = headers.get("content-md5") else { return Ok(None) };
    match STANDARD.decode(value.as_bytes()) {
        Ok(digest) if digest.len() == 16 => Ok(Some(digest)),
        _ => Err(Code::InvalidDigest.into()),
    }
}

/// Returns a hasher for one algorithm.
pub(super) fn hasher(algorithm: &str) -> Hasher {
    let row = Algorithm::named(algorithm).unwrap_or(&DEFAULT);
    (row.hasher)()
}

/// Finishes the hasher.
pub(super) fn finish(hasher: Hasher, algorithm: &str) -> Checksum {
    let value = STANDARD.encode(hasher.finish());
    Checksum { algorithm: algorithm.to_owned(), value, kind: ChecksumKind::FullObject }
}

/// Computes a composite checksum, in the order of the parts.
pub(super) fn composite<'c>(
    algorithm: &str,
    parts: impl ExactSizeIterator<Item = &'c Checksum>,
) -> Result<Checksum, Refusal> {
    let count = parts.len();
    let mut hasher = hasher(algorithm);
    for part in parts {
        hasher.update(&STANDARD.decode(&part.value).map_err(std::io::Error::other)?);
    }
    let value = format!("{}-{count}", finish(hasher, algorithm).value);
    Ok(Checksum { algorithm: algorithm.to_owned(), value, kind: ChecksumKind::Composite })
}

/// Returns the response header of a checksum.
pub(super) fn header(checksum: &Checksum) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_static(Algorithm::named(&checksum.algorithm)?.header);
    Some((name, HeaderValue::from_str(&checksum.value).ok()?))
}

/// Returns the response headers of a checksum and its kind.
pub(super) fn headers(checksum: &Checksum, kind: ChecksumKind) -> HeaderMap {
    let kind = HeaderValue::from_static(kind_name(kind));
    header(checksum).into_iter().chain([(HeaderName::from_static("x-amz-checksum-type"), kind)]).collect()
}

/// Returns the name of a kind on the wire.
pub(super) fn kind_name(kind: ChecksumKind) -> &'static str {
    match kind {
        ChecksumKind::Composite => "COMPOSITE",
        ChecksumKind::FullObject => "FULL_OBJECT",
    }
}

fn check_form(value: &str, algorithm: &Algorithm) -> Result<(), Refusal> {
    match STANDARD.decode(value) {
        Ok(bytes) if bytes.len() == algorithm.length => Ok(()),
        _ => Err(Refusal::new(Code::InvalidRequest)
            .message(format!("Value for {} header is invalid.", algorithm.header))),
    }
}

/// The algorithm that S3 uses when the client declares none.
pub(super) const DEFAULT_ALGORITHM: &str = DEFAULT.name;

const fn row(
    (name, header, element): (&'static str, &'static str, &'static str),
    length: usize,
    kinds: &'static [ChecksumKind],
    hasher: fn() -> Hasher,
) -> Algorithm {
    Algorithm { name, header, element, length, kinds, hasher }
}

const COMPOSITE: &[ChecksumKind] = &[ChecksumKind::Composite];
const EITHER: &[ChecksumKind] = &[ChecksumKind::Composite, ChecksumKind::FullObject];
const FULL_OBJECT: &[ChecksumKind] = &[ChecksumKind::FullObject];

const DEFAULT: Algorithm =
    row(("CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME"), 8, FULL_OBJECT, Hasher::crc64nvme);

static ALGORITHMS: &[Algorithm] = &[
    row(("CRC32", "x-amz-checksum-crc32", "ChecksumCRC32"), 4, EITHER, Hasher::crc32),
    row(("CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C"), 4, EITHER, Hasher::crc32c),
    DEFAULT,
    row(("MD5", "x-amz-checksum-md5", "ChecksumMD5"), 16, COMPOSITE, Hasher::md5),
    row(("SHA1", "x-amz-checksum-sha1", "ChecksumSHA1"), 20, COMPOSITE, Hasher::sha1),
    row(("SHA256", "x-amz-checksum-sha256", "ChecksumSHA256"), 32, COMPOSITE, Hasher::sha256),
    row(("SHA512", "x-amz-checksum-sha512", "ChecksumSHA512"), 64, COMPOSITE, Hasher::sha512),
    row(("XXHASH128", "x-amz-checksum-xxhash128", "ChecksumXXHASH128"), 16, COMPOSITE, Hasher::xxhash128),
    row(("XXHASH3", "x-amz-checksum-xxhash3", "ChecksumXXHASH3"), 8, COMPOSITE, Hasher::xxhash3),
    row(("XXHASH64", "x-amz-checksum-xxhash64", "ChecksumXXHASH64"), 8, COMPOSITE, Hasher::xxhash64),
];
