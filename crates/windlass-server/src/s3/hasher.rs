//! All checksum algorithms of S3 behind one type.

use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use sha2::{Digest as _, Sha512};
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

/// A checksum in progress.
pub(super) struct Hasher(Kind);

enum Kind {
    Crc32(Crc32),
    Crc32c(Crc32c),
    Crc64Nvme(Crc64Nvme),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
    XxHash128(Box<XxHash3_128>),
    XxHash3(Box<XxHash3_64>),
    XxHash64(XxHash64),
}

impl Hasher {
    pub(super) fn crc32() -> Self {
        Self(Kind::Crc32(Crc32::new()))
    }

    pub(super) fn crc32c() -> Self {
        Self(Kind::Crc32c(Crc32c::new()))
    }

    pub(super) fn crc64nvme() -> Self {
        Self(Kind::Crc64Nvme(Crc64Nvme::new()))
    }

    pub(super) fn md5() -> Self {
        Self(Kind::Md5(Md5::new()))
    }

    pub(super) fn sha1() -> Self {
        Self(Kind::Sha1(Sha1::new()))
    }

    pub(super) fn sha256() -> Self {
        Self(Kind::Sha256(Sha256::new()))
    }

    pub(super) fn sha512() -> Self {
        Self(Kind::Sha512(Sha512::new()))
    }

    pub(super) fn xxhash128() -> Self {
        Self(Kind::XxHash128(Box::default()))
    }

    pub(super) fn xxhash3() -> Self {
        Self(Kind::XxHash3(Box::default()))
    }

    pub(super) fn xxhash64() -> Self {
        Self(Kind::XxHash64(XxHash64::default()))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        use std::hash::Hasher as _;
        match &mut self.0 {
            Kind::Crc32(hasher) => hasher.update(bytes),
            Kind::Crc32c(hasher) => hasher.update(bytes),
            Kind::Crc64Nvme(hasher) => hasher.update(bytes),
            Kind::Md5(hasher) => hasher.update(bytes),
            Kind::Sha1(hasher) => hasher.update(bytes),
            Kind::Sha256(hasher) => hasher.update(bytes),
            Kind::Sha512(hasher) => hasher.update(bytes),
            Kind::XxHash128(hasher) => hasher.write(bytes),
            Kind::XxHash3(hasher) => hasher.write(bytes),
            Kind::XxHash64(hasher) => hasher.write(bytes),
        }
    }

    /// Returns the checksum in big-endian byte order.
    pub(super) fn finish(self) -> Vec<u8> {
        use std::hash::Hasher as _;
        match self.0 {
            Kind::Crc32(hasher) => hasher.finalize().to_vec(),
            Kind::Crc32c(hasher) => hasher.finalize().to_vec(),
            Kind::Crc64Nvme(hasher) => hasher.finalize().to_vec(),
            Kind::Md5(hasher) => hasher.finalize().to_vec(),
            Kind::Sha1(hasher) => hasher.finalize().to_vec(),
            Kind::Sha256(hasher) => hasher.finalize().to_vec(),
            Kind::Sha512(hasher) => hasher.finalize().to_vec(),
            Kind::XxHash128(hasher) => hasher.finish_128().to_be_bytes().to_vec(),
            Kind::XxHash3(hasher) => hasher.finish().to_be_bytes().to_vec(),
            Kind::XxHash64(hasher) => hasher.finish().to_be_bytes().to_vec(),
        }
    }
}
