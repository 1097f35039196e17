//! `CreateBucket`: creates a bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>

use crate::operations::{Expectation, Operation, Reconcile};
use crate::protocol::address::is_arn;
use crate::protocol::xml::XmlWriter;
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{
    BucketCannedAcl, BucketNamespace, BucketType, DataRedundancy, Grants, LocationType, ObjectOwnership,
    ResponseInfo, Tag, TagLimit,
};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Creates a bucket in the client's region.
    ///
    /// S3 requires the region in the request outside of us-east-1 and rejects it for us-east-1; on AWS windlass sets it
    /// accordingly. For other services that require it, set [`location_constraint`](Request::location_constraint).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.create_bucket("photos").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_bucket(&self, bucket: impl Into<String>) -> Request<CreateBucket> {
        let mut operation = CreateBucket::new(bucket);
        if self.endpoint().is_none() && self.region() != "us-east-1" {
            operation.location_constraint = Some(self.region().to_owned());
        }
        self.request(operation)
    }
}

/// Creates a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CreateBucket {
    /// The canned access control list.
    pub acl: Option<BucketCannedAcl>,
    /// The bucket.
    pub bucket: String,
    /// The namespace in which the name is unique.
    pub bucket_namespace: Option<BucketNamespace>,
    /// The settings of a directory bucket.
    pub directory: Option<DirectoryBucket>,
    /// Explicit grants to accounts and groups.
    pub grants: Grants,
    /// The region; must be absent for us-east-1.
    pub location_constraint: Option<String>,
    /// Whether object lock is enabled for the bucket.
    pub object_lock_enabled_for_bucket: Option<bool>,
    /// The ownership of objects that other accounts upload.
    pub object_ownership: Option<ObjectOwnership>,
    /// The bucket's tags, up to 50.
    pub tags: Vec<Tag>,
}

/// The settings of a new directory bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DirectoryBucket {
    /// The type of bucket.
    pub bucket_type: Option<BucketType>,
    /// The data redundancy.
    pub data_redundancy: Option<DataRedundancy>,
    /// The id of the zone.
    pub location_name: Option<String>,
    /// The type of zone.
    pub location_type: Option<LocationType>,
}

/// The response to `CreateBucket`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CreateBucketOutput {
    /// The ARN of a directory bucket.
    pub bucket_arn: Option<String>,
    /// The path or URL of the bucket.
    pub location: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl CreateBucket {
    /// Creates a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }

    fn has_configuration(&self) -> bool {
        self.location_constraint.is_some() || self.directory.is_some() || !self.tags.is_empty()
    }
}

impl Request<CreateBucket> {
    /// Sets the canned access control list.
    pub fn bucket_acl(self, acl: impl Into<BucketCannedAcl>) -> Self {
        self.set(|operation| operation.acl = Some(acl.into()))
    }

    /// Sets explicit grants.
    pub fn bucket_grants(self, grants: Grants) -> Self {
        self.set(|operation| operation.grants = grants)
    }

    /// Sets the namespace in which the name is unique.
    pub fn bucket_namespace(self, namespace: impl Into<BucketNamespace>) -> Self {
        self.set(|operation| operation.bucket_namespace = Some(namespace.into()))
    }

    /// Creates a directory bucket with these settings.
    pub fn directory(self, directory: DirectoryBucket) -> Self {
        self.set(|operation| operation.directory = Some(directory))
    }

    /// Sets the region; must not be called for us-east-1.
    pub fn location_constraint(self, region: impl Into<String>) -> Self {
        self.set(|operation| operation.location_constraint = Some(region.into()))
    }

    /// Enables object lock for the bucket.
    pub fn object_lock_enabled_for_bucket(self, enabled: bool) -> Self {
        self.set(|operation| operation.object_lock_enabled_for_bucket = Some(enabled))
    }

    /// Sets the ownership of objects that other accounts upload.
    pub fn object_ownership(self, ownership: impl Into<ObjectOwnership>) -> Self {
        self.set(|operation| operation.object_ownership = Some(ownership.into()))
    }

    /// Adds a tag.
    pub fn tag(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(|operation| operation.tags.push(Tag::new(key, value)))
    }
}

impl Operation for CreateBucket {
    type Output = CreateBucketOutput;
    const NAME: &'static str = "CreateBucket";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::Bucket(&self.bucket));
        draft.keep_region();
        if is_arn(&self.bucket) {
            let message = format!("{:?} is an ARN: pass the name of the new bucket", self.bucket);
            draft.refuse(Error::new(ErrorKind::InvalidBucketName, message));
        }
        if let Err(error) = TagLimit::Bucket.check(&self.tags) {
            draft.refuse(error);
        }
        draft.set_header("x-amz-acl", self.acl.as_ref().map(BucketCannedAcl::as_str));
        draft.set_header(
            "x-amz-bucket-namespace",
            self.bucket_namespace.as_ref().map(BucketNamespace::as_str),
        );
        draft.set_header(
            "x-amz-bucket-object-lock-enabled",
            self.object_lock_enabled_for_bucket.map(|enabled| enabled.to_string()),
        );
        draft.set_header(
            "x-amz-object-ownership",
            self.object_ownership.as_ref().map(ObjectOwnership::as_str),
        );
        self.grants.write(&mut draft);
        if self.has_configuration() {
            draft.set_xml(self.configuration(), Integrity::None);
        }
        draft
    }

    fn parse(&self, response: Response) -> Result<CreateBucketOutput> {
        Ok(CreateBucketOutput {
            bucket_arn: response.text("x-amz-bucket-arn"),
            location: response.text("location"),
            response: ResponseInfo::from_response(&response),
        })
    }

    fn reconcile(&self, refusal: &Error) -> Reconcile<CreateBucketOutput> {
        // A bucket that the caller owns can only come from an earlier attempt by the caller.
        if refusal.kind() == ErrorKind::BucketAlreadyOwnedByYou {
            Reconcile::Done(CreateBucketOutput::default())
        } else {
            Reconcile::None
        }
    }
}

impl CreateBucket {
    fn configuration(&self) -> XmlWriter {
        let mut xml = XmlWriter::new("CreateBucketConfiguration");
        xml.text("LocationConstraint", self.location_constraint.as_deref());
        if let Some(directory) = &self.directory {
            xml.open("Location");
            xml.text("Type", directory.location_type.as_ref().map(LocationType::as_str));
            xml.text("Name", directory.location_name.as_deref());
            xml.close("Location");
            xml.open("Bucket");
            xml.text("DataRedundancy", directory.data_redundancy.as_ref().map(DataRedundancy::as_str));
            xml.text("Type", directory.bucket_type.as_ref().map(BucketType::as_str));
            xml.close("Bucket");
        }
        if !self.tags.is_empty() {
            xml.open("Tags");
            Tag::write_all(&self.tags, &mut xml);
            xml.close("Tags");
        }
        xml
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{self, MockTransport};

    #[tokio::test]
    async fn the_region_is_sent_except_for_us_east_1() {
        for (region, body) in [
            ("us-east-1", ""),
            (
                "eu-west-1",
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
            ),
        ] {
            let transport = MockTransport::new();
            transport.response(200, "");
            let client = testing::client_builder(&transport).region(region).build().unwrap();
            client.create_bucket("photos").await.unwrap();
            assert_eq!(transport.requests()[0].body, body);
        }
    }
}
