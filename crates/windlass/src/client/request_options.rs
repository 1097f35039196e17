//! The setters that every request has.

use std::time::Duration;

use super::Request;
use crate::RequestOptions;
use crate::operations::Operation;
use crate::types::RequestPayer;

impl<O: Operation> Request<O> {
    /// Sets the time limit of one attempt, from sending the request to the headers of the response. A timeout is
    /// retried like other failures. Unlimited by default.
    pub fn attempt_timeout(self, limit: Duration) -> Self {
        self.set_option(|options| options.attempt_timeout = Some(limit))
    }

    /// Fails unless this account id owns the bucket.
    pub fn expected_bucket_owner(self, account_id: impl Into<String>) -> Self {
        self.set_option(|options| options.expected_bucket_owner = Some(account_id.into()))
    }

    /// Adds a header that has no setter. It is signed.
    ///
    /// Fails with [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the request already has the header, or if
    /// the header belongs to the signature, the body or a condition.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set_option(|options| options.headers.push((name.into(), value.into())))
    }

    /// Sets the maximum number of attempts for every kind of error, including the first attempt. The client's setting
    /// by default.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.set_option(|options| options.max_attempts = Some(attempts))
    }

    /// Sets the time limit until the response headers arrive, including all attempts and waits. The client's setting by
    /// default. A call that sends several requests applies it to each.
    pub fn operation_timeout(self, limit: Duration) -> Self {
        self.set_option(|options| options.operation_timeout = Some(limit))
    }

    /// Adds a query parameter that has no setter. It is encoded and signed.
    ///
    /// Fails with [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the request already has the parameter, or
    /// if the parameter selects another S3 operation, such as `acl`.
    pub fn query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set_option(|options| options.query.push((name.into(), value.into())))
    }

    /// Sets the stall timeout: the time without data while the client waits for the service. The client's setting by
    /// default.
    pub fn read_timeout(self, limit: Duration) -> Self {
        self.set_option(|options| options.read_timeout = Some(limit))
    }

    /// Accepts the cost of a request to a requester-pays bucket.
    pub fn request_payer(self, payer: impl Into<RequestPayer>) -> Self {
        self.set_option(|options| options.request_payer = Some(payer.into()))
    }

    /// Sets all options at once.
    pub fn with_options(self, options: RequestOptions) -> Self {
        self.set_option(|own| *own = options)
    }
}
