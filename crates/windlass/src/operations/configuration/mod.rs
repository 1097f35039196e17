//! Configurations of buckets: documents that S3 keeps as subresources of a bucket. They are read, replaced and removed
//! as a whole.
//!
//! Each file declares one configuration: the methods of the client, the document and its shapes, and the names. This
//! file has the requests and responses that all configurations share.

mod cors;
mod encryption;
mod lifecycle;
mod public_access_block;
#[cfg(test)]
mod tests;

use std::fmt;
use std::marker::PhantomData;

use crate::operations::shared_setters::{HasChecksumAlgorithm, HasContentMd5};
use crate::operations::{Expectation, Operation};
use crate::protocol::{Document, Draft, Integrity, Response, Subresource, Target, xml};
use crate::types::{ChecksumAlgorithm, ResponseInfo};
use crate::{Error, ErrorKind, Result};

pub use cors::*;
pub use encryption::*;
pub use lifecycle::*;
pub use public_access_block::*;

/// A configuration of a bucket: one document that S3 keeps as a subresource.
///
/// Other crates can implement a configuration that windlass lacks and send it with
/// [`Client::send`](crate::Client::send); the guard on writes applies to it too. The trait may change before 1.0.
///
/// ```no_run
/// use windlass::operations::{BucketConfiguration, GetBucketConfiguration, PutBucketConfigurationOutput};
/// use windlass::protocol::{Document, Draft, Integrity, Response, Subresource};
/// use windlass::{Body, Client, Result};
///
/// /// The configuration of a website, as XML.
/// #[derive(Clone, Debug)]
/// struct Website(String);
///
/// impl Document for Website {
///     const ROOT: &'static str = "WebsiteConfiguration";
///
///     fn read(response: &Response) -> Result<Self> {
///         Ok(Self(String::from_utf8_lossy(response.body()).into_owned()))
///     }
///
///     fn write(&self, draft: &mut Draft<'_>, integrity: Integrity) {
///         draft.set_body(Body::from(self.0.clone()), integrity);
///     }
/// }
///
/// impl BucketConfiguration for Website {
///     type PutOutput = PutBucketConfigurationOutput;
///     const SUBRESOURCE: &'static Subresource =
///         &Subresource::new("website", Self::ROOT, "NoSuchWebsiteConfiguration");
///     const GET: &'static str = "GetBucketWebsite";
///     const PUT: &'static str = "PutBucketWebsite";
///     const DELETE: &'static str = "DeleteBucketWebsite";
/// }
///
/// # async fn example(client: Client) -> Result<()> {
/// let website = client.send(GetBucketConfiguration::<Website>::new("photos")).await?.configuration;
/// # Ok(())
/// # }
/// ```
pub trait BucketConfiguration: Document + Clone + fmt::Debug + Send + Sync + 'static {
    /// The response to a write.
    type PutOutput: WriteOutput;

    /// The subresource. A write is sent only if the service profile supports this subresource.
    const SUBRESOURCE: &'static Subresource;

    /// The API name of the read operation.
    const GET: &'static str;

    /// The API name of the write operation.
    const PUT: &'static str;

    /// The API name of the delete operation.
    const DELETE: &'static str;
}

/// The response to a write, for configurations with response headers of their own.
pub trait WriteOutput: Send + Sized + 'static {
    /// Reads the headers of the response, which has no body.
    fn from_response(response: &Response) -> Self;
}

/// Reads a configuration of a bucket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetBucketConfiguration<C> {
    /// The bucket.
    pub bucket: String,
    configuration: PhantomData<fn() -> C>,
}

/// A configuration of a bucket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetBucketConfigurationOutput<C> {
    /// The configuration.
    pub configuration: C,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

/// Replaces a configuration of a bucket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PutBucketConfiguration<C> {
    /// The bucket.
    pub bucket: String,
    /// The checksum algorithm for the document; the client's setting by default.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The configuration.
    pub configuration: C,
    /// The MD5 of the document in base64, in addition to the checksum.
    pub content_md5: Option<String>,
}

/// The response to a write of a configuration.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutBucketConfigurationOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
}

/// Removes a configuration of a bucket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeleteBucketConfiguration<C> {
    /// The bucket.
    pub bucket: String,
    configuration: PhantomData<fn() -> C>,
}

/// The response to the removal of a configuration.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteBucketConfigurationOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl<C> GetBucketConfiguration<C> {
    /// Reads a configuration of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), configuration: PhantomData }
    }
}

impl<C> PutBucketConfiguration<C> {
    /// Replaces a configuration of a bucket.
    pub fn new(bucket: impl Into<String>, configuration: C) -> Self {
        Self { bucket: bucket.into(), checksum_algorithm: None, configuration, content_md5: None }
    }
}

impl<C> DeleteBucketConfiguration<C> {
    /// Removes a configuration of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), configuration: PhantomData }
    }
}

impl<C: BucketConfiguration> Operation for GetBucketConfiguration<C> {
    type Output = GetBucketConfigurationOutput<C>;
    const NAME: &'static str = C::GET;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Bucket(&self.bucket));
        draft.set_subresource(C::SUBRESOURCE);
        draft
    }

    fn parse(&self, response: Response) -> Result<GetBucketConfigurationOutput<C>> {
        refuse_the_list::<C>(&response)?;
        Ok(GetBucketConfigurationOutput {
            configuration: C::read(&response)?,
            response: ResponseInfo::from_response(&response),
        })
    }
}

/// The error for a service that ignores the subresource and lists the bucket instead, as Swift does.
fn refuse_the_list<C: BucketConfiguration>(response: &Response) -> Result<()> {
    if xml::root_name(response.body()).is_none_or(|root| root != "ListBucketResult") {
        return Ok(());
    }
    let (operation, name) = (C::GET, C::SUBRESOURCE.name);
    let message =
        format!("this service does not support {operation}: it ignores ?{name} and lists the bucket instead");
    Err(Error::new(ErrorKind::NotImplemented, message).with_retry_class(None))
}

impl<C: BucketConfiguration> Operation for PutBucketConfiguration<C> {
    type Output = C::PutOutput;
    const NAME: &'static str = C::PUT;
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::Bucket(&self.bucket));
        draft.set_subresource(C::SUBRESOURCE);
        draft.set_header("content-md5", self.content_md5.as_deref());
        self.configuration.write(&mut draft, Integrity::required(self.checksum_algorithm.as_ref()));
        draft
    }

    fn parse(&self, response: Response) -> Result<C::PutOutput> {
        Ok(C::PutOutput::from_response(&response))
    }
}

impl<C: BucketConfiguration> Operation for DeleteBucketConfiguration<C> {
    type Output = DeleteBucketConfigurationOutput;
    const NAME: &'static str = C::DELETE;
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::delete(Target::Bucket(&self.bucket));
        draft.set_subresource(C::SUBRESOURCE);
        draft
    }

    fn parse(&self, response: Response) -> Result<DeleteBucketConfigurationOutput> {
        Ok(DeleteBucketConfigurationOutput { response: ResponseInfo::from_response(&response) })
    }
}

impl WriteOutput for PutBucketConfigurationOutput {
    fn from_response(response: &Response) -> Self {
        Self { response: ResponseInfo::from_response(response) }
    }
}

impl<C: BucketConfiguration> HasChecksumAlgorithm for PutBucketConfiguration<C> {
    fn checksum_algorithm_slot(&mut self) -> &mut Option<ChecksumAlgorithm> {
        &mut self.checksum_algorithm
    }
}

impl<C: BucketConfiguration> HasContentMd5 for PutBucketConfiguration<C> {
    fn content_md5_slot(&mut self) -> &mut Option<String> {
        &mut self.content_md5
    }
}
