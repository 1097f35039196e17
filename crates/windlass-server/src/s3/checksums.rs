//! The checksums that clients declare, in headers or trailers, and those that the server computes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use s3s::TrailingHeaders;
use s3s::checksum::ChecksumHasher;

use super::text;
use crate::refusal::{Code, Refusal};
use crate::store::Checksum;

/// A checksum that the client says the content has.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) algorithm: String,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Given(String),
    /// It comes after the content.
    InTrailer,
}

/// Reads what the headers declare.
pub(super) fn declared(headers: &HeaderMap) -> Result<Option<Declared>, Refusal> {
    let mut found = None;
    for (algorithm, header, length) in ALGORITHMS {
        let Some(value) = text(headers, header) else { continue };
        if found.is_some() {
            return Err(Refusal::new(Code::InvalidRequest).message(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
            ));
        }
        check_form(value, header, *length)?;
        found = Some(Declared { algorithm: (*algorithm).to_owned(), value: Value::Given(value.to_owned()) });
    }
    if found.is_none()
        && let Some(trailer) = text(headers, "x-amz-trailer")
    {
        let named = ALGORITHMS.iter().find(|(_, header, _)| trailer.trim().eq_ignore_ascii_case(header));
        let Some((algorithm, ..)) = named else {
            return Err(Refusal::new(Code::InvalidRequest)
                .message("The value specified in the x-amz-trailer header is not supported"));
        };
        found = Some(Declared { algorithm: (*algorithm).to_owned(), value: Value::InTrailer });
    }
    let wanted = text(headers, "x-amz-sdk-checksum-algorithm");
    match (wanted, &found) {
        (Some(wanted), _) if !ALGORITHMS.iter().any(|(algorithm, ..)| *algorithm == wanted) => {
            Err(Refusal::new(Code::InvalidRequest)
                .message("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"))
        }
        (Some(_), None) => Err(Refusal::new(Code::InvalidRequest).message(
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
        )),
        (Some(wanted), Some(declared)) if declared.algorithm != wanted => {
            Err(Refusal::new(Code::InvalidRequest)
                .message("Value for x-amz-sdk-checksum-algorithm header is invalid."))
        }
        _ => Ok(found),
    }
}

/// Reads a checksum that was promised in a trailer. To be called when the body was read.
pub(super) fn complete(declared: Declared, trailers: Option<&TrailingHeaders>) -> Result<Declared, Refusal> {
    if matches!(declared.value, Value::Given(_)) {
        return Ok(declared);
    }
    let row = ALGORITHMS.iter().find(|(name, ..)| *name == declared.algorithm);
    let (Some((_, header, length)), Some(trailers)) = (row, trailers.and_then(TrailingHeaders::take)) else {
        return Err(Code::MalformedTrailerError.into());
    };
    let value = text(&trailers, header).ok_or(Code::MalformedTrailerError)?;
    check_form(value, header, *length)?;
    Ok(Declared { algorithm: declared.algorithm, value: Value::Given(value.to_owned()) })
}

/// Compares what was declared with what was computed.
pub(super) fn verify(declared: &Declared, computed: &Checksum) -> Result<(), Refusal> {
    match &declared.value {
        Value::Given(value) if *value == computed.value => Ok(()),
        _ => Err(Refusal::new(Code::BadDigest).message(format!(
            "The {} you specified did not match the calculated checksum.",
            declared.algorithm
        ))),
    }
}

/// Reads `Content-MD5`.
pub(super) fn content_md5(headers: &HeaderMap) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(value) = headers.get("content-md5") else { return Ok(None) };
    match STANDARD.decode(value.as_bytes()) {
        Ok(digest) if digest.len() == 16 => Ok(Some(digest)),
        _ => Err(Code::InvalidDigest.into()),
    }
}

/// A hasher for one algorithm.
pub(super) fn hasher(algorithm: &str) -> ChecksumHasher {
    let mut hasher = ChecksumHasher::default();
    match algorithm {
        "CRC32" => hasher.crc32 = Some(s3s::crypto::Checksum::new()),
        "CRC32C" => hasher.crc32c = Some(s3s::crypto::Checksum::new()),
        "SHA1" => hasher.sha1 = Some(s3s::crypto::Checksum::new()),
        "SHA256" => hasher.sha256 = Some(s3s::crypto::Checksum::new()),
        _ => hasher.crc64nvme = Some(s3s::crypto::Checksum::new()),
    }
    hasher
}

/// What the hasher found.
pub(super) fn finish(hasher: ChecksumHasher, algorithm: &str) -> Checksum {
    let sums = hasher.finalize();
    let value = [
        sums.checksum_crc32,
        sums.checksum_crc32c,
        sums.checksum_crc64nvme,
        sums.checksum_sha1,
        sums.checksum_sha256,
    ]
    .into_iter()
    .flatten()
    .next();
    Checksum { algorithm: algorithm.to_owned(), value: value.unwrap_or_default() }
}

/// A checksum as the five members that s3s has for it.
#[derive(Default)]
pub(super) struct Members {
    pub(super) crc32: Option<String>,
    pub(super) crc32c: Option<String>,
    pub(super) crc64nvme: Option<String>,
    pub(super) sha1: Option<String>,
    pub(super) sha256: Option<String>,
}

impl Members {
    pub(super) fn of(checksum: &Checksum) -> Self {
        let value = Some(checksum.value.clone());
        match checksum.algorithm.as_str() {
            "CRC32" => Self { crc32: value, ..Self::default() },
            "CRC32C" => Self { crc32c: value, ..Self::default() },
            "SHA1" => Self { sha1: value, ..Self::default() },
            "SHA256" => Self { sha256: value, ..Self::default() },
            _ => Self { crc64nvme: value, ..Self::default() },
        }
    }
}

fn check_form(value: &str, header: &str, length: usize) -> Result<(), Refusal> {
    match STANDARD.decode(value) {
        Ok(bytes) if bytes.len() == length => Ok(()),
        _ => {
            Err(Refusal::new(Code::InvalidRequest).message(format!("Value for {header} header is invalid.")))
        }
    }
}

/// What S3 computes when the client declares nothing.
pub(super) const DEFAULT_ALGORITHM: &str = "CRC64NVME";

/// Name, header, and length of the value in bytes.
const ALGORITHMS: &[(&str, &str, usize)] = &[
    ("CRC32", "x-amz-checksum-crc32", 4),
    ("CRC32C", "x-amz-checksum-crc32c", 4),
    ("CRC64NVME", "x-amz-checksum-crc64nvme", 8),
    ("SHA1", "x-amz-checksum-sha1", 20),
    ("SHA256", "x-amz-checksum-sha256", 32),
];
