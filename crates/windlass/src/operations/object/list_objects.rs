//! `ListObjects`: version 1 of `ListObjectsV2`, for services without version 2.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>

use std::borrow::Cow;

use crate::operations::lists::ListPage;
use crate::operations::shared_setters::lists_objects;
use crate::operations::{Operation, Paginated, next_page};
use crate::protocol::{Draft, Response, Target};
use crate::types::{EncodingType, Object, OptionalObjectAttributes, ResponseInfo};
use crate::{Client, Request, Result};

impl Client {
    /// Lists the objects of a bucket with version 1 of the API. Use it only for services without
    /// [`list_objects_v2`](Self::list_objects_v2).
    pub fn list_objects(&self, bucket: impl Into<String>) -> Request<ListObjects> {
        self.request(ListObjects::new(bucket))
    }
}

/// Lists the objects of a bucket with version 1 of the API.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListObjects {
    /// The bucket.
    pub bucket: String,
    /// The delimiter: keys with the same text between the prefix and the delimiter become one common prefix.
    pub delimiter: Option<String>,
    /// The encoding of keys on the wire; windlass decodes them. `url` by default, because XML cannot represent every
    /// key; None for services without support for it.
    pub encoding_type: Option<EncodingType>,
    /// Only keys after this one.
    pub marker: Option<String>,
    /// The maximum number of keys and common prefixes per page, up to 1,000.
    pub max_keys: Option<u32>,
    /// Optional attributes to return for each object.
    pub optional_object_attributes: Vec<OptionalObjectAttributes>,
    /// Only keys that start with this prefix.
    pub prefix: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListObjectsOutput {
    /// The common prefixes, if the request has a delimiter.
    pub common_prefixes: Vec<String>,
    /// The objects.
    pub contents: Vec<Object>,
    /// The delimiter of the request.
    pub delimiter: Option<String>,
    /// The encoding of keys on the wire; the fields hold decoded keys.
    pub encoding_type: Option<EncodingType>,
    /// Whether more pages follow.
    pub is_truncated: Option<bool>,
    /// The marker of the request.
    pub marker: Option<String>,
    /// The maximum number of keys and common prefixes per page.
    pub max_keys: Option<u32>,
    /// The bucket.
    pub name: Option<String>,
    /// The marker of the next page. S3 sends it only for requests with a delimiter: see
    /// [`next_place`](Self::next_place).
    pub next_marker: Option<String>,
    /// The prefix of the request.
    pub prefix: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl ListObjects {
    /// Lists all objects of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            delimiter: None,
            encoding_type: Some(EncodingType::Url),
            marker: None,
            max_keys: None,
            optional_object_attributes: Vec::new(),
            prefix: None,
        }
    }
}

impl ListObjectsOutput {
    /// The start of the next page: the last key; on a page with common prefixes the marker of the response, or else the
    /// last key or prefix.
    pub fn next_place(&self) -> Option<&str> {
        let marker = self.next_marker.as_deref();
        let last_key = self.contents.last().map(|object| object.key.as_str());
        if self.common_prefixes.is_empty() {
            // The marker equals the last key here, but SeaweedFS does not encode it.
            last_key.or(marker)
        } else {
            marker.or(last_key.max(self.common_prefixes.last().map(String::as_str)))
        }
    }
}

impl Request<ListObjects> {
    /// Lists only keys after this one.
    pub fn marker(self, key: impl Into<String>) -> Self {
        self.set(|operation| operation.marker = Some(key.into()))
    }
}

lists_objects! { ListObjects }

impl Operation for ListObjects {
    type Output = ListObjectsOutput;
    const NAME: &'static str = "ListObjects";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Bucket(&self.bucket));
        // A page has up to 1,000 keys of 1 KiB with every byte escaped; other services send more.
        draft.set_largest_response(64 << 20);
        draft.set_query("delimiter", self.delimiter.as_deref());
        draft.set_query("encoding-type", self.encoding_type.as_ref().map(EncodingType::as_str));
        draft.set_query("marker", self.marker.as_deref());
        draft.set_query("max-keys", self.max_keys.map(|number| number.to_string()));
        draft.set_query("prefix", self.prefix.as_deref());
        let attributes = self.optional_object_attributes.iter().map(OptionalObjectAttributes::as_str);
        draft.set_word_list("x-amz-optional-object-attributes", attributes);
        draft
    }

    fn parse(&self, response: Response) -> Result<ListObjectsOutput> {
        let page = ListPage::parse(response.body())?;
        Ok(ListObjectsOutput {
            common_prefixes: page.common_prefixes,
            contents: page.contents,
            delimiter: page.delimiter,
            encoding_type: page.encoding_type,
            is_truncated: page.is_truncated,
            marker: page.marker,
            max_keys: page.max_keys,
            name: page.name,
            next_marker: page.next_marker,
            prefix: page.prefix,
            response: ResponseInfo::from_response(&response),
        })
    }
}

impl Paginated for ListObjects {
    type Item = Object;

    fn items(page: ListObjectsOutput) -> Vec<Object> {
        page.contents
    }

    fn is_empty(page: &ListObjectsOutput) -> bool {
        page.contents.is_empty() && page.common_prefixes.is_empty()
    }

    fn next(&self, page: &ListObjectsOutput) -> Result<Option<Self>> {
        let place = page.next_place().map(str::to_owned);
        next_page(page.is_truncated, place, |marker| Self { marker: Some(marker), ..self.clone() })
    }

    fn token(&self) -> Option<Cow<'_, str>> {
        self.marker.as_deref().map(Cow::Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{self, MockTransport};

    #[tokio::test]
    async fn pages_follow_the_marker_or_else_the_last_key() {
        let transport = MockTransport::new();
        let page = |inside: &str| {
            format!("<ListBucketResult><IsTruncated>true</IsTruncated>{inside}</ListBucketResult>")
        };
        transport.response(
            200,
            page(
                "<NextMarker>b%2F</NextMarker><EncodingType>url</EncodingType><Contents><Key>a+b</Key></Contents>\
                 <CommonPrefixes><Prefix>b%2F</Prefix></CommonPrefixes>",
            ),
        );
        transport.response(
            200,
            page("<Contents><Key>c</Key></Contents><CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>"),
        );
        transport.response(
            200,
            page(
                "<NextMarker>e +</NextMarker><EncodingType>url</EncodingType><Contents><Key>e+%2B</Key></Contents>",
            ),
        );
        transport.response(200, "<ListBucketResult/>");
        let mut objects = testing::client(&transport).list_objects("photos").delimiter("/").items();
        let mut keys = Vec::new();
        while let Some(object) = objects.try_next().await.unwrap() {
            keys.push(object.key);
        }
        assert_eq!(keys, ["a b", "c", "e +"]);
        let requests = transport.requests();
        assert!(requests[0].url.ends_with("/?delimiter=%2F&encoding-type=url"), "{}", requests[0].url);
        assert!(requests[1].url.contains("&marker=b%2F"), "{}", requests[1].url);
        assert!(requests[2].url.contains("&marker=d%2F"), "{}", requests[2].url);
        assert!(requests[3].url.contains("&marker=e%20%2B"), "{}", requests[3].url);
    }
}
