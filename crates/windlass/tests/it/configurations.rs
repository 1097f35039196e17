//! Configurations of buckets: CORS, lifecycle, encryption, public access block.

use std::time::{Duration, UNIX_EPOCH};

use windlass::config::ServiceProfile;
use windlass::operations::{
    AbortIncompleteMultipartUpload, BlockedEncryptionTypes, BucketLifecycleConfiguration, CorsConfiguration,
    CorsRule, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleAndOperator,
    LifecycleRuleFilter, NoncurrentVersionExpiration, NoncurrentVersionTransition,
    PublicAccessBlockConfiguration, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Transition, TransitionDefaultMinimumObjectSize,
};
use windlass::testing::{self, MockTransport, RecordedRequest};
use windlass::types::{ServerSideEncryption, Tag};
use windlass::{Client, Error, ErrorKind};

use crate::server::start;

const NAMESPACE: &str = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

fn cors() -> CorsConfiguration {
    let first = CorsRule::new(["GET", "PUT"], ["https://*.example.com"])
        .with_id("first")
        .with_allowed_headers(["*"])
        .with_expose_headers(["ETag", "x-amz-version-id"])
        .with_max_age_seconds(3000);
    CorsConfiguration::new([first, CorsRule::new(["HEAD"], ["*"])])
}

const CORS: &str = "<CORSConfiguration><CORSRule><ID>first</ID><AllowedHeader>*</AllowedHeader>\
    <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>\
    <AllowedOrigin>https://*.example.com</AllowedOrigin><ExposeHeader>ETag</ExposeHeader>\
    <ExposeHeader>x-amz-version-id</ExposeHeader><MaxAgeSeconds>3000</MaxAgeSeconds></CORSRule>\
    <CORSRule><AllowedMethod>HEAD</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";

fn lifecycle() -> BucketLifecycleConfiguration {
    let both = LifecycleRuleAndOperator::new()
        .with_prefix("logs/")
        .with_tags([("kind", "a&b"), ("old", "")])
        .with_object_size_greater_than(1 << 40);
    let first = LifecycleRule::new(ExpirationStatus::Enabled)
        .with_id("first")
        .with_filter(LifecycleRuleFilter::And(both))
        .with_expiration(
            LifecycleExpiration::new().with_date(UNIX_EPOCH + Duration::from_secs(1_893_456_000)),
        )
        .with_transitions([
            Transition::new().with_days(30).with_storage_class("STANDARD_IA"),
            Transition::new().with_days(90).with_storage_class("GLACIER"),
        ])
        .with_noncurrent_version_transitions([NoncurrentVersionTransition::new()
            .with_noncurrent_days(7)
            .with_storage_class("GLACIER_IR")
            .with_newer_noncurrent_versions(2)])
        .with_noncurrent_version_expiration(NoncurrentVersionExpiration::new().with_noncurrent_days(100))
        .with_abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::new().with_days_after_initiation(3),
        );
    let second = LifecycleRule::new("Disabled")
        .with_id("second")
        .with_filter(LifecycleRuleFilter::All)
        .with_expiration(LifecycleExpiration::new().with_expired_object_delete_marker(true));
    BucketLifecycleConfiguration::new([first, second])
        .with_transition_default_minimum_object_size(TransitionDefaultMinimumObjectSize::VariesByStorageClass)
}

const LIFECYCLE: &str = "<LifecycleConfiguration><Rule><Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>\
    <ID>first</ID><Filter><And><Prefix>logs/</Prefix><Tag><Key>kind</Key><Value>a&amp;b</Value></Tag>\
    <Tag><Key>old</Key><Value></Value></Tag><ObjectSizeGreaterThan>1099511627776</ObjectSizeGreaterThan></And></Filter>\
    <Status>Enabled</Status><Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>\
    <Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>\
    <NoncurrentVersionTransition><NoncurrentDays>7</NoncurrentDays><StorageClass>GLACIER_IR</StorageClass>\
    <NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionTransition>\
    <NoncurrentVersionExpiration><NoncurrentDays>100</NoncurrentDays></NoncurrentVersionExpiration>\
    <AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload>\
    </Rule><Rule><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration><ID>second</ID>\
    <Filter></Filter><Status>Disabled</Status></Rule></LifecycleConfiguration>";

const SIZE: &str = "x-amz-transition-default-minimum-object-size";

fn encryption() -> ServerSideEncryptionConfiguration {
    let default = ServerSideEncryptionByDefault::new("aws:kms").with_kms_master_key_id("alias/photos");
    ServerSideEncryptionConfiguration::new([ServerSideEncryptionRule::new()
        .with_apply_server_side_encryption_by_default(default)
        .with_bucket_key_enabled(true)
        .with_blocked_encryption_types(BlockedEncryptionTypes::new().with_encryption_type(["SSE-C"]))])
}

const ENCRYPTION: &str = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
    <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>alias/photos</KMSMasterKeyID>\
    </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled>\
    <BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes>\
    </Rule></ServerSideEncryptionConfiguration>";

fn block() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::new()
        .with_block_public_acls(true)
        .with_ignore_public_acls(false)
        .with_block_public_policy(true)
        .with_restrict_public_buckets(false)
}

const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
    <IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
    <RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>";

/// Checks the three requests for one configuration and returns them.
fn check_requests(transport: &MockTransport, subresource: &str, document: &str) -> [RecordedRequest; 3] {
    let requests: [RecordedRequest; 3] = transport.requests().try_into().unwrap();
    for (request, method) in requests.iter().zip(["PUT", "GET", "DELETE"]) {
        assert_eq!(request.method, method);
        assert!(request.url.ends_with(&format!("/?{subresource}=")), "{}", request.url);
        assert_eq!(request.header("x-amz-expected-bucket-owner"), "123456789012");
    }
    let [put, got, deleted] = &requests;
    assert!(got.body.is_empty() && deleted.body.is_empty());
    let sent = String::from_utf8(put.body.to_vec()).unwrap();
    assert_eq!(sent.replace(NAMESPACE, ""), document);
    assert!(sent.contains(NAMESPACE) && put.header("content-type") == "application/xml");
    assert!(!put.header("x-amz-checksum-crc64nvme").is_empty(), "S3 rejects the request without a checksum");
    requests
}

const OWNER: &str = "123456789012";

#[tokio::test]
async fn cors_rules_are_set_read_and_removed() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("x-amz-request-id", "R1")], "").response(200, CORS).response(204, "");
    let client = testing::client(&transport);
    let put = client.put_bucket_cors("photos", cors()).expected_bucket_owner(OWNER).await.unwrap();
    assert_eq!(put.response.request_id.as_deref(), Some("R1"));
    let got = client.get_bucket_cors("photos").expected_bucket_owner(OWNER).await.unwrap();
    assert_eq!((got.configuration, got.response.status), (cors(), 200));
    let deleted = client.delete_bucket_cors("photos").expected_bucket_owner(OWNER).await.unwrap();
    assert_eq!(deleted.response.status, 204);
    check_requests(&transport, "cors", CORS);
}

#[tokio::test]
async fn lifecycle_rules_are_set_read_and_removed() {
    let transport = MockTransport::new();
    let headers = [(SIZE, "varies_by_storage_class")];
    transport.reply_with(200, &headers, "").reply_with(200, &headers, LIFECYCLE).response(204, "");
    let client = testing::client(&transport);
    let put = client.put_bucket_lifecycle_configuration("photos", lifecycle());
    let put = put.expected_bucket_owner(OWNER).await.unwrap();
    assert_eq!(
        put.transition_default_minimum_object_size,
        Some(TransitionDefaultMinimumObjectSize::VariesByStorageClass)
    );
    let got = client.get_bucket_lifecycle_configuration("photos").expected_bucket_owner(OWNER).await.unwrap();
    assert_eq!(got.configuration, lifecycle());
    client.delete_bucket_lifecycle("photos").expected_bucket_owner(OWNER).await.unwrap();
    let [put, ..] = check_requests(&transport, "lifecycle", LIFECYCLE);
    assert_eq!(put.header(SIZE), "varies_by_storage_class");
}

#[tokio::test]
async fn default_encryption_is_set_read_and_reset() {
    let transport = MockTransport::new();
    transport.response(200, "").response(200, ENCRYPTION).response(204, "");
    let client = testing::client(&transport);
    client.put_bucket_encryption("photos", encryption()).expected_bucket_owner(OWNER).await.unwrap();
    let got = client.get_bucket_encryption("photos").expected_bucket_owner(OWNER).await.unwrap();
    assert_eq!(got.configuration, encryption());
    client.delete_bucket_encryption("photos").expected_bucket_owner(OWNER).await.unwrap();
    check_requests(&transport, "encryption", ENCRYPTION);
}

#[tokio::test]
async fn the_public_access_block_is_set_read_and_removed() {
    let transport = MockTransport::new();
    transport.response(200, "").response(200, BLOCK).response(204, "");
    let client = testing::client(&transport);
    client.put_public_access_block("photos", block()).expected_bucket_owner(OWNER).await.unwrap();
    let got = client.get_public_access_block("photos").expected_bucket_owner(OWNER).await.unwrap();
    assert_eq!(got.configuration, block());
    client.delete_public_access_block("photos").expected_bucket_owner(OWNER).await.unwrap();
    check_requests(&transport, "publicAccessBlock", BLOCK);
}

#[tokio::test]
async fn the_checksum_algorithm_and_an_md5_can_be_set() {
    let transport = MockTransport::new();
    transport.response(200, "");
    let put = testing::client(&transport).put_bucket_cors("photos", cors());
    put.checksum_algorithm("SHA256").content_md5("bWQ1").await.unwrap();
    let sent = &transport.requests()[0];
    assert!(!sent.header("x-amz-checksum-sha256").is_empty());
    assert_eq!(sent.header("content-md5"), "bWQ1");
}

/// Reads each configuration once.
async fn read_all(client: &Client) -> [Error; 4] {
    [
        client.get_bucket_cors("photos").await.unwrap_err(),
        client.get_bucket_encryption("photos").await.unwrap_err(),
        client.get_bucket_lifecycle_configuration("photos").await.unwrap_err(),
        client.get_public_access_block("photos").await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_bucket_without_a_configuration_is_not_a_missing_bucket() {
    let transport = MockTransport::new();
    let codes = [
        "NoSuchCORSConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
    ];
    for code in codes {
        transport.response(404, format!("<Error><Code>{code}</Code><Message>m</Message></Error>"));
    }
    for (error, code) in read_all(&testing::client(&transport)).await.iter().zip(codes) {
        assert_eq!((error.kind(), error.code()), (ErrorKind::ConfigurationNotFound, Some(code)));
        assert!(error.is_not_found() && error.suggestion().is_some(), "{error}");
    }
}

#[tokio::test]
async fn another_document_is_not_a_configuration() {
    let transport = MockTransport::new();
    transport.response(200, "<Tagging><TagSet/></Tagging>").repeat_last();
    for error in read_all(&testing::client(&transport)).await {
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(error.message().contains("Configuration>"), "{error}");
    }
}

// Swift does this for lifecycle and encryption.
#[tokio::test]
async fn a_service_that_lists_the_bucket_instead_does_not_support_the_configuration() {
    let transport = MockTransport::new();
    transport.response(200, "<ListBucketResult><Name>photos</Name></ListBucketResult>").repeat_last();
    for error in read_all(&testing::client(&transport)).await {
        assert_eq!(error.kind(), ErrorKind::NotImplemented);
        assert!(error.message().contains("lists the bucket instead"), "{error}");
    }
    assert_eq!(transport.requests().len(), 4, "a retry would not help");
}

#[tokio::test]
async fn a_malformed_value_is_an_error_that_names_the_element() {
    let transport = MockTransport::new();
    transport.response(200, CORS.replace("3000", "soon"));
    let error = testing::client(&transport).get_bucket_cors("photos").await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidResponse, Some("GetBucketCors")));
    assert!(error.message().contains("<MaxAgeSeconds> of <CORSRule> is \"soon\""), "{error}");
}

#[tokio::test]
async fn unknown_elements_are_ignored_and_unknown_values_are_kept() {
    let transport = MockTransport::new();
    let rule = "<New><ID>x</ID></New><Status>Paused</Status><Filter><Prefix/></Filter>";
    transport
        .response(200, format!("<LifecycleConfiguration><New/><Rule>{rule}</Rule></LifecycleConfiguration>"));
    let client = testing::client(&transport);
    let got = client.get_bucket_lifecycle_configuration("photos").await.unwrap().configuration;
    let rule = LifecycleRule::new("Paused").with_filter(LifecycleRuleFilter::Prefix(String::new()));
    assert_eq!(got, BucketLifecycleConfiguration::new([rule]));
}

#[tokio::test]
async fn an_invalid_configuration_is_not_sent() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let check = |error: Error, text: &str| {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains(text), "{error}");
    };
    let none = CorsConfiguration::new(Vec::<CorsRule>::new());
    check(client.put_bucket_cors("photos", none).await.unwrap_err(), "at least one <CORSRule>");
    let no_method = CorsConfiguration::new([CorsRule::new([""; 0], ["*"])]);
    check(client.put_bucket_cors("photos", no_method).await.unwrap_err(), "at least one <AllowedMethod>");
    let unknown = LifecycleRule::new("Enabled").with_filter(LifecycleRuleFilter::Other("New".into()));
    let unknown =
        client.put_bucket_lifecycle_configuration("photos", BucketLifecycleConfiguration::new([unknown]));
    check(unknown.await.unwrap_err(), "<Filter> contains <New>");
    assert!(transport.requests().is_empty());
}

/// Returns a client of a service whose profile lacks the subresource.
fn unknown(transport: &MockTransport) -> Client {
    let builder = testing::client_builder(transport).endpoint("https://s3.example.com");
    builder.service_profile(ServiceProfile::named("wasabi").unwrap()).build().unwrap()
}

/// Sends each write once.
async fn write_all(client: &Client) -> [windlass::Result<()>; 8] {
    [
        client.put_bucket_cors("photos", cors()).await.map(drop),
        client.delete_bucket_cors("photos").await.map(drop),
        client.put_bucket_encryption("photos", encryption()).await.map(drop),
        client.delete_bucket_encryption("photos").await.map(drop),
        client.put_bucket_lifecycle_configuration("photos", lifecycle()).await.map(drop),
        client.delete_bucket_lifecycle("photos").await.map(drop),
        client.put_public_access_block("photos", block()).await.map(drop),
        client.delete_public_access_block("photos").await.map(drop),
    ]
}

#[tokio::test]
async fn a_service_that_ignores_a_subresource_gets_no_write_of_it() {
    let responses = [
        (200, "<ListBucketResult><Name>photos</Name></ListBucketResult>"),
        (200, "<Policy><CORSConfiguration/><LifecycleConfiguration/></Policy>"),
        (200, ""),
        (404, "<Error><Code>NoSuchBucketPolicy</Code></Error>"),
        (404, "<Error><Code>NoSuchTagSet</Code></Error>"),
    ];
    for (status, body) in responses {
        let transport = MockTransport::new();
        transport.response(status, body).repeat_last();
        for outcome in write_all(&unknown(&transport)).await {
            let error = outcome.unwrap_err();
            assert!(
                error.message().contains("nothing was changed") || error.message().contains("was not sent")
            );
        }
        assert!(transport.requests().iter().all(|request| request.method == "GET"), "{body}");
    }
}

#[tokio::test]
async fn a_write_is_sent_if_the_service_supports_the_subresource() {
    let proofs = [
        ("NoSuchCORSConfiguration", CORS),
        ("ServerSideEncryptionConfigurationNotFoundError", ENCRYPTION),
        ("NoSuchLifecycleConfiguration", LIFECYCLE),
        ("NoSuchPublicAccessBlockConfiguration", BLOCK),
    ];
    for by_code in [true, false] {
        let transport = MockTransport::new();
        for (code, document) in proofs {
            if by_code {
                transport.response(404, format!("<Error><Code>{code}</Code></Error>"));
            } else {
                transport.response(200, document);
            }
            transport.response(200, "").response(204, "");
        }
        for outcome in write_all(&unknown(&transport)).await {
            outcome.unwrap();
        }
        let methods: Vec<String> =
            transport.requests().iter().map(|request| request.method.clone()).collect();
        assert_eq!(methods, ["GET", "PUT", "DELETE"].repeat(4));
    }
}

#[tokio::test]
async fn a_tag_is_a_filter() {
    let transport = MockTransport::new();
    transport.response(200, "");
    let rule = LifecycleRule::new("Enabled").with_filter(LifecycleRuleFilter::Tag(Tag::new("k", "v")));
    let put = testing::client(&transport)
        .put_bucket_lifecycle_configuration("photos", BucketLifecycleConfiguration::new([rule]));
    put.await.unwrap();
    let sent = String::from_utf8(transport.requests()[0].body.to_vec()).unwrap();
    assert!(sent.contains("<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>"), "{sent}");
}

#[tokio::test]
async fn every_configuration_survives_on_a_server() {
    let (_server, client) = start().await;
    let missing = ErrorKind::ConfigurationNotFound;

    assert_eq!(client.get_bucket_cors("photos").await.unwrap_err().kind(), missing);
    client.put_bucket_cors("photos", cors()).await.unwrap();
    assert_eq!(client.get_bucket_cors("photos").await.unwrap().configuration, cors());
    client.delete_bucket_cors("photos").await.unwrap();
    assert_eq!(client.get_bucket_cors("photos").await.unwrap_err().kind(), missing);

    let read = client.get_bucket_lifecycle_configuration("photos");
    assert_eq!(read.clone().await.unwrap_err().kind(), missing);
    let put = client.put_bucket_lifecycle_configuration("photos", lifecycle()).await.unwrap();
    assert_eq!(
        put.transition_default_minimum_object_size,
        lifecycle().transition_default_minimum_object_size
    );
    assert_eq!(read.clone().await.unwrap().configuration, lifecycle());
    client.delete_bucket_lifecycle("photos").await.unwrap();
    assert_eq!(read.await.unwrap_err().kind(), missing);

    let default = client.get_bucket_encryption("photos").await.unwrap().configuration;
    let by_default = |configuration: &ServerSideEncryptionConfiguration| {
        configuration.rules[0].apply_server_side_encryption_by_default.clone().unwrap().sse_algorithm
    };
    assert_eq!(by_default(&default), ServerSideEncryption::Aes256);
    client.put_bucket_encryption("photos", encryption()).await.unwrap();
    assert_eq!(client.get_bucket_encryption("photos").await.unwrap().configuration, encryption());
    let put = client.put_object("photos", "cat.jpg", "meow").await.unwrap();
    assert_eq!(put.encryption.server_side_encryption, Some(ServerSideEncryption::AwsKms));
    client.delete_bucket_encryption("photos").await.unwrap();
    assert_eq!(client.get_bucket_encryption("photos").await.unwrap().configuration, default);

    let all = block().with_ignore_public_acls(true).with_restrict_public_buckets(true);
    assert_eq!(client.get_public_access_block("photos").await.unwrap().configuration, all, "of a new bucket");
    client.put_public_access_block("photos", block()).await.unwrap();
    assert_eq!(client.get_public_access_block("photos").await.unwrap().configuration, block());
    client.delete_public_access_block("photos").await.unwrap();
    assert_eq!(client.get_public_access_block("photos").await.unwrap_err().kind(), missing);
}

#[tokio::test]
async fn a_server_rejects_an_invalid_cors_method() {
    let (_server, client) = start().await;
    let options = CorsConfiguration::new([CorsRule::new(["OPTIONS"], ["*"])]);
    let error = client.put_bucket_cors("photos", options).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidArgument, Some("InvalidRequest")));
    assert!(error.message().contains("OPTIONS"), "{error}");
}
