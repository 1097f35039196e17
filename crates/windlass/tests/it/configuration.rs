//! Building clients from settings.

use windlass::testing::{self, Machine, MapEnvironment, MemoryFiles, MockTransport};
use windlass::{Client, Credentials, ErrorKind};

#[tokio::test]
async fn a_client_is_built_from_environment_and_profile() {
    let transport = MockTransport::new();
    transport.response(200, "");
    let machine = Machine::default()
        .variable("HOME", "/home")
        .variable("AWS_PROFILE", "dev")
        .file("/home/.aws/config", "[profile dev]\nregion = eu-west-1\ns3 =\n  addressing_style = path\n")
        .file("/home/.aws/credentials", "[dev]\naws_access_key_id = AKDEV\naws_secret_access_key = SKDEV\n");
    let client = Client::builder()
        .environment(machine.environment)
        .files(machine.files)
        .load_environment()
        .transport(transport.clone())
        .clock(testing::ManualClock::default())
        .build()
        .unwrap();
    client.head_bucket("photos").await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(request.url, "https://s3.eu-west-1.amazonaws.com/photos");
    assert!(request.header("authorization").contains("Credential=AKDEV/20260101/eu-west-1/"));
}

#[test]
fn a_missing_region_is_reported_first() {
    let error = Client::builder()
        .credentials(Credentials::new("id", "secret"))
        .transport(MockTransport::new())
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingRegion);
    assert!(error.suggestion().unwrap().contains("AWS_REGION"));
}

#[test]
fn plain_http_needs_loopback_or_allow_http() {
    let build = |url: &str, allow: bool| {
        testing::client_builder(&MockTransport::new()).endpoint(url).allow_http(allow).build().map(|_| ())
    };
    for url in ["http://localhost:9000", "http://127.0.0.1", "http://[::1]:9000", "http://b.localhost"] {
        assert!(build(url, false).is_ok(), "{url}");
    }
    let error = build("http://s3.example.com", false).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidEndpoint);
    assert!(build("http://s3.example.com", true).is_ok());
}

#[tokio::test]
async fn missing_credentials_list_every_source() {
    let client = Client::builder()
        .region("us-east-1")
        .environment(MapEnvironment::default().variable("HOME", "/home"))
        .files(MemoryFiles::default())
        .load_environment()
        .transport(MockTransport::new())
        .build()
        .unwrap();
    let error = client.head_bucket("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialsNotFound);
    assert!(error.message().contains("environment") && error.message().contains("profile"), "{error}");
}

#[tokio::test]
async fn half_a_key_is_an_error() {
    let machine = Machine::default()
        .variable("HOME", "/home")
        .variable("AWS_ACCESS_KEY_ID", "AKENV")
        .file("/home/.aws/credentials", "[default]\naws_access_key_id = A\naws_secret_access_key = S\n");
    let client = Client::builder()
        .region("us-east-1")
        .environment(machine.environment)
        .files(machine.files)
        .load_environment()
        .transport(MockTransport::new())
        .build()
        .unwrap();
    let error = client.head_bucket("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialsInvalid, "{error}");
}

#[test]
fn an_unsupported_retry_mode_is_an_error() {
    let machine = Machine::default().variable("AWS_RETRY_MODE", "adaptive");
    let built = Client::builder()
        .region("us-east-1")
        .environment(machine.environment)
        .files(machine.files)
        .load_environment()
        .transport(MockTransport::new())
        .build();
    assert!(built.unwrap_err().message().contains("AWS_RETRY_MODE"));
}

#[tokio::test]
async fn the_environment_can_set_the_expiry_of_keys() {
    let client = |end: &str| {
        let machine = Machine::default()
            .variable("AWS_ACCESS_KEY_ID", "id")
            .variable("AWS_SECRET_ACCESS_KEY", "secret")
            .variable("AWS_CREDENTIAL_EXPIRATION", end);
        Client::builder()
            .region("us-east-1")
            .environment(machine.environment)
            .files(machine.files)
            .load_environment()
            .transport(MockTransport::new())
            .clock(testing::ManualClock::default())
            .build()
            .unwrap()
    };
    let hour = std::time::Duration::from_secs(3600);
    let presigned =
        client("2026-01-01T00:30:00+00:00").get_object("photos", "k").presign(hour).await.unwrap();
    assert!(presigned.credentials_expire_first());
    let error = client("soon").get_object("photos", "k").presign(hour).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialsInvalid);
    assert!(error.message().contains("AWS_CREDENTIAL_EXPIRATION"), "{error}");
}

#[test]
fn loopback_is_recognized_in_every_notation() {
    let build = |url: &str| testing::client_builder(&MockTransport::new()).endpoint(url).build();
    for url in [
        "http://[0:0:0:0:0:0:0:1]:9000",
        "http://[::ffff:127.0.0.1]:9000",
        "http://127.1:9000",
        "http://0x7f000001",
        "http://localhost.:9000",
        "http://s3.localhost.",
    ] {
        assert!(build(url).is_ok(), "{url}");
    }
    for url in ["http://128.1", "http://[::ffff:10.0.0.1]", "http://localhost.com", "http://0.0.0.0:9000"] {
        assert_eq!(build(url).unwrap_err().kind(), ErrorKind::InvalidEndpoint, "{url}");
    }
}

// dospaces#16
#[tokio::test]
async fn the_endpoint_of_a_known_service_must_not_contain_the_bucket() {
    for (endpoint, bucket, plain) in [
        ("https://bkt.fra1.digitaloceanspaces.com", "bkt", "https://fra1.digitaloceanspaces.com"),
        ("https://BKT.fra1.digitaloceanspaces.com.:443/", "bkt", "https://fra1.digitaloceanspaces.com."),
        ("https://fra1.digitaloceanspaces.com/bkt/", "bkt", "https://fra1.digitaloceanspaces.com"),
        ("https://bkt.fra1.digitaloceanspaces.com/bkt", "bkt", "https://fra1.digitaloceanspaces.com"),
        ("https://bkt.s3.eu-west-1.amazonaws.com", "bkt", "https://s3.eu-west-1.amazonaws.com"),
        ("https://my.bkt.s3.amazonaws.com", "my.bkt", "https://s3.amazonaws.com"),
        ("https://bkt.s3-eu-west-1.amazonaws.com", "bkt", "https://s3-eu-west-1.amazonaws.com"),
        ("https://bkt.s3.cn-north-1.amazonaws.com.cn", "bkt", "https://s3.cn-north-1.amazonaws.com.cn"),
        ("https://0a1b.r2.cloudflarestorage.com/bkt", "bkt", "https://0a1b.r2.cloudflarestorage.com"),
        ("https://bkt.0a1b.eu.r2.cloudflarestorage.com", "bkt", "https://0a1b.eu.r2.cloudflarestorage.com"),
        ("https://bkt.oss-cn-hangzhou.aliyuncs.com", "bkt", "https://oss-cn-hangzhou.aliyuncs.com"),
        ("https://bkt.s3.us-west-004.backblazeb2.com", "bkt", "https://s3.us-west-004.backblazeb2.com"),
        ("https://bkt.s3.wasabisys.com", "bkt", "https://s3.wasabisys.com"),
    ] {
        let transport = MockTransport::new();
        let client = testing::client_builder(&transport).endpoint(endpoint).build().unwrap();
        let error = client.get_object(bucket, "k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidEndpoint, "{endpoint}");
        assert!(error.message().ends_with(&format!("use {plain} as the endpoint")), "{error}");
        assert!(transport.requests().is_empty());
        let hour = std::time::Duration::from_secs(3600);
        assert!(client.get_object(bucket, "k").presign(hour).await.is_err(), "{endpoint}");
    }
    for (endpoint, bucket) in [
        ("https://fra1.digitaloceanspaces.com", "fra1"),
        ("https://0a1b.r2.cloudflarestorage.com", "0a1b"),
        ("https://oss-cn-hangzhou.aliyuncs.com", "oss-cn-hangzhou"),
        ("https://bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com", "bucket"),
        ("https://s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://bkt.fra1.digitaloceanspaces.com", "other"),
        ("https://bkt.s3.example.com", "bkt"),
        ("https://s3.example.com/bkt", "bkt"),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(200, &[("etag", "\"e\""), ("content-length", "0")], "");
        let client = testing::client_builder(&transport).endpoint(endpoint).build().unwrap();
        let outcome = client.head_object(bucket, "k").await;
        assert!(outcome.is_ok(), "{endpoint} {outcome:?}");
    }
}

// dospaces#16
#[tokio::test]
async fn not_found_errors_hint_at_an_endpoint_that_contains_the_bucket() {
    let body = |code: &str| format!("<Error><Code>{code}</Code><Message>m</Message></Error>");
    for (status, code, hinted) in [
        (404, "NoSuchBucket", true),
        (404, "NoSuchKey", true),
        (403, "AccessDenied", true),
        (403, "SignatureDoesNotMatch", true),
        (400, "InvalidArgument", false),
    ] {
        for (endpoint, contained) in [
            ("https://bkt.s3.example.com", true),
            ("https://s3.example.com/bkt", true),
            ("https://s3.example.com", false),
        ] {
            let transport = MockTransport::new();
            transport.response(status, body(code));
            let client = testing::client_builder(&transport).endpoint(endpoint).build().unwrap();
            let error = client.get_object("bkt", "k").await.unwrap_err();
            let hint = "already contains the bucket: use https://s3.example.com as the endpoint";
            assert_eq!(error.message().contains(hint), hinted && contained, "{endpoint} {error}");
        }
    }
}

#[tokio::test]
async fn a_client_that_accepts_any_certificate_signs_bodies() {
    let builder = |endpoint: &str| {
        let machine = Machine::default();
        Client::builder()
            .environment(machine.environment)
            .files(machine.files)
            .credentials(Credentials::new("id", "secret"))
            .region("us-east-1")
            .danger_accept_invalid_certs(true)
            .endpoint(endpoint)
    };
    for aws in [
        "https://s3.amazonaws.com",
        "https://S3.us-east-1.amazonaws.com.",
        "https://b.s3.cn-north-1.amazonaws.com.cn",
    ] {
        let error = builder(aws).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSetting, "{aws}");
        assert!(error.message().contains("AWS"), "{error}");
    }
    let without_endpoint =
        Client::builder().anonymous().region("us-east-1").danger_accept_invalid_certs(true);
    assert!(without_endpoint.build().unwrap_err().message().contains("AWS"));
    let unsigned = builder("https://127.0.0.1:1").payload_signing(false).build().unwrap_err();
    assert!(unsigned.message().contains("payload_signing"), "{unsigned}");

    let client = builder("https://127.0.0.1:1").max_attempts(1).build().unwrap();
    let key = windlass::types::CustomerKey::aes256(&[7; 32]).unwrap();
    for error in [
        client.get_object("photos", "k").customer_key(key.clone()).await.map(|_| ()).unwrap_err(),
        client.put_object("photos", "k", "v").encrypt_with(key.clone()).await.map(|_| ()).unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidArgument, 0), "{error}");
    }
    let request = client.sign(windlass::operations::PutObject::new("photos", "k", "hello")).await.unwrap();
    let hash = request.headers()["x-amz-content-sha256"].to_str().unwrap();
    assert_eq!(hash, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
}

#[test]
fn connection_settings_conflict_with_a_custom_transport() {
    let built = testing::client_builder(&MockTransport::new())
        .idle_timeout(std::time::Duration::from_secs(1))
        .build()
        .unwrap_err();
    assert_eq!(built.kind(), ErrorKind::InvalidSetting);
    assert!(built.message().contains("idle_timeout and transport"), "{built}");
}

#[test]
fn environment_settings_apply_together_with_connection_settings() {
    let build = |name: &str, value: &str| {
        Client::builder()
            .environment(MapEnvironment::default().variable(name, value))
            .files(MemoryFiles::default())
            .load_environment()
            .region("us-east-1")
            .idle_timeout(std::time::Duration::from_secs(1))
            .resolver(windlass::adapters::http_client::SystemResolver)
            .build()
            .map(|_| ())
    };
    assert!(build("AWS_CA_BUNDLE", "/none.pem").unwrap_err().message().contains("/none.pem"));
    assert!(build("HTTPS_PROXY", "http://proxy:abc").unwrap_err().message().contains("HTTPS_PROXY"));
    assert!(build("ALL_PROXY", "socks5://proxy:1080").is_ok());
}

#[tokio::test]
async fn no_duration_panics() {
    use std::time::Duration;
    for time in [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(u64::MAX), Duration::MAX] {
        let transport = MockTransport::new();
        transport.reply_with(503, &[("retry-after", "7")], "<Error><Code>SlowDown</Code></Error>");
        transport.reply_with(200, &[("etag", "\"e\""), ("content-length", "0")], "");
        let mut retry = windlass::resilience::RetrySettings::default();
        retry.backoff.longest = time;
        retry.backoff.transient_base = time;
        retry.backoff.throttling_base = time;
        let client = testing::client_builder(&transport)
            .connect_timeout(time)
            .read_timeout(time)
            .operation_timeout(time)
            .retry(retry)
            .build()
            .unwrap();
        let _ = client.head_object("photos", "k").await;
        let _ = client.put_object("photos", "k", windlass::Body::from_reader(&b"v"[..]).with_length(1)).await;
        let _ = client.get_object("photos", "k").presign(time).await;
        let _ = client.presign_post("photos", "k").expires_in(time).await;
        let real = Client::builder()
            .credentials(Credentials::new("id", "secret"))
            .endpoint("http://127.0.0.1:1")
            .connect_timeout(time)
            .read_timeout(time)
            .idle_timeout(time)
            .operation_timeout(time)
            .max_attempts(1)
            .build()
            .unwrap();
        assert!(real.head_object("photos", "k").await.is_err());
    }
}
