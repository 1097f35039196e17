//! `ListBuckets`: lists the caller's buckets.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>

use std::borrow::Cow;
use std::time::SystemTime;

use crate::operations::{Operation, Paginated};
use crate::protocol::list_root::ListRoot;
use crate::protocol::xml::Element;
use crate::protocol::{Draft, Response, Target};
use crate::types::{Owner, ResponseInfo};
use crate::{Client, Request, Result};

impl Client {
    /// Lists the caller's buckets.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let mut buckets = client.list_buckets().items();
    /// while let Some(bucket) = buckets.try_next().await? {
    ///     println!("{}", bucket.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_buckets(&self) -> Request<ListBuckets> {
        self.request(ListBuckets::new())
    }
}

/// Lists the caller's buckets.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListBuckets {
    /// Only buckets in this region.
    pub bucket_region: Option<String>,
    /// The token of the preceding page.
    pub continuation_token: Option<String>,
    /// The maximum number of buckets per page, up to 10,000.
    pub max_buckets: Option<u32>,
    /// Only buckets whose names start with this prefix.
    pub prefix: Option<String>,
}

/// A page of buckets.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListBucketsOutput {
    /// The buckets.
    pub buckets: Vec<Bucket>,
    /// The token of the next page; None on the last page.
    pub continuation_token: Option<String>,
    /// The owner of the buckets.
    pub owner: Option<Owner>,
    /// The prefix of the request.
    pub prefix: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

/// A bucket in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bucket {
    /// The ARN of a directory bucket.
    pub bucket_arn: Option<String>,
    /// The region; only in paginated lists.
    pub bucket_region: Option<String>,
    /// The time of creation, or of some later changes to the bucket.
    pub creation_date: Option<SystemTime>,
    /// The value of `creation_date` on the wire, if it is not a valid date.
    pub creation_date_string: Option<String>,
    /// The name.
    pub name: String,
}

impl ListBuckets {
    /// Lists the caller's buckets.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Request<ListBuckets> {
    /// Lists only buckets in this region.
    pub fn bucket_region(self, region: impl Into<String>) -> Self {
        self.set(|operation| operation.bucket_region = Some(region.into()))
    }

    /// Continues after the page that returned this token.
    pub fn continuation_token(self, token: impl Into<String>) -> Self {
        self.set(|operation| operation.continuation_token = Some(token.into()))
    }

    /// Limits the number of buckets per page, up to 10,000.
    pub fn max_buckets(self, number: u32) -> Self {
        self.set(|operation| operation.max_buckets = Some(number))
    }

    /// Lists only buckets whose names start with this prefix.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        self.set(|operation| operation.prefix = Some(prefix.into()))
    }
}

impl Operation for ListBuckets {
    type Output = ListBucketsOutput;
    const NAME: &'static str = "ListBuckets";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Service);
        // A page has up to 10,000 buckets.
        draft.set_largest_response(16 << 20);
        draft.set_query("bucket-region", self.bucket_region.as_deref());
        draft.set_query("continuation-token", self.continuation_token.as_deref());
        draft.set_query("max-buckets", self.max_buckets.map(|number| number.to_string()));
        draft.set_query("prefix", self.prefix.as_deref());
        draft
    }

    fn parse(&self, response: Response) -> Result<ListBucketsOutput> {
        let root = response.xml_list(ListRoot::BUCKETS)?;
        let buckets = root.child("Buckets").into_iter().flat_map(|buckets| buckets.children("Bucket"));
        Ok(ListBucketsOutput {
            buckets: buckets.map(Bucket::from_element).collect::<Result<_>>()?,
            continuation_token: root.text_of("ContinuationToken"),
            owner: root.child("Owner").map(Owner::from_element),
            prefix: root.text_of("Prefix"),
            response: ResponseInfo::from_response(&response),
        })
    }
}

impl Paginated for ListBuckets {
    type Item = Bucket;

    fn items(page: ListBucketsOutput) -> Vec<Bucket> {
        page.buckets
    }

    fn is_empty(page: &ListBucketsOutput) -> bool {
        page.buckets.is_empty()
    }

    fn next(&self, page: &ListBucketsOutput) -> Result<Option<Self>> {
        let next = |token: &String| Self { continuation_token: Some(token.clone()), ..self.clone() };
        Ok(page.continuation_token.as_ref().map(next))
    }

    fn token(&self) -> Option<Cow<'_, str>> {
        self.continuation_token.as_deref().map(Cow::Borrowed)
    }
}

impl Bucket {
    fn from_element(element: &Element) -> Result<Self> {
        let (creation_date, creation_date_string) = element.time_of("CreationDate");
        Ok(Self {
            bucket_arn: element.text_of("BucketArn"),
            bucket_region: element.text_of("BucketRegion"),
            creation_date,
            creation_date_string,
            name: element.required("Name")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{self, MockTransport};

    const PAGE: &str = "<ListAllMyBucketsResult><Owner><ID>1</ID></Owner><Buckets><Bucket><Name>one</Name>\
        <CreationDate>2012-02-20T17:45:32.000Z</CreationDate></Bucket></Buckets>\
        <ContinuationToken>t+1</ContinuationToken></ListAllMyBucketsResult>";

    #[tokio::test]
    async fn pages_follow_the_token() {
        let transport = MockTransport::new();
        transport
            .response(200, PAGE)
            .response(200, "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>");
        let mut buckets = testing::client(&transport).list_buckets().max_buckets(1).items();
        assert_eq!(buckets.try_next().await.unwrap().unwrap().name, "one");
        assert!(buckets.try_next().await.unwrap().is_none());
        assert!(transport.requests()[1].url.ends_with("/?continuation-token=t%2B1&max-buckets=1"));
    }

    #[tokio::test]
    async fn a_repeated_token_ends_the_list() {
        let transport = MockTransport::new();
        transport.response(200, PAGE).repeat_last();
        let mut pages = testing::client(&transport).list_buckets().pages();
        assert!(pages.try_next().await.unwrap().is_some());
        let error = loop {
            match pages.try_next().await {
                Ok(page) => assert!(page.is_some(), "the error is due"),
                Err(error) => break error,
            }
        };
        assert!(error.message().contains("repeats"), "{error}");
    }
}
