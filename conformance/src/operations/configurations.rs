//! Operations on configurations of buckets.

use serde_json::Value;
use windlass::operations::{
    AbortIncompleteMultipartUpload, BlockedEncryptionTypes, BucketLifecycleConfiguration, CorsConfiguration,
    CorsRule, DeleteBucketConfiguration, GetBucketConfiguration, LifecycleExpiration, LifecycleRule,
    LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration, NoncurrentVersionTransition,
    PublicAccessBlockConfiguration, PutBucketConfiguration, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Transition,
};

use super::{Read, number, tags, words};
use crate::answer::unsupported;
use crate::input::Input;
use crate::output::Configured;

pub(super) fn get<C: Configured>(params: &mut Input) -> Read<GetBucketConfiguration<C>> {
    Ok(GetBucketConfiguration::new(params.required("Bucket")?))
}

pub(super) fn put<C: Configured + Given>(params: &mut Input) -> Read<PutBucketConfiguration<C>> {
    let mut document = params.object(C::ROOT).unwrap_or_default();
    let mut configuration = C::take(&mut document)?;
    document.end()?;
    configuration.read_headers(params);
    let mut operation = PutBucketConfiguration::new(params.required("Bucket")?, configuration);
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.content_md5 = params.text("ContentMD5");
    Ok(operation)
}

pub(super) fn delete<C: Configured>(params: &mut Input) -> Read<DeleteBucketConfiguration<C>> {
    Ok(DeleteBucketConfiguration::new(params.required("Bucket")?))
}

/// A configuration that is built from members by their API names.
pub(super) trait Given: Sized {
    fn take(document: &mut Input) -> Read<Self>;

    /// Reads the members that are sent as headers.
    fn read_headers(&mut self, params: &mut Input) {
        let _ = params;
    }
}

impl Given for CorsConfiguration {
    fn take(document: &mut Input) -> Read<Self> {
        Ok(Self::new(items(document, "CORSRules", |rule| {
            let mut read = CorsRule::new(texts(rule, "AllowedMethods"), texts(rule, "AllowedOrigins"));
            read.id = rule.text("ID");
            read.allowed_headers = texts(rule, "AllowedHeaders");
            read.expose_headers = texts(rule, "ExposeHeaders");
            read.max_age_seconds = number(rule, "MaxAgeSeconds");
            Ok(read)
        })?))
    }
}

impl Given for BucketLifecycleConfiguration {
    fn take(document: &mut Input) -> Read<Self> {
        Ok(Self::new(items(document, "Rules", lifecycle_rule)?))
    }

    fn read_headers(&mut self, params: &mut Input) {
        let size = params.text("TransitionDefaultMinimumObjectSize");
        self.transition_default_minimum_object_size = size.map(Into::into);
    }
}

impl Given for ServerSideEncryptionConfiguration {
    fn take(document: &mut Input) -> Read<Self> {
        Ok(Self::new(items(document, "Rules", |rule| {
            let mut read = ServerSideEncryptionRule::new();
            let name = "ApplyServerSideEncryptionByDefault";
            read.apply_server_side_encryption_by_default = part(rule, name, |default| {
                let mut read = ServerSideEncryptionByDefault::new(default.required("SSEAlgorithm")?);
                read.kms_master_key_id = default.text("KMSMasterKeyID");
                Ok(read)
            })?;
            read.bucket_key_enabled = rule.flag("BucketKeyEnabled");
            read.blocked_encryption_types = part(rule, "BlockedEncryptionTypes", |blocked| {
                Ok(BlockedEncryptionTypes::new().with_encryption_type(texts(blocked, "EncryptionType")))
            })?;
            Ok(read)
        })?))
    }
}

impl Given for PublicAccessBlockConfiguration {
    fn take(document: &mut Input) -> Read<Self> {
        let mut read = Self::new();
        read.block_public_acls = document.flag("BlockPublicAcls");
        read.ignore_public_acls = document.flag("IgnorePublicAcls");
        read.block_public_policy = document.flag("BlockPublicPolicy");
        read.restrict_public_buckets = document.flag("RestrictPublicBuckets");
        Ok(read)
    }
}

fn lifecycle_rule(rule: &mut Input) -> Read<LifecycleRule> {
    let mut read = LifecycleRule::new(rule.required("Status")?);
    read.expiration = part(rule, "Expiration", |expiration| {
        let mut read = LifecycleExpiration::new();
        read.date = expiration.time("Date")?;
        read.days = number(expiration, "Days");
        read.expired_object_delete_marker = expiration.flag("ExpiredObjectDeleteMarker");
        Ok(read)
    })?;
    read.id = rule.text("ID");
    read.prefix = rule.text("Prefix");
    read.filter = part(rule, "Filter", filter)?;
    read.transitions = items(rule, "Transitions", |transition| {
        let mut read = Transition::new();
        read.date = transition.time("Date")?;
        read.days = number(transition, "Days");
        read.storage_class = transition.text("StorageClass").map(Into::into);
        Ok(read)
    })?;
    read.noncurrent_version_transitions = items(rule, "NoncurrentVersionTransitions", |transition| {
        let mut read = NoncurrentVersionTransition::new();
        read.noncurrent_days = number(transition, "NoncurrentDays");
        read.storage_class = transition.text("StorageClass").map(Into::into);
        read.newer_noncurrent_versions = number(transition, "NewerNoncurrentVersions");
        Ok(read)
    })?;
    read.noncurrent_version_expiration = part(rule, "NoncurrentVersionExpiration", |expiration| {
        let mut read = NoncurrentVersionExpiration::new();
        read.noncurrent_days = number(expiration, "NoncurrentDays");
        read.newer_noncurrent_versions = number(expiration, "NewerNoncurrentVersions");
        Ok(read)
    })?;
    read.abort_incomplete_multipart_upload = part(rule, "AbortIncompleteMultipartUpload", |abort| {
        let mut read = AbortIncompleteMultipartUpload::new();
        read.days_after_initiation = number(abort, "DaysAfterInitiation");
        Ok(read)
    })?;
    Ok(read)
}

fn filter(filter: &mut Input) -> Read<LifecycleRuleFilter> {
    let mut read = Vec::new();
    read.extend(filter.text("Prefix").map(LifecycleRuleFilter::Prefix));
    if let Some(tag) = filter.take("Tag") {
        read.extend(tags(&[tag])?.into_iter().map(LifecycleRuleFilter::Tag));
    }
    let (greater, less) = (filter.number("ObjectSizeGreaterThan"), filter.number("ObjectSizeLessThan"));
    read.extend(greater.map(LifecycleRuleFilter::ObjectSizeGreaterThan));
    read.extend(less.map(LifecycleRuleFilter::ObjectSizeLessThan));
    let and = part(filter, "And", |and| {
        let mut read = LifecycleRuleAndOperator::new();
        read.prefix = and.text("Prefix");
        read.tags = tags(&and.list("Tags"))?;
        read.object_size_greater_than = and.number("ObjectSizeGreaterThan");
        read.object_size_less_than = and.number("ObjectSizeLessThan");
        Ok(read)
    })?;
    read.extend(and.map(LifecycleRuleFilter::And));
    if read.len() > 1 {
        return Err(unsupported("a filter of several members"));
    }
    Ok(read.pop().unwrap_or(LifecycleRuleFilter::All))
}

/// Reads a member that is a structure, and rejects unread members of it.
fn part<T>(parent: &mut Input, name: &str, read: impl Fn(&mut Input) -> Read<T>) -> Read<Option<T>> {
    parent.take(name).map(|value| whole(&value, read)).transpose()
}

/// Reads a member that is a list of structures.
fn items<T>(parent: &mut Input, name: &str, read: impl Fn(&mut Input) -> Read<T>) -> Read<Vec<T>> {
    parent.list(name).iter().map(|value| whole(value, &read)).collect()
}

fn whole<T>(value: &Value, read: impl Fn(&mut Input) -> Read<T>) -> Read<T> {
    let mut input = Input::new(value);
    let read = read(&mut input)?;
    input.end()?;
    Ok(read)
}

fn texts(parent: &mut Input, name: &str) -> Vec<String> {
    words(parent, name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::Configured;

    #[test]
    fn configurations_round_trip() {
        fn check<C: Configured + Given>(value: &Value) {
            let mut input = Input::new(value);
            let mut read = C::take(&mut input).ok().unwrap();
            read.read_headers(&mut input);
            assert!(input.end().is_ok());
            assert_eq!(without_nulls(read.describe()), *value);
        }
        check::<CorsConfiguration>(&json!({"CORSRules": [{
            "ID": "one", "AllowedHeaders": ["*"], "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"],
            "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60,
        }]}));
        check::<BucketLifecycleConfiguration>(&json!({
            "Rules": [
                {
                    "Expiration": {"Date": "2030-01-01T00:00:00Z"}, "ID": "one", "Status": "Enabled",
                    "Filter": {"And": {"Prefix": "a", "Tags": [{"Key": "k", "Value": "v"}],
                        "ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 9}},
                    "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
                    "NoncurrentVersionTransitions": [{"NoncurrentDays": 3, "StorageClass": "GLACIER",
                        "NewerNoncurrentVersions": 2}],
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 9, "NewerNoncurrentVersions": 1},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                },
                {"Prefix": "", "Status": "Disabled", "Transitions": [], "NoncurrentVersionTransitions": [],
                    "Expiration": {"ExpiredObjectDeleteMarker": true}},
            ],
            "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
        }));
        check::<ServerSideEncryptionConfiguration>(&json!({"Rules": [{
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"},
            "BucketKeyEnabled": true, "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
        }]}));
        check::<PublicAccessBlockConfiguration>(&json!({
            "BlockPublicAcls": true, "IgnorePublicAcls": false,
            "BlockPublicPolicy": true, "RestrictPublicBuckets": false,
        }));
    }

    #[test]
    fn a_filter_has_one_member() {
        for (value, expected) in [
            (json!({}), true),
            (json!({"Prefix": ""}), true),
            (json!({"Tag": {"Key": "k", "Value": "v"}}), true),
            (json!({"ObjectSizeLessThan": 1}), true),
            (json!({"Prefix": "", "ObjectSizeLessThan": 1}), false),
            (json!({"New": 1}), false),
        ] {
            assert_eq!(whole(&value, filter).is_ok(), expected, "{value}");
        }
    }

    fn without_nulls(value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let members = members.into_iter().filter(|(_, value)| !value.is_null());
                Value::Object(members.map(|(name, value)| (name, without_nulls(value))).collect())
            }
            Value::Array(items) => items.into_iter().map(without_nulls).collect(),
            other => other,
        }
    }
}
