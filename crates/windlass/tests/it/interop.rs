//! Tests against three independent servers, of which SeaweedFS and Swift verify signatures, with boto3 as a
//! second client.

use std::process::{Command, Stdio};
use std::time::Duration;

use windlass::config::ServiceProfile;
use windlass::types::CopySource;
use windlass::{Body, Client, Credentials, ErrorKind};

use crate::real_servers::{RealServer, line, python, unique};

const WHILE: Duration = Duration::from_secs(600);

fn client(server: &RealServer, endpoint: &str) -> Client {
    Client::builder()
        .endpoint(endpoint)
        .region(&server.region)
        .credentials(Credentials::new(&server.access_key, &server.secret_key))
        .ca_bundle(server.ca_bundle.as_deref().unwrap())
        .service_profile(ServiceProfile::named(server.name).unwrap())
        .build()
        .unwrap()
}

/// Creates a bucket for this test, because all tests share the servers.
async fn bucket(client: &Client, test: &str) -> String {
    let bucket = unique(test);
    client.create_bucket(&bucket).await.unwrap();
    bucket
}

async fn keys_of(client: &Client, bucket: &str) -> Vec<String> {
    let mut objects = client.list_objects_v2(bucket).max_keys(7).items();
    let mut keys = Vec::new();
    while let Some(object) = objects.try_next().await.unwrap() {
        keys.push(object.key);
    }
    keys
}

/// Runs every operation over HTTPS with every odd key. The probes of `compatibility` do the same over HTTP.
async fn round_trip(server: &RealServer) {
    let client = client(server, &server.tls_endpoint);
    let bucket = bucket(&client, "round-trip").await;
    assert!(client.head_bucket(&bucket).await.is_ok());
    client.get_bucket_location(&bucket).await.unwrap();
    assert!(client.list_buckets().await.unwrap().buckets.iter().any(|found| found.name == bucket));

    let content = |key: &str| format!("content of {key}");
    let mut expected: Vec<String> = Vec::new();
    for key in server.keys() {
        let put = client.put_object(&bucket, key, content(key)).content_type("text/x-odd").metadata("k", "v");
        put.await.unwrap_or_else(|error| panic!("{} {key:?}: {error}", server.name));
        let head = client.head_object(&bucket, key).await.unwrap();
        assert_eq!(head.content_length, Some(content(key).len() as u64), "{key:?}");
        assert_eq!(head.metadata["k"], "v");
        let object = client.get_object(&bucket, key).await.unwrap();
        assert_eq!(object.head.content_type.as_deref(), Some("text/x-odd"));
        assert_eq!(object.body.text().await.unwrap(), content(key), "{key:?}");
        expected.push(key.to_owned());
    }
    expected.sort();
    let mut listed = keys_of(&client, &bucket).await;
    // The order depends on the server: SeaweedFS lists folder by folder.
    listed.sort();
    assert_eq!(listed, expected, "{}", server.name);

    let part = client.get_object(&bucket, "a b").range(8..).await.unwrap();
    assert_eq!(part.body.text().await.unwrap(), "of a b");
    let copy = client.copy_object(CopySource::new(&bucket, "ü/日本"), &bucket, "copy of +").await.unwrap();
    assert!(copy.etag.is_some());
    assert_eq!(
        client.get_object(&bucket, "copy of +").await.unwrap().body.text().await.unwrap(),
        content("ü/日本")
    );
    expected.push("copy of +".to_owned());

    client.delete_object(&bucket, expected.pop().unwrap()).await.unwrap();
    let deleted = client.delete_objects(&bucket, expected).await.unwrap();
    assert!(deleted.errors.is_empty(), "{:?}", deleted.errors);
    assert!(keys_of(&client, &bucket).await.is_empty());
    client.delete_bucket(&bucket).await.unwrap();
}

/// Checks errors that no probe of `compatibility` covers.
async fn rejections(server: &RealServer) {
    let client = client(server, &server.endpoint);
    let missing = client.list_objects_v2(unique("none")).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::BucketNotFound);
    if server.verifies_signatures {
        let wrong = Client::builder()
            .endpoint(&server.endpoint)
            .region(&server.region)
            .credentials(Credentials::new(&server.access_key, "wrong"))
            .build()
            .unwrap();
        let bucket = bucket(&client, "refusals").await;
        client.put_object(&bucket, "k", "x").await.unwrap();
        let error = wrong.get_object(&bucket, "k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SignatureMismatch);
    }
}

/// boto3 reads objects that windlass wrote in one request, in parts and with trailers, windlass reads objects
/// of boto3, and presigned URLs work without credentials.
async fn another_client(server: &RealServer) {
    let Some(python) = python() else { return };
    let client = client(server, &server.endpoint);
    let bucket = bucket(&client, "another").await;
    let mut lines = String::new();
    for key in server.keys() {
        client.put_object(&bucket, key, format!("content of {key}")).await.unwrap();
        let url = client.get_object(&bucket, key).presign(WHILE).await.unwrap();
        lines += &line(key, format!("content of {key}").as_bytes(), url.url());
    }
    let large: Vec<u8> = (0..12_000_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    client.upload(&bucket, "in parts", large.clone()).part_size(5 << 20).await.unwrap();
    let stream = || Body::from_reader(std::io::Cursor::new(large.clone())).with_length(large.len() as u64);
    // Chunks are signed over HTTP; over HTTPS, only the trailer protects them.
    client.put_object(&bucket, "signed trailer", stream()).await.unwrap();
    let over_tls = self::client(server, &server.tls_endpoint);
    over_tls.put_object(&bucket, "unsigned trailer", stream()).checksum_algorithm("SHA256").await.unwrap();
    for key in ["in parts", "signed trailer", "unsigned trailer"] {
        let url = client.get_object(&bucket, key).presign(WHILE).await.unwrap();
        lines += &line(key, &large, url.url());
    }
    let put = client.put_object(&bucket, "by url", "").content_type("text/plain");
    let put = put.presign(WHILE).await.unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/another_client.py");
    let mut child = Command::new(python)
        .args([
            script,
            &server.endpoint,
            &server.access_key,
            &server.secret_key,
            &server.region,
            &bucket,
            put.url(),
        ])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    for (key, content) in [("by boto3 +%", "from boto3"), ("by url", "from a url")] {
        assert_eq!(client.get_object(&bucket, key).await.unwrap().body.text().await.unwrap(), content);
    }
}

macro_rules! tests {
    ($server:ident: $($test:ident)+) => {
        mod $server {
            $(#[tokio::test]
            async fn $test() {
                if let Some(server) = crate::real_servers::$server() {
                    super::$test(&server).await;
                }
            })+
        }
    };
}

tests! { seaweedfs: round_trip rejections another_client }
tests! { swift: round_trip rejections another_client }
tests! { localstack: round_trip rejections another_client }
