//! `ETag`s are kept and sent back verbatim and never used as checksums.

use windlass::operations::CompletedPart;
use windlass::testing::{self, MockTransport};
use windlass::types::ETag;

use crate::server::start;

/// `ETag`s as AWS sends them, weak, opaque, of a multipart upload, unquoted as from some services, and random.
const TAGS: [&str; 6] = [
    "\"9b2cf535f27731c974343645a3985328\"",
    "W/\"9b2cf535f27731c974343645a3985328\"",
    "\"opaque words\"",
    "\"3858f62230ac3c915f300c664312c11f-9\"",
    "9b2cf535f27731c974343645a3985328",
    "\"-CN2Wgr-tag\"",
];

#[tokio::test]
async fn an_etag_is_sent_back_verbatim_and_quoted() {
    for tag in TAGS {
        let transport = MockTransport::new();
        let read = "not the MD5 of anything";
        transport.reply_with(200, &[("etag", tag)], read).reply_with(200, &[("etag", tag)], read).stored();
        let client = testing::client(&transport);
        let object = client.get_object("photos", "k").await.unwrap();
        let etag = object.head.etag.unwrap();
        assert_eq!(etag.as_str(), tag);
        // An ETag that is not the MD5 of the content does not cast doubt on the content.
        object.body.bytes().await.unwrap();
        client.get_object("photos", "k").if_match(etag.clone()).await.unwrap();
        client.put_object("photos", "k", "x").if_match(etag.clone()).await.unwrap();
        let requests = transport.requests();
        let quoted = if tag.ends_with('"') { tag.to_owned() } else { format!("\"{tag}\"") };
        assert_eq!(requests[1].header("if-match"), quoted);
        assert_eq!(requests[2].header("if-match"), quoted);

        let transport = MockTransport::new();
        transport.response(200, "<CompleteMultipartUploadResult/>");
        let client = testing::client(&transport);
        client.complete_multipart_upload("photos", "k", "u", [CompletedPart::new(1, etag)]).await.unwrap();
        let body = String::from_utf8(transport.requests()[0].body.to_vec()).unwrap();
        assert!(body.contains(&format!("<ETag>{}</ETag>", tag.replace('"', "&quot;"))), "{body}");
    }
}

#[tokio::test]
async fn etags_are_compared_without_quotes_and_weakness() {
    assert_eq!(ETag::new(TAGS[0]), ETag::new(TAGS[1]));
    assert_eq!(ETag::new(TAGS[0]), ETag::new(TAGS[4]));
    assert_ne!(ETag::new(TAGS[0]), ETag::new(TAGS[3]));
    let (_server, client) = start().await;
    let put = client.put_object("photos", "k", "x").await.unwrap().etag.unwrap();
    let listed = client.list_objects_v2("photos").await.unwrap().contents.remove(0).etag.unwrap();
    let read = client.head_object("photos", "k").await.unwrap().etag.unwrap();
    assert_eq!(put, listed);
    assert_eq!(put, read);
    // Every spelling works as a condition.
    client.get_object("photos", "k").if_match(put.value()).await.unwrap();
}
