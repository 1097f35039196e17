//! Configurations of buckets: CORS, lifecycle, encryption, public access block.

use crate::places::places;
use crate::signer::{Answer, Client, Draft, checksummed, client_with_bucket};

async fn put(client: &Client, subresource: &str, document: &str) -> Answer {
    client.send(checksummed("PUT", &format!("/bucket?{subresource}="), document)).await
}

async fn get(client: &Client, subresource: &str) -> Answer {
    client.call("GET", &format!("/bucket?{subresource}=")).await
}

/// Returns the content of the root element.
fn inner(answer: &Answer) -> String {
    let text = answer.text();
    let start = text.find("2006-03-01/\">").unwrap() + "2006-03-01/\">".len();
    text[start..text.rfind("</").unwrap()].to_owned()
}

const CORS_RULE: &str = "<CORSRule><ID>one</ID><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>\
    <AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedHeader>x-*</AllowedHeader>\
    <ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>";

const LIFECYCLE_RULE: &str = "<Rule><ID>one</ID><Filter><And><Prefix>a&amp;b/</Prefix>\
    <Tag><Key>k</Key><Value></Value></Tag></And></Filter><Status>Enabled</Status>\
    <Transition><Days>0</Days><StorageClass>GLACIER</StorageClass></Transition>\
    <Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration></Rule>";

const ENCRYPTION_RULE: &str = "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
    <KMSMasterKeyID>alias/key</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
    <BucketKeyEnabled>true</BucketKeyEnabled></Rule>";

const FLAGS: &str = "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls>\
    <BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets>";

/// A configuration, the code for a bucket without it, and whether a new bucket has one.
struct Case {
    subresource: &'static str,
    root: &'static str,
    content: &'static str,
    missing: Option<&'static str>,
    is_there_at_first: bool,
}

const CASES: [Case; 4] = [
    Case {
        subresource: "cors",
        root: "CORSConfiguration",
        content: CORS_RULE,
        missing: Some("NoSuchCORSConfiguration"),
        is_there_at_first: false,
    },
    Case {
        subresource: "lifecycle",
        root: "LifecycleConfiguration",
        content: LIFECYCLE_RULE,
        missing: Some("NoSuchLifecycleConfiguration"),
        is_there_at_first: false,
    },
    Case {
        subresource: "encryption",
        root: "ServerSideEncryptionConfiguration",
        content: ENCRYPTION_RULE,
        missing: None,
        is_there_at_first: true,
    },
    Case {
        subresource: "publicAccessBlock",
        root: "PublicAccessBlockConfiguration",
        content: FLAGS,
        missing: Some("NoSuchPublicAccessBlockConfiguration"),
        is_there_at_first: true,
    },
];

#[tokio::test]
async fn configurations_are_stored_replaced_and_removed() {
    for Case { subresource, root, content, missing, is_there_at_first } in CASES {
        let target = format!("/bucket?{subresource}=");
        let document =
            format!("<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{content}</{root}>");
        for mut place in places().await {
            let first = get(&place.client, subresource).await;
            assert_eq!(first.status, if is_there_at_first { 200 } else { 404 }, "{}", first.text());
            put(&place.client, subresource, &document).await.expect(200);
            place.restart();
            let client = &place.client;
            let kept = get(client, subresource).await.expect(200);
            assert_eq!(inner(&kept), content);
            assert_eq!(kept.header("content-type"), "application/xml");
            client.call("DELETE", &target).await.expect(204);
            client.call("DELETE", &target).await.expect(204);
            let after = get(client, subresource).await;
            match missing {
                Some(code) => drop(after.expect_error(404, code)),
                None => assert_eq!(after.expect(200).body, first.body),
            }
            // A new bucket does not inherit.
            put(client, subresource, &document).await.expect(200);
            client.call("DELETE", "/bucket").await.expect(204);
            client.call("PUT", "/bucket").await.expect(200);
            assert_eq!(inner_or_code(&get(client, subresource).await), inner_or_code(&first));
        }
    }
}

fn inner_or_code(answer: &Answer) -> String {
    answer.element("Code").unwrap_or_else(|| inner(answer))
}

#[tokio::test]
async fn a_configuration_needs_a_bucket_and_a_checksum() {
    let client = client_with_bucket().await;
    for Case { subresource, root, content, .. } in CASES {
        let document = format!("<{root}>{content}</{root}>");
        let plain = Draft::new("PUT", &format!("/bucket?{subresource}=")).body(document.clone());
        client.send(plain).await.expect_error(400, "InvalidRequest");
        let target = format!("/missing?{subresource}=");
        for method in ["GET", "DELETE"] {
            client.call(method, &target).await.expect_error(404, "NoSuchBucket");
        }
        let put = checksummed("PUT", &target, &document);
        client.send(put).await.expect_error(404, "NoSuchBucket");
    }
}

/// Sends documents that S3 rejects. `{}` in the template is replaced.
async fn check(subresource: &str, template: &str, refused: &[(&str, &str)]) {
    let client = client_with_bucket().await;
    for (inner, code) in refused {
        let answer = put(&client, subresource, &template.replace("{}", inner)).await;
        assert_eq!(answer.element("Code").as_deref(), Some(*code), "{inner}: {}", answer.text());
        assert_eq!(answer.status, 400);
    }
    for document in ["", "<Other/>", "no XML"] {
        put(&client, subresource, document).await.expect_error(400, "MalformedXML");
    }
}

#[tokio::test]
async fn invalid_cors_rules_are_rejected() {
    let method = "<AllowedMethod>GET</AllowedMethod>";
    let origin = "<AllowedOrigin>*</AllowedOrigin>";
    let many = format!("<CORSRule>{method}{origin}</CORSRule>").repeat(101);
    let rule = |inner: &str| format!("<CORSRule>{inner}</CORSRule>");
    let refused = [
        (String::new(), "MalformedXML"),
        (many, "MalformedXML"),
        (rule(method), "MalformedXML"),
        (rule(origin), "MalformedXML"),
        (rule(&format!("{method}{origin}<New/>")), "MalformedXML"),
        (rule(&format!("{method}{origin}<ID>a</ID><ID>b</ID>")), "MalformedXML"),
        (rule(&format!("{method}{origin}<MaxAgeSeconds>soon</MaxAgeSeconds>")), "MalformedXML"),
        (rule(&format!("<AllowedMethod>OPTIONS</AllowedMethod>{origin}")), "InvalidRequest"),
        (rule(&format!("<AllowedMethod>get</AllowedMethod>{origin}")), "InvalidRequest"),
        (rule(&format!("{method}<AllowedOrigin>*.*</AllowedOrigin>")), "InvalidRequest"),
        (rule(&format!("{method}{origin}<AllowedHeader>*-*</AllowedHeader>")), "InvalidRequest"),
        (rule(&format!("{method}{origin}<ExposeHeader>*</ExposeHeader>")), "InvalidRequest"),
    ];
    let refused: Vec<(&str, &str)> = refused.iter().map(|(inner, code)| (inner.as_str(), *code)).collect();
    check("cors", "<CORSConfiguration>{}</CORSConfiguration>", &refused).await;
}

#[tokio::test]
async fn invalid_lifecycle_rules_are_rejected() {
    let all = "<Filter/><Status>Enabled</Status>";
    let days = "<Expiration><Days>1</Days></Expiration>";
    let rule = |inner: &str| format!("<Rule>{inner}</Rule>");
    let expires = |inner: &str| rule(&format!("{all}<Expiration>{inner}</Expiration>"));
    let filtered = |filter: &str| rule(&format!("<Filter>{filter}</Filter><Status>Enabled</Status>{days}"));
    let moves = |inner: &str| rule(&format!("{all}<Transition>{inner}</Transition>"));
    let named = |id: &str| rule(&format!("<ID>{id}</ID>{all}{days}"));
    let refused = [
        (String::new(), "MalformedXML"),
        (rule(&format!("{all}{days}")).repeat(1001), "MalformedXML"),
        (rule(&format!("<Status>Enabled</Status>{days}")), "MalformedXML"),
        (rule(&format!("<Prefix/>{all}{days}")), "MalformedXML"),
        (rule(&format!("<Filter/>{days}")), "MalformedXML"),
        (rule(&format!("<Filter/><Status>On</Status>{days}")), "MalformedXML"),
        (rule(all), "InvalidRequest"),
        (filtered("<Prefix>a</Prefix><ObjectSizeLessThan>1</ObjectSizeLessThan>"), "MalformedXML"),
        (filtered("<And><Prefix>a</Prefix></And>"), "MalformedXML"),
        (filtered("<Tag><Key>k</Key></Tag>"), "MalformedXML"),
        (filtered("<ObjectSizeLessThan>-1</ObjectSizeLessThan>"), "MalformedXML"),
        (expires(""), "MalformedXML"),
        (expires("<Days>1</Days><Date>2030-01-01T00:00:00Z</Date>"), "MalformedXML"),
        (expires("<Date>tomorrow</Date>"), "MalformedXML"),
        (expires("<Date>2030-01-01T12:00:00Z</Date>"), "InvalidArgument"),
        (expires("<Days>0</Days>"), "InvalidArgument"),
        (moves("<Days>1</Days>"), "MalformedXML"),
        (moves("<Days>1</Days><StorageClass>STANDARD</StorageClass>"), "MalformedXML"),
        (moves("<StorageClass>GLACIER</StorageClass>"), "MalformedXML"),
        (named("same").repeat(2), "InvalidArgument"),
        (named(&"i".repeat(256)), "InvalidArgument"),
    ];
    let refused: Vec<(&str, &str)> = refused.iter().map(|(inner, code)| (inner.as_str(), *code)).collect();
    check("lifecycle", "<LifecycleConfiguration>{}</LifecycleConfiguration>", &refused).await;
}

#[tokio::test]
async fn lifecycle_rules_get_a_default_id_and_size() {
    let client = client_with_bucket().await;
    let rule = "<Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>";
    let document = format!("<LifecycleConfiguration>{}</LifecycleConfiguration>", rule.repeat(2));
    let name = "x-amz-transition-default-minimum-object-size";
    assert_eq!(
        put(&client, "lifecycle", &document).await.expect(200).header(name),
        "all_storage_classes_128K"
    );
    let kept = get(&client, "lifecycle").await.expect(200);
    let ids = kept.elements("ID");
    assert!(ids.len() == 2 && ids[0] != ids[1] && ids.iter().all(|id| id.len() == 48), "{ids:?}");
    assert_eq!(kept.header(name), "all_storage_classes_128K");
    let with = |value: &str| checksummed("PUT", "/bucket?lifecycle=", &document).header(name, value);
    client.send(with("none")).await.expect_error(400, "InvalidArgument");
    client.send(with("varies_by_storage_class")).await.expect(200);
    assert_eq!(get(&client, "lifecycle").await.header(name), "varies_by_storage_class");
}

#[tokio::test]
async fn invalid_default_encryption_is_rejected() {
    let rule = |inner: &str| {
        let default =
            format!("<ApplyServerSideEncryptionByDefault>{inner}</ApplyServerSideEncryptionByDefault>");
        format!("<Rule>{default}</Rule>")
    };
    let own = rule("<SSEAlgorithm>AES256</SSEAlgorithm>");
    let refused = [
        (String::new(), "MalformedXML"),
        (own.repeat(2), "MalformedXML"),
        (rule(""), "MalformedXML"),
        (rule("<SSEAlgorithm>rot13</SSEAlgorithm>"), "MalformedXML"),
        (rule("<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>"), "InvalidArgument"),
        ("<Rule><BucketKeyEnabled>yes</BucketKeyEnabled></Rule>".into(), "MalformedXML"),
    ];
    let refused: Vec<(&str, &str)> = refused.iter().map(|(inner, code)| (inner.as_str(), *code)).collect();
    let template = "<ServerSideEncryptionConfiguration>{}</ServerSideEncryptionConfiguration>";
    check("encryption", template, &refused).await;
}

#[tokio::test]
async fn invalid_public_access_blocks_are_rejected() {
    let template = "<PublicAccessBlockConfiguration>{}</PublicAccessBlockConfiguration>";
    let refused = [
        ("<BlockPublicAcls>yes</BlockPublicAcls>", "MalformedXML"),
        ("<BlockPublicAcls>true</BlockPublicAcls><BlockPublicAcls>true</BlockPublicAcls>", "MalformedXML"),
        ("<BlockAll>true</BlockAll>", "MalformedXML"),
    ];
    check("publicAccessBlock", template, &refused).await;
    let client = client_with_bucket().await;
    let some = template.replace("{}", "<BlockPublicPolicy>true</BlockPublicPolicy>");
    put(&client, "publicAccessBlock", &some).await.expect(200);
    let kept = inner(&get(&client, "publicAccessBlock").await.expect(200));
    assert_eq!(kept, FLAGS.replacen("true", "false", 1), "a missing flag is false");
}

#[tokio::test]
async fn the_default_encryption_applies_to_writes_without_their_own() {
    let client = client_with_bucket().await;
    let sse = "x-amz-server-side-encryption";
    let default =
        format!("<ServerSideEncryptionConfiguration>{ENCRYPTION_RULE}</ServerSideEncryptionConfiguration>");
    client.put("/bucket/before", "x").await.expect(200);
    put(&client, "encryption", &default).await.expect(200);
    let written = client.put("/bucket/key", "x").await.expect(200);
    assert_eq!(written.header(sse), "aws:kms");
    assert_eq!(written.header("x-amz-server-side-encryption-aws-kms-key-id"), "alias/key");
    assert_eq!(written.header("x-amz-server-side-encryption-bucket-key-enabled"), "true");
    assert_eq!(client.call("HEAD", "/bucket/key").await.header(sse), "aws:kms");
    assert_eq!(client.call("HEAD", "/bucket/before").await.header(sse), "");
    let own = Draft::new("PUT", "/bucket/own").header(sse, "AES256").body("x");
    assert_eq!(client.send(own).await.expect(200).header(sse), "AES256");
    let copy = Draft::new("PUT", "/bucket/copy").header("x-amz-copy-source", "bucket/before");
    assert_eq!(client.send(copy).await.expect(200).header(sse), "aws:kms");
    let onto_itself = Draft::new("PUT", "/bucket/key").header("x-amz-copy-source", "bucket/key");
    client.send(onto_itself).await.expect_error(400, "InvalidRequest");
    assert_eq!(client.call("POST", "/bucket/parts?uploads=").await.expect(200).header(sse), "aws:kms");
    client.call("DELETE", "/bucket?encryption=").await.expect(204);
    assert_eq!(client.put("/bucket/after", "x").await.expect(200).header(sse), "");
}

#[tokio::test]
async fn a_blocked_encryption_type_is_rejected() {
    let client = client_with_bucket().await;
    let blocked = "<ServerSideEncryptionConfiguration><Rule><BlockedEncryptionTypes>\
        <EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>";
    let prefix = "x-amz-server-side-encryption-customer";
    let put_object = || {
        Draft::new("PUT", "/bucket/key")
            .header(&format!("{prefix}-algorithm"), "AES256")
            .header(&format!("{prefix}-key"), "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
            .header(&format!("{prefix}-key-md5"), "KYvwGXoFFJ42a2u2GDWhwQ==")
            .body("x")
    };
    client.send(put_object()).await.expect(200);
    put(&client, "encryption", blocked).await.expect(200);
    client.send(put_object()).await.expect_error(403, "AccessDenied");
    client.put("/bucket/key", "x").await.expect(200);
}
