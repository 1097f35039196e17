//! `GetObject`: reads an object or a range of it.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Response, Target};
use crate::types::{ObjectHead, ReadOptions};
use crate::{ByteStream, Client, Request, Result};

impl Client {
    /// Reads an object. The content is a stream, which is verified if S3 has a checksum of it.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let object = client.get_object("photos", "cat.jpg").range(0..1024).await?;
    /// println!("{:?}", object.head.content_type);
    /// let bytes = object.body.bytes().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_object(&self, bucket: impl Into<String>, key: impl Into<String>) -> Request<GetObject> {
        self.request(GetObject::new(bucket, key))
    }
}

/// Reads an object or a range of it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetObject {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version, range and conditions.
    pub options: ReadOptions,
}

/// An object with its content as a stream.
#[derive(Debug)]
#[non_exhaustive]
pub struct GetObjectOutput {
    /// The object's properties.
    pub head: ObjectHead,
    /// The content as stored; it is not decompressed.
    pub body: ByteStream,
}

impl GetObject {
    /// Reads a whole object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), ..Self::default() }
    }
}

has! { GetObject {
    HasCustomerKey: options.customer_key,
    HasIfMatch: options.conditions.if_match,
    HasIfNoneMatch: options.conditions.if_none_match,
    HasVersionId: options.version_id,
    ReadsObject: options,
} }

impl Operation for GetObject {
    type Output = GetObjectOutput;
    const NAME: &'static str = "GetObject";
    const EXPECTS: Expectation = Expectation::Object;
    const STREAMS: bool = true;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::object(&self.bucket, &self.key));
        self.options.write(&mut draft);
        draft.verify_content();
        draft
    }

    fn parse(&self, response: Response) -> Result<GetObjectOutput> {
        Ok(GetObjectOutput { head: ObjectHead::from_response(&response), body: response.into_stream() })
    }
}
