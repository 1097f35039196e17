//! Capability e: retries, their timing and their quota costs.

use std::time::Duration;

use serde_json::{Value, json};
use windlass::ErrorKind;
use windlass::error::RetryClass;
use windlass::resilience::{Backoff, RetrySettings};
use windlass::unversioned::classify as class_of;
use windlass::unversioned::retry::{RetryAfter, RetryDecision, RetryQuota, RetrySession};

use crate::answer::{Answer, Outcome, unsupported};
use crate::input::Input;

pub(crate) fn classify(mut input: Input) -> Outcome {
    let status = input.number("status");
    let code = input.text("code");
    let transport = input.text("transport_error");
    input.end()?;
    let class = match transport.as_deref() {
        None => class_of(status.and_then(|status| u16::try_from(status).ok()).unwrap_or(0), code.as_deref()),
        Some("connect_timeout" | "read_timeout") => ErrorKind::Timeout.retry_class(),
        Some("connect_failed" | "proxy") => ErrorKind::ConnectFailed.retry_class(),
        Some("connection_closed" | "body_truncated" | "body_broken" | "other") => {
            ErrorKind::Interrupted.retry_class()
        }
        Some("tls") => ErrorKind::TlsFailed.retry_class(),
        Some("no_credentials") => ErrorKind::CredentialsNotFound.retry_class(),
        Some("invalid_request") => ErrorKind::InvalidArgument.retry_class(),
        Some(other) => return Err(unsupported(format!("the transport error {other}"))),
    };
    let kind = match class {
        Some(RetryClass::Throttling) => Some("throttling"),
        Some(_) => Some("transient"),
        None => None,
    };
    Ok(Answer::ok(json!({"retryable": class.is_some(), "kind": kind})))
}

pub(crate) fn backoff(mut input: Input) -> Outcome {
    only_21(&mut input)?;
    let attempt = u32::try_from(input.number("attempt").unwrap_or(1)).unwrap_or(u32::MAX);
    let dice = input.float("random").unwrap_or(1.0);
    let class = match input.text("kind").as_deref() {
        Some("throttling") => RetryClass::Throttling,
        _ => RetryClass::Transient,
    };
    let backoff = delays(&mut input);
    let asked = RetryAfter { amz: amz(input.text("x_amz_retry_after")), http: None };
    input.end()?;
    Ok(Answer::ok(json!({"delay_s": backoff.delay(class, attempt, dice, asked).as_secs_f64()})))
}

pub(crate) fn retry_sequence(mut input: Input) -> Outcome {
    only_21(&mut input)?;
    let capacity = u32::try_from(input.number("initial_capacity").unwrap_or(500)).unwrap_or(u32::MAX);
    let mut quota = RetryQuota::with_capacity(capacity);
    let mut settings = RetrySettings::default();
    settings.max_attempts = input.number("max_attempts").and_then(|attempts| u32::try_from(attempts).ok());
    let dice = input.float("random").unwrap_or(1.0);
    settings.backoff = delays(&mut input);
    let steps = input.list("steps");
    input.end()?;

    let mut session = RetrySession::default();
    let mut answers = Vec::new();
    for step in steps {
        let mut step = Input::new(&step);
        if step.flag("new_request") == Some(true) {
            session = RetrySession::default();
        }
        let abandoned = step.flag("abandon") == Some(true);
        let response = step.text("response").unwrap_or_default();
        let asked = RetryAfter {
            amz: amz(step.text("x_amz_retry_after")),
            http: step.float("retry_after_s").map(Duration::from_secs_f64),
        };
        step.end()?;
        let class = match response.as_str() {
            _ if abandoned => {
                answers.push(outcome("abandoned", None, quota));
                continue;
            }
            "success" => {
                quota.refund(session.paid());
                answers.push(outcome("success", None, quota));
                continue;
            }
            "server-error" | "timeout" | "transient-timeout" => Some(RetryClass::Transient),
            "throttling" => Some(RetryClass::Throttling),
            "client-error" => None,
            other => return Err(unsupported(format!("the response {other}"))),
        };
        let decision =
            session.failed(&settings, class, asked, dice, |class| quota.pay(class, Duration::ZERO));
        answers.push(match decision {
            RetryDecision::Retry(delay) => outcome("retry", Some(delay), quota),
            RetryDecision::OutOfAttempts => outcome("max-attempts", None, quota),
            RetryDecision::OutOfQuota => outcome("quota-exhausted", None, quota),
            _ => outcome("not-retryable", None, quota),
        });
    }
    Ok(Answer::ok(json!({"steps": answers})))
}

fn outcome(name: &str, delay: Option<Duration>, quota: RetryQuota) -> Value {
    json!({"outcome": name, "delay_s": delay.map(|delay| delay.as_secs_f64()), "capacity_after": quota.left()})
}

fn only_21(input: &mut Input) -> Result<(), Answer> {
    match input.text("spec").as_deref() {
        Some("2.1") | None => Ok(()),
        Some(other) => Err(unsupported(format!("the rules {other}"))),
    }
}

fn delays(input: &mut Input) -> Backoff {
    let mut backoff = Backoff::default();
    if let Some(longest) = input.float("max_backoff_s") {
        backoff.longest = Duration::from_secs_f64(longest);
    }
    backoff
}

fn amz(header: Option<String>) -> Option<Duration> {
    header?.trim().parse().ok().map(Duration::from_millis)
}
