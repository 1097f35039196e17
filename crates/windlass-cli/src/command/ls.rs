//! `ls`: lists buckets or objects.

use serde_json::{Value, json};
use windlass::Client;
use windlass::operations::VersionEntry;
use windlass::paths::{S3Url, format_size};
use windlass::types::{ETag, EncodedKey, Object, StorageClass};

use super::Verb;
use crate::access_arguments::AccountArguments;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::listing::Selection;
use crate::output::{escape, json_time, plain_time};
use crate::target;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass ls  # buckets
  windlass ls s3://photos/2026/
  windlass ls --recursive --human-readable --summarize s3://photos
  windlass ls 's3://photos/*.jpg'  # patterns match slashes
  windlass ls --all-versions s3://photos/cat  # * marks the latest version

Times are local (TZ sets the zone), with --json in UTC. With --json each line is one of
  {key, size, last_modified, etag, storage_class}  {prefix}  {bucket, created}
and with --summarize the last one is {objects, bytes}. With --all-versions objects also have {version_id, is_latest, delete_marker}. JSON has exact keys; text escapes control, bidirectional and invisible characters.

A key that is not UTF-8 is percent-encoded and marked as such. In JSON, key or prefix is then null, and encoded_key or encoded_prefix has the encoded form. Other commands do not support such keys.")]
pub(crate) struct Ls {
    /// A bucket, a prefix or a pattern; lists buckets by default
    #[arg(value_name = "S3_URL")]
    url: Option<String>,

    /// List all objects below the prefix
    #[arg(long)]
    recursive: bool,

    /// List all versions and delete markers
    #[arg(long)]
    all_versions: bool,

    /// Show sizes with units
    #[arg(long)]
    human_readable: bool,

    /// Show the number of objects and bytes at the end
    #[arg(long)]
    summarize: bool,

    /// Take the key literally, including * and ?
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    account: AccountArguments,
}

#[derive(Default)]
struct Totals {
    objects: u64,
    bytes: u64,
    /// The number of prefixes and delete markers.
    others: u64,
}

/// The selection to list, and the display of its keys.
struct View {
    selection: Selection,
    is_flat: bool,
    shown_from: usize,
}

impl Verb for Ls {
    const NAME: &'static str = "ls";
    const ABOUT: &'static str = "List buckets or objects";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let Some(text) = &self.url else {
            let for_objects = [
                ("--all-versions", self.all_versions),
                ("--raw", self.raw),
                ("--recursive", self.recursive),
                ("--summarize", self.summarize),
            ];
            if let Some((option, _)) = for_objects.into_iter().find(|(_, given)| *given) {
                return Err(Failure::usage(format!("{option} requires a bucket")));
            }
            return buckets(&context.client()?, context).await;
        };
        let url = target::s3(text)?;
        let client = context.client()?;
        let view = View::new(&url, &self);
        let totals = if self.all_versions {
            self.versions(&client, &url, &view, context).await?
        } else {
            self.objects(&client, &url, &view, context).await?
        };
        if !url.key.is_empty() && totals.objects + totals.others == 0 {
            return Err(Failure::new(ExitCode::NotFound, format!("no objects match {url}")));
        }
        if self.summarize {
            let bytes = self.size(totals.bytes);
            let text = format!("\nTotal Objects: {}\n   Total Size: {bytes}", totals.objects);
            context.output.data(&text, &json!({"objects": totals.objects, "bytes": totals.bytes}))?;
        }
        Ok(ExitCode::Success)
    }
}

impl Ls {
    async fn objects(
        &self,
        client: &Client,
        url: &S3Url,
        view: &View,
        context: &Context,
    ) -> Result<Totals, Failure> {
        let mut request = self.account.of(client.list_objects_v2(&url.bucket));
        if !view.selection.prefix().is_empty() {
            request = request.prefix(view.selection.prefix());
        }
        if !view.is_flat {
            request = request.delimiter("/");
        }
        let mut totals = Totals::default();
        let mut pages = request.pages();
        while let Some(page) = pages.try_next().await? {
            view.write_prefixes(&page.common_prefixes, &mut totals, context)?;
            for object in page.contents.iter().filter(|object| view.takes(&object.key)) {
                totals.objects += 1;
                totals.bytes += object.size.unwrap_or(0);
                let size = self.size(object.size.unwrap_or(0));
                let time = plain_time(object.last_modified);
                let text = format!("{time} {size:>10} {}", view.shown(&object.key));
                context.output.data(&text, &json_of(object))?;
            }
        }
        Ok(totals)
    }

    async fn versions(
        &self,
        client: &Client,
        url: &S3Url,
        view: &View,
        context: &Context,
    ) -> Result<Totals, Failure> {
        let mut request = self.account.of(client.list_object_versions(&url.bucket));
        if !view.selection.prefix().is_empty() {
            request = request.prefix(view.selection.prefix());
        }
        if !view.is_flat {
            request = request.delimiter("/");
        }
        let mut totals = Totals::default();
        let mut pages = request.pages();
        while let Some(page) = pages.try_next().await? {
            view.write_prefixes(&page.common_prefixes, &mut totals, context)?;
            for entry in page.entries.iter().filter(|entry| view.takes(entry.key())) {
                let mut size = "deleted".to_owned();
                if let VersionEntry::Version(version) = entry {
                    totals.objects += 1;
                    totals.bytes += version.size.unwrap_or(0);
                    size = self.size(version.size.unwrap_or(0));
                } else {
                    totals.others += 1;
                }
                let time = plain_time(entry.last_modified());
                let id = escape(entry.version_id().unwrap_or_default());
                let mark = if entry.is_latest() { '*' } else { ' ' };
                let text = format!("{time} {size:>10} {id:<32} {mark} {}", view.shown(entry.key()));
                context.output.data(&text, &json_of_version(entry))?;
            }
        }
        Ok(totals)
    }

    fn size(&self, bytes: u64) -> String {
        if self.human_readable { format_size(bytes) } else { bytes.to_string() }
    }
}

impl View {
    fn new(url: &S3Url, ls: &Ls) -> Self {
        let selection = Selection::of_list(url, ls.raw);
        let is_flat = ls.recursive || matches!(selection, Selection::Matching(_));
        // Names are relative to the folder; a recursive list shows full keys.
        let folder = selection.prefix().rfind('/').map_or(0, |slash| slash + 1);
        Self { selection, is_flat, shown_from: if is_flat { 0 } else { folder } }
    }

    fn takes(&self, key: &str) -> bool {
        self.selection.takes(key)
    }

    fn shown(&self, key: &str) -> String {
        // Shown in full: the folder has another length in an encoded key.
        let shown_from = if EncodedKey::of(key).is_some() { 0 } else { self.shown_from };
        escape(key.get(shown_from..).unwrap_or(key)).into_owned()
    }

    fn write_prefixes(
        &self,
        prefixes: &[String],
        totals: &mut Totals,
        context: &Context,
    ) -> std::io::Result<()> {
        // Some services list an empty prefix.
        for prefix in prefixes.iter().filter(|prefix| !prefix.is_empty()) {
            totals.others += 1;
            let text = format!("{:>30} {}", "PRE", self.shown(prefix));
            context.output.data(&text, &named("prefix", "encoded_prefix", prefix, json!({})))?;
        }
        Ok(())
    }
}

fn json_of_version(entry: &VersionEntry) -> Value {
    let version = match entry {
        VersionEntry::Version(version) => Some(version),
        _ => None,
    };
    let json = json!({
        "size": version.and_then(|version| version.size),
        "last_modified": json_time(entry.last_modified()),
        "etag": version.and_then(|version| version.etag.as_ref()).map(ETag::value),
        "storage_class": version.and_then(|version| version.storage_class.as_ref()).map(StorageClass::as_str),
        "version_id": entry.version_id(),
        "is_latest": entry.is_latest(),
        "delete_marker": version.is_none(),
    });
    named("key", "encoded_key", entry.key(), json)
}

fn json_of(object: &Object) -> Value {
    let json = json!({
        "size": object.size,
        "last_modified": json_time(object.last_modified),
        "etag": object.etag.as_ref().map(ETag::value),
        "storage_class": object.storage_class.as_ref().map(StorageClass::as_str),
    });
    named("key", "encoded_key", &object.key, json)
}

/// Adds the key of an entry. A key that is not UTF-8 has a separate member, so that it cannot be confused with a key
/// whose literal text equals the encoded form.
pub(crate) fn named(member: &str, encoded_member: &str, listed: &str, mut json: Value) -> Value {
    if let Value::Object(members) = &mut json {
        let encoded = EncodedKey::of(listed);
        let name = if encoded.is_some() { Value::Null } else { listed.into() };
        members.insert(member.to_owned(), name);
        if let Some(key) = encoded {
            members.insert(encoded_member.to_owned(), key.as_str().into());
        }
    }
    json
}

async fn buckets(client: &Client, context: &Context) -> Result<ExitCode, Failure> {
    let mut buckets = client.list_buckets().items();
    while let Some(bucket) = buckets.try_next().await? {
        let text = format!("{} {}", plain_time(bucket.creation_date), escape(&bucket.name));
        let json = json!({"bucket": bucket.name, "created": json_time(bucket.creation_date)});
        context.output.data(&text, &json)?;
    }
    Ok(ExitCode::Success)
}
