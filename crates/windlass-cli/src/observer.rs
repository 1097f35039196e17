//! What happens to requests, told on standard error. Events carry neither headers nor queries, so no secrets.

use windlass::paths::S3Url;
use windlass::ports::{Event, Observer, Warning};

use crate::output::Output;
use crate::watch::Watch;
use crate::words;

/// Prints warnings; with `--verbose` retries and corrections, too, and with `--debug` every response.
#[derive(Debug)]
pub(crate) struct Narrator {
    pub(crate) every_answer: bool,
    pub(crate) is_verbose: bool,
    pub(crate) output: Output,
    pub(crate) watch: Watch,
}

/// The word of a warning in JSON.
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
        if let Event::Warning { bucket, key, warning, .. } = event {
            let url = S3Url::new(*bucket, *key).to_string();
            self.output.warn(word_for(warning), Some(&url), &format!("{url}: {warning}"));
            return;
        }
        if !self.is_verbose {
            return;
        }
        let info = |text: String| self.output.trace("info", &text);
        match event {
            Event::Answered { operation, bucket, key, attempt, status, elapsed } if self.every_answer => {
                let text =
                    format!("{operation} s3://{bucket}/{key} attempt {attempt}: {status} in {elapsed:.1?}");
                self.output.trace("debug", &text);
            }
            Event::RegionLearnt { bucket: "", region } => info(format!("the service signs for {region}")),
            Event::RegionLearnt { bucket, region } => info(format!("{bucket} is in {region}")),
            Event::ClockCorrected { seconds } => info(format!("the service's clock is {seconds} s ahead")),
            Event::ChecksumsRefused { operation } => {
                info(format!("{operation}: the service takes no checksum, Content-MD5 is sent from here on"));
            }
            Event::DeleteObjectsRefused { bucket } => {
                info(format!("{bucket}: the service has no DeleteObjects, objects are deleted one by one"));
            }
            Event::ChecksumUnusable { operation, bucket, key, algorithm, value } => {
                let value: String = value.chars().take(64).collect();
                info(format!(
                    "{operation} s3://{bucket}/{key}: the service's {algorithm} is {value:?}, which cannot be one: the \
                     content is not compared with it"
                ));
            }
            Event::CredentialsRejected { operation } => {
                info(format!("{operation}: the credentials were rejected, fetching others"));
            }
            Event::ConnectionReplaced { operation } => {
                info(format!("{operation}: an idle connection had died, using another"));
            }
            Event::Retrying { operation, attempt, delay, error } => {
                let error = words::of_command(&error.to_string());
                info(format!("{operation} attempt {attempt} failed, next in {delay:.1?}: {error}"));
            }
            _ => {}
        }
    }
}

impl Narrator {
    /// What is waited for from here on.
    fn tell_watch(&self, event: &Event<'_>) {
        let on = |bucket: &str, key: &str| match (bucket, key) {
            ("", _) => String::new(),
            (bucket, "") => format!(" s3://{bucket}"),
            (bucket, key) => format!(" s3://{bucket}/{key}"),
        };
        match event {
            Event::Sending { operation, bucket, key, attempt, sent } => {
                let which = if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
                let what = format!("the response to {operation}{}{which}", on(bucket, key));
                self.watch.sending(what, *sent);
            }
            Event::Answered { operation, bucket, key, .. } => {
                self.watch.wait_for(format!("the rest of {operation}{}", on(bucket, key)));
            }
            Event::Retrying { operation, delay, error, .. } => {
                let error = words::of_command(&error.to_string());
                self.watch.wait_for(format!("{delay:.1?} to repeat {operation} ({error})"));
            }
            _ => {}
        }
    }
}
