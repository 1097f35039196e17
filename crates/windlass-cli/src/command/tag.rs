//! `tag`: shows and changes the tags of an object, a version or a bucket.

use serde_json::{Map, Value, json};
use windlass::paths::S3Url;
use windlass::types::Tag as S3Tag;
use windlass::{Client, ErrorKind};

use super::Verb;
use crate::access_arguments::AccountArguments;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::escape;
use crate::raw_argument::RawArgument;
use crate::target;

#[derive(Debug, clap::Args)]
pub(crate) struct Tag {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Delete(Delete),
    Set(Set),
    Show(Show),
}

/// Show the tags
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass tag show s3://photos/cat.jpg
  windlass tag show s3://photos  # tags of the bucket

Each line is name=value, with --json {name, value}. The key is taken literally.")]
struct Show {
    #[command(flatten)]
    tagged: Tagged,
}

/// Set the tags
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass tag set s3://photos/cat.jpg owner=ann year=2026
  windlass tag set --add s3://photos/cat.jpg seen=yes

S3 cannot change a single tag: --add reads and rewrites all tags. A change by another client in between is lost. An object has up to 10 tags, a bucket up to 50. The key is taken literally.")]
struct Set {
    #[command(flatten)]
    tagged: Tagged,

    /// Tags; the name ends at the first =
    #[arg(required = true, value_name = "NAME=VALUE", value_parser = parse_tag)]
    tags: Vec<S3Tag>,

    /// Keep existing tags with other names
    #[arg(long)]
    add: bool,
}

/// Delete tags, by default all
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass tag delete s3://photos/cat.jpg
  windlass tag delete s3://photos/cat.jpg year seen

If names are given, the other tags are read and rewritten. A change by another client in between is lost.")]
struct Delete {
    #[command(flatten)]
    tagged: Tagged,

    /// Names of the tags
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// The object, version or bucket that has the tags.
#[derive(Debug, clap::Args)]
struct Tagged {
    /// The object or bucket
    #[arg(value_name = "S3_URL", value_parser = parse_url)]
    url: S3Url,

    /// This version of the object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    #[command(flatten)]
    account: AccountArguments,

    #[command(flatten)]
    _raw: RawArgument,
}

impl Verb for Tag {
    const NAME: &'static str = "tag";
    const ABOUT: &'static str = "Show, set and delete the tags of an object or a bucket";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let client = context.client()?;
        match self.action {
            Action::Delete(delete) => delete.run(&client, context).await?,
            Action::Set(set) => set.run(&client, context).await?,
            Action::Show(show) => show.run(&client, context).await?,
        }
        Ok(ExitCode::Success)
    }
}

impl Show {
    async fn run(self, client: &Client, context: &Context) -> Result<(), Failure> {
        self.tagged.check()?;
        for tag in self.tagged.read(client).await? {
            let text = format!("{}={}", escape(&tag.key), escape(&tag.value));
            context.output.data(&text, &json!({"name": tag.key, "value": tag.value}))?;
        }
        Ok(())
    }
}

impl Set {
    async fn run(self, client: &Client, context: &Context) -> Result<(), Failure> {
        self.tagged.check()?;
        let mut tags = if self.add { self.tagged.read(client).await? } else { Vec::new() };
        for new in self.tags {
            match tags.iter_mut().find(|tag| self.add && tag.key == new.key) {
                Some(tag) => tag.value = new.value,
                None => tags.push(new),
            }
        }
        self.tagged.write(client, tags, context).await
    }
}

impl Delete {
    async fn run(self, client: &Client, context: &Context) -> Result<(), Failure> {
        self.tagged.check()?;
        let mut tags = Vec::new();
        if !self.names.is_empty() {
            tags = self.tagged.read(client).await?;
            tags.retain(|tag| !self.names.contains(&tag.key));
        }
        self.tagged.write(client, tags, context).await
    }
}

impl Tagged {
    fn check(&self) -> Result<(), Failure> {
        if self.url.key.is_empty() && self.version_id.is_some() {
            return Err(Failure::usage("--version-id requires an object, not a bucket"));
        }
        Ok(())
    }

    async fn read(&self, client: &Client) -> Result<Vec<S3Tag>, Failure> {
        let S3Url { bucket, key, .. } = &self.url;
        if key.is_empty() {
            return match self.account.of(client.get_bucket_tagging(bucket)).await {
                Ok(output) => Ok(output.tags),
                // S3's response for a bucket without tags.
                Err(error) if error.kind() == ErrorKind::ConfigurationNotFound => Ok(Vec::new()),
                Err(error) => Err(error.into()),
            };
        }
        let mut request = self.account.of(client.get_object_tagging(bucket, key));
        request.operation_mut().version_id.clone_from(&self.version_id);
        Ok(request.await?.tags)
    }

    /// Writes the whole set of tags; an empty set deletes it.
    async fn write(self, client: &Client, tags: Vec<S3Tag>, context: &Context) -> Result<(), Failure> {
        if context.is_dry_run() {
            self.look(client, context).await?;
            return Ok(self.tell(context, "dryrun", &tags)?);
        }
        let S3Url { bucket, key, .. } = &self.url;
        match (key.is_empty(), tags.is_empty()) {
            (true, true) => drop(self.account.of(client.delete_bucket_tagging(bucket)).await?),
            (true, false) => {
                drop(self.account.of(client.put_bucket_tagging(bucket, tags.clone())).await?);
            }
            (false, true) => {
                let mut request = self.account.of(client.delete_object_tagging(bucket, key));
                request.operation_mut().version_id.clone_from(&self.version_id);
                request.await?;
            }
            (false, false) => {
                let mut request = self.account.of(client.put_object_tagging(bucket, key, tags.clone()));
                request.operation_mut().version_id.clone_from(&self.version_id);
                request.await?;
            }
        }
        Ok(self.tell(context, "done", &tags)?)
    }

    /// Checks during a dry run that the object or bucket exists. AccessDenied passes: permission to tag does not imply
    /// permission for HeadObject.
    async fn look(&self, client: &Client, context: &Context) -> Result<(), Failure> {
        let S3Url { bucket, key, .. } = &self.url;
        if key.is_empty() {
            return context.look_at_bucket(client, bucket).await;
        }
        let mut request = self.account.of(client.head_object(bucket, key));
        request.operation_mut().options.version_id.clone_from(&self.version_id);
        match request.await {
            Err(error) if error.kind() == ErrorKind::AccessDenied => Ok(()),
            looked => Ok(looked.map(drop)?),
        }
    }

    fn tell(&self, context: &Context, event: &str, tags: &[S3Tag]) -> std::io::Result<()> {
        let url = self.url.to_string();
        let operation = if tags.is_empty() { "delete_tags" } else { "set_tags" };
        let mark = if event == "dryrun" { "(dryrun) " } else { "" };
        let shown: String =
            tags.iter().map(|tag| format!(" {}={}", escape(&tag.key), escape(&tag.value))).collect();
        let values: Map<String, Value> =
            tags.iter().map(|tag| (tag.key.clone(), Value::String(tag.value.clone()))).collect();
        let json = json!({
            "event": event,
            "operation": operation,
            "destination": url,
            "version_id": self.version_id,
            "tags": values,
        });
        context.output.done(&format!("{mark}{operation}: {}{shown}", escape(&url)), &json)
    }
}

fn parse_url(text: &str) -> Result<S3Url, String> {
    target::s3(text).map_err(|failure| failure.message())
}

fn parse_tag(text: &str) -> Result<S3Tag, String> {
    text.split_once('=').map(S3Tag::from).ok_or_else(|| "write a tag as name=value".to_owned())
}
