//! `ListObjectsV2`: lists the objects of a bucket, sorted by the bytes of their keys.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use std::borrow::Cow;

use crate::operations::lists::ListPage;
use crate::operations::shared_setters::lists_objects;
use crate::operations::{Operation, Paginated, next_page};
use crate::protocol::{Draft, Response, Target};
use crate::types::{EncodingType, Object, OptionalObjectAttributes, ResponseInfo};
use crate::{Client, Request, Result};

impl Client {
    /// Lists the objects of a bucket: [`items`](Request::items) returns all objects, [`pages`](Request::pages) all
    /// pages, `.await` one page.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let mut objects = client.list_objects_v2("photos").prefix("2026/").items();
    /// while let Some(object) = objects.try_next().await? {
    ///     println!("{} {:?}", object.key, object.size);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_objects_v2(&self, bucket: impl Into<String>) -> Request<ListObjectsV2> {
        self.request(ListObjectsV2::new(bucket))
    }
}

/// Lists the objects of a bucket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListObjectsV2 {
    /// The bucket.
    pub bucket: String,
    /// The token of the preceding page.
    pub continuation_token: Option<String>,
    /// The delimiter: keys with the same text between the prefix and the delimiter become one common prefix.
    pub delimiter: Option<String>,
    /// The encoding of keys on the wire; windlass decodes them. `url` by default, because XML cannot represent every
    /// key; None for services without support for it.
    pub encoding_type: Option<EncodingType>,
    /// Whether the response includes the owners of the objects.
    pub fetch_owner: Option<bool>,
    /// The maximum number of keys and common prefixes per page, up to 1,000.
    pub max_keys: Option<u32>,
    /// Optional attributes to return for each object.
    pub optional_object_attributes: Vec<OptionalObjectAttributes>,
    /// Only keys that start with this prefix.
    pub prefix: Option<String>,
    /// Only keys after this one.
    pub start_after: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListObjectsV2Output {
    /// The common prefixes, if the request has a delimiter.
    pub common_prefixes: Vec<String>,
    /// The objects.
    pub contents: Vec<Object>,
    /// The token of the request.
    pub continuation_token: Option<String>,
    /// The delimiter of the request.
    pub delimiter: Option<String>,
    /// The encoding of keys on the wire; the fields hold decoded keys.
    pub encoding_type: Option<EncodingType>,
    /// Whether more pages follow.
    pub is_truncated: Option<bool>,
    /// The number of keys and common prefixes in this page.
    pub key_count: Option<u32>,
    /// The maximum number of keys and common prefixes per page.
    pub max_keys: Option<u32>,
    /// The bucket.
    pub name: Option<String>,
    /// The token of the next page.
    pub next_continuation_token: Option<String>,
    /// The prefix of the request.
    pub prefix: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The key after which the list starts.
    pub start_after: Option<String>,
}

impl ListObjectsV2 {
    /// Lists all objects of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            continuation_token: None,
            delimiter: None,
            encoding_type: Some(EncodingType::Url),
            fetch_owner: None,
            max_keys: None,
            optional_object_attributes: Vec::new(),
            prefix: None,
            start_after: None,
        }
    }
}

impl Request<ListObjectsV2> {
    /// Continues after the page that returned this token.
    pub fn continuation_token(self, token: impl Into<String>) -> Self {
        self.set(|operation| operation.continuation_token = Some(token.into()))
    }

    /// Includes the owners of the objects in the response.
    pub fn fetch_owner(self, fetch: bool) -> Self {
        self.set(|operation| operation.fetch_owner = Some(fetch))
    }

    /// Lists only keys after this one.
    pub fn start_after(self, key: impl Into<String>) -> Self {
        self.set(|operation| operation.start_after = Some(key.into()))
    }
}

lists_objects! { ListObjectsV2 }

impl Operation for ListObjectsV2 {
    type Output = ListObjectsV2Output;
    const NAME: &'static str = "ListObjectsV2";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Bucket(&self.bucket));
        // A page has up to 1,000 keys of 1 KiB with every byte escaped; other services send more.
        draft.set_largest_response(64 << 20);
        draft.set_query("list-type", Some("2"));
        draft.set_query("continuation-token", self.continuation_token.as_deref());
        draft.set_query("delimiter", self.delimiter.as_deref());
        draft.set_query("encoding-type", self.encoding_type.as_ref().map(EncodingType::as_str));
        draft.set_query("fetch-owner", self.fetch_owner.map(|fetch| fetch.to_string()));
        draft.set_query("max-keys", self.max_keys.map(|number| number.to_string()));
        draft.set_query("prefix", self.prefix.as_deref());
        draft.set_query("start-after", self.start_after.as_deref());
        let attributes = self.optional_object_attributes.iter().map(OptionalObjectAttributes::as_str);
        draft.set_word_list("x-amz-optional-object-attributes", attributes);
        draft
    }

    fn parse(&self, response: Response) -> Result<ListObjectsV2Output> {
        let page = ListPage::parse(response.body())?;
        Ok(ListObjectsV2Output {
            common_prefixes: page.common_prefixes,
            contents: page.contents,
            continuation_token: page.continuation_token,
            delimiter: page.delimiter,
            encoding_type: page.encoding_type,
            is_truncated: page.is_truncated,
            key_count: page.key_count,
            max_keys: page.max_keys,
            name: page.name,
            next_continuation_token: page.next_continuation_token,
            prefix: page.prefix,
            response: ResponseInfo::from_response(&response),
            start_after: page.start_after,
        })
    }
}

impl Paginated for ListObjectsV2 {
    type Item = Object;

    fn items(page: ListObjectsV2Output) -> Vec<Object> {
        page.contents
    }

    fn is_empty(page: &ListObjectsV2Output) -> bool {
        page.contents.is_empty() && page.common_prefixes.is_empty()
    }

    fn next(&self, page: &ListObjectsV2Output) -> Result<Option<Self>> {
        let token = page.next_continuation_token.as_ref();
        // A service that sends a token without `IsTruncated` has another page.
        next_page(page.is_truncated.or(token.map(|_| true)), token, |token| Self {
            continuation_token: Some(token.clone()),
            ..self.clone()
        })
    }

    fn token(&self) -> Option<Cow<'_, str>> {
        self.continuation_token.as_deref().map(Cow::Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use crate::ErrorKind;
    use crate::testing::{self, MockTransport};
    use crate::types::OptionalObjectAttributes;

    fn page(keys: &[&str], next: Option<&str>) -> String {
        let contents: String =
            keys.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
        let next = next.map_or_else(String::new, |token| {
            format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>")
        });
        format!("<ListBucketResult>{contents}{next}</ListBucketResult>")
    }

    #[tokio::test]
    async fn members_are_query_parameters() {
        let transport = MockTransport::new();
        transport.response(200, page(&[], None));
        let request = testing::client(&transport)
            .list_objects_v2("photos")
            .delimiter("/")
            .prefix("a b/")
            .max_keys(5)
            .start_after("é")
            .optional_object_attributes([OptionalObjectAttributes::RestoreStatus]);
        request.await.unwrap();
        let request = &transport.requests()[0];
        let query =
            "?delimiter=%2F&encoding-type=url&list-type=2&max-keys=5&prefix=a%20b%2F&start-after=%C3%A9";
        assert!(request.url.ends_with(query), "{}", request.url);
        assert_eq!(request.header("x-amz-optional-object-attributes"), "RestoreStatus");
    }

    #[tokio::test]
    async fn items_continue_over_empty_pages() {
        let transport = MockTransport::new();
        transport
            .response(200, page(&["a"], Some("1")))
            .response(200, page(&[], Some("2")))
            .response(200, page(&["b"], None));
        let mut items = testing::client(&transport).list_objects_v2("photos").items();
        let mut keys = Vec::new();
        while let Some(object) = items.try_next().await.unwrap() {
            keys.push(object.key);
        }
        assert_eq!(keys, ["a", "b"]);
        assert!(transport.requests()[2].url.contains("continuation-token=2"));
    }

    #[tokio::test]
    async fn an_endless_list_is_an_error() {
        let truncated = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>".to_owned();
        let alternating =
            [page(&["a"], Some("1")), page(&["b"], Some("2"))].into_iter().cycle().take(20).collect();
        for pages in [vec![page(&["a"], Some("1")); 9], alternating, vec![truncated]] {
            let transport = MockTransport::new();
            pages.into_iter().for_each(|page| {
                transport.response(200, page);
            });
            let mut items = testing::client(&transport).list_objects_v2("photos").items();
            let error = loop {
                match items.try_next().await {
                    Ok(item) => assert!(item.is_some(), "the error is due"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.operation(), Some("ListObjectsV2"));
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
            assert!(items.try_next().await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn a_truncated_page_is_requested_again() {
        let transport = MockTransport::new();
        transport
            .response(200, "<ListBucketResult><Contents><Key>a</Key>")
            .response(200, page(&["a", "b"], None));
        let page = testing::client(&transport).list_objects_v2("photos").await.unwrap();
        assert_eq!(page.contents.len(), 2);
    }
}
