//! Config and credentials files, and the resulting settings. Parts: config, credentials and variables
//! (`NAME=value` lines), separated by lines `----`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass::Client;
use windlass::config::{ProfileFiles, Settings};
use windlass::testing::{Machine, ManualClock, MockTransport};
use windlass_fuzz::block_on;

fuzz_target!(|input: &str| {
    let mut parts = input.splitn(3, "\n----\n");
    let mut next = || parts.next().unwrap_or_default();
    let (config, credentials, variables) = (next(), next(), next());
    if let Ok(files) = ProfileFiles::parse(config, credentials) {
        for properties in files.profiles.values() {
            assert!(
                properties
                    .keys()
                    .all(|name| !name.is_empty() && !name.contains(|c: char| c.is_ascii_uppercase()))
            );
            let _ = ProfileFiles::nested(properties, "s3", "addressing_style");
        }
    }
    let mut machine = Machine::default()
        .variable("HOME", "/home")
        .file("/home/.aws/config", config.as_bytes())
        .file("/home/.aws/credentials", credentials.as_bytes());
    for line in variables.lines().take(20) {
        if let Some((name, value)) = line.split_once('=') {
            machine = machine.variable(name, value);
        }
    }
    let _ = Settings::load(&machine.environment, &machine.files, None);
    let builder = Client::builder()
        .environment(machine.environment)
        .files(machine.files)
        .load_environment()
        .transport(MockTransport::new())
        .clock(ManualClock::default());
    let Ok(client) = builder.build() else { return };
    // The first request loads the credentials.
    let _ = block_on(client.get_object("photos", "k").sign());
});
