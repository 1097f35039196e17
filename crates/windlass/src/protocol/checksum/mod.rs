//! Incremental checksums, one type for all algorithms, and checksums of multipart objects computed from those
//! of the parts.

pub(crate) mod algorithm;
mod combine;
pub(crate) mod values;

use std::fmt;
use std::hash::Hasher as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use sha2::Digest as _;
use twox_hash::{xxhash3_64, xxhash3_128, xxhash64};

pub(crate) use algorithm::ChecksumAlgorithm;
pub(crate) use combine::fits;
pub use combine::{combine, composite, multipart_etag, part_count};
pub(crate) use values::ObjectChecksums;

/// An incremental checksum.
///
/// ```
/// use windlass::unversioned::checksum::Checksum;
/// use windlass::types::ChecksumAlgorithm;
///
/// let mut checksum = Checksum::new(&ChecksumAlgorithm::Crc64Nvme).expect("an algorithm of windlass");
/// checksum.update(b"Hello, ");
/// checksum.update(b"World!");
/// assert_eq!(checksum.finish(), "1Km+Qyat0k0=");
/// ```
#[derive(Clone)]
pub struct Checksum(State);

#[derive(Clone)]
enum State {
    /// The digest, and the size of its value in bytes.
    Crc(crc_fast::Digest, usize),
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
    Sha512(Box<sha2::Sha512>),
    XxHash128(Box<xxhash3_128::Hasher>),
    XxHash3(Box<xxhash3_64::Hasher>),
    XxHash64(xxhash64::Hasher),
}

impl Checksum {
    /// Starts a checksum. `None` for an algorithm that windlass does not know.
    pub fn new(algorithm: &ChecksumAlgorithm) -> Option<Self> {
        if let Some((crc, length)) = crc_algorithm(algorithm) {
            return Some(Self(State::Crc(crc_fast::Digest::new(crc), length)));
        }
        Some(Self(match algorithm {
            ChecksumAlgorithm::Md5 => State::Md5(md5::Md5::default()),
            ChecksumAlgorithm::Sha1 => State::Sha1(sha1::Sha1::default()),
            ChecksumAlgorithm::Sha256 => State::Sha256(sha2::Sha256::default()),
            ChecksumAlgorithm::Sha512 => State::Sha512(Box::default()),
            ChecksumAlgorithm::XxHash128 => State::XxHash128(Box::new(xxhash3_128::Hasher::new())),
            ChecksumAlgorithm::XxHash3 => State::XxHash3(Box::new(xxhash3_64::Hasher::new())),
            ChecksumAlgorithm::XxHash64 => State::XxHash64(xxhash64::Hasher::with_seed(0)),
            _ => return None,
        }))
    }

    /// Returns the length of the text that [`finish`](Self::finish) returns.
    pub(crate) fn value_length(&self) -> usize {
        4 * self.digest_length().div_ceil(3)
    }

    /// Returns the size of the binary value, in bytes.
    fn digest_length(&self) -> usize {
        match &self.0 {
            State::Crc(_, length) => *length,
            State::Md5(_) | State::XxHash128(_) => 16,
            State::Sha1(_) => 20,
            State::Sha256(_) => 32,
            State::Sha512(_) => 64,
            State::XxHash3(_) | State::XxHash64(_) => 8,
        }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Crc(digest, _) => digest.update(bytes),
            State::Md5(digest) => digest.update(bytes),
            State::Sha1(digest) => digest.update(bytes),
            State::Sha256(digest) => digest.update(bytes),
            State::Sha512(digest) => digest.update(bytes),
            State::XxHash128(digest) => digest.write(bytes),
            State::XxHash3(digest) => digest.write(bytes),
            State::XxHash64(digest) => digest.write(bytes),
        }
    }

    /// Returns the value in base64, as S3 writes it.
    pub fn finish(self) -> String {
        match self.0 {
            State::Crc(digest, length) => crc_text(digest.finalize(), length),
            State::Md5(digest) => STANDARD.encode(digest.finalize()),
            State::Sha1(digest) => STANDARD.encode(digest.finalize()),
            State::Sha256(digest) => STANDARD.encode(digest.finalize()),
            State::Sha512(digest) => STANDARD.encode(digest.finalize()),
            State::XxHash128(digest) => STANDARD.encode(digest.finish_128().to_be_bytes()),
            State::XxHash3(digest) => STANDARD.encode(digest.finish().to_be_bytes()),
            State::XxHash64(digest) => STANDARD.encode(digest.finish().to_be_bytes()),
        }
    }

    /// Computes the checksum of a byte slice. `None` for an algorithm that windlass does not know.
    pub fn of(algorithm: &ChecksumAlgorithm, bytes: &[u8]) -> Option<String> {
        let mut checksum = Self::new(algorithm)?;
        checksum.update(bytes);
        Some(checksum.finish())
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            State::Crc(..) => "Checksum(CRC)",
            State::Md5(_) => "Checksum(MD5)",
            State::Sha1(_) => "Checksum(SHA1)",
            State::Sha256(_) => "Checksum(SHA256)",
            State::Sha512(_) => "Checksum(SHA512)",
            State::XxHash128(_) => "Checksum(XXHASH128)",
            State::XxHash3(_) => "Checksum(XXHASH3)",
            State::XxHash64(_) => "Checksum(XXHASH64)",
        })
    }
}

/// Returns the CRC algorithm and the size of its value in bytes.
fn crc_algorithm(algorithm: &ChecksumAlgorithm) -> Option<(CrcAlgorithm, usize)> {
    match algorithm {
        ChecksumAlgorithm::Crc32 => Some((CrcAlgorithm::Crc32IsoHdlc, 4)),
        ChecksumAlgorithm::Crc32c => Some((CrcAlgorithm::Crc32Iscsi, 4)),
        ChecksumAlgorithm::Crc64Nvme => Some((CrcAlgorithm::Crc64Nvme, 8)),
        _ => None,
    }
}

fn crc_text(value: u64, length: usize) -> String {
    let value = value.to_be_bytes();
    // A 32-bit CRC is in the lower half of the number.
    STANDARD.encode(value.get(value.len() - length..).unwrap_or(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of "123456789" from the catalogues of the algorithms.
    #[test]
    fn published_check_values() {
        let check = |algorithm, hex: &str| {
            let value = STANDARD.decode(Checksum::of(&algorithm, b"123456789").unwrap()).unwrap();
            assert_eq!(crate::protocol::encode::hex(&value), hex, "{algorithm}");
        };
        check(ChecksumAlgorithm::Crc32, "cbf43926");
        check(ChecksumAlgorithm::Crc32c, "e3069283");
        check(ChecksumAlgorithm::Crc64Nvme, "ae8b14860a799888");
        check(ChecksumAlgorithm::Md5, "25f9e794323b453885f5181f1b624d0b");
        check(ChecksumAlgorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
        check(ChecksumAlgorithm::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
    }

    #[test]
    fn the_length_of_a_value_is_computed_in_advance() {
        for algorithm in ChecksumAlgorithm::ALL {
            let checksum = Checksum::new(&algorithm).unwrap();
            assert_eq!(checksum.value_length(), checksum.finish().len(), "{algorithm}");
        }
    }

    #[test]
    fn all_algorithms_of_s3_are_supported() {
        assert!(ChecksumAlgorithm::ALL.iter().all(|algorithm| Checksum::new(algorithm).is_some()));
        assert!(Checksum::new(&ChecksumAlgorithm::from("CRC16")).is_none());
    }
}
