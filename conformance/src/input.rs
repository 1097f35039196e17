//! Parsing of requests. Each member is read once; unread members are unsupported.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::answer::{Answer, unsupported};

/// The unread members of a request. A null member counts as missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input(Map<String, Value>);

impl Input {
    pub(crate) fn new(value: &Value) -> Self {
        let members = value.as_object().cloned().unwrap_or_default();
        Self(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name).map(|value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<String, Answer> {
        self.text(name).ok_or_else(|| Answer::error("refused", format!("{name} is missing")))
    }

    pub(crate) fn number(&mut self, name: &str) -> Option<u64> {
        self.take(name).and_then(|value| value.as_u64())
    }

    pub(crate) fn float(&mut self, name: &str) -> Option<f64> {
        self.take(name).and_then(|value| value.as_f64())
    }

    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name).and_then(|value| value.as_bool())
    }

    pub(crate) fn list(&mut self, name: &str) -> Vec<Value> {
        match self.take(name) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        }
    }

    pub(crate) fn object(&mut self, name: &str) -> Option<Self> {
        self.take(name).map(|value| Self::new(&value))
    }

    pub(crate) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, Answer> {
        self.take(name).map(|value| bytes(&value)).transpose()
    }

    pub(crate) fn time(&mut self, name: &str) -> Result<Option<SystemTime>, Answer> {
        self.take(name).map(|value| time(&value)).transpose()
    }

    /// Returns the remaining names and values.
    pub(crate) fn members(self) -> impl Iterator<Item = (String, Value)> {
        self.0.into_iter()
    }

    /// Fails if there are unread members.
    pub(crate) fn end(self) -> Result<(), Answer> {
        if self.0.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = self.0.into_iter().map(|(name, _)| name).collect();
        Err(unsupported(format!("the members {names:?}")))
    }
}

pub(crate) fn bytes(value: &Value) -> Result<Vec<u8>, Answer> {
    let decode = |text: &str| {
        STANDARD.decode(text).map_err(|error| Answer::error("refused", format!("not base64: {error}")))
    };
    match value {
        Value::String(text) => Ok(text.clone().into_bytes()),
        Value::Object(typed) => match (typed.get("$text"), typed.get("$base64")) {
            (Some(Value::String(text)), _) => Ok(text.clone().into_bytes()),
            (_, Some(Value::String(text))) => decode(text),
            _ => Err(unsupported(format!("the bytes {value}"))),
        },
        _ => Err(unsupported(format!("the bytes {value}"))),
    }
}

pub(crate) fn base64_bytes(value: &Value) -> Result<Vec<u8>, Answer> {
    let text = value.as_str().unwrap_or_default();
    STANDARD.decode(text).map_err(|error| Answer::error("refused", format!("not base64: {error}")))
}

pub(crate) fn time(value: &Value) -> Result<SystemTime, Answer> {
    let text = match value {
        Value::Object(typed) => typed.get("$datetime").and_then(Value::as_str).unwrap_or_default(),
        other => other.as_str().unwrap_or_default(),
    };
    let parsed = text.parse::<jiff::Timestamp>();
    parsed
        .map(SystemTime::from)
        .map_err(|error| Answer::error("refused", format!("{text:?} is not a time: {error}")))
}

/// Parses headers: a list of pairs, or a map from names to a text or a list of texts.
pub(crate) fn headers(value: Option<Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Some(Value::Array(pairs)) => pairs.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
        Some(Value::Object(map)) => map
            .into_iter()
            .flat_map(|(name, value)| match value {
                Value::Array(values) => values.iter().map(|value| (name.clone(), text(value))).collect(),
                other => vec![(name, text(&other))],
            })
            .collect(),
        _ => Vec::new(),
    }
}
