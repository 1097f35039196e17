//! Groups of settings of a client.

use std::time::Duration;

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

/// How long things may take. None of them ends a transfer that still moves, but for `operation`. [`Duration::MAX`] is no
/// limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until a connection stands, TLS included. 5 s by default.
    pub connect: Duration,
    /// How long nothing may move while the client waits for the service: for the next piece of a request to be
    /// taken, for the answer to begin, for the next piece of it. 30 s by default.
    pub read: Duration,
    /// How many bytes a second of a response have to come, measured over the time that the client waits for it. 100 by
    /// default, which is less than the slowest lines carry; 0 turns it off. Time in which the caller does not read does not count.
    pub min_throughput: u64,
    /// Over how much time of waiting the throughput is measured. 60 s by default.
    pub throughput_grace: Duration,
    /// Until the answer's headers are there, retries and waits between them included. None by default.
    pub operation: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            min_throughput: 100,
            throughput_grace: Duration::from_secs(60),
            operation: None,
        }
    }
}
