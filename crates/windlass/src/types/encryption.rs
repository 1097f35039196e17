//! Encryption at rest, as S3 reports it.

use super::ServerSideEncryption;
use crate::protocol::{HeaderText, Response};

/// The encryption at rest of an object or part.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encryption {
    /// Whether an S3 bucket key is used with SSE-KMS.
    pub bucket_key_enabled: Option<bool>,
    /// The kind of encryption.
    pub server_side_encryption: Option<ServerSideEncryption>,
    /// The algorithm of the customer key (SSE-C).
    pub sse_customer_algorithm: Option<String>,
    /// The MD5 of the customer key (SSE-C).
    pub sse_customer_key_md5: Option<String>,
    /// The encryption context for SSE-KMS. Only responses to writes have it.
    pub sse_kms_encryption_context: Option<String>,
    /// The KMS key.
    pub sse_kms_key_id: Option<String>,
}

impl Encryption {
    /// The common prefix of the header names.
    pub(super) const PREFIX: &str = "x-amz-server-side-encryption";

    pub(crate) fn from_response(response: &Response) -> Self {
        let mut encryption = Self::default();
        for (name, value) in response.header_texts() {
            if let Some(name) = name.strip_prefix(Self::PREFIX) {
                encryption.read(name, value);
            }
        }
        encryption
    }

    /// Reads one of the headers; `name` is without [`PREFIX`](Self::PREFIX).
    pub(super) fn read(&mut self, name: &str, value: HeaderText<'_>) {
        match name {
            "" => self.server_side_encryption = Some(value.word()),
            "-aws-kms-key-id" => self.sse_kms_key_id = Some(value.text()),
            "-bucket-key-enabled" => self.bucket_key_enabled = value.flag(),
            "-context" => self.sse_kms_encryption_context = Some(value.text()),
            "-customer-algorithm" => self.sse_customer_algorithm = Some(value.text()),
            "-customer-key-md5" => self.sse_customer_key_md5 = Some(value.text()),
            _ => {}
        }
    }
}
