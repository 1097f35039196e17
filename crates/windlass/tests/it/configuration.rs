//! From settings to a client.

use windlass::testing::{self, MapSystem, MockTransport};
use windlass::{Client, Credentials, ErrorKind};

#[tokio::test]
async fn environment_and_profile_make_a_client() {
    let transport = MockTransport::new();
    transport.reply(200, "");
    let system = MapSystem::default()
        .variable("HOME", "/home")
        .variable("AWS_PROFILE", "dev")
        .file("/home/.aws/config", "[profile dev]\nregion = eu-west-1\ns3 =\n  addressing_style = path\n")
        .file("/home/.aws/credentials", "[dev]\naws_access_key_id = AKDEV\naws_secret_access_key = SKDEV\n");
    let client = Client::builder()
        .system(system)
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
fn a_missing_region_is_told_before_anything_else() {
    let error = Client::builder()
        .credentials(Credentials::new("id", "secret"))
        .transport(MockTransport::new())
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingRegion);
    assert!(error.suggestion().unwrap().contains("AWS_REGION"));
}

#[test]
fn plain_http_needs_this_machine_or_permission() {
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
async fn missing_credentials_name_every_place_that_was_looked_at() {
    let client = Client::builder()
        .region("us-east-1")
        .system(MapSystem::default().variable("HOME", "/home"))
        .load_environment()
        .transport(MockTransport::new())
        .build()
        .unwrap();
    let error = client.head_bucket("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialsNotFound);
    assert!(error.message().contains("environment") && error.message().contains("profile"), "{error}");
}

#[tokio::test]
async fn half_a_key_is_an_error_and_not_skipped() {
    let system = MapSystem::default()
        .variable("HOME", "/home")
        .variable("AWS_ACCESS_KEY_ID", "AKENV")
        .file("/home/.aws/credentials", "[default]\naws_access_key_id = A\naws_secret_access_key = S\n");
    let client = Client::builder()
        .region("us-east-1")
        .system(system)
        .load_environment()
        .transport(MockTransport::new())
        .build()
        .unwrap();
    let error = client.head_bucket("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialsInvalid, "{error}");
}

#[test]
fn a_retry_mode_that_is_not_supported_yet_is_refused() {
    let system = MapSystem::default().variable("AWS_RETRY_MODE", "adaptive");
    let built = Client::builder()
        .region("us-east-1")
        .system(system)
        .load_environment()
        .transport(MockTransport::new())
        .build();
    assert!(built.unwrap_err().message().contains("AWS_RETRY_MODE"));
}

#[tokio::test]
async fn the_environment_can_say_when_its_keys_end() {
    let client = |end: &str| {
        let system = MapSystem::default()
            .variable("AWS_ACCESS_KEY_ID", "id")
            .variable("AWS_SECRET_ACCESS_KEY", "secret")
            .variable("AWS_CREDENTIAL_EXPIRATION", end);
        Client::builder()
            .region("us-east-1")
            .system(system)
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
