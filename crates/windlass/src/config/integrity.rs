//! Which checksums guard uploads and downloads.

use crate::types::ChecksumAlgorithm;

/// When uploads carry a checksum (`request_checksum_calculation` of the AWS settings).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChecksumCalculation {
    /// Wherever S3 takes one.
    #[default]
    WhenSupported,
    /// Only where S3 refuses the request without one, or the call asks for one.
    WhenRequired,
}

/// When downloads are verified (`response_checksum_validation` of the AWS settings).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChecksumValidation {
    /// S3 is asked for the checksum of every object that is read, and the content is verified.
    #[default]
    WhenSupported,
    /// Only where the call asks for it.
    WhenRequired,
}

/// How bytes are guarded on their way.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntegritySettings {
    /// The algorithm where the call does not choose one. CRC64NVME by default.
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
