//! Access options: requester-pays, expected bucket owner and customer-provided keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use windlass::Request;
use windlass::operations::Operation;
use windlass::operations::shared_setters::{HasCustomerKey, HasObjectSettings, ReadsObject};
use windlass::types::CustomerKey;

use crate::secret;

/// Options of all requests to a bucket.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct AccountArguments {
    /// Fail unless this account owns the bucket
    #[arg(long, value_name = "ACCOUNT_ID")]
    pub(crate) expected_bucket_owner: Option<String>,

    /// Agree to pay for requests to a requester-pays bucket
    #[arg(long, value_name = "WHO", num_args = 0..=1, default_missing_value = "requester", value_parser = ["requester"])]
    pub(crate) request_payer: Option<String>,
}

/// Options of all requests that read or write object content.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct AccessArguments {
    #[command(flatten)]
    pub(crate) account: AccountArguments,

    /// Encrypt or decrypt with a customer-provided key (SSE-C)
    #[arg(long, value_name = "METHOD", num_args = 0..=1, default_missing_value = "AES256",
          value_parser = ["AES256"], requires = "sse_c_key")]
    pub(crate) sse_c: Option<String>,

    /// SSE-C key: fileb://PATH, env:NAME, or the key itself (32 characters, or base64 of 32 bytes), which is visible to
    /// other users of the machine
    #[arg(long, value_name = "KEY", requires = "sse_c", value_parser = parse_customer_key)]
    pub(crate) sse_c_key: Option<CustomerKey>,
}

/// Options of subcommands that read and verify object content.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ChecksumMode {
    /// Verify the stored checksum even if the configuration says when_required
    #[arg(long, value_name = "MODE", value_parser = ["ENABLED"])]
    checksum_mode: Option<String>,
}

impl AccountArguments {
    /// Sets the expected bucket owner and requester-pays.
    pub(crate) fn of<O: Operation>(&self, mut request: Request<O>) -> Request<O> {
        if let Some(account_id) = &self.expected_bucket_owner {
            request = request.expected_bucket_owner(account_id);
        }
        if let Some(payer) = &self.request_payer {
            request = request.request_payer(payer.as_str());
        }
        request
    }
}

impl AccessArguments {
    /// Applies the options to a request that reads an object.
    pub(crate) fn read<O: HasCustomerKey + ReadsObject>(
        &self,
        request: Request<O>,
        version_id: Option<&str>,
    ) -> Request<O> {
        let mut request = self.account.of(request);
        if let Some(key) = &self.sse_c_key {
            request = request.customer_key(key.clone());
        }
        if let Some(version_id) = version_id {
            request = request.version_id(version_id);
        }
        request
    }

    /// Applies the options to a request that writes an object.
    pub(crate) fn write<O: HasObjectSettings>(&self, request: Request<O>) -> Request<O> {
        let mut request = self.account.of(request);
        if let Some(key) = &self.sse_c_key {
            request = request.encrypt_with(key.clone());
        }
        request
    }
}

impl ChecksumMode {
    /// Whether the option is given.
    pub(crate) fn is_given(&self) -> bool {
        self.checksum_mode.is_some()
    }

    /// Requests the checksum, which is verified with the last byte.
    pub(crate) fn of<O: ReadsObject>(&self, request: Request<O>) -> Request<O> {
        if self.checksum_mode.is_some() { request.checksum_mode(true) } else { request }
    }
}

/// Parses an SSE-C key, literal or from a file or variable: 32 bytes, or base64 of 32 bytes.
pub(crate) fn parse_customer_key(text: &str) -> Result<CustomerKey, String> {
    let mut bytes = secret::resolve(text)?;
    if bytes.len() != 32 {
        bytes = STANDARD
            .decode(bytes.trim_ascii())
            .map_err(|_| "expected 32 bytes, or base64 of 32 bytes".to_owned())?;
    }
    CustomerKey::aes256(&bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_32_bytes() {
        assert!(parse_customer_key(&"k".repeat(32)).is_ok());
        assert!(parse_customer_key(&STANDARD.encode([7; 32])).is_ok());
        assert!(parse_customer_key("short").is_err());
    }
}
