//! Buckets: names, regions, listings.

use crate::signer::{Client, Draft, builder, client, client_with_bucket};

fn create(name: &str, constraint: &str) -> Draft {
    let document = format!(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{constraint}</LocationConstraint></CreateBucketConfiguration>"
    );
    Draft::new("PUT", &format!("/{name}")).body(document)
}

#[tokio::test]
async fn empty_buckets_are_created_found_and_deleted() {
    let client = client();
    let answer = client.call("PUT", "/bucket").await.expect(200);
    assert_eq!(answer.header("location"), "/bucket");
    assert_eq!(client.call("HEAD", "/bucket").await.expect(200).header("x-amz-bucket-region"), "us-east-1");
    client.put("/bucket/key", "").await.expect(200);
    client.call("DELETE", "/bucket").await.expect_error(409, "BucketNotEmpty");
    client.call("DELETE", "/bucket/key").await.expect(204);
    client.call("DELETE", "/bucket").await.expect(204);
    client.call("DELETE", "/bucket").await.expect_error(404, "NoSuchBucket");
    client.call("HEAD", "/bucket").await.expect(404);
}

#[tokio::test]
async fn only_the_oldest_region_lets_its_owner_create_a_bucket_twice() {
    client_with_bucket().await.call("PUT", "/bucket").await.expect(200);
    let client = Client::new(builder().0.region("eu-west-1").build().unwrap());
    let again = || Draft { region: "eu-west-1".into(), ..create("bucket", "eu-west-1") };
    client.send(again()).await.expect(200);
    client.send(again()).await.expect_error(409, "BucketAlreadyOwnedByYou");
}

#[tokio::test]
async fn invalid_bucket_names_are_rejected() {
    for name in ["ab", "Bucket", "a_b", "-ab", "a..b", "192.168.1.1"] {
        client().call("PUT", &format!("/{name}")).await.expect_error(400, "InvalidBucketName");
    }
    for name in ["ab", "Bucket", "-ab", "..", "../../evil", "a..b"] {
        let named = Draft::new("PUT", "/").header("host", format!("{name}.s3.localhost"));
        client().send(named).await.expect_error(400, "InvalidBucketName");
    }
}

#[tokio::test]
async fn the_location_is_empty_for_the_oldest_region() {
    let client = client_with_bucket().await;
    let answer = client.call("GET", "/bucket?location=").await.expect(200);
    assert!(answer.text().contains("<LocationConstraint"), "{}", answer.text());
    assert!(!answer.text().contains("us-east-1") && !answer.text().contains("Output"), "{}", answer.text());
    client.send(create("other", "eu-west-1")).await.expect(200);
    let answer = client.call("GET", "/other?location=").await.expect(200);
    assert!(answer.text().contains(">eu-west-1</LocationConstraint>"), "{}", answer.text());
    assert_eq!(answer.text().matches("LocationConstraint").count(), 2, "{}", answer.text());
    client.send(create("third", "us-east-1")).await.expect_error(400, "InvalidLocationConstraint");
    client.send(create("third", "Moon")).await.expect_error(400, "InvalidLocationConstraint");
}

#[tokio::test]
async fn other_regions_require_their_constraint() {
    let client = Client::new(builder().0.region("eu-west-1").build().unwrap());
    let send = |draft: Draft| client.send(Draft { region: "eu-west-1".into(), ..draft });
    send(Draft::new("PUT", "/bucket")).await.expect_error(400, "IllegalLocationConstraintException");
    send(create("bucket", "eu-west-2")).await.expect_error(400, "IllegalLocationConstraintException");
    send(create("bucket", "eu-west-1")).await.expect(200);
}

#[tokio::test]
async fn buckets_are_listed_in_pages() {
    let client = client();
    for name in ["alpha", "beta", "gamma"] {
        client.call("PUT", &format!("/{name}")).await.expect(200);
    }
    let answer = client.call("GET", "/").await.expect(200);
    assert_eq!(answer.elements("Name"), ["alpha", "beta", "gamma"]);
    assert_eq!(answer.element("CreationDate").as_deref(), Some("2013-05-24T00:00:00.000Z"));
    assert!(answer.element("Owner").is_some());
    let first = client.call("GET", "/?max-buckets=2").await.expect(200);
    assert_eq!(first.elements("Name"), ["alpha", "beta"]);
    assert_eq!(first.elements("BucketRegion").len(), 2);
    let token = first.element("ContinuationToken").unwrap().replace('=', "%3D");
    let second = client.call("GET", &format!("/?continuation-token={token}&max-buckets=2")).await.expect(200);
    assert_eq!(
        (second.elements("Name"), second.element("ContinuationToken")),
        (vec!["gamma".to_owned()], None)
    );
    assert_eq!(client.call("GET", "/?prefix=b").await.expect(200).elements("Name"), ["beta"]);
    client.call("GET", "/?max-buckets=0").await.expect_error(400, "InvalidArgument");
}
