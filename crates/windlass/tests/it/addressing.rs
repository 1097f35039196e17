//! Addressing: request URLs for settings in code, environment and profile.

use windlass::testing::{self, Machine, ManualClock, MockTransport};
use windlass::{AddressingStyle, Client, ClientBuilder, ErrorKind, Result};

const POINT: &str = "arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap";

/// Returns a machine with a profile of these lines.
fn machine(profile: &str) -> Machine {
    let keys = "region = us-east-1\naws_access_key_id = id\naws_secret_access_key = secret\n";
    Machine::default()
        .variable("HOME", "/home")
        .file("/home/.aws/config", format!("[default]\n{keys}{profile}").into_bytes())
}

fn on(machine: Machine, transport: &MockTransport) -> ClientBuilder {
    Client::builder()
        .environment(machine.environment)
        .files(machine.files)
        .load_environment()
        .transport(transport.clone())
        .clock(ManualClock::default())
}

/// Returns the URL of a request for an object by a client of this machine.
async fn url(machine: Machine) -> Result<String> {
    let transport = MockTransport::new();
    transport.response(200, "");
    on(machine, &transport).build()?.head_object("photos", "k").await?;
    Ok(transport.requests()[0].url.clone())
}

#[tokio::test]
async fn environment_and_profile_select_the_endpoint_variant() {
    let check = async |machine: Machine, expected: &str| assert_eq!(url(machine).await.unwrap(), expected);
    let dualstack = "https://photos.s3.dualstack.us-east-1.amazonaws.com/k";
    check(machine("").variable("AWS_USE_DUALSTACK_ENDPOINT", "true"), dualstack).await;
    check(machine("use_dualstack_endpoint = true\n"), dualstack).await;
    check(machine("s3 =\n  use_dualstack_endpoint = true\n"), dualstack).await;
    let fips = "https://photos.s3-fips.us-east-1.amazonaws.com/k";
    check(machine("").variable("AWS_USE_FIPS_ENDPOINT", "true"), fips).await;
    check(machine("use_fips_endpoint = true\n"), fips).await;
    let accelerated = "https://photos.s3-accelerate.amazonaws.com/k";
    check(machine("s3 =\n  use_accelerate_endpoint = true\n"), accelerated).await;
    let global = "https://photos.s3.amazonaws.com/k";
    check(machine("").variable("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "legacy"), global).await;
    check(machine("s3 =\n  us_east_1_regional_endpoint = legacy\n"), global).await;
    check(machine("").variable("AWS_REGION", "aws-global"), global).await;
}

#[tokio::test]
async fn code_takes_precedence_over_environment_and_profile() {
    let transport = MockTransport::new();
    transport.response(200, "");
    let machine = machine("use_fips_endpoint = true\n")
        .variable("AWS_USE_DUALSTACK_ENDPOINT", "true")
        .variable("AWS_ENDPOINT_URL_S3", "https://s3.example.com");
    let client = on(machine, &transport)
        .use_fips_endpoint(false)
        .use_dualstack_endpoint(false)
        .ignore_configured_endpoint_urls()
        .build()
        .unwrap();
    client.head_object("photos", "k").await.unwrap();
    assert_eq!(transport.requests()[0].url, "https://photos.s3.us-east-1.amazonaws.com/k");
}

#[tokio::test]
async fn conflicting_settings_are_an_error_that_names_both_sources() {
    let check = |build: Result<Client>, words: [&str; 2]| {
        let error = build.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSetting, "{error}");
        assert!(words.iter().all(|word| error.message().contains(word)), "{error}");
    };
    let transport = MockTransport::new();
    let built = |machine: Machine| on(machine, &transport).build();
    check(
        built(
            machine("endpoint_url = https://s.example.com\n").variable("AWS_USE_DUALSTACK_ENDPOINT", "true"),
        ),
        ["endpoint_url of [profile default]", "environment variable AWS_USE_DUALSTACK_ENDPOINT"],
    );
    let code = || testing::client_builder(&transport);
    check(
        code().endpoint("https://s.example.com").use_fips_endpoint(true).build(),
        ["endpoint in code", "use_fips_endpoint in code"],
    );
    check(
        code().endpoint("https://s.example.com").use_accelerate_endpoint(true).build(),
        ["endpoint in code", "use_accelerate_endpoint in code"],
    );
    check(
        code().use_fips_endpoint(true).use_accelerate_endpoint(true).build(),
        ["use_accelerate_endpoint in code", "use_fips_endpoint in code"],
    );
    check(
        built(machine("s3 =\n  use_accelerate_endpoint = true\n  addressing_style = path\n")),
        ["s3.use_accelerate_endpoint of", "s3.addressing_style of"],
    );
    check(code().region("cn-north-1").use_fips_endpoint(true).build(), ["use_fips_endpoint", "cn-north-1"]);
}

#[tokio::test]
async fn a_bucket_that_cannot_be_a_subdomain_goes_into_the_path() {
    let check = async |endpoint: Option<&str>, bucket: &str, expected: &str| {
        let transport = MockTransport::new();
        transport.response(200, "");
        let mut builder = testing::client_builder(&transport)
            .addressing_style(AddressingStyle::Virtual)
            .legacy_bucket_names(true)
            .allow_http(true);
        if let Some(endpoint) = endpoint {
            builder = builder.endpoint(endpoint);
        }
        builder.build().unwrap().head_object(bucket, "k").await.unwrap();
        assert_eq!(transport.requests()[0].url, expected);
    };
    // A wildcard certificate covers one label; plain HTTP has no certificate.
    check(None, "my.photos", "https://s3.us-east-1.amazonaws.com/my.photos/k").await;
    check(Some("http://s.example.com"), "my.photos", "http://my.photos.s.example.com/k").await;
    // Host names have neither upper case nor underscores.
    check(None, "Photos", "https://s3.us-east-1.amazonaws.com/Photos/k").await;
    check(Some("http://s.example.com"), "my_photos", "http://s.example.com/my_photos/k").await;
    // An IP address cannot have a subdomain.
    check(Some("http://127.0.0.1:9000"), "photos", "http://127.0.0.1:9000/photos/k").await;
    check(Some("https://[2001:db8::1]"), "photos", "https://[2001:db8::1]/photos/k").await;
    check(Some("http://localhost:9000"), "photos", "http://photos.localhost:9000/k").await;
}

#[tokio::test]
async fn an_access_point_request_is_signed_for_the_region_of_the_arn() {
    let transport = MockTransport::new();
    transport.response(200, "").repeat_last();
    let client = testing::client(&transport);
    client.head_object(POINT, "a b/c").await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(request.url, "https://my-ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com/a%20b/c");
    assert!(request.header("authorization").contains("/us-west-2/s3/aws4_request"));
    let expires = std::time::Duration::from_secs(60);
    let presigned = client.get_object(POINT, "k").presign(expires).await.unwrap();
    assert!(presigned.url().contains("%2Fus-west-2%2Fs3%2F"), "{}", presigned.url());
    let client = testing::client_builder(&transport).use_arn_region(false).build().unwrap();
    let error = client.head_object(POINT, "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSetting);
    assert!(error.message().contains("use_arn_region") && error.message().contains("us-east-1"), "{error}");
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn an_access_point_does_not_follow_a_region_from_a_response() {
    let transport = MockTransport::new();
    transport.reply_with(301, &[("x-amz-bucket-region", "eu-west-1")], "").repeat_last();
    let client = testing::client(&transport);
    for _ in 0..2 {
        assert_eq!(client.head_object(POINT, "k").await.unwrap_err().kind(), ErrorKind::WrongRegion);
    }
    let requests = transport.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.url.contains(".us-west-2.amazonaws.com/")));
}

#[tokio::test]
async fn a_multi_region_access_point_is_an_error_with_a_reason() {
    let client = testing::client(&MockTransport::new());
    let arn = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
    let error = client.head_object(arn, "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedAlgorithm);
    assert!(error.message().contains("V4A"), "{error}");
    assert_eq!(client.create_bucket(POINT).await.unwrap_err().kind(), ErrorKind::InvalidBucketName);
}

#[tokio::test]
async fn acceleration_continues_in_the_learned_region_of_the_bucket() {
    let transport = MockTransport::new();
    transport.reply_with(400, &[("x-amz-bucket-region", "eu-west-1")], "").response(200, "");
    let client = testing::client_builder(&transport).use_accelerate_endpoint(true).build().unwrap();
    client.head_object("photos", "k").await.unwrap();
    let requests = transport.requests();
    assert!(requests.iter().all(|request| request.url == "https://photos.s3-accelerate.amazonaws.com/k"));
    assert!(requests[1].header("authorization").contains("/eu-west-1/s3/"));
}
