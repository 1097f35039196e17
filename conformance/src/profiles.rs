//! Profile files, and the settings that result from them and the environment.

use std::collections::BTreeMap;

use serde_json::json;
use windlass::config::{ProfileFiles, Properties, Settings};
use windlass::testing::{Machine, ManualClock, MockTransport};
use windlass::{AddressingStyle, ChecksumCalculation, ChecksumValidation, Client, Credentials};

use crate::answer::{Answer, Outcome, unsupported};
use crate::input::{Input, bytes};

pub(crate) fn parse_profiles(mut input: Input) -> Outcome {
    let mut file = |name: &str| -> Result<String, Answer> {
        let content = input.take(name).map(|value| bytes(&value)).transpose()?.unwrap_or_default();
        String::from_utf8(content).map_err(|error| Answer::error("config", error.to_string()))
    };
    let (config, credentials) = (file("config")?, file("credentials")?);
    input.end()?;
    let files = ProfileFiles::parse(&config, &credentials)?;
    let sections = |sections: &BTreeMap<String, Properties>| json!(sections);
    Ok(Answer::ok(json!({
        "profiles": sections(&files.profiles),
        "sso_sessions": sections(&files.sso_sessions),
        "services": sections(&files.services),
    })))
}

pub(crate) fn settings(mut input: Input) -> Outcome {
    let machine = machine(&mut input)?;
    let profile = input.text("profile");
    let mut code = input.object("code").unwrap_or_default();
    let endpoint = code.text("endpoint_url");
    let ignored = code.flag("ignore_configured_endpoint_urls") == Some(true);
    code.end()?;
    if input.text("platform").is_some_and(|platform| platform != "linux") {
        return Err(unsupported("a platform other than that of the driver"));
    }
    if input.text("service").is_some_and(|service| service != "s3") {
        return Err(unsupported("services other than S3"));
    }
    input.end()?;

    let settings = Settings::load(&machine.environment, &machine.files, profile.as_deref())?;
    let mut builder = Client::builder()
        .environment(machine.environment)
        .files(machine.files)
        .clock(ManualClock::default())
        .transport(MockTransport::new())
        .credentials(Credentials::new("id", "secret"))
        .allow_http(true)
        .load_environment();
    if let Some(profile) = profile {
        builder = builder.profile(profile);
    }
    if let Some(endpoint) = endpoint {
        builder = builder.endpoint(endpoint);
    }
    if ignored {
        builder = builder.ignore_configured_endpoint_urls();
    }
    // If the client rejects its settings, there is no URL.
    let url = builder.build().and_then(|client| client.service_url()).ok();
    let shown = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let flag = |flag: Option<bool>| flag.unwrap_or_default();
    Ok(Answer::ok(json!({
        "region": settings.region.as_ref().map(|region| region.value.clone()),
        "endpoint_url": url,
        "retry_mode": settings.retry_mode.as_ref().map_or("standard", |mode| mode.value.as_str()),
        "max_attempts": settings.max_attempts.as_ref().map(|attempts| attempts.value),
        "style": settings.addressing_style.as_ref().map(|style| match style.value {
            AddressingStyle::Path => "path",
            AddressingStyle::Virtual => "virtual",
            _ => "auto",
        }),
        "checksum_calculation": match settings.checksum_calculation.as_ref().map(|when| when.value) {
            Some(ChecksumCalculation::WhenRequired) => "when_required",
            _ => "when_supported",
        },
        "response_checksum_validation": match settings.checksum_validation.as_ref().map(|when| when.value) {
            Some(ChecksumValidation::WhenRequired) => "when_required",
            _ => "when_supported",
        },
        "dualstack": flag(settings.use_dualstack_endpoint.as_ref().map(|flag| flag.value)),
        "fips": flag(settings.use_fips_endpoint.as_ref().map(|flag| flag.value)),
        "accelerate": flag(settings.use_accelerate_endpoint.as_ref().map(|flag| flag.value)),
        "use_arn_region": flag(settings.use_arn_region.as_ref().map(|flag| flag.value)),
        "payload_signing": settings.payload_signing.as_ref().map(|sign| sign.value),
        "config_file": shown(&settings.config_file),
        "credentials_file": shown(&settings.credentials_file),
    })))
}

/// Builds the machine of a case: `env` is its environment, `files` its file system.
pub(crate) fn machine(input: &mut Input) -> Result<Machine, Answer> {
    let mut machine = Machine::default();
    for (name, value) in input.object("env").unwrap_or_default().members() {
        machine = machine.variable(name, value.as_str().unwrap_or_default());
    }
    for (path, value) in input.object("files").unwrap_or_default().members() {
        machine = machine.file(path, bytes(&value)?);
    }
    Ok(machine)
}
