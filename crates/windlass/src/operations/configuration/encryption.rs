//! `GetBucketEncryption`, `PutBucketEncryption`, `DeleteBucketEncryption`: the default encryption of a bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html>

use super::{
    BucketConfiguration, DeleteBucketConfiguration, GetBucketConfiguration, PutBucketConfiguration,
    PutBucketConfigurationOutput,
};
use crate::protocol::open_enum::open_enum;
use crate::protocol::shape::shape;
use crate::protocol::{Document as _, Subresource};
use crate::types::ServerSideEncryption;
use crate::{Client, Request};

/// Reads the default encryption of a bucket.
pub type GetBucketEncryption = GetBucketConfiguration<ServerSideEncryptionConfiguration>;
/// Replaces the default encryption of a bucket.
pub type PutBucketEncryption = PutBucketConfiguration<ServerSideEncryptionConfiguration>;
/// Resets the default encryption of a bucket.
pub type DeleteBucketEncryption = DeleteBucketConfiguration<ServerSideEncryptionConfiguration>;

impl Client {
    /// Reads the default encryption of a bucket. AWS uses SSE-S3 by default; on other services a bucket without a
    /// default is the error [`ConfigurationNotFound`](crate::ErrorKind::ConfigurationNotFound).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// for rule in client.get_bucket_encryption("photos").await?.configuration.rules {
    ///     println!("{:?}", rule.apply_server_side_encryption_by_default);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_bucket_encryption(&self, bucket: impl Into<String>) -> Request<GetBucketEncryption> {
        self.request(GetBucketEncryption::new(bucket))
    }

    /// Replaces the default encryption of a bucket.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::operations::{
    ///     ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    /// };
    ///
    /// let default = ServerSideEncryptionByDefault::new("aws:kms").with_kms_master_key_id("alias/photos");
    /// let rule = ServerSideEncryptionRule::new()
    ///     .with_apply_server_side_encryption_by_default(default)
    ///     .with_bucket_key_enabled(true);
    /// client.put_bucket_encryption("photos", ServerSideEncryptionConfiguration::new([rule])).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_bucket_encryption(
        &self,
        bucket: impl Into<String>,
        configuration: ServerSideEncryptionConfiguration,
    ) -> Request<PutBucketEncryption> {
        self.request(PutBucketEncryption::new(bucket, configuration))
    }

    /// Resets the default encryption of a bucket; on AWS that is SSE-S3.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.delete_bucket_encryption("photos").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_bucket_encryption(&self, bucket: impl Into<String>) -> Request<DeleteBucketEncryption> {
        self.request(DeleteBucketEncryption::new(bucket))
    }
}

impl BucketConfiguration for ServerSideEncryptionConfiguration {
    type PutOutput = PutBucketConfigurationOutput;
    const SUBRESOURCE: &'static Subresource =
        &Subresource::new("encryption", Self::ROOT, "ServerSideEncryptionConfigurationNotFoundError");
    const GET: &'static str = "GetBucketEncryption";
    const PUT: &'static str = "PutBucketEncryption";
    const DELETE: &'static str = "DeleteBucketEncryption";
}

shape! {
    /// The default encryption of a bucket.
    struct ServerSideEncryptionConfiguration = "ServerSideEncryptionConfiguration" {
        /// The rules; S3 accepts one.
        rules (with_rules): Vec<ServerSideEncryptionRule> = required "Rule",
    }
}

shape! {
    /// A rule of the default encryption.
    struct ServerSideEncryptionRule {
        /// The encryption of objects that are written without an encryption header.
        apply_server_side_encryption_by_default (with_apply_server_side_encryption_by_default):
            Option<ServerSideEncryptionByDefault> = "ApplyServerSideEncryptionByDefault",
        /// Whether an S3 bucket key is used with SSE-KMS.
        bucket_key_enabled (with_bucket_key_enabled): Option<bool> = "BucketKeyEnabled",
        /// The types of encryption that the bucket rejects.
        blocked_encryption_types (with_blocked_encryption_types): Option<BlockedEncryptionTypes> =
            "BlockedEncryptionTypes",
    }
}

shape! {
    /// The encryption of objects that are written without an encryption header.
    struct ServerSideEncryptionByDefault {
        /// The encryption algorithm.
        sse_algorithm (with_sse_algorithm): ServerSideEncryption = "SSEAlgorithm",
        /// The id, ARN or alias of the KMS key. By default S3 uses an AWS managed key for SSE-KMS.
        kms_master_key_id (with_kms_master_key_id): Option<String> = "KMSMasterKeyID",
    }
}

shape! {
    /// The types of encryption that the bucket rejects.
    struct BlockedEncryptionTypes {
        /// The types; `NONE` blocks none.
        encryption_type (with_encryption_type): Vec<EncryptionType> = "EncryptionType",
    }
}

open_enum! {
    /// A type of encryption that can be blocked.
    EncryptionType { None = "NONE", SseC = "SSE-C", }
}
