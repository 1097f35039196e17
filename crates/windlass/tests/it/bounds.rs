//! Size limits of buffered responses.

use std::fmt::Write as _;

use windlass::ErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::types::CopySource;

#[tokio::test]
async fn a_large_error_body_is_truncated() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let many =
        format!("<Error><Code>NoSuchKey</Code><Message>gone</Message>{}</Error>", "<a/>".repeat(1 << 20));
    let long =
        format!("<Error><Code>NoSuchKey</Code><Message>gone {}</Message></Error>", "x".repeat(4 << 20));
    for body in [many, long] {
        transport.response(404, body);
        let error = client.get_object("photos", "k").await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::ObjectNotFound, Some("NoSuchKey")));
        assert!(error.message().starts_with("gone") && error.message().len() <= 64 << 10);
        assert!(error.to_string().len() < 1500, "{}", error.to_string().len());
        assert!(format!("{error:?}").len() < 2000);
    }
    // If the code is beyond the limit, the kind comes from the status.
    transport.response(403, format!("<Error>{}<Code>NoSuchKey</Code></Error>", "<a/>".repeat(1 << 15)));
    let error = client.get_object("photos", "k").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::AccessDenied, None));
}

#[tokio::test]
async fn displayed_codes_and_ids_are_truncated() {
    let transport = MockTransport::new();
    let (code, id) = ("C".repeat(10_000), "i".repeat(10_000));
    transport.response(
        400,
        format!(
            "<Error><Code>{code}</Code><Message>é{}</Message><RequestId>{id}</RequestId></Error>",
            "ü".repeat(2000)
        ),
    );
    let error = testing::client(&transport).head_bucket("photos").await.unwrap_err();
    assert_eq!(error.code(), Some(code.as_str()), "the full code is available");
    let shown = error.to_string();
    assert!(shown.contains(&format!("{}... (400): é", "C".repeat(128))), "{shown}");
    assert!(!shown.contains(&"C".repeat(129)) && !shown.contains(&"i".repeat(129)), "{shown}");
    assert!(shown.len() < 1500 && shown.contains("ü... ["), "{shown}");
}

#[tokio::test]
async fn the_size_limit_of_a_document_depends_on_the_operation() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let padding = " ".repeat(1 << 20);
    transport
        .response(200, format!("<CopyObjectResult><ETag>e</ETag>{padding}</CopyObjectResult>"))
        .repeat_last();
    let error = client.copy_object(CopySource::new("photos", "k"), "photos", "l").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.message().contains("limit of 1048576 bytes"), "{error}");
    // Pages of lists have a higher limit.
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    transport
        .response(200, format!("<ListBucketResult>{padding}<Name>photos</Name></ListBucketResult>"))
        .repeat_last();
    client.list_objects_v2("photos").await.unwrap();
    client.list_objects("photos").await.unwrap();
    // So has the result of DeleteObjects with 1,000 long keys.
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let mut deleted = String::new();
    for number in 0..1000 {
        write!(deleted, "<Deleted><Key>{}{number}</Key></Deleted>", "&#x41;".repeat(1000)).unwrap();
    }
    transport.response(200, format!("<DeleteResult>{deleted}</DeleteResult>"));
    assert_eq!(client.delete_objects("photos", ["k"]).await.unwrap().deleted.len(), 1000);
}

#[tokio::test]
async fn the_number_of_elements_is_limited() {
    let most = 100_000;
    let list = |inside: &str| format!("<ListBucketResult>{inside}</ListBucketResult>");
    let usual = "<Contents><Key>k</Key><LastModified>2026-02-28T23:59:59.000Z</LastModified><ETag>&quot;e&quot;</ETag>\
        <Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>";
    for (inside, reads) in [
        ("<a/>".repeat(most), true),
        ("<a/>".repeat(most + 1), false),
        ("<a><b/></a>".repeat(most / 2 + 1), false),
        ("<Contents><Key>k</Key></Contents>".repeat(most / 2), true),
        ("<Contents><Key>k</Key></Contents>".repeat(most / 2 + 1), false),
        (usual.repeat(most / 6), true),
        (usual.repeat(most / 6 + 1), false),
        (format!("<Name>{}</Name>", "<a/>".repeat(most)), false),
    ] {
        let transport = MockTransport::new();
        transport.response(200, list(&inside)).repeat_last();
        let page = testing::client(&transport).list_objects_v2("photos").await;
        assert_eq!(page.is_ok(), reads, "{}", inside.len());
        if let Err(error) = page {
            assert!(error.message().contains("more than 100000 elements"), "{error}");
        }
    }
    let transport = MockTransport::new();
    transport
        .response(200, format!("<ListPartsResult>{}</ListPartsResult>", "<a/>".repeat(most)))
        .repeat_last();
    assert!(testing::client(&transport).list_parts("photos", "k", "u").await.is_err());
}

#[tokio::test]
async fn a_false_count_allocates_no_memory() {
    let transport = MockTransport::new();
    transport.response(200, "<ListBucketResult><KeyCount>4294967295</KeyCount><Contents><Key>k</Key></Contents></ListBucketResult>");
    let page = testing::client(&transport).list_objects_v2("photos").await.unwrap();
    assert!(page.contents.capacity() <= 1000, "{}", page.contents.capacity());
    // 1,000 elements are reserved in advance to avoid reallocations.
    transport.response(
        200,
        "<ListBucketResult><KeyCount>800</KeyCount><Contents><Key>k</Key></Contents></ListBucketResult>",
    );
    let page = testing::client(&transport).list_objects_v2("photos").await.unwrap();
    assert!((800..=1000).contains(&page.contents.capacity()), "{}", page.contents.capacity());
}
