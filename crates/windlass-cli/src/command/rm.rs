//! `rm`: deletes objects, many of them in batches and after confirmation.

use std::collections::HashSet;

use serde_json::json;
use windlass::operations::ObjectIdentifier;
use windlass::paths::S3Url;
use windlass::types::EncodedKey;
use windlass::{Client, ErrorKind};

use super::Verb;
use crate::access_arguments::AccountArguments;
use crate::confirm::confirm;
use crate::context::Context;
use crate::exit_code::{ExitCode, Outcomes};
use crate::failure::Failure;
use crate::filter_arguments::FilterArguments;
use crate::listing::{self, NOT_UTF8, Selection, encoded_url};
use crate::output::{counted, escape};
use crate::target;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass rm s3://photos/cat.jpg
  windlass rm --recursive s3://photos/2019/  # asks first
  windlass rm --yes 's3://logs/2019-*'
  windlass rm --raw 's3://logs/what?'  # this key alone
  windlass rm --version-id 3HL4kqtJvjVBH40Nrjfkd s3://photos/cat.jpg
  windlass rm --all-versions --recursive s3://photos/2019/  # asks first

In a versioned bucket, deleted objects are hidden but kept as versions. --version-id deletes one version permanently, --all-versions all versions of the keys.")]
pub(crate) struct Rm {
    /// An object, a prefix or a pattern
    #[arg(value_name = "S3_URL")]
    url: String,

    /// Delete all objects below the prefix
    #[arg(long)]
    recursive: bool,

    #[command(flatten)]
    filter: FilterArguments,

    /// Take the key literally, including * and ?
    #[arg(long)]
    raw: bool,

    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,

    /// Permanently delete this version of a single object
    #[arg(long, value_name = "ID", conflicts_with = "recursive")]
    version_id: Option<String>,

    /// Permanently delete all versions and delete markers
    #[arg(long, conflicts_with = "version_id")]
    all_versions: bool,

    #[command(flatten)]
    account: AccountArguments,
}

/// The number of deletions between reports; each request deletes up to 1,000.
const BATCH: usize = 4000;

impl Verb for Rm {
    const NAME: &'static str = "rm";
    const ABOUT: &'static str = "Delete objects";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::s3(&self.url)?;
        let client = context.client()?;
        let selection = Selection::of(&url, self.recursive, self.raw);
        if self.all_versions {
            return self.delete_versions(&client, &url, &selection, context).await;
        }
        if selection == Selection::One {
            self.check_one(&url)?;
            return self.delete_one(&client, &url, context).await;
        }
        if self.version_id.is_some() {
            return Err(Failure::usage("--version-id requires a single object, not a pattern")
                .with_hint("pass --raw to take the key literally"));
        }
        let filter = self.filter.filter(context.output)?;
        let found = listing::list(&client, &url.bucket, &selection, filter, &self.account).await?;
        if found.seen == 0 && self.yes {
            return Ok(nothing(&url, context));
        }
        selection.check_found(found.seen, &url)?;
        if let (1.., []) = (found.seen, found.objects.as_slice()) {
            context.output.note("0 done");
        }
        let found = found.objects;
        if !context.is_dry_run() && !found.is_empty() {
            let objects = counted(found.len(), "object");
            confirm(format!("Delete {objects} of {url}?"), self.yes).await?;
        }
        let objects = found.into_iter().map(|found| found.object.key.into()).collect();
        delete(&client, &url.bucket, objects, &self.account, context).await
    }
}

impl Rm {
    async fn delete_versions(
        &self,
        client: &Client,
        url: &S3Url,
        selection: &Selection,
        context: &Context,
    ) -> Result<ExitCode, Failure> {
        if *selection == Selection::One {
            self.check_one(url)?;
        }
        let filter = self.filter.filter(context.output)?;
        let found = listing::versions(client, url, selection, filter, &self.account).await?;
        if found.seen == 0 && self.yes {
            return Ok(nothing(url, context));
        }
        selection.check_found(found.seen, url)?;
        if let (1.., []) = (found.seen, found.objects.as_slice()) {
            context.output.note("0 done");
        }
        let found = found.objects;
        if !context.is_dry_run() && !found.is_empty() {
            let question = format!("Permanently delete {} of {url}?", counted(found.len(), "version"));
            confirm(question, self.yes).await?;
        }
        let versions = found.into_iter().map(ObjectIdentifier::from).collect();
        delete(client, &url.bucket, versions, &self.account, context).await
    }

    /// Refuses options that do not apply to a single object.
    fn check_one(&self, url: &S3Url) -> Result<(), Failure> {
        if !self.filter.is_empty() {
            return Err(Failure::usage("--include and --exclude require --recursive or a pattern"));
        }
        if url.key.is_empty() {
            return Err(Failure::usage(format!("{url} names a bucket, not an object"))
                .with_hint("use `rm --recursive` to delete its objects, `rb` to delete the bucket"));
        }
        Ok(())
    }

    async fn delete_one(&self, client: &Client, url: &S3Url, context: &Context) -> Result<ExitCode, Failure> {
        let mut request = self.account.of(client.delete_object(&url.bucket, &url.key));
        if let Some(version_id) = &self.version_id {
            request = request.version_id(version_id);
        }
        let event = if context.is_dry_run() {
            self.look_at(client, url).await?;
            "dryrun"
        } else {
            request.await?;
            "done"
        };
        write(context, event, &url.bucket, &url.key, self.version_id.as_deref())?;
        Ok(ExitCode::Success)
    }
}

impl Rm {
    /// Checks during a dry run that the object exists. AccessDenied passes: permission to delete does not imply
    /// permission for HeadObject.
    async fn look_at(&self, client: &Client, url: &S3Url) -> Result<(), Failure> {
        let mut request = self.account.of(client.head_object(&url.bucket, &url.key));
        request.operation_mut().options.version_id.clone_from(&self.version_id);
        match request.await {
            Err(error) if error.kind() == ErrorKind::AccessDenied => Ok(()),
            // S3 responds with 405 if the version is a delete marker.
            Err(error) if error.status() == Some(405) => Ok(()),
            looked => Ok(looked.map(drop)?),
        }
    }
}

/// With `--yes`, usually in a script, no matching objects is a success.
fn nothing(url: &S3Url, context: &Context) -> ExitCode {
    context.output.note(&format!("nothing to delete: no objects match {url}"));
    ExitCode::Success
}

/// Deletes objects or versions. Reports those that cannot be deleted and continues with the rest.
pub(crate) async fn delete(
    client: &Client,
    bucket: &str,
    objects: Vec<ObjectIdentifier>,
    account: &AccountArguments,
    context: &Context,
) -> Result<ExitCode, Failure> {
    let mut verdict = Outcomes::default();
    let (unnamed, objects): (Vec<_>, Vec<_>) =
        objects.into_iter().partition(|object| EncodedKey::of(&object.key).is_some());
    for key in unnamed.iter().filter_map(|object| EncodedKey::of(&object.key)) {
        let url = encoded_url(bucket, key);
        let failure = Failure::new(ExitCode::Failed, format!("{url} was not deleted: {NOT_UTF8}"));
        verdict.failed(failure.code);
        context.output.error(&failure, None, Some(&url));
    }
    if context.is_dry_run() {
        for object in &objects {
            verdict.went_well();
            write(context, "dryrun", bucket, &object.key, object.version_id.as_deref())?;
        }
        return Ok(verdict.status());
    }
    let mut left = objects.len();
    for batch in objects.chunks(BATCH) {
        left -= batch.len();
        let request = client.delete_objects(bucket, batch.iter().cloned());
        let output = account.of(request).in_batches().await?;
        let failed: HashSet<(&str, Option<&str>)> =
            output.errors.iter().map(|error| (error.key.as_str(), error.version_id.as_deref())).collect();
        // Some services omit the version in the response, so the report is the request minus the errors.
        for object in batch {
            let (key, version_id) = (object.key.as_str(), object.version_id.as_deref());
            if !failed.contains(&(key, version_id)) && !failed.contains(&(key, None)) {
                verdict.went_well();
                write(context, "done", bucket, key, version_id)?;
            }
        }
        let mut would_fail_alike = output.errors.len() >= batch.len();
        for error in &output.errors {
            let failure = Failure::from(error.to_error(bucket));
            verdict.failed(failure.code);
            context.output.error(&failure, None, None);
            would_fail_alike = would_fail_alike && failure.is_final;
        }
        if would_fail_alike && left > 0 {
            context.output.warn(
                "not_tried",
                None,
                &format!("{left} more {} not attempted", if left == 1 { "was" } else { "were" }),
            );
            break;
        }
    }
    Ok(verdict.status())
}

fn write(
    context: &Context,
    event: &str,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
) -> std::io::Result<()> {
    let url = S3Url::new(bucket, key).to_string();
    let mark = if event == "dryrun" { "(dryrun) " } else { "" };
    let json = json!({"event": event, "operation": "delete", "source": url, "version_id": version_id});
    let version = version_id.map_or_else(String::new, |id| format!(" version {}", escape(id)));
    context.output.done(&format!("{mark}delete: {}{version}", escape(&url)), &json)
}
