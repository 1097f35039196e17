//! Malicious XML, and XML that only other services send.

use std::fmt::Write as _;

use windlass::testing::{self, MockTransport};
use windlass::{Error, ErrorKind};

async fn list(document: impl Into<bytes::Bytes> + Clone) -> [Result<usize, Error>; 2] {
    let transport = MockTransport::new();
    transport.response(200, document).repeat_last();
    let client = testing::client(&transport);
    [
        client.list_objects_v2("photos").await.map(|page| page.contents.len()),
        client.list_parts("photos", "k", "u").await.map(|page| page.parts.len()),
    ]
}

/// Parses `inside` as two kinds of lists, of which one finds the wrong root element.
async fn read(inside: &str) -> Vec<Result<usize, Error>> {
    let mut outcomes = Vec::new();
    for root in ["ListBucketResult", "ListPartsResult"] {
        let [objects, parts] = list(format!("<{root}>{inside}</{root}>")).await;
        outcomes.push(if root == "ListBucketResult" { objects } else { parts });
    }
    outcomes
}

fn refused(outcomes: impl IntoIterator<Item = Result<usize, Error>>) {
    for outcome in outcomes {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::InvalidResponse);
    }
}

#[tokio::test]
async fn entities_are_not_expanded() {
    let mut bomb = "<!DOCTYPE bomb [<!ENTITY a0 \"ha\">".to_owned();
    for level in 1..100 {
        write!(bomb, "<!ENTITY a{level} \"&a{0};&a{0};\">", level - 1).unwrap();
    }
    bomb.push_str("]>");
    for root in ["ListBucketResult", "ListPartsResult"] {
        refused(list(format!("{bomb}<{root}><Prefix>&a99;</Prefix><Key>&a99;</Key></{root}>")).await);
    }
    refused(read("<Prefix>&xxe;</Prefix><Bucket>&xxe;</Bucket>").await);
}

#[tokio::test]
async fn depth_is_limited() {
    let deep = format!("{}{}", "<A>".repeat(1_000_000), "</A>".repeat(1_000_000));
    refused(read(&deep).await);
}

#[tokio::test]
async fn the_size_of_a_response_is_limited() {
    // A name of 65 MiB; a page of S3 is below 1 MiB.
    let text = "k".repeat(65 << 20);
    refused(list(format!("<ListBucketResult><Name>{text}</Name></ListBucketResult>")).await);
}

#[tokio::test]
async fn unknown_elements_are_skipped() {
    let unknown = "<New a=\"1\" b='>'><Part><PartNumber>x</PartNumber></Part><Contents><Size>x</Size></Contents></New>\
                   <!-- <Part> --><?php echo 1 ?>";
    for outcome in read(unknown).await {
        assert_eq!(outcome.unwrap(), 0);
    }
}

#[tokio::test]
async fn other_and_missing_namespaces_are_accepted() {
    for (open, close) in [
        ("ListBucketResult", "ListBucketResult"),
        ("ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"", "ListBucketResult"),
        ("ListBucketResult xmlns=\"https://other.example/\"", "ListBucketResult"),
        ("s3:ListBucketResult xmlns:s3=\"u\"", "s3:ListBucketResult"),
    ] {
        let contents = "<x:Contents xmlns:x=\"v\"><Key>k</Key></x:Contents>";
        let [objects, _] = list(format!("<{open}>{contents}</{close}>")).await;
        assert_eq!(objects.unwrap(), 1, "{open}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_text_are_an_error() {
    for document in
        [&b"\xff\xfe<\0a\0>\0"[..], b"<ListBucketResult><Name>\xff</Name></ListBucketResult>", b"\0"]
    {
        refused(list(document.to_vec()).await);
    }
}
