//! The policy of a form: its expiry, and conditions on fields and file size.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::date;
use crate::form::Fields;
use crate::refusal::{Code, Refusal};

/// The permitted size of the file, in bytes.
pub(crate) type SizeRange = std::ops::RangeInclusive<u64>;

/// A parsed policy.
#[derive(Debug)]
pub(super) struct Policy {
    /// Milliseconds since 1970.
    expiration: i64,
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Condition {
    Is { field: String, value: String },
    Size(u64, u64),
    StartsWith { field: String, prefix: String },
}

impl Policy {
    /// Parses the policy document, which is in base64.
    pub(super) fn parse(document: &str) -> Result<Self, Refusal> {
        let json = STANDARD.decode(document).map_err(|_| invalid("Invalid Base64 encoding."))?;
        let root: Value = serde_json::from_slice(&json).map_err(|_| invalid("Invalid JSON."))?;
        let expiration = root.get("expiration").ok_or_else(|| invalid("Policy missing expiration."))?;
        let expiration = expiration.as_str().and_then(date::parse_iso);
        let expiration = expiration.ok_or_else(|| invalid("Invalid 'expiration' value."))?;
        let conditions = root.get("conditions").ok_or_else(|| invalid("Policy missing conditions."))?;
        let conditions = conditions.as_array().ok_or_else(|| invalid("Invalid 'conditions' value."))?;
        Ok(Self {
            expiration,
            conditions: conditions.iter().map(Condition::parse).collect::<Result<_, _>>()?,
        })
    }

    /// Checks a form against the policy. Returns the permitted size range of its file.
    pub(super) fn check(&self, fields: &Fields, bucket: &str, now: i64) -> Result<SizeRange, Refusal> {
        if now >= self.expiration {
            return Err(denied("Policy expired."));
        }
        let mut range = 0..=u64::MAX;
        for condition in &self.conditions {
            match condition {
                Condition::Size(least, most) => {
                    range = (*range.start()).max(*least)..=(*range.end()).min(*most);
                }
                _ if condition.holds(fields, bucket) => {}
                _ => return Err(denied(&format!("Policy Condition failed: {}", condition.text()))),
            }
        }
        let is_named = |name: &str| self.conditions.iter().any(|condition| condition.is_about(name));
        let extra = fields.iter().find(|(name, _)| !is_exempt(name) && !is_named(name));
        match extra {
            Some((name, _)) => Err(denied(&format!("Extra input fields: {}", name.to_lowercase()))),
            None => Ok(range),
        }
    }
}

impl Condition {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(members) => match members.iter().next() {
                Some((field, Value::String(value))) if members.len() == 1 => {
                    Ok(Self::Is { field: field.clone(), value: value.clone() })
                }
                _ => Err(invalid(
                    "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
                )),
            },
            Value::Array(list) => match list.as_slice() {
                [Value::String(operator), Value::String(field), Value::String(text)] => {
                    Self::comparison(operator, field, text)
                }
                [Value::String(operator), least, most]
                    if operator.eq_ignore_ascii_case("content-length-range") =>
                {
                    match (size(least), size(most)) {
                        (Some(least), Some(most)) => Ok(Self::Size(least, most)),
                        _ => Err(invalid("Invalid content-length-range condition.")),
                    }
                }
                _ => Err(invalid("Invalid Condition: wrong number or kind of arguments.")),
            },
            _ => Err(invalid("Invalid Condition.")),
        }
    }

    fn comparison(operator: &str, field: &str, text: &str) -> Result<Self, Refusal> {
        let operator = operator.to_ascii_lowercase();
        if operator == "content-length-range" {
            return match (text_size(field), text_size(text)) {
                (Some(least), Some(most)) => Ok(Self::Size(least, most)),
                _ => Err(invalid("Invalid content-length-range condition.")),
            };
        }
        let Some(field) = field.strip_prefix('$') else {
            return Err(invalid("Invalid Condition: a field name must start with a dollar sign."));
        };
        match operator.as_str() {
            "eq" => Ok(Self::Is { field: field.to_owned(), value: text.to_owned() }),
            "starts-with" => Ok(Self::StartsWith { field: field.to_owned(), prefix: text.to_owned() }),
            _ => Err(invalid("Invalid Condition: unknown operation.")),
        }
    }

    fn holds(&self, fields: &Fields, bucket: &str) -> bool {
        let value = |field: &str| {
            // The URL names the bucket; a `bucket` field must agree with it.
            if field.eq_ignore_ascii_case("bucket") { Some(bucket) } else { fields.get(field) }
        };
        match self {
            Self::Size(..) => true,
            Self::Is { field, value: wanted } => value(field) == Some(wanted),
            Self::StartsWith { field, prefix } if field.eq_ignore_ascii_case("content-type") => value(field)
                .is_some_and(|types| types.split(',').all(|kind| kind.trim().starts_with(prefix.as_str()))),
            Self::StartsWith { field, prefix } => {
                value(field).is_some_and(|value| value.starts_with(prefix.as_str()))
            }
        }
    }

    fn is_about(&self, name: &str) -> bool {
        match self {
            Self::Size(..) => false,
            Self::Is { field, .. } | Self::StartsWith { field, .. } => field.eq_ignore_ascii_case(name),
        }
    }

    /// Formats the condition for messages.
    fn text(&self) -> String {
        match self {
            Self::Is { field, value } => format!("[\"eq\", \"${field}\", \"{value}\"]"),
            Self::Size(least, most) => format!("[\"content-length-range\", {least}, {most}]"),
            Self::StartsWith { field, prefix } => format!("[\"starts-with\", \"${field}\", \"{prefix}\"]"),
        }
    }
}

/// Returns the refusal of a form that violates its policy.
fn denied(reason: &str) -> Refusal {
    Refusal::new(Code::AccessDenied).message(format!("Invalid according to Policy: {reason}"))
}

fn invalid(reason: &str) -> Refusal {
    Refusal::new(Code::InvalidPolicyDocument).message(format!("Invalid Policy: {reason}"))
}

/// Whether a field needs no condition in the policy.
fn is_exempt(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "awsaccesskeyid" | "file" | "policy" | "signature" | "x-amz-signature")
        || name.starts_with("x-ignore-")
}

fn size(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| text_size(value.as_str()?))
}

fn text_size(text: &str) -> Option<u64> {
    text.parse().ok()
}
