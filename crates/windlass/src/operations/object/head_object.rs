//! `HeadObject`: reads the properties of an object without its content.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Response, Target};
use crate::types::{ObjectHead, ReadOptions};
use crate::{Client, Request, Result};

impl Client {
    /// Reads the properties of an object without its content.
    ///
    /// Responses to HEAD have no body, so the status alone decides: without permission to list the bucket, a missing
    /// object is [`AccessDenied`](crate::ErrorKind::AccessDenied).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let head = client.head_object("photos", "cat.jpg").await?;
    /// println!("{:?} bytes", head.content_length);
    /// # Ok(())
    /// # }
    /// ```
    pub fn head_object(&self, bucket: impl Into<String>, key: impl Into<String>) -> Request<HeadObject> {
        self.request(HeadObject::new(bucket, key))
    }
}

/// Reads the properties of an object without its content.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HeadObject {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version, range and conditions.
    pub options: ReadOptions,
}

impl HeadObject {
    /// Reads the properties of an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), ..Self::default() }
    }
}

has! { HeadObject {
    HasCustomerKey: options.customer_key,
    HasIfMatch: options.conditions.if_match,
    HasIfNoneMatch: options.conditions.if_none_match,
    HasVersionId: options.version_id,
    ReadsObject: options,
} }

impl Operation for HeadObject {
    type Output = ObjectHead;
    const NAME: &'static str = "HeadObject";
    const EXPECTS: Expectation = Expectation::Object;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::head(Target::object(&self.bucket, &self.key));
        self.options.write(&mut draft);
        draft
    }

    fn parse(&self, response: Response) -> Result<ObjectHead> {
        Ok(ObjectHead::from_response(&response))
    }
}
