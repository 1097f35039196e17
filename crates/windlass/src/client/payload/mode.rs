//! The protection of a body in transit. It is chosen once per request from the call, the body and the service profile.
//! Pure.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>

use crate::config::ServiceProfile;
use crate::types::ChecksumAlgorithm;
use crate::{Error, ErrorKind, Result};

/// The way in which a body is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Unencoded; hash and checksum are in headers.
    Plain {
        /// Whether the signature covers the hash of the body.
        hash: bool,
        guard: Option<Guard>,
    },
    /// As `aws-chunked`: with or without chunk signatures, with an optional trailing checksum.
    Chunked { signed: bool, trailer: Option<ChecksumAlgorithm> },
}

/// The header with which the service verifies a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    Checksum(ChecksumAlgorithm),
    ContentMd5,
}

/// The properties of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeatability {
    /// In memory, or empty: it is cheap to read.
    Memory,
    /// Replayable, at the cost of reading it again.
    Replayable,
    /// Readable only once.
    Once,
}

/// The inputs of the choice.
pub(super) struct Needs<'a> {
    pub(super) source: Repeatability,
    /// The checksum algorithm, if any.
    pub(super) algorithm: Option<ChecksumAlgorithm>,
    /// Whether the call set the algorithm.
    pub(super) named: bool,
    /// Whether there are credentials.
    pub(super) signed: bool,
    /// Whether the signature covers the content.
    pub(super) sign_content: bool,
    pub(super) provider: &'a ServiceProfile,
    /// Whether the service has rejected checksums.
    pub(super) checksums_refused: bool,
}

impl Mode {
    pub(super) fn choose(needs: Needs<'_>) -> Result<Self> {
        let Needs { source, algorithm, named, signed, sign_content, provider, checksums_refused } = needs;
        let sign_content = signed && sign_content;
        let takes_checksums = named || provider.checksum_headers && !checksums_refused;
        // A body that is not in memory is read once, so its checksum is trailing.
        if let Some(algorithm) = &algorithm
            && source != Repeatability::Memory
            && takes_checksums
            && let Some(signed) = trailer_way(provider, signed, sign_content)
        {
            return Ok(Self::Chunked { signed, trailer: Some(algorithm.clone()) });
        }
        if source == Repeatability::Once {
            if named {
                let message = "a stream that can be read only once needs a trailing checksum, which this service is not \
                               known to support: pass bytes, a file or \
                               Body::replayable, or set the service profile with provider()";
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
            // Signed chunks protect the bytes if no checksum can.
            if provider.chunk_signatures && signed && (sign_content || algorithm.is_some()) {
                return Ok(Self::Chunked { signed: true, trailer: None });
            }
            if sign_content {
                let message = "a stream that can be read only once cannot be signed over plain HTTP for this \
                               service: pass bytes, a file or Body::replayable, use https, or turn payload_signing off";
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
            return Ok(Self::Plain { hash: false, guard: None });
        }
        let guard = algorithm
            .map(|algorithm| if takes_checksums { Guard::Checksum(algorithm) } else { Guard::ContentMd5 });
        Ok(Self::Plain { hash: sign_content, guard })
    }
}

/// Whether the chunks before a trailer are signed; None if the service supports no trailer here.
pub(super) fn trailer_way(provider: &ServiceProfile, signed: bool, sign_content: bool) -> Option<bool> {
    if !sign_content && provider.unsigned_trailers {
        return Some(false);
    }
    (signed && provider.signed_trailers).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRC: ChecksumAlgorithm = ChecksumAlgorithm::Crc64Nvme;

    /// `S`: the content is signed; `-`: it is not; `a`: the request is anonymous.
    fn choose(
        provider: &str,
        source: Repeatability,
        word: char,
        algorithm: Option<ChecksumAlgorithm>,
    ) -> Mode {
        let provider = ServiceProfile::named(provider).unwrap_or_else(|| ServiceProfile::for_host(provider));
        Mode::choose(Needs {
            source,
            algorithm,
            named: false,
            signed: word != 'a',
            sign_content: word == 'S',
            provider: &provider,
            checksums_refused: false,
        })
        .unwrap()
    }

    #[test]
    fn the_mode_suits_the_service_profile() {
        use Repeatability::{Memory, Once, Replayable};
        let plain = |hash, guard| Mode::Plain { hash, guard };
        let checksum = || Some(Guard::Checksum(CRC));
        let trailer = |signed| Mode::Chunked { signed, trailer: Some(CRC) };
        let chunks = || Mode::Chunked { signed: true, trailer: None };
        let cases = [
            ("aws", Memory, '-', plain(false, checksum())),
            ("aws", Memory, 'S', plain(true, checksum())),
            ("aws", Replayable, '-', trailer(false)),
            ("aws", Replayable, 'S', trailer(true)),
            ("aws", Once, '-', trailer(false)),
            ("aws", Once, 'S', trailer(true)),
            ("aws", Once, 'a', trailer(false)),
            ("h", Replayable, '-', plain(false, checksum())),
            ("h", Replayable, 'S', plain(true, checksum())),
            ("h", Once, '-', chunks()),
            ("h", Once, 'S', chunks()),
            ("h", Once, 'a', plain(false, None)),
            ("garage", Replayable, '-', trailer(false)),
            ("garage", Replayable, 'S', plain(true, checksum())),
            ("garage", Once, '-', trailer(false)),
            ("garage", Once, 'S', chunks()),
            ("b2", Memory, '-', plain(false, Some(Guard::ContentMd5))),
            ("b2", Replayable, '-', plain(false, Some(Guard::ContentMd5))),
            ("b2", Once, '-', plain(false, None)),
        ];
        for (provider, source, word, mode) in cases {
            assert_eq!(choose(provider, source, word, Some(CRC)), mode, "{provider} {source:?} {word}");
        }
    }

    #[test]
    fn without_a_checksum_only_the_signature_protects_the_body() {
        assert_eq!(choose("aws", Repeatability::Once, '-', None), Mode::Plain { hash: false, guard: None });
        assert_eq!(
            choose("aws", Repeatability::Once, 'S', None),
            Mode::Chunked { signed: true, trailer: None }
        );
        assert_eq!(
            choose("aws", Repeatability::Replayable, 'S', None),
            Mode::Plain { hash: true, guard: None }
        );
    }
}
