//! Checks before and during the verification of a signature.

use std::time::Duration;

use http::Request;
use sha2::{Digest, Sha256};
use windlass_server::Body;

use crate::signer::{Answer, Client, Draft, HOST, builder, client, client_with_bucket, hex};

async fn send(client: &Client, request: Request<Body>) -> Answer {
    let (parts, body) = client.service.call(request).await.unwrap().into_parts();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.bytes().await.unwrap() }
}

fn get() -> Draft {
    Draft::new("GET", "/")
}

#[tokio::test]
async fn a_valid_signature_is_accepted() {
    client().send(get()).await.expect(200);
}

#[tokio::test]
async fn anonymous_requests_are_refused() {
    let request = Request::get("/bucket/key").header("host", HOST).body(Body::empty()).unwrap();
    send(&client(), request).await.expect_error(403, "AccessDenied");
}

#[tokio::test]
async fn signature_version_2_is_refused_in_headers_and_queries() {
    let header = Request::get("/").header("host", HOST).header("authorization", "AWS windlass:c2ln");
    send(&client(), header.body(Body::empty()).unwrap()).await.expect_error(400, "InvalidRequest");
    let query = Request::get("/b/k?AWSAccessKeyId=windlass&Expires=1&Signature=c2ln").header("host", HOST);
    send(&client(), query.body(Body::empty()).unwrap()).await.expect_error(400, "InvalidRequest");
}

#[tokio::test]
async fn a_header_signature_on_a_presigned_url_is_rejected() {
    let mut request = get().presigned(60);
    let authorization = get().signed().headers()["authorization"].clone();
    request.headers_mut().insert("authorization", authorization);
    send(&client(), request).await.expect_error(400, "InvalidArgument");
}

#[tokio::test]
async fn malformed_authorizations_are_refused() {
    for value in ["AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x"] {
        let request = Request::get("/").header("host", HOST).header("authorization", value);
        let answer = send(&client(), request.body(Body::empty()).unwrap()).await;
        answer.expect_error(400, "AuthorizationHeaderMalformed");
    }
}

#[tokio::test]
async fn an_unknown_key_and_a_wrong_secret_have_different_errors() {
    client().send(Draft { id: "nobody".into(), ..get() }).await.expect_error(403, "InvalidAccessKeyId");
    client().send(Draft { secret: "wrong".into(), ..get() }).await.expect_error(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn the_error_for_a_wrong_region_names_the_right_one() {
    let answer = client().send(Draft { region: "eu-west-1".into(), ..get() }).await;
    let answer = answer.expect_error(400, "AuthorizationHeaderMalformed");
    assert_eq!(answer.element("Region").as_deref(), Some("us-east-1"));
    let request = Draft { region: "eu-west-1".into(), ..get() }.presigned(60);
    let answer = send(&client(), request).await.expect_error(400, "AuthorizationQueryParametersError");
    assert_eq!(answer.element("Region").as_deref(), Some("us-east-1"));
}

#[tokio::test]
async fn clock_skew_is_rejected_in_both_directions() {
    for (timestamp, fits) in [
        ("20130523T234459Z", false),
        ("20130523T234500Z", true),
        ("20130524T001500Z", true),
        ("20130524T001501Z", false),
    ] {
        let answer = client().send(Draft { timestamp: timestamp.into(), ..get() }).await;
        if fits {
            answer.expect(200);
        } else {
            let answer = answer.expect_error(403, "RequestTimeTooSkewed");
            assert_eq!(answer.element("ServerTime").as_deref(), Some("2013-05-24T00:00:00Z"));
        }
    }
}

#[tokio::test]
async fn a_request_without_a_date_is_refused() {
    let mut request = get().signed();
    request.headers_mut().remove("x-amz-date");
    send(&client(), request).await.expect_error(403, "AccessDenied");
}

#[tokio::test]
async fn a_scope_of_another_day_is_rejected() {
    let mut request = get().signed();
    let value = request.headers()["authorization"].to_str().unwrap().replace("/20130524/", "/20130523/");
    request.headers_mut().insert("authorization", value.parse().unwrap());
    send(&client(), request).await.expect_error(400, "AuthorizationHeaderMalformed");
}

#[tokio::test]
async fn unsigned_amz_headers_are_refused() {
    let answer = client().send(get().unsigned_header("x-amz-meta-color", "red")).await;
    let answer = answer.expect_error(403, "AccessDenied");
    assert_eq!(answer.element("HeadersNotSigned").as_deref(), Some("x-amz-meta-color"));
    let mut request = get().presigned(60);
    request.headers_mut().insert("x-amz-acl", "private".parse().unwrap());
    send(&client(), request).await.expect_error(403, "AccessDenied");
    client().send(get().unsigned_header("x-other", "1")).await.expect(200);
}

#[tokio::test]
async fn missing_signed_headers_are_rejected() {
    let mut request = get().header("x-amz-meta-color", "").signed();
    request.headers_mut().remove("x-amz-meta-color");
    send(&client(), request).await.expect_error(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn the_content_hash_header_must_be_present_and_valid() {
    let mut request = get().signed();
    request.headers_mut().remove("x-amz-content-sha256");
    let value = request.headers()["authorization"].to_str().unwrap().replace("x-amz-content-sha256;", "");
    request.headers_mut().insert("authorization", value.parse().unwrap());
    send(&client(), request).await.expect_error(400, "InvalidRequest");
    client().send(get().payload("nonsense")).await.expect_error(400, "InvalidArgument");
}

#[tokio::test]
async fn under_encoded_targets_are_rejected() {
    for target in ["/bucket/a+b", "/bucket/a:b", "/bucket/a=b", "/bucket?prefix=a/b", "/bucket?prefix=a+b"] {
        client().send(Draft::new("GET", target)).await.expect_error(403, "SignatureDoesNotMatch");
    }
}

#[tokio::test]
async fn a_path_with_invalid_utf8_is_rejected() {
    client().send(Draft::new("GET", "/bucket/%FF")).await.expect_error(400, "InvalidURI");
}

#[tokio::test]
async fn a_body_with_a_wrong_hash_is_rejected_and_not_stored() {
    let client = client_with_bucket().await;
    let wrong = hex(&[7; 32]);
    let put = Draft::new("PUT", "/bucket/key").body("content").payload(&wrong);
    client.send(put).await.expect_error(400, "XAmzContentSHA256Mismatch");
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
    let document = "<Delete><Object><Key>key</Key></Object></Delete>";
    let delete = Draft::new("POST", "/bucket?delete=").body(document).payload(&wrong);
    client.send(delete).await.expect_error(400, "XAmzContentSHA256Mismatch");
}

#[tokio::test]
async fn a_presigned_url_works_until_it_expires() {
    let (builder, clock) = builder();
    let client = Client::new(builder.build().unwrap());
    client.call("PUT", "/bucket").await.expect(200);
    client.put("/bucket/a%20key", "content").await.expect(200);
    let url = || Draft::new("GET", "/bucket/a%20key").presigned(60);
    assert_eq!(send(&client, url()).await.expect(200).text(), "content");
    clock.advance(Duration::from_mins(1));
    send(&client, url()).await.expect(200);
    clock.advance(Duration::from_secs(1));
    let answer = send(&client, url()).await.expect_error(403, "AccessDenied");
    assert_eq!(answer.element("Message").as_deref(), Some("Request has expired"));
    assert_eq!(answer.element("Expires").as_deref(), Some("2013-05-24T00:01:00Z"));
}

#[tokio::test]
async fn a_truncated_or_modified_presigned_url_is_rejected() {
    let client = client_with_bucket().await;
    let tampered = |from: &str, to: &str| {
        let mut request = Draft::new("GET", "/bucket/key").presigned(60);
        *request.uri_mut() = request.uri().to_string().replacen(from, to, 1).parse().unwrap();
        request
    };
    send(&client, tampered("/key", "/other")).await.expect_error(403, "SignatureDoesNotMatch");
    send(&client, tampered("Expires=60", "Expires=61")).await.expect_error(403, "SignatureDoesNotMatch");
    let missing = send(&client, tampered("X-Amz-Date=20130524T000000Z&", "")).await;
    missing.expect_error(400, "AuthorizationQueryParametersError");
}

#[tokio::test]
async fn presigned_urls_are_valid_for_a_week_at_most() {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "").await.expect(200);
    let week = 7 * 24 * 60 * 60;
    send(&client, Draft::new("GET", "/bucket/key").presigned(week)).await.expect(200);
    for expires in [week + 1, -1] {
        let answer = send(&client, Draft::new("GET", "/bucket/key").presigned(expires)).await;
        answer.expect_error(400, "AuthorizationQueryParametersError");
    }
    let early = Draft { timestamp: "20130524T001501Z".into(), ..Draft::new("GET", "/bucket/key") };
    send(&client, early.presigned(60)).await.expect_error(403, "AccessDenied");
}

#[tokio::test]
async fn every_method_can_be_presigned() {
    let client = client_with_bucket().await;
    let presigned = async |method: &str, target: &str, body: &'static str| {
        send(&client, Draft::new(method, target).body(body).presigned(60)).await
    };
    presigned("PUT", "/bucket/key", "content").await.expect(200);
    assert_eq!(presigned("HEAD", "/bucket/key", "").await.expect(200).header("content-length"), "7");
    let upload =
        presigned("POST", "/bucket/parts?uploads=", "").await.expect(200).element("UploadId").unwrap();
    let part = presigned("PUT", &format!("/bucket/parts?partNumber=1&uploadId={upload}"), "part").await;
    let etag = part.expect(200).header("etag").to_owned();
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let complete = Draft::new("POST", &format!("/bucket/parts?uploadId={upload}")).body(document);
    send(&client, complete.clone().presigned(60)).await.expect(200);
    let mut tampered = complete.presigned(60);
    *tampered.method_mut() = http::Method::DELETE;
    send(&client, tampered).await.expect_error(403, "SignatureDoesNotMatch");
    assert_eq!(presigned("GET", "/bucket/parts", "").await.expect(200).text(), "part");
    presigned("GET", "/bucket?list-type=2", "").await.expect(200);
    presigned("DELETE", "/bucket/key", "").await.expect(204);
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn presigned_uploads_sign_their_headers() {
    let client = client_with_bucket().await;
    let put =
        Draft::new("PUT", "/bucket/key").header("x-amz-meta-color", "red").body("content").presigned(60);
    send(&client, put).await.expect(200);
    assert_eq!(client.call("HEAD", "/bucket/key").await.expect(200).header("x-amz-meta-color"), "red");
}

#[tokio::test]
async fn the_server_uses_the_system_clock_by_default() {
    let client = Client::new(windlass_server::Server::builder().memory().build().unwrap());
    let now = jiff::Timestamp::now();
    let at =
        |time: jiff::Timestamp| Draft { timestamp: time.strftime("%Y%m%dT%H%M%SZ").to_string(), ..get() };
    client.send(at(now)).await.expect(200);
    send(&client, at(now).presigned(600)).await.expect(200);
    let wrong = Draft { secret: "wrong".into(), ..at(now) }.presigned(600);
    send(&client, wrong).await.expect_error(403, "SignatureDoesNotMatch");
    let hour_ago = now - jiff::SignedDuration::from_hours(1);
    client.send(at(hour_ago)).await.expect_error(403, "RequestTimeTooSkewed");
    send(&client, at(hour_ago).presigned(7200)).await.expect(200);
    let answer = send(&client, at(hour_ago).presigned(600)).await.expect_error(403, "AccessDenied");
    assert_eq!(answer.element("Message").as_deref(), Some("Request has expired"));
}

#[tokio::test]
async fn a_session_token_must_match_its_key() {
    let client =
        Client::new(builder().0.session_credentials("windlass", "windlass-secret", "token").build().unwrap());
    client.send(get().header("x-amz-security-token", "token")).await.expect(200);
    client.send(get().header("x-amz-security-token", "other")).await.expect_error(400, "InvalidToken");
    client.send(get()).await.expect_error(400, "InvalidToken");
}

#[tokio::test]
async fn both_addressing_styles_reach_the_same_bucket() {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "content").await.expect(200);
    let hosted = Draft::new("GET", "/key").header("host", "bucket.s3.localhost:9000");
    assert_eq!(client.send(hosted).await.expect(200).text(), "content");
    let list = Draft::new("GET", "/?list-type=2").header("host", "bucket.s3.localhost:9000");
    assert_eq!(client.send(list).await.expect(200).element("Key").as_deref(), Some("key"));
}

#[tokio::test]
async fn unsupported_operations_are_rejected() {
    let client = client_with_bucket().await;
    for (method, target) in
        [("PUT", "/bucket?website="), ("GET", "/bucket/key?torrent="), ("PUT", "/bucket/key?renameObject=")]
    {
        client.call(method, target).await.expect_error(501, "NotImplemented");
    }
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn unsupported_features_are_rejected_and_nothing_is_stored() {
    let client = client_with_bucket().await;
    for (name, value) in [("x-amz-acl", "public-read"), ("x-amz-grant-read", "id=1")] {
        let put = Draft::new("PUT", "/bucket/key").header(name, value);
        client.send(put).await.expect_error(501, "NotImplemented");
    }
    for acl in ["private", "bucket-owner-read", "bucket-owner-full-control"] {
        client.send(Draft::new("PUT", "/bucket/owned").header("x-amz-acl", acl)).await.expect(200);
    }
    let put = Draft::new("PUT", "/bucket/key").header("x-amz-expected-bucket-owner", "111122223333");
    client.send(put).await.expect_error(403, "AccessDenied");
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn errors_without_a_body_have_a_status_and_ids() {
    let client = client_with_bucket().await;
    let answer = client.call("HEAD", "/bucket/key").await.expect(404);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("x-amz-request-id").len(), 16);
    assert!(!answer.header("x-amz-id-2").is_empty());
    let mut request = Draft::new("HEAD", "/bucket/key").signed();
    request.headers_mut().remove("authorization");
    let answer = send(&client, request).await.expect(403);
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn duplicate_signed_parameters_are_rejected() {
    let client = client_with_bucket().await;
    for name in ["authorization", "x-amz-date", "x-amz-content-sha256", "host"] {
        for first in [false, true] {
            let (mut parts, body) = get().signed().into_parts();
            let right = parts.headers[name].clone();
            let other = match name {
                "authorization" => Draft { id: "nobody".into(), ..get() }.signed().headers()[name].clone(),
                "x-amz-date" => "20130523T000000Z".parse().unwrap(),
                _ => "UNSIGNED-PAYLOAD".parse().unwrap(),
            };
            parts.headers.remove(name);
            let both = if first { [other, right] } else { [right, other] };
            for value in both {
                parts.headers.append(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
            }
            let answer = send(&client, Request::from_parts(parts, body)).await;
            assert!(matches!(answer.status, 400 | 403), "{name}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn an_unneeded_body_must_match_its_hash() {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "content").await.expect(200);
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/bucket?list-type=2"),
        ("GET", "/bucket/key"),
        ("HEAD", "/bucket/key"),
        ("POST", "/bucket/key?uploads="),
        ("GET", "/bucket/key?tagging="),
        ("DELETE", "/bucket/key?tagging="),
        ("DELETE", "/bucket/key"),
        ("DELETE", "/bucket"),
    ] {
        let draft = || Draft::new(method, target);
        let promised = draft().payload(&hex(&Sha256::digest("promised"))).signed();
        assert_eq!(send(&client, promised).await.status, 400, "{method} {target}");
        let (parts, _) = draft().signed().into_parts();
        let added = Request::from_parts(parts, Body::from("added"));
        assert_eq!(send(&client, added).await.status, 400, "{method} {target}");
    }
    assert_eq!(client.call("GET", "/bucket/key").await.expect(200).text(), "content");
    client.send(Draft::new("GET", "/bucket/key").body("signed")).await.expect(200);
}
