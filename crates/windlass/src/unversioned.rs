//! Internals that the conformance driver, the fuzz targets and other tests compare with published cases.
//!
//! This module is exempt from semantic versioning: any release may change or remove its items.

pub use crate::error::codes::classify;

/// Checksums of contents and of uploads in parts.
pub mod checksum {
    pub use crate::protocol::checksum::{Checksum, combine, composite, multipart_etag, part_count};
}

/// Percent-encoding of paths and queries.
pub mod encode {
    pub use crate::text::encode::{decode, path, query};
}

/// Sizes and ranges of parts.
pub mod plan {
    pub use crate::transfer::plan::{growing_part_size, part_size, sections};
}

/// The state machines that decide about retries.
pub mod retry {
    pub use crate::resilience::backoff::RetryAfter;
    pub use crate::resilience::quota::RetryQuota;
    pub use crate::resilience::retry::{RetryDecision, RetrySession};
}

/// Signature Version 4, and the encoder of `aws-chunked` bodies.
pub mod signing {
    pub use crate::protocol::signing::{
        ChunkSigner, ChunkedEncoder, ChunkedLayout, EMPTY_SHA256, STREAMING_PAYLOAD,
        STREAMING_PAYLOAD_TRAILER, STREAMING_UNSIGNED_PAYLOAD_TRAILER, Signable, Signature, SigningKey,
        SigningTime, UNSIGNED_PAYLOAD, normalized_path, sign, sign_query,
    };
}
