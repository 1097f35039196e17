//! Reports events of requests on standard error. Events have no headers and no queries, so no secrets.

use windlass::paths::S3Url;
use windlass::ports::events::{RequestInfo, Warned};
use windlass::ports::{Event, Observer, Warning};

use crate::output::Output;
use crate::watch::Watch;
use crate::words;

/// Prints warnings, with `--verbose` also retries and corrections, and with `--debug` also every response.
#[derive(Debug)]
pub(crate) struct Narrator {
    pub(crate) every_answer: bool,
    pub(crate) is_verbose: bool,
    pub(crate) output: Output,
    pub(crate) watch: Watch,
}

/// The machine-readable kind of a warning.
fn word_for(warning: &Warning) -> &'static str {
    match warning {
        Warning::EncryptionUnconfirmed { .. } => "encryption_unconfirmed",
        Warning::TagsNotRead { .. } => "tags_not_read",
        Warning::WholeNotVerified => "whole_not_verified",
        _ => "warning",
    }
}

impl Observer for Narrator {
    fn on_event(&self, event: &Event<'_>) {
        self.tell_watch(event);
        if let Event::Warning(Warned { bucket, key, warning, .. }) = event {
            let url = S3Url::new(*bucket, *key).to_string();
            self.output.warn(word_for(warning), Some(&url), &format!("{url}: {warning}"));
            return;
        }
        if !self.is_verbose {
            return;
        }
        let info = |text: String| self.output.trace("info", &text);
        match event {
            Event::ResponseStarted(response) if self.every_answer => {
                let RequestInfo { operation, bucket, key, .. } = response.request;
                let text = format!(
                    "{operation} s3://{bucket}/{key} attempt {}: {} in {:.1?}",
                    response.attempt, response.status, response.elapsed
                );
                self.output.trace("debug", &text);
            }
            Event::RegionLearned(learned) => match (learned.request.bucket, learned.region) {
                ("", region) => info(format!("the region of the service is {region}")),
                (bucket, region) => info(format!("the region of bucket {bucket} is {region}")),
            },
            Event::ClockCorrected(corrected) => {
                info(format!("corrected the clock by {} s", corrected.seconds));
            }
            Event::ChecksumsRefused(refused) => {
                let operation = refused.request.operation;
                info(format!(
                    "{operation}: the service does not support checksums, falling back to Content-MD5"
                ));
            }
            Event::DeleteObjectsRefused(refused) => {
                let bucket = refused.bucket;
                info(format!(
                    "{bucket}: the service does not support DeleteObjects, deleting objects one by one"
                ));
            }
            Event::ChecksumUnusable(unusable) => {
                let RequestInfo { operation, bucket, key, .. } = unusable.request;
                let (algorithm, value) = (unusable.algorithm, unusable.value);
                let value: String = value.chars().take(64).collect();
                info(format!(
                    "{operation} s3://{bucket}/{key}: the content is not verified, as the {algorithm} {value:?} from the \
                     service is invalid"
                ));
            }
            Event::CredentialsRejected(rejected) => {
                let operation = rejected.request.operation;
                info(format!("{operation}: the service rejected the credentials, refreshing them"));
            }
            Event::ConnectionReplaced(replaced) => {
                let operation = replaced.request.operation;
                info(format!("{operation}: an idle connection was closed by the service, using a new one"));
            }
            Event::Retrying(retrying) => {
                let (operation, attempt) = (retrying.request.operation, retrying.attempt);
                let error = words::of_command(&retrying.error.to_string());
                info(format!(
                    "{operation} attempt {attempt} failed, retrying in {:.1?}: {error}",
                    retrying.delay
                ));
            }
            _ => {}
        }
    }
}

impl Narrator {
    /// Records what the command waits for from now on.
    fn tell_watch(&self, event: &Event<'_>) {
        let named = |request: &RequestInfo<'_>| match (request.operation, request.bucket, request.key) {
            (operation, "", _) => operation.to_owned(),
            (operation, bucket, "") => format!("{operation} s3://{bucket}"),
            (operation, bucket, key) => format!("{operation} s3://{bucket}/{key}"),
        };
        match event {
            Event::AttemptStarted(started) => {
                let attempt = started.attempt;
                let which = if attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
                let what = format!("the response to {}{which}", named(&started.request));
                self.watch.sending(what, started.upload);
            }
            Event::ResponseStarted(response) => {
                self.watch.wait_for(format!("the rest of {}", named(&response.request)));
            }
            Event::Retrying(retrying) => {
                let error = words::of_command(&retrying.error.to_string());
                let (delay, operation) = (retrying.delay, retrying.request.operation);
                self.watch.wait_for(format!("the retry of {operation} in {delay:.1?} ({error})"));
            }
            _ => {}
        }
    }
}
