//! Browser upload forms.

use std::time::Duration;

use serde_json::{Map, Value, json};
use windlass::PresignPost;
use windlass::unversioned::signing::{SigningKey, SigningTime};

use crate::answer::{Answer, Outcome, unsupported};
use crate::client::{Bench, bench};
use crate::exchange::block_on;
use crate::input::Input;

pub(crate) fn post_policy(mut input: Input) -> Outcome {
    if let Some(policy) = input.text("policy_base64") {
        return signature(&policy, input);
    }
    let (bucket, key) = (input.required("bucket")?, input.required("key")?);
    let fields = input.object("fields").unwrap_or_default();
    let conditions = input.list("conditions");
    let expires = input.number("expires");
    let Bench { client, .. } = bench(&mut input)?;
    input.end()?;
    let mut form = client.presign_post(bucket, key);
    if let Some(seconds) = expires {
        form = form.expires_in(Duration::from_secs(seconds));
    }
    for (name, value) in fields.members() {
        form = form.field(name, value.as_str().unwrap_or_default());
    }
    for condition in &conditions {
        form = with_condition(form, condition)?;
    }
    let form = block_on(form.sign())?;
    let fields: Map<String, Value> =
        form.fields().iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    Ok(Answer::ok(json!({"url": form.url(), "fields": fields})))
}

/// Adds a condition in the format of a policy.
fn with_condition(form: PresignPost, condition: &Value) -> Result<PresignPost, Answer> {
    if let Some(members) = condition.as_object() {
        let equals = |form: PresignPost, (name, value): (&String, &Value)| {
            form.equals(name.as_str(), value.as_str().unwrap_or_default())
        };
        return Ok(members.iter().fold(form, equals));
    }
    let text = |index: usize| condition[index].as_str().unwrap_or_default();
    let field = text(1).trim_start_matches('$');
    match (text(0), condition[1].as_u64(), condition[2].as_u64()) {
        ("content-length-range", Some(least), Some(most)) => Ok(form.content_length_range(least..=most)),
        ("eq", ..) => Ok(form.equals(field, text(2))),
        ("starts-with", ..) => Ok(form.starts_with(field, text(2))),
        _ => Err(unsupported(format!("the condition {condition}"))),
    }
}

fn signature(policy: &str, mut input: Input) -> Outcome {
    let region = input.required("region")?;
    let mut keys = input.object("credentials").unwrap_or_default();
    let (_, secret) = (keys.required("access_key_id")?, keys.required("secret_access_key")?);
    keys.end()?;
    let now = input.time("now")?.ok_or_else(|| Answer::error("refused", "now is missing"))?;
    input.end()?;
    let key = SigningKey::derive(&secret, SigningTime::new(now).date(), &region, "s3");
    Ok(Answer::ok(json!({"signature": key.sign(policy.as_bytes())})))
}
