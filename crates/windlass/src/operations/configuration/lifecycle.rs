//! `GetBucketLifecycleConfiguration`, `PutBucketLifecycleConfiguration`, `DeleteBucketLifecycle`: transition and
//! expiration of objects.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html>

use std::time::SystemTime;

use super::{
    BucketConfiguration, DeleteBucketConfiguration, GetBucketConfiguration, PutBucketConfiguration,
    WriteOutput,
};
use crate::protocol::open_enum::open_enum;
use crate::protocol::shape::shape;
use crate::protocol::{Document as _, Response, Subresource};
use crate::types::{ResponseInfo, Tag};
use crate::{Client, Request};

/// Reads the lifecycle rules of a bucket.
pub type GetBucketLifecycleConfiguration = GetBucketConfiguration<BucketLifecycleConfiguration>;
/// Replaces the lifecycle rules of a bucket.
pub type PutBucketLifecycleConfiguration = PutBucketConfiguration<BucketLifecycleConfiguration>;
/// Removes the lifecycle rules of a bucket.
pub type DeleteBucketLifecycle = DeleteBucketConfiguration<BucketLifecycleConfiguration>;

impl Client {
    /// Reads the lifecycle rules of a bucket. A bucket without rules is the error
    /// [`ConfigurationNotFound`](crate::ErrorKind::ConfigurationNotFound).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// for rule in client.get_bucket_lifecycle_configuration("photos").await?.configuration.rules {
    ///     println!("{:?} is {}: {:?}", rule.id, rule.status, rule.filter);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_bucket_lifecycle_configuration(
        &self,
        bucket: impl Into<String>,
    ) -> Request<GetBucketLifecycleConfiguration> {
        self.request(GetBucketLifecycleConfiguration::new(bucket))
    }

    /// Replaces the lifecycle rules of a bucket: up to 1,000.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::operations::{
    ///     BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    ///     LifecycleRuleFilter,
    /// };
    ///
    /// let rule = LifecycleRule::new(ExpirationStatus::Enabled)
    ///     .with_id("old logs")
    ///     .with_filter(LifecycleRuleFilter::Prefix("logs/".into()))
    ///     .with_expiration(LifecycleExpiration::new().with_days(30));
    /// let configuration = BucketLifecycleConfiguration::new([rule]);
    /// client.put_bucket_lifecycle_configuration("photos", configuration).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_bucket_lifecycle_configuration(
        &self,
        bucket: impl Into<String>,
        configuration: BucketLifecycleConfiguration,
    ) -> Request<PutBucketLifecycleConfiguration> {
        self.request(PutBucketLifecycleConfiguration::new(bucket, configuration))
    }

    /// Removes the lifecycle rules of a bucket. Succeeds for a bucket without rules.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.delete_bucket_lifecycle("photos").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_bucket_lifecycle(&self, bucket: impl Into<String>) -> Request<DeleteBucketLifecycle> {
        self.request(DeleteBucketLifecycle::new(bucket))
    }
}

impl BucketConfiguration for BucketLifecycleConfiguration {
    type PutOutput = PutBucketLifecycleConfigurationOutput;
    const SUBRESOURCE: &'static Subresource =
        &Subresource::new("lifecycle", Self::ROOT, "NoSuchLifecycleConfiguration");
    const GET: &'static str = "GetBucketLifecycleConfiguration";
    const PUT: &'static str = "PutBucketLifecycleConfiguration";
    const DELETE: &'static str = "DeleteBucketLifecycle";
}

/// The response to `PutBucketLifecycleConfiguration`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutBucketLifecycleConfigurationOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The minimum size of objects for transitions by default.
    pub transition_default_minimum_object_size: Option<TransitionDefaultMinimumObjectSize>,
}

impl WriteOutput for PutBucketLifecycleConfigurationOutput {
    fn from_response(response: &Response) -> Self {
        Self {
            response: ResponseInfo::from_response(response),
            transition_default_minimum_object_size: response
                .word("x-amz-transition-default-minimum-object-size"),
        }
    }
}

shape! {
    /// The lifecycle rules of a bucket: transition and expiration of objects.
    struct BucketLifecycleConfiguration = "LifecycleConfiguration" {
        /// The rules, up to 1,000.
        rules (with_rules): Vec<LifecycleRule> = required "Rule",
        /// The minimum size of objects for transitions. S3 uses `all_storage_classes_128K` by default.
        transition_default_minimum_object_size (with_transition_default_minimum_object_size):
            Option<TransitionDefaultMinimumObjectSize> = header "x-amz-transition-default-minimum-object-size",
    }
}

shape! {
    /// A lifecycle rule for some or all objects of a bucket.
    struct LifecycleRule {
        /// The expiration of objects. In a versioned bucket it adds a delete marker.
        expiration (with_expiration): Option<LifecycleExpiration> = "Expiration",
        /// The name of the rule, up to 255 characters. S3 generates one by default.
        id (with_id): Option<String> = "ID",
        /// The prefix of the keys to which the rule applies. Deprecated: use `filter`. A rule has one of the two.
        prefix (with_prefix): Option<String> = "Prefix",
        /// The objects to which the rule applies.
        filter (with_filter): Option<LifecycleRuleFilter> = "Filter",
        /// Whether the rule is enabled.
        status (with_status): ExpirationStatus = "Status",
        /// The transitions to other storage classes.
        transitions (with_transitions): Vec<Transition> = "Transition",
        /// The transitions of noncurrent versions to other storage classes.
        noncurrent_version_transitions (with_noncurrent_version_transitions):
            Vec<NoncurrentVersionTransition> = "NoncurrentVersionTransition",
        /// The expiration of noncurrent versions.
        noncurrent_version_expiration (with_noncurrent_version_expiration):
            Option<NoncurrentVersionExpiration> = "NoncurrentVersionExpiration",
        /// The time after which incomplete multipart uploads are aborted.
        abort_incomplete_multipart_upload (with_abort_incomplete_multipart_upload):
            Option<AbortIncompleteMultipartUpload> = "AbortIncompleteMultipartUpload",
    }
}

shape! {
    /// The expiration of objects. Set one member.
    struct LifecycleExpiration {
        /// The date; must be midnight UTC.
        date (with_date): Option<SystemTime> = "Date",
        /// The number of days after the object was created.
        days (with_days): Option<u32> = "Days",
        /// Whether delete markers without other versions are removed.
        expired_object_delete_marker (with_expired_object_delete_marker): Option<bool> =
            "ExpiredObjectDeleteMarker",
    }
}

shape! {
    /// The objects to which a lifecycle rule applies.
    choice LifecycleRuleFilter {
        /// All objects.
        All,
        /// Objects whose keys start with this prefix.
        Prefix(String) = "Prefix",
        /// Objects with this tag.
        Tag(Tag) = "Tag",
        /// Objects larger than this, in bytes.
        ObjectSizeGreaterThan(u64) = "ObjectSizeGreaterThan",
        /// Objects smaller than this, in bytes.
        ObjectSizeLessThan(u64) = "ObjectSizeLessThan",
        /// Objects that match all of several conditions.
        And(LifecycleRuleAndOperator) = "And",
    }
}

shape! {
    /// Conditions that must all match. S3 requires two or more.
    struct LifecycleRuleAndOperator {
        /// The prefix of the key.
        prefix (with_prefix): Option<String> = "Prefix",
        /// The tags of the object.
        tags (with_tags): Vec<Tag> = "Tag",
        /// The exclusive minimum size in bytes.
        object_size_greater_than (with_object_size_greater_than): Option<u64> = "ObjectSizeGreaterThan",
        /// The exclusive maximum size in bytes.
        object_size_less_than (with_object_size_less_than): Option<u64> = "ObjectSizeLessThan",
    }
}

shape! {
    /// A transition of objects to another storage class. Set `date` or `days`.
    struct Transition {
        /// The date; must be midnight UTC.
        date (with_date): Option<SystemTime> = "Date",
        /// The number of days after the object was created.
        days (with_days): Option<u32> = "Days",
        /// The storage class.
        storage_class (with_storage_class): Option<TransitionStorageClass> = "StorageClass",
    }
}

shape! {
    /// A transition of noncurrent versions to another storage class.
    struct NoncurrentVersionTransition {
        /// The number of days after a newer version was created.
        noncurrent_days (with_noncurrent_days): Option<u32> = "NoncurrentDays",
        /// The storage class.
        storage_class (with_storage_class): Option<TransitionStorageClass> = "StorageClass",
        /// The number of newest noncurrent versions that are not moved, up to 100.
        newer_noncurrent_versions (with_newer_noncurrent_versions): Option<u32> = "NewerNoncurrentVersions",
    }
}

shape! {
    /// The expiration of noncurrent versions.
    struct NoncurrentVersionExpiration {
        /// The number of days after a newer version was created.
        noncurrent_days (with_noncurrent_days): Option<u32> = "NoncurrentDays",
        /// The number of newest noncurrent versions that are retained, up to 100.
        newer_noncurrent_versions (with_newer_noncurrent_versions): Option<u32> = "NewerNoncurrentVersions",
    }
}

shape! {
    /// The time after which incomplete multipart uploads are aborted.
    struct AbortIncompleteMultipartUpload {
        /// The number of days after the upload was created.
        days_after_initiation (with_days_after_initiation): Option<u32> = "DaysAfterInitiation",
    }
}

open_enum! {
    /// Whether a lifecycle rule is enabled.
    ExpirationStatus { Disabled = "Disabled", Enabled = "Enabled", }
}
open_enum! {
    /// The minimum size of objects for transitions by default.
    TransitionDefaultMinimumObjectSize {
        AllStorageClasses128K = "all_storage_classes_128K",
        VariesByStorageClass = "varies_by_storage_class",
    }
}
open_enum! {
    /// The target storage class of a transition.
    TransitionStorageClass {
        DeepArchive = "DEEP_ARCHIVE",
        Glacier = "GLACIER",
        GlacierIr = "GLACIER_IR",
        IntelligentTiering = "INTELLIGENT_TIERING",
        OnezoneIa = "ONEZONE_IA",
        StandardIa = "STANDARD_IA",
    }
}
