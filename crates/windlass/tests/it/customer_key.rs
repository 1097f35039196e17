//! Customer-provided keys (SSE-C) on every request that needs them. See `multipart` for uploads in parts.

use windlass::testing::{self, MockTransport};
use windlass::types::{CopySource, CustomerKey, ObjectAttributes};

use crate::server::start;

const OWN: &str = "x-amz-server-side-encryption-customer-key";
const OF_SOURCE: &str = "x-amz-copy-source-server-side-encryption-customer-key";

fn key(byte: u8) -> CustomerKey {
    CustomerKey::aes256(&[byte; 32]).unwrap()
}

#[tokio::test]
async fn reads_and_copies_send_the_required_keys() {
    let transport = MockTransport::new();
    let confirmed = [(&*OWN.replace("-key", "-algorithm"), "AES256")];
    transport
        .reply_with(200, &[confirmed[0], ("etag", "\"e\"")], "")
        .stored()
        .stored()
        .response(200, "<GetObjectAttributesResponse/>")
        .reply_with(200, &confirmed, "<CopyObjectResult/>");
    let client = testing::client(&transport);
    client.put_object("photos", "k", "x").encrypt_with(key(1)).await.unwrap();
    client.get_object("photos", "k").customer_key(key(1)).await.unwrap();
    client.head_object("photos", "k").customer_key(key(1)).await.unwrap();
    let attributes = client.get_object_attributes("photos", "k", [ObjectAttributes::ETag]);
    attributes.customer_key(key(1)).await.unwrap();
    let copy = client.copy_object(CopySource::new("photos", "k"), "photos", "l");
    copy.copy_source_customer_key(key(2)).encrypt_with(key(1)).await.unwrap();
    let first = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let requests = transport.requests();
    assert!(requests.iter().all(|request| request.header(OWN) == first));
    let of_source: Vec<_> = requests.iter().map(|request| request.header(OF_SOURCE)).collect();
    assert_eq!(of_source, ["", "", "", "", "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="]);
    for name in [format!("{OF_SOURCE}-md5"), OF_SOURCE.replace("-key", "-algorithm")] {
        assert!(!requests[4].header(&name).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn heads_copies_and_parts_without_the_key_fail() {
    let (_server, client) = start().await;
    client.put_object("photos", "k", "secret").encrypt_with(key(1)).await.unwrap();
    client.head_object("photos", "k").await.unwrap_err();
    let source = CopySource::new("photos", "k");
    client.copy_object(source, "photos", "l").encrypt_with(key(2)).await.unwrap_err();
    let upload = client.create_multipart_upload("photos", "m").encrypt_with(key(1)).await.unwrap().upload_id;
    client.upload_part("photos", "m", &upload, 1, "part").await.unwrap_err();
}
