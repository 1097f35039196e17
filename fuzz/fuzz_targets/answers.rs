//! Documents, including errors, as responses to every operation that parses one. The first line selects the
//! operation and the status; the rest is the body.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass::operations::CompletedPart;
use windlass::testing::MockTransport;
use windlass::types::{CopySource, ObjectAttributes};
use windlass::{Client, Error};
use windlass_fuzz::{block_on, client, first_line_bytes, number};

const STATUSES: [u16; 10] = [200, 204, 206, 301, 304, 400, 403, 404, 412, 503];

fuzz_target!(|input: &[u8]| {
    let (choice, body) = first_line_bytes(input);
    let choice = number(choice);
    let status = STATUSES[choice % STATUSES.len()];
    let transport = MockTransport::new();
    transport.response(status, body.to_vec());
    let client = client(&transport).build().expect("a client");
    if let Err(error) = block_on(ask(&client, choice / STATUSES.len())) {
        // A displayed error has one line, whatever the service sent.
        let shown = error.to_string();
        assert!(!shown.contains(char::is_control), "{shown:?}");
        let _ = (error.suggestion(), error.retry_class(), format!("{error:?}"));
    }
});

async fn ask(client: &Client, operation: usize) -> Result<(), Error> {
    let copied = || CopySource::new("photos", "a");
    match operation % 24 {
        0 => client.copy_object(copied(), "photos", "k").await.map(drop),
        1 => client.create_bucket("photos").await.map(drop),
        2 => client.delete_objects("photos", ["a", "b"]).await.map(drop),
        3 => client.get_bucket_location("photos").await.map(drop),
        4 => client.list_buckets().await.map(drop),
        5 => client.list_objects_v2("photos").await.map(drop),
        6 => client.create_multipart_upload("photos", "k").await.map(drop),
        7 => client.list_multipart_uploads("photos").await.map(drop),
        8 => client.list_parts("photos", "k", "u").await.map(drop),
        9 => client.upload_part_copy(copied(), "photos", "k", "u", 1).await.map(drop),
        10 => client.get_object_attributes("photos", "k", [ObjectAttributes::ETag]).await.map(drop),
        11 => client.get_object_tagging("photos", "k").await.map(drop),
        12 => client.get_bucket_tagging("photos").await.map(drop),
        13 => client.get_bucket_versioning("photos").await.map(drop),
        14 => client.list_object_versions("photos").await.map(drop),
        15 => client.put_object("photos", "k", "body").await.map(drop),
        16 => client.head_object("photos", "k").await.map(drop),
        17 => client.delete_object("photos", "k").await.map(drop),
        18 => client
            .complete_multipart_upload("photos", "k", "u", [CompletedPart::new(1, "etag")])
            .await
            .map(drop),
        19 => client.get_object("photos", "k").await?.body.bytes().await.map(drop),
        20 => client.get_bucket_cors("photos").await.map(drop),
        21 => client.get_bucket_lifecycle_configuration("photos").await.map(drop),
        22 => client.get_bucket_encryption("photos").await.map(drop),
        _ => client.get_public_access_block("photos").await.map(drop),
    }
}
