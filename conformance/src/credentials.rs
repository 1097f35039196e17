//! Capability d: sources of credentials.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde_json::json;
use windlass::config::Settings;
use windlass::credentials::{ProfileProvider, default_chain};
use windlass::ports::{CredentialsProvider, Environment};
use windlass::testing::{Machine, MockTransport};

use crate::answer::{Answer, Outcome, unsupported};
use crate::exchange::block_on;
use crate::input::Input;
use crate::profiles::machine;

pub(crate) fn credentials(mut input: Input) -> Outcome {
    let provider = input.required("provider")?;
    let machine = machine(&mut input)?;
    let profile = input.text("profile");
    // Credentials in a file or variable do not depend on the time.
    input.time("now")?;
    if !input.list("http").is_empty() {
        return Err(unsupported("credential sources that use a service"));
    }
    input.end()?;

    let mut ports = windlass::testing::ports(&MockTransport::new());
    ports.environment = Arc::new(machine.environment.clone());
    ports.files = Arc::new(machine.files.clone());
    let of_profile = || ProfileProvider::new(ports.environment.clone(), ports.files.clone());
    let provider: Box<dyn CredentialsProvider> = match (provider.as_str(), profile.clone()) {
        ("default", profile) => Box::new(default_chain(&ports, profile)),
        ("profile", Some(name)) => Box::new(of_profile().profile(name)),
        ("profile", None) => Box::new(of_profile()),
        (other, _) => return Err(unsupported(format!("the provider {other}"))),
    };
    let answer = match block_on(provider.credentials()) {
        Ok(Some(keys)) => Answer::ok(json!({
            "access_key_id": keys.access_key_id(),
            "secret_access_key": keys.secret_access_key(),
            "session_token": keys.session_token(),
            "expiry": keys.expiry().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| at.as_secs()),
        })),
        Ok(None) => Answer::error("credentials", "unsigned requests"),
        Err(error) => match source_not_built(&machine, profile.as_deref()) {
            Some(source) => return Err(unsupported(format!("credentials by {source}"))),
            None => Answer::from(error),
        },
    };
    Ok(answer.with_trace(json!({"requests": []})))
}

/// Returns the variable or property of a source that the library is built without. Its error says nothing about
/// the case.
fn source_not_built(machine: &Machine, profile: Option<&str>) -> Option<&'static str> {
    let variable =
        VARIABLES.into_iter().find(|name| Environment::variable(&machine.environment, name).is_some());
    let settings = Settings::load(&machine.environment, &machine.files, profile).ok();
    let properties = settings.as_ref().and_then(Settings::profile);
    variable
        .or_else(|| PROPERTIES.into_iter().find(|name| properties.is_some_and(|has| has.contains_key(*name))))
}

const VARIABLES: [&str; 3] = [
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

const PROPERTIES: [&str; 7] = [
    "credential_process",
    "login_session",
    "role_arn",
    "sso_account_id",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
];
