//! Configurations of buckets.

use windlass::operations::{
    BucketConfiguration, BucketLifecycleConfiguration, CorsConfiguration, CorsRule,
    DeleteBucketConfiguration, GetBucketConfiguration, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, PublicAccessBlockConfiguration, PutBucketConfiguration,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use windlass::types::ServerSideEncryption;
use windlass::{Error, ErrorKind};

use super::place::{Outcome, Place, refused, same};
use super::{Group, Way, probes};
use crate::real_servers::unique;

pub(super) const GROUP: Group = Group {
    title: "Configurations of buckets",
    ways: &[Way::Named],
    probes: probes! {
        "PutBucketCors, GetBucketCors" => put_cors,
        "GetBucketCors: without rules" => get_no_cors,
        "DeleteBucketCors" => delete_cors,
        "PutBucketLifecycleConfiguration, GetBucketLifecycleConfiguration" => put_lifecycle,
        "GetBucketLifecycleConfiguration: without rules" => get_no_lifecycle,
        "DeleteBucketLifecycle" => delete_lifecycle,
        "PutBucketEncryption, GetBucketEncryption" => put_encryption,
        "GetBucketEncryption: of a new bucket" => get_default_encryption,
        "PutObject: the bucket's encryption" => put_encrypted,
        "DeleteBucketEncryption" => delete_encryption,
        "PutPublicAccessBlock, GetPublicAccessBlock" => put_block,
        "GetPublicAccessBlock: of a new bucket" => get_default_block,
        "DeletePublicAccessBlock" => delete_block,
    },
};

fn cors() -> CorsConfiguration {
    let rule = CorsRule::new(["GET", "PUT"], ["https://*.example.com"]).with_id("one");
    CorsConfiguration::new([rule.with_allowed_headers(["*"]).with_max_age_seconds(60)])
}

fn lifecycle() -> BucketLifecycleConfiguration {
    let rule = LifecycleRule::new("Enabled").with_id("one");
    let rule = rule.with_filter(LifecycleRuleFilter::Prefix("a&b/".into()));
    BucketLifecycleConfiguration::new([rule.with_expiration(LifecycleExpiration::new().with_days(30))])
}

fn encryption() -> ServerSideEncryptionConfiguration {
    let default = ServerSideEncryptionByDefault::new(ServerSideEncryption::Aes256);
    let rule = ServerSideEncryptionRule::new().with_apply_server_side_encryption_by_default(default);
    ServerSideEncryptionConfiguration::new([rule])
}

fn block() -> PublicAccessBlockConfiguration {
    let block = PublicAccessBlockConfiguration::new().with_block_public_acls(true);
    let block = block.with_ignore_public_acls(false).with_block_public_policy(true);
    block.with_restrict_public_buckets(false)
}

async fn bucket(place: &Place) -> Result<String, Error> {
    let bucket = unique("configured");
    place.client.create_bucket(&bucket).await?;
    Ok(bucket)
}

async fn put<C: BucketConfiguration>(place: &Place, bucket: &str, configuration: C) -> Result<(), Error> {
    place.client.send(PutBucketConfiguration::new(bucket, configuration)).await.map(drop)
}

async fn get<C: BucketConfiguration>(place: &Place, bucket: &str) -> Result<C, Error> {
    let get = GetBucketConfiguration::<C>::new(bucket);
    Ok(place.client.send(get).await?.configuration)
}

async fn get_none<C: BucketConfiguration>(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    refused("it", get::<C>(place, &bucket).await, ErrorKind::ConfigurationNotFound)
}

async fn delete<C: BucketConfiguration>(place: &Place, configuration: C) -> Outcome {
    let bucket = bucket(place).await?;
    put(place, &bucket, configuration).await?;
    place.client.send(DeleteBucketConfiguration::<C>::new(&bucket)).await?;
    let after = get::<C>(place, &bucket).await;
    refused("the question after it", after, ErrorKind::ConfigurationNotFound)
}

async fn put_cors(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    put(place, &bucket, cors()).await?;
    same("the rules", get::<CorsConfiguration>(place, &bucket).await?, cors())
}

async fn get_no_cors(place: &Place) -> Outcome {
    get_none::<CorsConfiguration>(place).await
}

async fn delete_cors(place: &Place) -> Outcome {
    delete(place, cors()).await
}

async fn put_lifecycle(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    put(place, &bucket, lifecycle()).await?;
    let found: BucketLifecycleConfiguration = get(place, &bucket).await?;
    same("the rules", found.rules, lifecycle().rules)?;
    let size = found.transition_default_minimum_object_size;
    same("the smallest size", size, Some("all_storage_classes_128K".into()))
}

async fn get_no_lifecycle(place: &Place) -> Outcome {
    get_none::<BucketLifecycleConfiguration>(place).await
}

async fn delete_lifecycle(place: &Place) -> Outcome {
    delete(place, lifecycle()).await
}

/// The kind of the default encryption.
async fn default_of(place: &Place, bucket: &str) -> Result<Option<ServerSideEncryption>, Error> {
    let found: ServerSideEncryptionConfiguration = get(place, bucket).await?;
    let default =
        found.rules.into_iter().next().and_then(|rule| rule.apply_server_side_encryption_by_default);
    Ok(default.map(|default| default.sse_algorithm))
}

async fn put_encryption(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    put(place, &bucket, encryption()).await?;
    same("the default", default_of(place, &bucket).await?, Some(ServerSideEncryption::Aes256))
}

async fn get_default_encryption(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    same("the default", default_of(place, &bucket).await?, Some(ServerSideEncryption::Aes256))
}

async fn put_encrypted(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    put(place, &bucket, encryption()).await?;
    let put = place.client.put_object(&bucket, "key", "x").await?;
    same("the encryption", put.encryption.server_side_encryption, Some(ServerSideEncryption::Aes256))
}

async fn delete_encryption(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    put(place, &bucket, encryption()).await?;
    place.client.delete_bucket_encryption(&bucket).await?;
    same("the default after it", default_of(place, &bucket).await?, Some(ServerSideEncryption::Aes256))
}

async fn put_block(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    put(place, &bucket, block()).await?;
    same("the block", get::<PublicAccessBlockConfiguration>(place, &bucket).await?, block())
}

async fn get_default_block(place: &Place) -> Outcome {
    let bucket = bucket(place).await?;
    let all = block().with_ignore_public_acls(true).with_restrict_public_buckets(true);
    same("the block", get::<PublicAccessBlockConfiguration>(place, &bucket).await?, all)
}

async fn delete_block(place: &Place) -> Outcome {
    delete(place, block()).await
}
