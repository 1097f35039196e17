//! `GetPublicAccessBlock`, `PutPublicAccessBlock`, `DeletePublicAccessBlock`: whether a bucket can be made public.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html>

use super::{
    BucketConfiguration, DeleteBucketConfiguration, GetBucketConfiguration, PutBucketConfiguration,
    PutBucketConfigurationOutput,
};
use crate::protocol::shape::shape;
use crate::protocol::{Document as _, Subresource};
use crate::{Client, Request};

/// Reads the public access block of a bucket.
pub type GetPublicAccessBlock = GetBucketConfiguration<PublicAccessBlockConfiguration>;
/// Replaces the public access block of a bucket.
pub type PutPublicAccessBlock = PutBucketConfiguration<PublicAccessBlockConfiguration>;
/// Removes the public access block of a bucket.
pub type DeletePublicAccessBlock = DeleteBucketConfiguration<PublicAccessBlockConfiguration>;

impl Client {
    /// Reads the public access block of a bucket. AWS blocks all public access to new buckets. A bucket without a block
    /// is the error [`ConfigurationNotFound`](crate::ErrorKind::ConfigurationNotFound).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let block = client.get_public_access_block("photos").await?.configuration;
    /// println!("public policies are refused: {}", block.block_public_policy == Some(true));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_public_access_block(&self, bucket: impl Into<String>) -> Request<GetPublicAccessBlock> {
        self.request(GetPublicAccessBlock::new(bucket))
    }

    /// Replaces the public access block of a bucket. Unset members count as false.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::operations::PublicAccessBlockConfiguration;
    ///
    /// let block = PublicAccessBlockConfiguration::new()
    ///     .with_block_public_acls(true)
    ///     .with_ignore_public_acls(true)
    ///     .with_block_public_policy(true)
    ///     .with_restrict_public_buckets(true);
    /// client.put_public_access_block("photos", block).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_public_access_block(
        &self,
        bucket: impl Into<String>,
        configuration: PublicAccessBlockConfiguration,
    ) -> Request<PutPublicAccessBlock> {
        self.request(PutPublicAccessBlock::new(bucket, configuration))
    }

    /// Removes the public access block of a bucket. Succeeds for a bucket without a block.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.delete_public_access_block("photos").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_public_access_block(&self, bucket: impl Into<String>) -> Request<DeletePublicAccessBlock> {
        self.request(DeletePublicAccessBlock::new(bucket))
    }
}

impl BucketConfiguration for PublicAccessBlockConfiguration {
    type PutOutput = PutBucketConfigurationOutput;
    const SUBRESOURCE: &'static Subresource =
        &Subresource::new("publicAccessBlock", Self::ROOT, "NoSuchPublicAccessBlockConfiguration");
    const GET: &'static str = "GetPublicAccessBlock";
    const PUT: &'static str = "PutPublicAccessBlock";
    const DELETE: &'static str = "DeletePublicAccessBlock";
}

shape! {
    /// The public access block of a bucket.
    struct PublicAccessBlockConfiguration = "PublicAccessBlockConfiguration" {
        /// Whether requests that set a public access control list are rejected.
        block_public_acls (with_block_public_acls): Option<bool> = "BlockPublicAcls",
        /// Whether public access control lists are ignored.
        ignore_public_acls (with_ignore_public_acls): Option<bool> = "IgnorePublicAcls",
        /// Whether public bucket policies are rejected.
        block_public_policy (with_block_public_policy): Option<bool> = "BlockPublicPolicy",
        /// Whether access to a bucket with a public policy is limited to the owner's account and to AWS services.
        restrict_public_buckets (with_restrict_public_buckets): Option<bool> = "RestrictPublicBuckets",
    }
}
