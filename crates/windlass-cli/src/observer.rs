//! What happens to requests, told on standard error. Events carry neither headers nor queries, so no secrets.

use windlass::ports::{Event, Observer};

use crate::output::tell;

/// Tells of retries, and of every answer where that is wanted.
#[derive(Debug)]
pub(crate) struct Narrator {
    pub(crate) every_answer: bool,
}

impl Observer for Narrator {
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::Answered { operation, bucket, key, attempt, status, elapsed } if self.every_answer => {
                tell(format_args!(
                    "debug: {operation} s3://{bucket}/{key} attempt {attempt}: {status} in {elapsed:.1?}"
                ));
            }
            Event::RegionLearnt { bucket: "", region } => {
                tell(format_args!("info: the service signs for {region}"));
            }
            Event::RegionLearnt { bucket, region } => tell(format_args!("info: {bucket} is in {region}")),
            Event::ClockCorrected { seconds } => {
                tell(format_args!("info: the service's clock is {seconds} s ahead"));
            }
            Event::ChecksumsRefused { operation } => {
                tell(format_args!(
                    "info: {operation}: the service takes no checksum, Content-MD5 goes in its place from here on"
                ));
            }
            Event::ChecksumUnusable { operation, bucket, key, algorithm, value } => {
                let value: String = value.chars().take(64).collect();
                tell(format_args!(
                    "info: {operation} s3://{bucket}/{key}: the service's {algorithm} is {value:?}, which cannot be one: the \
                     content is not compared with it"
                ));
            }
            Event::CredentialsRejected { operation } => {
                tell(format_args!("info: {operation}: the credentials were rejected, fetching others"));
            }
            Event::ConnectionReplaced { operation } => {
                tell(format_args!("info: {operation}: an idle connection had died, using another"));
            }
            Event::Retrying { operation, attempt, delay, error } => {
                tell(format_args!(
                    "info: {operation} attempt {attempt} failed, next in {delay:.1?}: {error}"
                ));
            }
            _ => {}
        }
    }
}
