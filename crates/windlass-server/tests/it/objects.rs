//! Objects: content, settings, conditions, ranges, copies, deletes.

use crate::signer::{Answer, Client, Draft, checksummed, client_with_bucket};

const MD5_OF_CONTENT: &str = "\"9a0364b9e99bb480dd25e1f0284c8555\"";

async fn client_with_object() -> Client {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "content").await.expect(200);
    client
}

async fn get(client: &Client, header: &str, value: &str) -> Answer {
    client.send(Draft::new("GET", "/bucket/key").header(header, value)).await
}

#[tokio::test]
async fn content_is_returned_with_its_etag_and_dates() {
    let client = client_with_object().await;
    let answer = client.call("GET", "/bucket/key").await.expect(200);
    assert_eq!(answer.text(), "content");
    assert_eq!(answer.header("etag"), MD5_OF_CONTENT);
    assert_eq!(answer.header("last-modified"), "Fri, 24 May 2013 00:00:00 GMT");
    assert_eq!(answer.header("content-length"), "7");
    assert_eq!(answer.header("content-type"), "binary/octet-stream");
    assert_eq!(answer.header("accept-ranges"), "bytes");
    assert_eq!(answer.header("date"), "Fri, 24 May 2013 00:00:00 GMT");
    let head = client.call("HEAD", "/bucket/key").await.expect(200);
    assert_eq!((head.header("content-length"), head.header("etag")), ("7", MD5_OF_CONTENT));
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn missing_buckets_and_missing_keys_have_different_errors() {
    let client = client_with_bucket().await;
    let answer = client.call("GET", "/bucket/a%20key").await.expect_error(404, "NoSuchKey");
    assert_eq!(answer.element("Key").as_deref(), Some("a key"));
    assert_eq!(answer.element("Resource").as_deref(), Some("/bucket/a%20key"));
    for method in ["GET", "PUT", "DELETE"] {
        let answer = client.call(method, "/missing/key").await.expect_error(404, "NoSuchBucket");
        assert_eq!(answer.element("BucketName").as_deref(), Some("missing"));
    }
    client.call("GET", "/missing?list-type=2").await.expect_error(404, "NoSuchBucket");
}

#[tokio::test]
async fn settings_are_returned_as_sent() {
    let client = client_with_bucket().await;
    let sent = [
        ("cache-control", "no-cache"),
        ("content-disposition", "attachment; filename=\"a b\""),
        ("content-encoding", "gzip"),
        ("content-language", "de"),
        ("content-type", "text/plain; charset=utf-8"),
        ("expires", "when it rains"),
        ("x-amz-meta-color", "a b"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-website-redirect-location", "/elsewhere"),
    ];
    let mut put = Draft::new("PUT", "/bucket/key").body("not really gzip").header("x-amz-tagging", "a=1&b=2");
    for (name, value) in sent {
        put = put.header(name, value);
    }
    client.send(put).await.expect(200);
    for method in ["GET", "HEAD"] {
        let answer = client.call(method, "/bucket/key").await.expect(200);
        for (name, value) in sent {
            assert_eq!(answer.header(name), value, "{method} {name}");
        }
        assert_eq!(answer.header("x-amz-tagging-count"), "2");
    }
}

#[tokio::test]
async fn non_ascii_metadata_is_returned_in_encoded_words() {
    let client = client_with_bucket().await;
    client.send(Draft::new("PUT", "/bucket/key").header("x-amz-meta-name", "Grüße")).await.expect(200);
    let answer = client.call("HEAD", "/bucket/key").await.expect(200);
    assert_eq!(answer.header("x-amz-meta-name"), "=?UTF-8?B?R3LDvMOfZQ==?=");
    let again = Draft::new("PUT", "/bucket/key").header("x-amz-meta-name", "=?UTF-8?B?R3LDvMOfZQ==?=");
    client.send(again).await.expect(200);
    let answer = client.call("HEAD", "/bucket/key").await.expect(200);
    assert_eq!(answer.header("x-amz-meta-name"), "=?UTF-8?B?R3LDvMOfZQ==?=");
}

#[tokio::test]
async fn invalid_settings_are_rejected() {
    let client = client_with_bucket().await;
    for (name, value, code) in [
        ("x-amz-meta-big", "x".repeat(2048), "MetadataTooLarge"),
        ("x-amz-storage-class", "COLD".into(), "InvalidStorageClass"),
        ("x-amz-website-redirect-location", "elsewhere".into(), "InvalidRedirectLocation"),
        ("x-amz-tagging", "a=1&a=2".into(), "InvalidArgument"),
    ] {
        client.send(Draft::new("PUT", "/bucket/key").header(name, value)).await.expect_error(400, code);
    }
}

#[tokio::test]
async fn an_upload_is_limited_to_5_gib() {
    let client = client_with_bucket().await;
    let mut request = Draft::new("PUT", "/bucket/key").payload("UNSIGNED-PAYLOAD").signed();
    request.headers_mut().insert("content-length", ((5_u64 << 30) + 1).into());
    let response = client.service.call(request).await.unwrap();
    let text = response.into_body().bytes().await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains("<Code>EntityTooLarge</Code>"));
}

#[tokio::test]
async fn keys_have_1_to_1024_bytes() {
    let client = client_with_bucket().await;
    client.put(&format!("/bucket/{}", "k".repeat(1024)), "").await.expect(200);
    let answer = client.put(&format!("/bucket/{}", "k".repeat(1025)), "").await;
    answer.expect_error(400, "KeyTooLongError");
}

#[tokio::test]
async fn reads_are_conditional() {
    let client = client_with_object().await;
    let earlier = "Thu, 23 May 2013 23:59:59 GMT";
    let same = "Fri, 24 May 2013 00:00:00 GMT";
    for (header, value, status) in [
        ("if-match", MD5_OF_CONTENT, 200),
        ("if-match", "*", 200),
        ("if-match", "\"other\"", 412),
        ("if-none-match", MD5_OF_CONTENT, 304),
        ("if-none-match", "\"other\"", 200),
        ("if-modified-since", earlier, 200),
        ("if-modified-since", same, 304),
        ("if-modified-since", "no date", 200),
        ("if-unmodified-since", earlier, 412),
        ("if-unmodified-since", same, 200),
    ] {
        let answer = get(&client, header, value).await;
        assert_eq!(answer.status, status, "{header}: {value}");
        if status == 304 {
            assert!(answer.body.is_empty());
            assert_eq!(answer.header("etag"), MD5_OF_CONTENT);
        }
        let head = client.send(Draft::new("HEAD", "/bucket/key").header(header, value)).await;
        assert_eq!(head.status, status, "HEAD {header}: {value}");
    }
}

#[tokio::test]
async fn a_condition_on_the_etag_overrides_the_one_on_the_date() {
    let client = client_with_object().await;
    let draft = |etag: (&str, &str), date: (&str, &str)| {
        Draft::new("GET", "/bucket/key").header(etag.0, etag.1).header(date.0, date.1)
    };
    let past = "Thu, 23 May 2013 00:00:00 GMT";
    let future = "Sat, 25 May 2013 00:00:00 GMT";
    client.send(draft(("if-match", MD5_OF_CONTENT), ("if-unmodified-since", past))).await.expect(200);
    client.send(draft(("if-none-match", "\"x\""), ("if-modified-since", future))).await.expect(200);
}

#[tokio::test]
async fn writes_are_conditional() {
    let client = client_with_bucket().await;
    let put = |name: &str, value: &str| Draft::new("PUT", "/bucket/key").header(name, value).body("content");
    client.send(put("if-match", "\"x\"")).await.expect_error(404, "NoSuchKey");
    client.send(put("if-none-match", "*")).await.expect(200);
    client.send(put("if-none-match", "*")).await.expect_error(412, "PreconditionFailed");
    client.send(put("if-none-match", "\"x\"")).await.expect_error(501, "NotImplemented");
    client.send(put("if-match", "\"x\"")).await.expect_error(412, "PreconditionFailed");
    client.send(put("if-match", "*")).await.expect_error(501, "NotImplemented");
    client.send(put("if-match", MD5_OF_CONTENT)).await.expect(200);
}

#[tokio::test]
async fn deletes_are_conditional_and_idempotent() {
    let client = client_with_object().await;
    let delete = |value: &str| Draft::new("DELETE", "/bucket/key").header("if-match", value);
    client.send(delete("\"x\"")).await.expect_error(412, "PreconditionFailed");
    client.send(delete(MD5_OF_CONTENT)).await.expect(204);
    client.send(delete(MD5_OF_CONTENT)).await.expect_error(404, "NoSuchKey");
    client.call("DELETE", "/bucket/key").await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_one_concurrent_create_succeeds() {
    let client = client_with_bucket().await;
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let client = client.clone();
            let put = Draft::new("PUT", "/bucket/key").header("if-none-match", "*").body(format!("{number}"));
            tokio::spawn(async move { client.send(put).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[tokio::test]
async fn ranges_select_bytes_of_the_content() {
    let client = client_with_object().await;
    for (range, part, content_range) in [
        ("bytes=0-2", "con", "bytes 0-2/7"),
        ("bytes=3-", "tent", "bytes 3-6/7"),
        ("bytes=-2", "nt", "bytes 5-6/7"),
        ("bytes=5-99", "nt", "bytes 5-6/7"),
    ] {
        let answer = get(&client, "range", range).await.expect(206);
        assert_eq!((answer.text().as_str(), answer.header("content-range")), (part, content_range));
        let head = client.send(Draft::new("HEAD", "/bucket/key").header("range", range)).await.expect(206);
        assert_eq!(head.header("content-range"), content_range);
    }
    get(&client, "range", "bytes=0-1,3-4").await.expect(200);
    let answer = get(&client, "range", "bytes=7-").await.expect_error(416, "InvalidRange");
    assert_eq!(answer.element("ActualObjectSize").as_deref(), Some("7"));
    assert_eq!(answer.header("content-range"), "bytes */7");
    client.put("/bucket/key", "").await.expect(200);
    get(&client, "range", "bytes=0-0").await.expect_error(416, "InvalidRange");
}

#[tokio::test]
async fn an_object_without_parts_has_part_1() {
    let client = client_with_object().await;
    let answer = client.call("GET", "/bucket/key?partNumber=1").await.expect(206);
    assert_eq!((answer.text().as_str(), answer.header("content-range")), ("content", "bytes 0-6/7"));
    client.call("GET", "/bucket/key?partNumber=2").await.expect_error(416, "InvalidPartNumber");
}

#[tokio::test]
async fn response_headers_can_be_overridden() {
    let client = client_with_object().await;
    let target = "/bucket/key?response-content-type=text%2Fplain&response-cache-control=no-store";
    for method in ["GET", "HEAD"] {
        let answer = client.call(method, target).await.expect(200);
        assert_eq!(
            (answer.header("content-type"), answer.header("cache-control")),
            ("text/plain", "no-store")
        );
    }
}

fn copy(source: &str, target: &str) -> Draft {
    Draft::new("PUT", target).header("x-amz-copy-source", source)
}

#[tokio::test]
async fn copies_keep_or_replace_settings() {
    let client = client_with_bucket().await;
    let put = Draft::new("PUT", "/bucket/a%20%2B%25//b").header("x-amz-meta-color", "red");
    client.send(put.header("x-amz-tagging", "a=1").body("content")).await.expect(200);
    let answer = client.send(copy("/bucket/a%20%2B%25%2F%2Fb", "/bucket/copy")).await.expect(200);
    assert_eq!(answer.element("ETag").unwrap().replace("&quot;", "\""), MD5_OF_CONTENT);
    let head = client.call("HEAD", "/bucket/copy").await.expect(200);
    assert_eq!((head.header("x-amz-meta-color"), head.header("x-amz-tagging-count")), ("red", "1"));

    let replace = copy("bucket/copy", "/bucket/copy").header("x-amz-metadata-directive", "REPLACE");
    client
        .send(replace.header("x-amz-meta-size", "5").header("content-type", "text/plain"))
        .await
        .expect(200);
    let answer = client.call("GET", "/bucket/copy").await.expect(200);
    assert_eq!((answer.header("x-amz-meta-size"), answer.header("x-amz-meta-color")), ("5", ""));
    assert_eq!((answer.header("content-type"), answer.text().as_str()), ("text/plain", "content"));
}

#[tokio::test]
async fn copies_without_a_change_or_source_are_rejected() {
    let client = client_with_object().await;
    client.send(copy("bucket/key", "/bucket/key")).await.expect_error(400, "InvalidRequest");
    let answer = client.send(copy("bucket/n%C3%B6ne", "/bucket/key")).await.expect_error(404, "NoSuchKey");
    assert_eq!(answer.element("Key").as_deref(), Some("nöne"));
    let answer = client.send(copy("missing/key", "/bucket/key")).await.expect_error(404, "NoSuchBucket");
    assert_eq!(answer.element("BucketName").as_deref(), Some("missing"));
    assert_eq!(answer.header("x-windlass-detail"), "", "an internal header");
}

#[tokio::test]
async fn copies_are_conditional_on_their_source() {
    let client = client_with_object().await;
    for (name, value, status) in [
        ("x-amz-copy-source-if-match", MD5_OF_CONTENT, 200),
        ("x-amz-copy-source-if-match", "\"x\"", 412),
        ("x-amz-copy-source-if-none-match", MD5_OF_CONTENT, 412),
        ("x-amz-copy-source-if-modified-since", "Fri, 24 May 2013 00:00:00 GMT", 412),
        ("x-amz-copy-source-if-unmodified-since", "Thu, 23 May 2013 00:00:00 GMT", 412),
        ("if-none-match", "*", 412),
    ] {
        let answer = client.send(copy("bucket/key", "/bucket/copy").header(name, value)).await;
        assert_eq!(answer.status, status, "{name} {value}");
    }
}

fn delete_many(document: &str) -> Draft {
    checksummed("POST", "/bucket?delete=", document)
}

#[tokio::test]
async fn a_batch_delete_reports_each_object() {
    let client = client_with_object().await;
    let odd = ["a\rb", "a&<b>\"'", "\u{1}", " a ", "ü"];
    for key in odd {
        client.put(&format!("/bucket/{}", crate::signer::path(key)), "").await.expect(200);
    }
    let document = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&#13;b</Key></Object><Object><Key>a&amp;&lt;b>\"'</Key></Object><Object><Key>&#x1;</Key></Object><Object><Key> a </Key></Object><Object><Key>ü</Key></Object><Object><Key>never there</Key></Object></Delete>";
    let answer = client.send(delete_many(document)).await.expect(200);
    assert_eq!(answer.elements("Deleted").len(), 6, "{}", answer.text());
    assert!(answer.text().contains("<Key>a&#xd;b</Key>") && answer.text().contains("<Key>&#x1;</Key>"));
    let left = client.call("GET", "/bucket?list-type=2").await.expect(200);
    assert_eq!(left.elements("Key"), ["key"]);
}

#[tokio::test]
async fn quiet_deletes_report_errors_only() {
    let client = client_with_object().await;
    let document = "<Delete><Quiet>true</Quiet><Object><Key>key</Key></Object><Object><Key>x</Key><VersionId>v1</VersionId></Object></Delete>";
    let answer = client.send(delete_many(document)).await.expect(200);
    assert!(answer.elements("Deleted").is_empty());
    assert_eq!(answer.elements("Code"), ["InvalidArgument"]);
    assert!(answer.element("RequestId").is_none(), "a result, not an error");
}

#[tokio::test]
async fn each_delete_in_a_batch_can_be_conditional() {
    let client = client_with_object().await;
    let object = |etag: &str| format!("<Object><Key>key</Key><ETag>{etag}</ETag></Object>");
    let answer = client.send(delete_many(&format!("<Delete>{}</Delete>", object("x")))).await.expect(200);
    assert_eq!(answer.elements("Code"), ["PreconditionFailed"]);
    let right = object(MD5_OF_CONTENT.trim_matches('"'));
    let answer = client.send(delete_many(&format!("<Delete>{right}{right}</Delete>"))).await.expect(200);
    assert_eq!(
        (answer.elements("Deleted").len(), answer.elements("Code")),
        (1, vec!["NoSuchKey".to_owned()])
    );
}

#[tokio::test]
async fn batches_need_a_checksum_and_1_to_1000_keys() {
    let client = client_with_object().await;
    let one = "<Delete><Object><Key>key</Key></Object></Delete>";
    client.send(Draft::new("POST", "/bucket?delete=").body(one)).await.expect_error(400, "InvalidRequest");
    let wrong =
        Draft::new("POST", "/bucket?delete=").body(one).header("content-md5", "CY9rzUYh03PK3k6DJie09g==");
    client.send(wrong).await.expect_error(400, "BadDigest");
    let document = format!("<Delete>{}</Delete>", "<Object><Key>k</Key></Object>".repeat(1001));
    client.send(delete_many(&document)).await.expect_error(400, "MalformedXML");
    client.send(delete_many("<Delete><Object></Delete>")).await.expect_error(400, "MalformedXML");
    client.call("HEAD", "/bucket/key").await.expect(200);
}
