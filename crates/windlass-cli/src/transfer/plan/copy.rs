//! Plans of copies within S3.

use windlass::paths::{
    S3Url, file_name, folder_prefix, is_in_place, key_below, may_be_one_bucket, single_key,
};

use super::{Plan, PlanContext};
use crate::failure::Failure;
use crate::listing::{self, Found, NOT_UTF8, Selection, encoded_url};
use crate::transfer::job::Job;

pub(super) async fn plan(from: &S3Url, to: &S3Url, context: PlanContext<'_>) -> Result<Plan, Failure> {
    let arguments = context.arguments;
    let selection = Selection::of(from, arguments.recursive, arguments.raw);
    if selection == Selection::One {
        return one(from, to, context).await;
    }
    let source = folder_of(from, &selection);
    let destination = folder_prefix(&to.key);
    let is_within = context.moves && may_be_one_bucket(from, to);
    if is_within && source == destination {
        return Err(onto_itself(from, to));
    }
    let account = arguments.copy_source().account;
    let found = listing::list(context.client, &from.bucket, &selection, context.filter, &account).await?;
    selection.check_found(found.seen, from)?;
    let mut plan = Plan::default();
    for Found { object, relative } in found.objects {
        if let Some(key) = object.encoded_key() {
            plan.skipped.push((encoded_url(&from.bucket, key), NOT_UTF8.to_owned()));
            continue;
        }
        // A repeated move leaves objects that are already at the destination.
        if is_within && is_in_place(&source, &destination, &object.key) {
            plan.in_place.push(S3Url::new(&from.bucket, object.key));
            continue;
        }
        let from = S3Url::new(&from.bucket, object.key);
        let to = S3Url::new(&to.bucket, key_below(&to.key, &relative));
        if to.key.is_empty() {
            plan.skipped.push((from.to_string(), "the key is empty at the destination".to_owned()));
        } else {
            plan.jobs.push(Job::Copy {
                from,
                to,
                size: object.size,
                etag: object.etag,
                class: object.storage_class,
            });
        }
    }
    Ok(plan)
}

async fn one(from: &S3Url, to: &S3Url, context: PlanContext<'_>) -> Result<Plan, Failure> {
    let arguments = context.arguments;
    if from.key.is_empty() {
        return Err(Failure::usage(format!("{from} names a bucket, not an object"))
            .with_hint("pass --recursive to copy all objects in it"));
    }
    let key = if context.several {
        key_below(&to.key, file_name(&from.key))
    } else {
        single_key(&to.key, file_name(&from.key))
    };
    let to = S3Url::new(&to.bucket, key);
    if context.moves && to.key == from.key && may_be_one_bucket(from, &to) {
        return Err(onto_itself(from, &to));
    }
    let request = context.client.head_object(&from.bucket, &from.key);
    let head = arguments.copy_source().read(request, arguments.version_id.as_deref()).await?;
    let (etag, class) = (head.etag.clone(), head.storage_class.clone());
    let job = Job::Copy { from: from.clone(), to, size: head.content_length, etag, class };
    Ok(Plan::of_one(job))
}

/// The folder that the source's names are relative to.
fn folder_of(from: &S3Url, selection: &Selection) -> String {
    match selection {
        Selection::Matching(pattern) => {
            let prefix = pattern.list_prefix();
            prefix.get(..prefix.rfind('/').map_or(0, |slash| slash + 1)).unwrap_or_default().to_owned()
        }
        _ => folder_prefix(&from.key),
    }
}

fn onto_itself(from: &S3Url, to: &S3Url) -> Failure {
    if from.bucket == to.bucket {
        return Failure::usage(format!("cannot move {from} onto itself"));
    }
    Failure::usage(format!("cannot move {from} to {to}: they may be the same object")).with_hint(COPY_INSTEAD)
}

pub(super) const COPY_INSTEAD: &str = "copy it, check the copy, then delete the source";
