//! Metadata values, which are sent as RFC 2047 words if they are not ASCII: encoded values round-trip, and
//! any other text can be decoded.

#![no_main]

use http::{HeaderMap, HeaderValue, StatusCode};
use libfuzzer_sys::fuzz_target;
use windlass::operations::{HeadObject, Operation};
use windlass::protocol::Response;
use windlass::testing::MockTransport;
use windlass_fuzz::{block_on, client};

fuzz_target!(|input: &[u8]| {
    if let Ok(raw) = HeaderValue::from_bytes(input) {
        let _ = read(raw);
    }
    let Ok(value) = std::str::from_utf8(input) else { return };
    let client = client(&MockTransport::new()).build().expect("a client");
    let Ok(request) = block_on(client.put_object("photos", "k", "").metadata("a", value).sign()) else {
        return;
    };
    let sent = request.headers()["x-amz-meta-a"].clone();
    assert!(sent.to_str().is_ok(), "{sent:?}");
    assert_eq!(read(sent), value);
});

fn read(value: HeaderValue) -> String {
    let headers = HeaderMap::from_iter([(http::HeaderName::from_static("x-amz-meta-a"), value)]);
    let response = Response::buffered(StatusCode::OK, headers, Vec::new().into());
    let head = HeadObject::new("photos", "k").parse(response).expect("a head");
    head.metadata["a"].clone()
}
