//! Checksum settings for uploads and downloads.

use crate::types::ChecksumAlgorithm;

/// Controls when uploads carry a checksum (`request_checksum_calculation` in the AWS settings).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChecksumCalculation {
    /// Whenever S3 accepts a checksum.
    #[default]
    WhenSupported,
    /// Only if S3 requires a checksum or the call requests one.
    WhenRequired,
}

/// Controls when downloads are verified (`response_checksum_validation` in the AWS settings).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChecksumValidation {
    /// Requests the checksum of every object that is read, and verifies the content.
    #[default]
    WhenSupported,
    /// Only if the call requests it.
    WhenRequired,
}

/// Checksum settings of a client.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntegritySettings {
    /// The algorithm for calls that set none. CRC64NVME by default.
    pub algorithm: ChecksumAlgorithm,
    /// When uploads carry a checksum.
    pub calculation: ChecksumCalculation,
    /// When downloads are verified.
    pub validation: ChecksumValidation,
}

impl Default for IntegritySettings {
    fn default() -> Self {
        Self {
            algorithm: ChecksumAlgorithm::Crc64Nvme,
            calculation: ChecksumCalculation::default(),
            validation: ChecksumValidation::default(),
        }
    }
}
