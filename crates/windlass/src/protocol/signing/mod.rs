//! Signature Version 4 with the rules of S3: the path is encoded once and never normalised.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>
//!
//! One file for each step of the AWS document: [`canonical`](self) request, string to sign, key, signature;
//! and one for each form, header and URL. [`ChunkSigner`] signs the chunks of `aws-chunked` bodies. Time is
//! an argument.

mod canonical;
mod chunked;
pub(crate) mod credentials;
mod header;
mod key;
mod presign;
mod time;

pub use canonical::normalized_path;
pub use chunked::{ChunkSigner, ChunkedEncoder, ChunkedLayout};
pub(crate) use credentials::Credentials;
pub(crate) use header::{SignInput, sign_headers};
pub use header::{Signable, Signature, sign};
pub use key::SigningKey;
pub(crate) use key::{SigningKeyCache, SigningScope};
pub use presign::sign_query;
pub(crate) use presign::{PresignInput, presign_url};
pub use time::SigningTime;

/// The payload hash of an unsigned body.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
/// The payload hash of a body with signed chunks.
pub const STREAMING_PAYLOAD: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
/// The payload hash of a body with signed chunks and signed trailers.
pub const STREAMING_PAYLOAD_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
/// The payload hash of an unsigned chunked body with trailers.
pub const STREAMING_UNSIGNED_PAYLOAD_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
/// The SHA-256 of an empty body.
pub const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
