//! Builds the client of a case: its settings, and a test double for every port.

use windlass::testing::{FixedRandom, ManualClock, MapEnvironment, MemoryFiles, MockTransport};
use windlass::{
    AddressingStyle, ChecksumCalculation, ChecksumValidation, Client, ClientBuilder, Credentials,
};

use crate::answer::{Answer, unsupported};
use crate::input::Input;
use crate::signing::credentials;

/// The client of a case and its test doubles.
pub(crate) struct Bench {
    pub(crate) client: Client,
    pub(crate) transport: MockTransport,
    pub(crate) clock: ManualClock,
}

/// Reads `config`, `credentials`, `now` and `random`.
pub(crate) fn bench(input: &mut Input) -> Result<Bench, Answer> {
    let transport = MockTransport::new();
    let clock = input.time("now")?.map_or_else(ManualClock::default, ManualClock::new);
    let random = FixedRandom(input.float("random").unwrap_or(1.0));
    let mut builder = doubles(transport.clone(), clock.clone(), random);
    if let Some(keys) = input.object("credentials") {
        builder = builder.credentials(credentials(keys)?);
    }
    let client = configured(builder, input.object("config").unwrap_or_default())?.build()?;
    Ok(Bench { client, transport, clock })
}

/// Builds a client with credentials but without a service. `config` contains only settings.
pub(crate) fn idle_client(config: Input) -> Result<Client, Answer> {
    let builder = doubles(MockTransport::new(), ManualClock::default(), FixedRandom(1.0))
        .credentials(Credentials::new("id", "secret"));
    Ok(configured(builder, config)?.build()?)
}

fn doubles(transport: MockTransport, clock: ManualClock, random: FixedRandom) -> ClientBuilder {
    Client::builder()
        .transport(transport)
        .clock(clock)
        .random(random)
        .environment(MapEnvironment::default())
        .files(MemoryFiles::default())
        .allow_http(true)
        .legacy_bucket_names(true)
}

fn configured(mut builder: ClientBuilder, mut config: Input) -> Result<ClientBuilder, Answer> {
    if let Some(region) = config.text("region") {
        builder = builder.region(region);
    }
    if let Some(endpoint) = config.text("endpoint") {
        builder = builder.endpoint(endpoint);
    }
    builder = match config.text("style").as_deref() {
        None | Some("auto") => builder,
        Some("path") => builder.addressing_style(AddressingStyle::Path),
        Some("virtual") => builder.addressing_style(AddressingStyle::Virtual),
        Some(other) => return Err(unsupported(format!("the style {other}"))),
    };
    builder = match config.text("checksum_calculation").as_deref() {
        Some("when_required") => builder.checksum_calculation(ChecksumCalculation::WhenRequired),
        Some("when_supported") => builder.checksum_calculation(ChecksumCalculation::WhenSupported),
        _ => builder,
    };
    builder = match config.text("response_checksum_validation").as_deref() {
        Some("when_supported") => builder.checksum_validation(ChecksumValidation::WhenSupported),
        // Cases that test verification set it explicitly. Without a setting, no header should be sent.
        _ => builder.checksum_validation(ChecksumValidation::WhenRequired),
    };
    if let Some(algorithm) = config.text("checksum_algorithm") {
        builder = builder.checksum_algorithm(algorithm);
    }
    if let Some(sign) = config.flag("payload_signing") {
        builder = builder.payload_signing(sign);
    }
    if config.flag("anonymous") == Some(true) {
        builder = builder.anonymous();
    }
    if let Some(attempts) = config.number("max_attempts") {
        builder = builder.max_attempts(u32::try_from(attempts).unwrap_or(u32::MAX));
    }
    for (name, set) in FLAGS {
        if let Some(flag) = config.flag(name) {
            builder = set(builder, flag);
        }
    }
    config.end()?;
    Ok(builder)
}

type SetFlag = fn(ClientBuilder, bool) -> ClientBuilder;

const FLAGS: [(&str, SetFlag); 5] = [
    ("accelerate", ClientBuilder::use_accelerate_endpoint),
    ("dualstack", ClientBuilder::use_dualstack_endpoint),
    ("fips", ClientBuilder::use_fips_endpoint),
    ("use_arn_region", ClientBuilder::use_arn_region),
    ("use_global_endpoint", ClientBuilder::use_global_endpoint),
];
