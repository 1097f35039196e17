//! Checksum algorithms and their names.

use crate::protocol::open_enum::open_enum;

open_enum! {
    /// A checksum algorithm of S3.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>
    ChecksumAlgorithm {
        Crc32 = "CRC32",
        Crc32c = "CRC32C",
        Crc64Nvme = "CRC64NVME",
        Md5 = "MD5",
        Sha1 = "SHA1",
        Sha256 = "SHA256",
        Sha512 = "SHA512",
        XxHash128 = "XXHASH128",
        XxHash3 = "XXHASH3",
        XxHash64 = "XXHASH64",
    }
}

impl ChecksumAlgorithm {
    /// All algorithms of S3, in the order in which windlass prefers them for verification.
    pub const ALL: [Self; 10] = [
        Self::Crc64Nvme,
        Self::Crc32,
        Self::Crc32c,
        Self::Sha256,
        Self::Sha1,
        Self::Sha512,
        Self::Md5,
        Self::XxHash64,
        Self::XxHash3,
        Self::XxHash128,
    ];

    /// Returns the name of the header for values of this algorithm. `None` for an unknown algorithm.
    pub fn header_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Md5 => "x-amz-checksum-md5",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
            Self::Sha512 => "x-amz-checksum-sha512",
            Self::XxHash128 => "x-amz-checksum-xxhash128",
            Self::XxHash3 => "x-amz-checksum-xxhash3",
            Self::XxHash64 => "x-amz-checksum-xxhash64",
            Self::Other(_) => return None,
        })
    }

    /// Returns the algorithm of a header. `name` is without `x-amz-checksum-`.
    pub(super) fn of_header(name: &str) -> Option<Self> {
        let is_named = |algorithm: &&Self| {
            algorithm.header_name().is_some_and(|header| header.strip_prefix("x-amz-checksum-") == Some(name))
        };
        Self::ALL.iter().find(is_named).cloned()
    }

    /// Returns the name of the value in S3's API and XML. `None` for an unknown algorithm.
    pub fn member_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Crc32 => "ChecksumCRC32",
            Self::Crc32c => "ChecksumCRC32C",
            Self::Crc64Nvme => "ChecksumCRC64NVME",
            Self::Md5 => "ChecksumMD5",
            Self::Sha1 => "ChecksumSHA1",
            Self::Sha256 => "ChecksumSHA256",
            Self::Sha512 => "ChecksumSHA512",
            Self::XxHash128 => "ChecksumXXHASH128",
            Self::XxHash3 => "ChecksumXXHASH3",
            Self::XxHash64 => "ChecksumXXHASH64",
            Self::Other(_) => return None,
        })
    }
}
