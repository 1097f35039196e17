//! The setters of the options that every request has.

use std::time::Duration;

use super::Request;
use crate::RequestOptions;
use crate::operations::Operation;
use crate::types::RequestPayer;

impl<O: Operation> Request<O> {
    /// Sets the time limit of one attempt, from sending the request to the headers of the response. The next attempt
    /// follows, as after other failures. Unlimited by default.
    pub fn attempt_timeout(self, limit: Duration) -> Self {
        self.set_option(|options| options.attempt_timeout = Some(limit))
    }

    /// Refuses the request unless this account id owns the bucket.
    pub fn expected_bucket_owner(self, account_id: impl Into<String>) -> Self {
        self.set_option(|options| options.expected_bucket_owner = Some(account_id.into()))
    }

    /// Adds a header that has no setter. It is signed.
    ///
    /// A header that the request has already is the error [`InvalidArgument`](crate::ErrorKind::InvalidArgument), and so
    /// is one that belongs to the signature, the body or a condition.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set_option(|options| options.headers.push((name.into(), value.into())))
    }

    /// Sets the limit on attempts for every kind of error, the first attempt included. The client's by default.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.set_option(|options| options.max_attempts = Some(attempts))
    }

    /// Sets the time limit until the headers of the response, all attempts and waits included. The client's by default.
    /// A call that sends several requests has it for each.
    pub fn operation_timeout(self, limit: Duration) -> Self {
        self.set_option(|options| options.operation_timeout = Some(limit))
    }

    /// Adds a query parameter that has no setter. It is encoded and signed.
    ///
    /// A parameter that the request has already is the error [`InvalidArgument`](crate::ErrorKind::InvalidArgument), and
    /// so is one that names another operation of S3, such as `acl`.
    pub fn query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set_option(|options| options.query.push((name.into(), value.into())))
    }

    /// Sets the stall timeout: how long nothing may arrive while the client waits for the service. The client's by
    /// default.
    pub fn read_timeout(self, limit: Duration) -> Self {
        self.set_option(|options| options.read_timeout = Some(limit))
    }

    /// Agrees to pay for a request to a requester-pays bucket.
    pub fn request_payer(self, payer: impl Into<RequestPayer>) -> Self {
        self.set_option(|options| options.request_payer = Some(payer.into()))
    }

    /// Sets all options at once.
    pub fn with_options(self, options: RequestOptions) -> Self {
        self.set_option(|own| *own = options)
    }
}
