//! Outputs of operations on configurations of buckets.

use serde_json::{Value, json};
use windlass::Result;
use windlass::operations::{
    BucketConfiguration, BucketLifecycleConfiguration, CorsConfiguration, DeleteBucketConfiguration,
    DeleteBucketConfigurationOutput, GetBucketConfiguration, GetBucketConfigurationOutput, LifecycleRule,
    LifecycleRuleFilter, PublicAccessBlockConfiguration, PutBucketConfiguration,
    PutBucketConfigurationOutput, PutBucketLifecycleConfigurationOutput, ServerSideEncryptionConfiguration,
};
use windlass::types::{ResponseInfo, Tag};

use super::{Described, iso, text};

/// A configuration that the driver can output.
pub(crate) trait Configured: BucketConfiguration<PutOutput: Shown> {
    /// Whether the document is a single member of the output, instead of several.
    const IS_PAYLOAD: bool;

    fn describe(&self) -> Value;
}

/// The output of a write.
pub(crate) trait Shown {
    fn show(self) -> (Value, ResponseInfo);
}

impl Shown for PutBucketConfigurationOutput {
    fn show(self) -> (Value, ResponseInfo) {
        (json!({}), self.response)
    }
}

impl Shown for PutBucketLifecycleConfigurationOutput {
    fn show(self) -> (Value, ResponseInfo) {
        let size = text(self.transition_default_minimum_object_size.as_ref());
        (json!({"TransitionDefaultMinimumObjectSize": size}), self.response)
    }
}

impl<C: Configured> Described for GetBucketConfiguration<C> {
    async fn describe(output: GetBucketConfigurationOutput<C>) -> Result<(Value, ResponseInfo)> {
        let members = output.configuration.describe();
        let value = if C::IS_PAYLOAD { json!({C::ROOT: members}) } else { members };
        Ok((value, output.response))
    }
}

impl<C: Configured> Described for PutBucketConfiguration<C> {
    async fn describe(output: C::PutOutput) -> Result<(Value, ResponseInfo)> {
        Ok(output.show())
    }
}

impl<C: Configured> Described for DeleteBucketConfiguration<C> {
    async fn describe(output: DeleteBucketConfigurationOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({}), output.response))
    }
}

impl Configured for CorsConfiguration {
    const IS_PAYLOAD: bool = false;

    fn describe(&self) -> Value {
        let rules = self.cors_rules.iter().map(|rule| {
            json!({
                "AllowedHeaders": rule.allowed_headers,
                "AllowedMethods": rule.allowed_methods,
                "AllowedOrigins": rule.allowed_origins,
                "ExposeHeaders": rule.expose_headers,
                "ID": rule.id,
                "MaxAgeSeconds": rule.max_age_seconds,
            })
        });
        json!({"CORSRules": rules.collect::<Value>()})
    }
}

impl Configured for BucketLifecycleConfiguration {
    const IS_PAYLOAD: bool = false;

    fn describe(&self) -> Value {
        json!({
            "Rules": self.rules.iter().map(lifecycle_rule).collect::<Value>(),
            "TransitionDefaultMinimumObjectSize": text(self.transition_default_minimum_object_size.as_ref()),
        })
    }
}

impl Configured for ServerSideEncryptionConfiguration {
    const IS_PAYLOAD: bool = true;

    fn describe(&self) -> Value {
        let rules = self.rules.iter().map(|rule| {
            let default = rule.apply_server_side_encryption_by_default.as_ref().map(|default| {
                json!({
                    "KMSMasterKeyID": default.kms_master_key_id,
                    "SSEAlgorithm": default.sse_algorithm.as_str(),
                })
            });
            let blocked = rule.blocked_encryption_types.as_ref().map(|blocked| {
                let kinds = blocked.encryption_type.iter().map(ToString::to_string);
                json!({"EncryptionType": kinds.collect::<Vec<_>>()})
            });
            json!({
                "ApplyServerSideEncryptionByDefault": default,
                "BlockedEncryptionTypes": blocked,
                "BucketKeyEnabled": rule.bucket_key_enabled,
            })
        });
        json!({"Rules": rules.collect::<Value>()})
    }
}

impl Configured for PublicAccessBlockConfiguration {
    const IS_PAYLOAD: bool = true;

    fn describe(&self) -> Value {
        json!({
            "BlockPublicAcls": self.block_public_acls,
            "BlockPublicPolicy": self.block_public_policy,
            "IgnorePublicAcls": self.ignore_public_acls,
            "RestrictPublicBuckets": self.restrict_public_buckets,
        })
    }
}

fn lifecycle_rule(rule: &LifecycleRule) -> Value {
    let expiration = rule.expiration.as_ref().map(|expiration| {
        json!({
            "Date": iso(expiration.date),
            "Days": expiration.days,
            "ExpiredObjectDeleteMarker": expiration.expired_object_delete_marker,
        })
    });
    let transitions = rule.transitions.iter().map(|transition| {
        json!({
            "Date": iso(transition.date),
            "Days": transition.days,
            "StorageClass": text(transition.storage_class.as_ref()),
        })
    });
    let noncurrent_transitions = rule.noncurrent_version_transitions.iter().map(|transition| {
        json!({
            "NewerNoncurrentVersions": transition.newer_noncurrent_versions,
            "NoncurrentDays": transition.noncurrent_days,
            "StorageClass": text(transition.storage_class.as_ref()),
        })
    });
    let noncurrent_expiration = rule.noncurrent_version_expiration.as_ref().map(|expiration| {
        json!({
            "NewerNoncurrentVersions": expiration.newer_noncurrent_versions,
            "NoncurrentDays": expiration.noncurrent_days,
        })
    });
    let abort = rule.abort_incomplete_multipart_upload.as_ref();
    json!({
        "AbortIncompleteMultipartUpload":
            abort.map(|abort| json!({"DaysAfterInitiation": abort.days_after_initiation})),
        "Expiration": expiration,
        "Filter": rule.filter.as_ref().map(filter),
        "ID": rule.id,
        "NoncurrentVersionExpiration": noncurrent_expiration,
        "NoncurrentVersionTransitions": noncurrent_transitions.collect::<Value>(),
        "Prefix": rule.prefix,
        "Status": rule.status.as_str(),
        "Transitions": transitions.collect::<Value>(),
    })
}

fn filter(filter: &LifecycleRuleFilter) -> Value {
    let tag = |tag: &Tag| json!({"Key": tag.key, "Value": tag.value});
    match filter {
        LifecycleRuleFilter::Prefix(prefix) => json!({"Prefix": prefix}),
        LifecycleRuleFilter::Tag(one) => json!({"Tag": tag(one)}),
        LifecycleRuleFilter::ObjectSizeGreaterThan(size) => json!({"ObjectSizeGreaterThan": size}),
        LifecycleRuleFilter::ObjectSizeLessThan(size) => json!({"ObjectSizeLessThan": size}),
        LifecycleRuleFilter::And(and) => json!({"And": {
            "ObjectSizeGreaterThan": and.object_size_greater_than,
            "ObjectSizeLessThan": and.object_size_less_than,
            "Prefix": and.prefix,
            "Tags": and.tags.iter().map(tag).collect::<Value>(),
        }}),
        _ => json!({}),
    }
}
