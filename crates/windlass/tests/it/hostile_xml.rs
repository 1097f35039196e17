//! XML that means harm, or that S3 does not send but others do.

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

/// One of the two lists reads `inside`, the other finds the wrong root.
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
async fn depth_is_bounded() {
    let deep = format!("{}{}", "<A>".repeat(1_000_000), "</A>".repeat(1_000_000));
    refused(read(&deep).await);
}

#[tokio::test]
async fn an_answer_is_not_read_without_end() {
    // A name of 65 MiB, where a page of S3 has less than one.
    let text = "k".repeat(65 << 20);
    refused(list(format!("<ListBucketResult><Name>{text}</Name></ListBucketResult>")).await);
}

#[tokio::test]
async fn what_nobody_knows_is_passed_over() {
    let unknown = "<New a=\"1\" b='>'><Part><PartNumber>x</PartNumber></Part><Contents><Size>x</Size></Contents></New>\
                   <!-- <Part> --><?php echo 1 ?>";
    for outcome in read(unknown).await {
        assert_eq!(outcome.unwrap(), 0);
    }
}

#[tokio::test]
async fn namespaces_may_be_others_or_none() {
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
async fn bytes_that_are_no_text_are_refused() {
    for document in
        [&b"\xff\xfe<\0a\0>\0"[..], b"<ListBucketResult><Name>\xff</Name></ListBucketResult>", b"\0"]
    {
        refused(list(document.to_vec()).await);
    }
}
