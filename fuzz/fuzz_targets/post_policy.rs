//! Form uploads of any input: the policy is JSON and contains what was requested. Lines: key, then `=name
//! value` (a field), `^name prefix`, `#least most` (a size).

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use windlass::testing::MockTransport;
use windlass_fuzz::{block_on, client};

fuzz_target!(|input: &str| {
    let client = client(&MockTransport::new()).build().expect("a client");
    let mut lines = input.lines();
    let key = lines.next().unwrap_or_default();
    let mut form = client.presign_post("photos", key);
    let mut expected = vec![json!({"bucket": "photos"})];
    expected.push(match key.split_once("${filename}") {
        Some((prefix, _)) => json!(["starts-with", "$key", prefix]),
        None => json!({"key": key}),
    });
    for line in lines.take(20) {
        let Some((kind, rest)) = line.split_at_checked(1) else { continue };
        let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
        match kind {
            "=" => {
                form = form.field(name, value);
                expected.push(json!({name: value}));
            }
            "^" => {
                form = form.starts_with(name, value);
                let name = name.strip_prefix('$').unwrap_or(name);
                expected.push(json!(["starts-with", format!("${name}"), value]));
            }
            "#" => {
                let (Ok(least), Ok(most)) = (name.parse::<u64>(), value.parse::<u64>()) else { continue };
                form = form.content_length_range(least..=most);
                expected.push(json!(["content-length-range", least, most]));
            }
            _ => {}
        }
    }
    let Ok(form) = block_on(form.sign()) else { return };
    let field = |name: &str| &form.fields().iter().find(|(known, _)| known == name).expect("a field").1;
    assert_eq!(field("key"), key);
    let policy: Value =
        serde_json::from_slice(&STANDARD.decode(field("policy")).expect("base64")).expect("JSON");
    let conditions = policy["conditions"].as_array().expect("conditions");
    for condition in expected {
        assert!(conditions.contains(&condition), "{condition} in {policy}");
    }
});
