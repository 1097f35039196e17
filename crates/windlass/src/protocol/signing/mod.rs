//! Signature Version 4 as S3 wants it: the path encoded once and never normalised.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>
//!
//! One file a step, as the AWS document has them: [`canonical`](self) request, string to sign, key,
//! signature; and the two forms of it, in headers and in a URL. [`ChunkSigner`] signs the chunks of
//! `aws-chunked` bodies. Time comes in as an argument.

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

/// What stands for the hash of a body that is not signed.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
/// What stands for the hash of a body whose chunks are signed one by one.
pub const STREAMING_PAYLOAD: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
/// The same, with signed trailers after the last chunk.
pub const STREAMING_PAYLOAD_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
/// What stands for the hash of a chunked body that is not signed and has trailers.
pub const STREAMING_UNSIGNED_PAYLOAD_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
/// The hash of no bytes.
pub const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
