//! `CreateBucket`, `HeadBucket`, `GetBucketLocation`, `ListBuckets`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use s3s::{S3Response, dto};

use super::{Operations, configurations, owner, timestamp};
use crate::refusal::{Code, Refusal};
use crate::store::{BucketRecord, Versioning};

impl Operations {
    pub(super) fn create(
        &self,
        input: &dto::CreateBucketInput,
    ) -> Result<S3Response<dto::CreateBucketOutput>, Refusal> {
        let configuration = input.create_bucket_configuration.as_ref();
        if configuration
            .is_some_and(|configuration| configuration.location.is_some() || configuration.bucket.is_some())
        {
            return Err(Refusal::new(Code::NotImplemented).message("Directory buckets are not implemented"));
        }
        let constraint = configuration
            .and_then(|configuration| configuration.location_constraint.as_ref())
            .map(dto::BucketLocationConstraint::as_str);
        let region = self.region_of_new_bucket(constraint)?;
        let object_lock = input.object_lock_enabled_for_bucket == Some(true);
        // Object lock requires versions.
        let versioning = object_lock.then_some(Versioning::Enabled);
        let record = BucketRecord {
            created: self.now(),
            region,
            configurations: configurations::of_new_bucket(),
            object_lock,
            tags: Vec::new(),
            versioning,
        };
        let location = Some(format!("/{}", input.bucket));
        match self.store.create_bucket(&input.bucket, record)? {
            // Only the oldest region accepts this.
            Some(_) if self.region != US_EAST_1 => Err(Code::BucketAlreadyOwnedByYou.into()),
            _ => Ok(S3Response::new(dto::CreateBucketOutput { location })),
        }
    }

    pub(super) fn head_of_bucket(&self, name: &str) -> Result<S3Response<dto::HeadBucketOutput>, Refusal> {
        let record = self.store.bucket(name).ok_or(Code::NoSuchBucket)?;
        Ok(S3Response::new(dto::HeadBucketOutput {
            bucket_region: Some(record.region),
            ..Default::default()
        }))
    }

    pub(super) fn location(&self, name: &str) -> Result<S3Response<dto::GetBucketLocationOutput>, Refusal> {
        let record = self.store.bucket(name).ok_or(Code::NoSuchBucket)?;
        let constraint = (record.region != US_EAST_1).then(|| record.region.into());
        Ok(S3Response::new(dto::GetBucketLocationOutput { location_constraint: constraint }))
    }

    pub(super) fn all_buckets(
        &self,
        input: dto::ListBucketsInput,
    ) -> Result<S3Response<dto::ListBucketsOutput>, Refusal> {
        let limit = match input.max_buckets {
            None => MOST_BUCKETS,
            Some(limit) => usize::try_from(limit)
                .ok()
                .filter(|limit| (1..=MOST_BUCKETS).contains(limit))
                .ok_or_else(|| {
                    Refusal::new(Code::InvalidArgument)
                        .message("Argument max-buckets must be an integer between 1 and 10000")
                })?,
        };
        let after = input.continuation_token.as_deref().map(read_token).transpose()?.unwrap_or_default();
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let mut found: Vec<(String, BucketRecord)> = self
            .store
            .buckets()
            .into_iter()
            .filter(|(name, _)| name.starts_with(prefix) && (after.is_empty() || *name > after))
            .filter(|(_, record)| input.bucket_region.as_ref().is_none_or(|region| *region == record.region))
            .collect();
        let is_truncated = found.len() > limit;
        found.truncate(limit);
        let token = found.last().filter(|_| is_truncated).map(|(name, _)| BASE64.encode(name));
        // S3 includes the region of a bucket only if the request has one of these parameters.
        let is_paged = input.max_buckets.is_some() || input.prefix.is_some() || input.bucket_region.is_some();
        let buckets = found
            .into_iter()
            .map(|(name, record)| dto::Bucket {
                bucket_region: is_paged.then_some(record.region),
                creation_date: Some(timestamp(record.created)),
                name: Some(name),
            })
            .collect();
        Ok(S3Response::new(dto::ListBucketsOutput {
            buckets: Some(buckets),
            continuation_token: token,
            owner: Some(owner()),
            prefix: input.prefix,
        }))
    }

    fn region_of_new_bucket(&self, constraint: Option<&str>) -> Result<String, Refusal> {
        let invalid = || Refusal::new(Code::InvalidLocationConstraint);
        match constraint.filter(|constraint| !constraint.is_empty()) {
            None if self.region == US_EAST_1 => Ok(self.region.clone()),
            None => Err(Code::IllegalLocationConstraintException.into()),
            // The region without a constraint. S3 rejects its name here.
            Some(US_EAST_1) => Err(invalid()),
            Some(constraint) if !is_region(constraint) => Err(invalid()),
            Some(constraint) if self.region != US_EAST_1 && constraint != self.region => {
                Err(Refusal::new(Code::IllegalLocationConstraintException).message(format!(
                    "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
                )))
            }
            Some(constraint) => Ok(constraint.to_owned()),
        }
    }
}

fn is_region(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text == "EU" || text.contains('-') && text.bytes().all(is_word)
}

fn read_token(token: &str) -> Result<String, Refusal> {
    let name = BASE64.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| {
        Refusal::new(Code::InvalidArgument).message("The continuation token provided is incorrect")
    })
}

const US_EAST_1: &str = "us-east-1";
const MOST_BUCKETS: usize = 10_000;
