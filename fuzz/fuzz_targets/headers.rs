//! Response headers: an object's properties, dates, checksums, sizes and ranges. The first line selects the
//! status and the requested range; then one header per line.

#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use libfuzzer_sys::fuzz_target;
use windlass::operations::{CopyObject, HeadBucket, HeadObject, Operation, PutObject};
use windlass::protocol::Response;
use windlass::testing::MockTransport;
use windlass::types::{ByteRange, CopySource};
use windlass_fuzz::{block_on, client, first_line_bytes, number};

fuzz_target!(|input: &[u8]| {
    let (choice, lines) = first_line_bytes(input);
    let choice = number(choice);
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n').take(64) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let response = || Response::buffered(StatusCode::OK, headers.clone(), Vec::new().into());
    let _ = HeadObject::new("photos", "k").parse(response());
    let _ = HeadBucket::new("photos").parse(response());
    let _ = PutObject::new("photos", "k", "").parse(response());
    let _ = CopyObject::new(CopySource::new("photos", "a"), "photos", "k").parse(response());

    // Through the client, which compares length, range and checksum with the body.
    let texts: Vec<(&str, &str)> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let transport = MockTransport::new();
    let status = [200, 206, 301, 403, 404, 416, 503][choice % 7];
    transport.reply_with(status, &texts, "0123456789");
    let client = client(&transport).build().expect("a client");
    let mut request = client.get_object("photos", "k");
    request.operation_mut().options.range = match choice / 7 % 4 {
        0 => None,
        1 => Some(ByteRange::from(0..10)),
        2 => Some(ByteRange::from(choice as u64..)),
        _ => Some(ByteRange::last(choice as u64)),
    };
    let read = block_on(async { request.await?.body.bytes().await });
    // No part of the content is ever returned as another part.
    if let Ok(bytes) = read {
        assert!(bytes.is_empty() || bytes == "0123456789", "{bytes:?}");
    }
});
