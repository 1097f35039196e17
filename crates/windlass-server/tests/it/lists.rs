//! Listings of objects.

use crate::signer::{Answer, Client, client_with_bucket, path};

async fn client_with(keys: &[&str]) -> Client {
    let client = client_with_bucket().await;
    for key in keys {
        client.put(&format!("/bucket/{}", path(key)), "").await.expect(200);
    }
    client
}

async fn list(client: &Client, query: &str) -> Answer {
    client.call("GET", &format!("/bucket?list-type=2&{query}")).await.expect(200)
}

/// Returns the keys and prefixes of a page, in the order of the document.
fn entries(answer: &Answer) -> (Vec<String>, Vec<String>) {
    let prefixes = answer
        .elements("CommonPrefixes")
        .iter()
        .map(|text| text.replace("<Prefix>", "").replace("</Prefix>", ""))
        .collect();
    (answer.elements("Key"), prefixes)
}

/// Returns all pages of a ListObjectsV2 listing.
async fn pages(client: &Client, query: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let mut pages = Vec::new();
    let mut token = String::new();
    loop {
        let answer = list(client, &format!("{query}{token}")).await;
        pages.push(entries(&answer));
        if let Some(next) = answer.element("NextContinuationToken") {
            token = format!("&continuation-token={}", path(&next).replace('/', "%2F"));
        } else {
            assert_eq!(answer.element("IsTruncated").as_deref(), Some("false"));
            return pages;
        }
    }
}

fn page(keys: &[&str], prefixes: &[&str]) -> (Vec<String>, Vec<String>) {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    (owned(keys), owned(prefixes))
}

#[tokio::test]
async fn keys_are_listed_in_byte_order() {
    let client =
        client_with(&["b", "a/b", "a.", "a", "Z", "\u{ff5e}", "\u{1f600}", "é", "e\u{301}", "//", "/a"])
            .await;
    let answer = list(&client, "").await;
    let expected = ["//", "/a", "Z", "a", "a.", "a/b", "b", "e\u{301}", "é", "\u{ff5e}", "\u{1f600}"];
    assert_eq!(answer.elements("Key"), expected);
    assert_eq!(answer.element("KeyCount").as_deref(), Some("11"));
    assert_eq!(answer.element("Name").as_deref(), Some("bucket"));
}

#[tokio::test]
async fn entries_contain_all_fields() {
    let client = client_with(&["a"]).await;
    let answer = list(&client, "").await;
    assert_eq!(answer.element("LastModified").as_deref(), Some("2013-05-24T00:00:00.000Z"));
    assert_eq!(answer.element("Size").as_deref(), Some("0"));
    assert_eq!(answer.element("StorageClass").as_deref(), Some("STANDARD"));
    assert_eq!(answer.element("ChecksumAlgorithm").as_deref(), Some("CRC64NVME"));
    assert!(answer.element("ETag").unwrap().contains("d41d8cd98f00b204e9800998ecf8427e"));
    assert_eq!(answer.element("Owner"), None);
    assert!(list(&client, "fetch-owner=true").await.element("Owner").is_some());
}

#[tokio::test]
async fn a_prefix_is_listed_once_across_pages() {
    let client = client_with(&["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla"]).await;
    assert_eq!(
        pages(&client, "delimiter=%2F&max-keys=1").await,
        [page(&["asdf"], &[]), page(&[], &["boo/"]), page(&[], &["cquux/"])]
    );
    assert_eq!(
        pages(&client, "delimiter=%2F&max-keys=2").await,
        [page(&["asdf"], &["boo/"]), page(&[], &["cquux/"])]
    );
    assert_eq!(
        pages(&client, "delimiter=%2F&prefix=boo%2F&max-keys=1").await,
        [page(&["boo/bar"], &[]), page(&[], &["boo/baz/"])]
    );
}

#[tokio::test]
async fn a_delimiter_can_be_any_text() {
    let client = client_with(&["bar", "baz", "cab", "foo"]).await;
    assert_eq!(entries(&list(&client, "delimiter=a").await), page(&["foo"], &["ba", "ca"]));
    assert_eq!(entries(&list(&client, "delimiter=ar&prefix=b").await), page(&["baz"], &["bar"]));
    assert_eq!(entries(&list(&client, "delimiter=").await), page(&["bar", "baz", "cab", "foo"], &[]));
    let client = client_with(&["asdf/"]).await;
    assert_eq!(entries(&list(&client, "prefix=asdf%2F&delimiter=%2F").await), page(&["asdf/"], &[]));
}

#[tokio::test]
async fn a_listing_can_start_after_a_key() {
    let client = client_with(&["a", "b", "b/1", "b/2", "c"]).await;
    assert_eq!(list(&client, "start-after=b").await.elements("Key"), ["b/1", "b/2", "c"]);
    let answer = list(&client, "start-after=b%2F1&delimiter=%2F").await;
    assert_eq!(entries(&answer), page(&["c"], &["b/"]));
    assert_eq!(answer.element("StartAfter").as_deref(), Some("b/1"));
    assert_eq!(list(&client, "start-after=zzz").await.elements("Key").len(), 0);
    assert_eq!(list(&client, "start-after=a&prefix=c").await.elements("Key"), ["c"]);
}

#[tokio::test]
async fn max_keys_is_limited_to_1000() {
    let client = client_with(&["a", "b"]).await;
    let none = list(&client, "max-keys=0").await;
    assert_eq!((none.elements("Key").len(), none.element("IsTruncated").as_deref()), (0, Some("false")));
    assert_eq!(list(&client, "max-keys=5000").await.element("MaxKeys").as_deref(), Some("1000"));
    assert_eq!(list(&client, "max-keys=2").await.element("IsTruncated").as_deref(), Some("false"));
    for wrong in ["-1", "x"] {
        let answer = client.call("GET", &format!("/bucket?list-type=2&max-keys={wrong}")).await;
        answer.expect_error(400, "InvalidArgument");
    }
}

#[tokio::test]
async fn more_than_1000_keys_are_listed_in_pages() {
    let client = client_with_bucket().await;
    for number in 0..1500 {
        client.put(&format!("/bucket/{number:04}"), "").await.expect(200);
    }
    let sizes: Vec<usize> = pages(&client, "").await.iter().map(|(keys, _)| keys.len()).collect();
    assert_eq!(sizes, [1000, 500]);
}

#[tokio::test]
async fn keys_can_be_encoded_on_request() {
    let client = client_with(&["a b+c%/\u{1}\rü/x", "plain"]).await;
    let answer = list(&client, "encoding-type=url&prefix=a%20&delimiter=%0D&start-after=a%20").await;
    assert_eq!(entries(&answer), page(&[], &["a+b%2Bc%25/%01%0D"]));
    assert_eq!(answer.element("EncodingType").as_deref(), Some("url"));
    assert_eq!(answer.element("Delimiter").as_deref(), Some("%0D"));
    assert_eq!(answer.element("StartAfter").as_deref(), Some("a+"));
    assert!(answer.text().contains("<Prefix>a+</Prefix>"));
    let plain = list(&client, "").await;
    assert_eq!(plain.elements("Key"), ["a b+c%/&#x1;&#xd;ü/x", "plain"]);
    let answer = client.call("GET", "/bucket?list-type=2&encoding-type=base64").await;
    answer.expect_error(400, "InvalidArgument");
}

#[tokio::test]
async fn invalid_tokens_are_rejected() {
    let client = client_with(&["a"]).await;
    let answer = client.call("GET", "/bucket?list-type=2&continuation-token=a").await;
    answer.expect_error(400, "InvalidArgument");
}

#[tokio::test]
async fn list_objects_v1_pages_by_markers() {
    let client = client_with(&["a", "b/1", "b/2", "c"]).await;
    let list = async |query: &str| client.call("GET", &format!("/bucket?{query}")).await.expect(200);
    let first = list("max-keys=2&delimiter=%2F").await;
    assert_eq!(entries(&first), page(&["a"], &["b/"]));
    assert_eq!(first.element("NextMarker").as_deref(), Some("b/"));
    let second = list("max-keys=2&delimiter=%2F&marker=b%2F").await;
    assert_eq!(entries(&second), page(&["c"], &[]));
    let plain = list("max-keys=2").await;
    assert_eq!((plain.element("IsTruncated").as_deref(), plain.element("NextMarker")), (Some("true"), None));
    assert_eq!(list("marker=b%2F1").await.elements("Key"), ["b/2", "c"]);
}
