//! Partial reads: ranges from either end, parts of uploads, empty objects.

use windlass::ErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::types::ByteRange;

use crate::server::start;

#[tokio::test]
async fn an_object_is_read_from_either_end() {
    let (_server, client) = start().await;
    client.put_object("photos", "k", "0123456789").await.unwrap();
    for (range, text, shown) in [
        (ByteRange::from(2..5), "234", "bytes 2-4/10"),
        (ByteRange::from(2..=5), "2345", "bytes 2-5/10"),
        (ByteRange::from(7..), "789", "bytes 7-9/10"),
        (ByteRange::from(7..100), "789", "bytes 7-9/10"),
        (ByteRange::last(3), "789", "bytes 7-9/10"),
        (ByteRange::last(100), "0123456789", "bytes 0-9/10"),
    ] {
        let object = client.get_object("photos", "k").range(range.clone()).await.unwrap();
        assert_eq!(object.head.content_range.as_deref(), Some(shown));
        assert_eq!(object.head.object_size(), Some(10));
        assert_eq!(object.body.text().await.unwrap(), text, "{range}");
    }
    let error = client.get_object("photos", "k").range(10..).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRange, Some(416)));
}

#[tokio::test]
async fn an_empty_object_has_no_first_byte_but_a_first_part() {
    let (_server, client) = start().await;
    client.put_object("photos", "k", "").await.unwrap();
    for range in [ByteRange::from(0..), ByteRange::from(0..10), ByteRange::last(0)] {
        let error = client.get_object("photos", "k").range(range.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRange, "{range}");
        assert!(!error.is_retryable());
    }
    let last = client.get_object("photos", "k").range(ByteRange::last(5)).await.unwrap();
    assert_eq!((last.head.content_length, last.head.content_range), (Some(0), None));
    assert_eq!(last.body.bytes().await.unwrap(), "");
    let part = client.get_object("photos", "k").part_number(1).await.unwrap();
    assert_eq!(part.body.bytes().await.unwrap(), "");
    assert_eq!(client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap(), "");
}

#[tokio::test]
async fn a_part_of_an_upload_is_read_by_its_number() {
    let (_server, client) = start().await;
    let upload = client.create_multipart_upload("photos", "k").await.unwrap().upload_id;
    let mut parts = Vec::new();
    for (number, content) in [(1, vec![b'a'; 5 << 20]), (2, b"bc".to_vec())] {
        let part = client.upload_part("photos", "k", &upload, number, content).await.unwrap();
        parts.push(part.completed(number));
    }
    client.complete_multipart_upload("photos", "k", &upload, parts).await.unwrap();
    let head = client.head_object("photos", "k").part_number(2).await.unwrap();
    assert_eq!(
        (head.parts_count, head.content_length, head.object_size()),
        (Some(2), Some(2), Some(5 * (1 << 20) + 2))
    );
    let part = client.get_object("photos", "k").part_number(2).await.unwrap();
    assert_eq!(part.body.text().await.unwrap(), "bc");
    let error = client.get_object("photos", "k").part_number(3).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRange);
}

#[tokio::test]
async fn a_range_outside_the_object_is_not_retried() {
    let transport = MockTransport::new();
    transport.response(416, "<Error><Code>InvalidRange</Code><Message>m</Message></Error>");
    let error = testing::client(&transport).get_object("photos", "k").range(5..).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRange);
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn a_response_must_match_the_requested_range() {
    let asked = async |range: ByteRange, status: u16, shown: Option<&str>, content: &str| {
        let transport = MockTransport::new();
        let length = content.len().to_string();
        let mut headers = vec![("content-length", length.as_str())];
        headers.extend(shown.map(|shown| ("content-range", shown)));
        transport.reply_with(status, &headers, content.to_owned());
        let object = testing::client(&transport).get_object("photos", "k").range(range).await;
        object.map(|_| ()).map_err(|error| error.kind())
    };
    let (all, first, last) = (ByteRange::from(0..), ByteRange::from(0..3), ByteRange::last(3));
    let fits = [
        (first.clone(), 206, Some("bytes 0-2/9"), "abc"),
        (first.clone(), 206, Some("bytes 0-1/2"), "ab"),
        (first.clone(), 206, Some("bytes 0-2/*"), "abc"),
        (first.clone(), 200, None, "abc"),
        (first.clone(), 200, None, "ab"),
        (last.clone(), 206, Some("bytes 6-8/9"), "abc"),
        (last.clone(), 200, None, "ab"),
        (all.clone(), 206, Some("bytes 0-8/9"), "abcdefghi"),
        (all.clone(), 200, None, ""),
        // Any range of an empty object is the whole object. object_store#846
        (first.clone(), 200, None, ""),
        (last.clone(), 200, None, ""),
        (ByteRange::from(5..), 200, None, ""),
        (ByteRange::from(5..=9), 200, None, ""),
        // For several ranges S3 returns the whole object, and other services return a multipart response.
        (ByteRange::from("bytes=0-0,2-2"), 200, None, "abc"),
        (ByteRange::from("bytes=0-0,2-2"), 206, None, "--x"),
    ];
    for (range, status, shown, content) in fits {
        assert_eq!(asked(range.clone(), status, shown, content).await, Ok(()), "{range} {status} {shown:?}");
    }
    let other = [
        (first.clone(), 206, Some("bytes 1-3/9"), "bcd"),
        (first.clone(), 206, Some("bytes 0-3/9"), "abcd"),
        (first.clone(), 206, Some("bytes 0-1/9"), "ab"),
        (first.clone(), 206, Some("bytes 0-3/*"), "abcd"),
        (first.clone(), 206, None, "abc"),
        (first.clone(), 206, None, ""),
        (first.clone(), 206, Some("bytes 2-0/9"), "abc"),
        (first.clone(), 206, Some("bytes */9"), "abc"),
        (first.clone(), 206, Some("bytes 0-2/9"), "ab"),
        (first.clone(), 206, Some("bytes 0-2/9"), "abcd"),
        (first, 200, None, "abcd"),
        (last.clone(), 206, Some("bytes 0-2/9"), "abc"),
        (last, 200, None, "abcd"),
        (all, 206, Some("bytes 0-3/9"), "abcd"),
        (ByteRange::from(1..), 200, None, "abcd"),
    ];
    for (range, status, shown, content) in other {
        let outcome = asked(range.clone(), status, shown, content).await;
        assert_eq!(outcome, Err(ErrorKind::InvalidResponse), "{range} {status} {shown:?}");
    }
}

#[tokio::test]
async fn a_response_without_a_length_has_the_length_of_its_range() {
    for (content, expected) in
        [("abc", Ok(())), ("ab", Err(ErrorKind::IncompleteBody)), ("abcd", Err(ErrorKind::IncompleteBody))]
    {
        let transport = MockTransport::new();
        transport.reply_with(206, &[("content-range", "bytes 0-2/9")], content);
        let object = testing::client(&transport).get_object("photos", "k").range(0..3).await.unwrap();
        assert_eq!(
            object.body.bytes().await.map(|_| ()).map_err(|error| error.kind()),
            expected,
            "{content}"
        );
    }
}
