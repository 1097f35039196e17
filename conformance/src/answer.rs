//! Responses of the driver.

use serde_json::{Map, Value, json};
use windlass::{Error, ErrorKind};

/// A response, with the trace of the requests if there is one.
pub(crate) struct Answer {
    name: &'static str,
    value: Value,
    trace: Option<Value>,
}

/// The result of a driver operation. Both variants are sent as a response.
pub(crate) type Outcome = Result<Answer, Answer>;

impl Answer {
    pub(crate) fn ok(value: Value) -> Self {
        Self { name: "ok", value, trace: None }
    }

    pub(crate) fn error(kind: &str, message: impl Into<String>) -> Self {
        Self { name: "err", value: json!({"kind": kind, "message": message.into()}), trace: None }
    }

    pub(crate) fn with_trace(mut self, trace: Value) -> Self {
        self.trace = Some(trace);
        self
    }

    pub(crate) fn into_json(self, id: Value) -> Value {
        let mut answer = Map::new();
        answer.insert("id".into(), id);
        answer.insert(self.name.into(), self.value);
        if let Some(trace) = self.trace {
            answer.insert("trace".into(), trace);
        }
        Value::Object(answer)
    }
}

pub(crate) fn unsupported(what: impl Into<String>) -> Answer {
    Answer { name: "unsupported", value: Value::String(what.into()), trace: None }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        if error.kind() == ErrorKind::Unsupported {
            return unsupported(error.message());
        }
        let kind = match error.kind() {
            _ if error.status().is_some() => "service",
            ErrorKind::ChecksumMismatch => "checksum",
            ErrorKind::InvalidResponse => "malformed",
            ErrorKind::Aborted if error.operation().is_some() => "exhausted",
            ErrorKind::ConnectFailed
            | ErrorKind::DnsFailed
            | ErrorKind::Interrupted
            | ErrorKind::Timeout
            | ErrorKind::TlsFailed => "transport",
            ErrorKind::IncompleteBody => "body",
            ErrorKind::CredentialsNotFound | ErrorKind::CredentialsInvalid => "credentials",
            ErrorKind::InvalidSetting | ErrorKind::InvalidEndpoint | ErrorKind::MissingRegion => "config",
            _ => "refused",
        };
        let value = json!({
            "kind": kind,
            "code": error.code(),
            "status": error.status(),
            "message": error.message(),
            "request_id": error.request_id(),
            "host_id": error.extended_request_id(),
        });
        Self { name: "err", value, trace: None }
    }
}
