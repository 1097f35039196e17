//! `GetBucketLocation`: the region of a bucket in its legacy notation.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>

use crate::operations::Operation;
use crate::protocol::xml::Element;
use crate::protocol::{Draft, Response, Target};
use crate::types::ResponseInfo;
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Returns the region of a bucket. [`head_bucket`](Client::head_bucket) returns it too and needs fewer permissions.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// println!("{}", client.get_bucket_location("photos").await?.region());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_bucket_location(&self, bucket: impl Into<String>) -> Request<GetBucketLocation> {
        self.request(GetBucketLocation::new(bucket))
    }
}

/// Reads the region of a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetBucketLocation {
    /// The bucket.
    pub bucket: String,
}

/// The region of a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetBucketLocationOutput {
    /// The value on the wire: absent for us-east-1, `EU` for old buckets in eu-west-1.
    pub location_constraint: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl GetBucketLocation {
    /// Reads the region of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }
}

impl GetBucketLocationOutput {
    /// The current name of the region.
    pub fn region(&self) -> &str {
        match self.location_constraint.as_deref() {
            None => "us-east-1",
            Some("EU") => "eu-west-1",
            Some(region) => region,
        }
    }
}

impl Operation for GetBucketLocation {
    type Output = GetBucketLocationOutput;
    const NAME: &'static str = "GetBucketLocation";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Bucket(&self.bucket));
        draft.set_query("location", Some(""));
        draft
    }

    fn parse(&self, response: Response) -> Result<GetBucketLocationOutput> {
        let root = Element::parse(response.body())?;
        // Some services wrap the element; SeaweedFS wraps it in the root of `CreateBucket`.
        let element = root
            .child("LocationConstraint")
            .or_else(|| Some(&root).filter(|_| root.name() == "LocationConstraint"));
        let Some(element) = element else {
            let message = format!("expected a response <LocationConstraint>, got <{}>", root.name());
            return Err(Error::new(ErrorKind::InvalidResponse, message));
        };
        let text = element.text().trim();
        Ok(GetBucketLocationOutput {
            location_constraint: (!text.is_empty()).then(|| text.to_owned()),
            response: ResponseInfo::from_response(&response),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{self, MockTransport};

    #[tokio::test]
    async fn legacy_region_names_are_translated() {
        for (xml, region) in [
            ("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>", "us-east-1"),
            ("<LocationConstraint>EU</LocationConstraint>", "eu-west-1"),
            ("<X><LocationConstraint>eu-north-1</LocationConstraint></X>", "eu-north-1"),
            ("<LocationConstraint>eu-central-1</LocationConstraint>", "eu-central-1"),
        ] {
            let transport = MockTransport::new();
            transport.response(200, xml);
            let output = testing::client(&transport).get_bucket_location("photos").await.unwrap();
            assert_eq!(output.region(), region);
        }
    }
}
