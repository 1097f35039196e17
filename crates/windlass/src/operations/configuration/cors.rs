//! `GetBucketCors`, `PutBucketCors`, `DeleteBucketCors`: the access of web pages from other origins.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html>

use super::{
    BucketConfiguration, DeleteBucketConfiguration, GetBucketConfiguration, PutBucketConfiguration,
    PutBucketConfigurationOutput,
};
use crate::protocol::shape::shape;
use crate::protocol::{Document as _, Subresource};
use crate::{Client, Request};

/// Reads the CORS rules of a bucket.
pub type GetBucketCors = GetBucketConfiguration<CorsConfiguration>;
/// Replaces the CORS rules of a bucket.
pub type PutBucketCors = PutBucketConfiguration<CorsConfiguration>;
/// Removes the CORS rules of a bucket.
pub type DeleteBucketCors = DeleteBucketConfiguration<CorsConfiguration>;

impl Client {
    /// Reads the CORS rules of a bucket. A bucket without rules is the error
    /// [`ConfigurationNotFound`](crate::ErrorKind::ConfigurationNotFound).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// for rule in client.get_bucket_cors("photos").await?.configuration.cors_rules {
    ///     println!("{:?} may {:?}", rule.allowed_origins, rule.allowed_methods);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_bucket_cors(&self, bucket: impl Into<String>) -> Request<GetBucketCors> {
        self.request(GetBucketCors::new(bucket))
    }

    /// Replaces the CORS rules of a bucket: up to 100.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::operations::{CorsConfiguration, CorsRule};
    ///
    /// let rule = CorsRule::new(["GET", "HEAD"], ["https://www.example.com"]).with_max_age_seconds(600);
    /// client.put_bucket_cors("photos", CorsConfiguration::new([rule])).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_bucket_cors(
        &self,
        bucket: impl Into<String>,
        configuration: CorsConfiguration,
    ) -> Request<PutBucketCors> {
        self.request(PutBucketCors::new(bucket, configuration))
    }

    /// Removes the CORS rules of a bucket. Succeeds for a bucket without rules.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.delete_bucket_cors("photos").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_bucket_cors(&self, bucket: impl Into<String>) -> Request<DeleteBucketCors> {
        self.request(DeleteBucketCors::new(bucket))
    }
}

impl BucketConfiguration for CorsConfiguration {
    type PutOutput = PutBucketConfigurationOutput;
    const SUBRESOURCE: &'static Subresource =
        &Subresource::new("cors", Self::ROOT, "NoSuchCORSConfiguration");
    const GET: &'static str = "GetBucketCors";
    const PUT: &'static str = "PutBucketCors";
    const DELETE: &'static str = "DeleteBucketCors";
}

shape! {
    /// The CORS rules of a bucket.
    struct CorsConfiguration = "CORSConfiguration" {
        /// The rules, up to 100. The first one that matches a request applies.
        cors_rules (with_cors_rules): Vec<CorsRule> = required "CORSRule",
    }
}

shape! {
    /// A CORS rule: the origins, methods and headers that are allowed.
    struct CorsRule {
        /// A name for the rule, up to 255 characters.
        id (with_id): Option<String> = "ID",
        /// The headers that a preflight request may ask for. Each may contain one `*`.
        allowed_headers (with_allowed_headers): Vec<String> = "AllowedHeader",
        /// The methods that are allowed: `GET`, `PUT`, `HEAD`, `POST` and `DELETE`.
        allowed_methods (with_allowed_methods): Vec<String> = required "AllowedMethod",
        /// The origins that are allowed. Each may contain one `*`.
        allowed_origins (with_allowed_origins): Vec<String> = required "AllowedOrigin",
        /// The headers of the response that a page may read.
        expose_headers (with_expose_headers): Vec<String> = "ExposeHeader",
        /// The time for which a browser caches the response to a preflight request, in seconds.
        max_age_seconds (with_max_age_seconds): Option<u32> = "MaxAgeSeconds",
    }
}
