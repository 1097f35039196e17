//! Lists, each page by page.

use windlass::Request;
use windlass::operations::{CompletedPart, Paginated, VersionEntry};
use windlass::types::Object;

use super::place::{Outcome, Place, holds, same};
use super::{Group, Way, probes};
use crate::real_servers::{ODD_KEYS, unique};

pub(super) const GROUP: Group = Group {
    title: "Lists",
    ways: &Way::ALL,
    probes: probes! {
        "ListObjectsV2" => objects,
        "ListObjectsV2: page by page" => pages,
        "ListObjectsV2: odd keys page by page" => pages_of_odd_keys,
        "ListObjectsV2: prefix" => prefix,
        "ListObjectsV2: prefixes page by page" => prefixes,
        "ListObjectsV2: start after" => start_after,
        "ListObjectsV2: owner" => owner,
        "ListObjects" => old_pages,
        "ListObjects: odd keys page by page" => old_pages_of_odd_keys,
        "ListObjects: prefixes page by page" => old_prefixes,
        "ListObjectVersions" => versions,
        "ListObjectVersions: page by page" => version_pages,
        "ListMultipartUploads" => uploads,
        "ListMultipartUploads: page by page" => upload_pages::<2>,
        "ListMultipartUploads: pages of one" => upload_pages::<1>,
        "ListParts" => parts,
        "ListParts: page by page" => part_pages,
    },
};

/// Objects of ten bytes.
async fn fill(place: &Place, keys: &[&str]) -> Result<(), windlass::Error> {
    for key in keys {
        place.put(key, "0123456789").await?;
    }
    Ok(())
}

async fn objects(place: &Place) -> Outcome {
    fill(place, &["list/a"]).await?;
    let page = place.client.list_objects_v2(&place.bucket).prefix("list/").await?;
    same("the number of keys", page.key_count, Some(1))?;
    same("IsTruncated", page.is_truncated, Some(false))?;
    let Some(object) = page.contents.first() else { return holds(false, "the list is empty") };
    same("the key", object.key.as_str(), "list/a")?;
    same("the size", object.size, Some(10))?;
    same("the tag", object.etag.clone(), Some("\"781e5e245d69b566979b86e28d23f2c7\"".into()))?;
    holds(object.last_modified.is_some(), "no time")?;
    same("the class", object.storage_class.clone(), Some("STANDARD".into()))
}

/// `list` is told how many keys a page has.
async fn keys_in_pages<O: Paginated<Item = Object>>(
    list: impl Fn(u32) -> Request<O>,
    keys: &[String],
) -> Outcome {
    let mut expected = keys.to_vec();
    expected.sort();
    let first = list(2).pages().try_next().await?.map(O::items).unwrap_or_default();
    same("the number on the first page", first.len(), 2)?;
    for size in [1, 3] {
        let mut listed = list(size).items();
        let mut found = Vec::new();
        while let Some(object) = listed.try_next().await? {
            found.push(object.key);
        }
        let in_order = found == expected;
        found.sort();
        holds(expected.iter().all(|key| found.contains(key)), "a key is missing")?;
        holds(found == expected, "a key comes twice")?;
        holds(in_order, "the order is another")?;
    }
    Ok(())
}

async fn pages(place: &Place) -> Outcome {
    let keys = ["pages/1", "pages/2", "pages/3", "pages/4", "pages/5/6", "pages/5/7"];
    fill(place, &keys).await?;
    let keys = keys.map(str::to_owned);
    let list = |size| place.client.list_objects_v2(&place.bucket).prefix("pages/").max_keys(size);
    keys_in_pages(list, &keys).await
}

async fn old_pages(place: &Place) -> Outcome {
    let keys = ["old/1", "old/2", "old/3", "old/4 +", "old/5/6", "old/5/7"];
    fill(place, &keys).await?;
    let list = |size| place.client.list_objects(&place.bucket).prefix("old/").max_keys(size);
    keys_in_pages(list, &keys.map(str::to_owned)).await
}

/// Every odd key.
async fn odd(place: &Place) -> Result<Vec<String>, windlass::Error> {
    let keys: Vec<String> = ODD_KEYS.iter().map(|key| format!("odd/{key}")).collect();
    for key in &keys {
        place.put(key, "").await?;
    }
    Ok(keys)
}

async fn pages_of_odd_keys(place: &Place) -> Outcome {
    let list = |size| place.client.list_objects_v2(&place.bucket).prefix("odd/").max_keys(size);
    keys_in_pages(list, &odd(place).await?).await
}

async fn old_pages_of_odd_keys(place: &Place) -> Outcome {
    let list = |size| place.client.list_objects(&place.bucket).prefix("odd/").max_keys(size);
    keys_in_pages(list, &odd(place).await?).await
}

async fn prefix(place: &Place) -> Outcome {
    fill(place, &["a +%/1", "a +%/2", "a +&/3"]).await?;
    let page = place.client.list_objects_v2(&place.bucket).prefix("a +%").await?;
    let keys: Vec<_> = page.contents.iter().map(|object| object.key.as_str()).collect();
    same("the keys", keys, vec!["a +%/1", "a +%/2"])
}

async fn prefixes(place: &Place) -> Outcome {
    fill(place, &["p/a/1", "p/a/2", "p/b", "p/c d/1", "p/e"]).await?;
    for size in [1, 2, 1000] {
        let list = place.client.list_objects_v2(&place.bucket).prefix("p/").delimiter("/").max_keys(size);
        let mut pages = list.pages();
        let (mut prefixes, mut keys) = (Vec::new(), Vec::new());
        while let Some(page) = pages.try_next().await? {
            prefixes.extend(page.common_prefixes);
            keys.extend(page.contents.into_iter().map(|object| object.key));
        }
        same("the prefixes", prefixes, vec!["p/a/".to_owned(), "p/c d/".to_owned()])?;
        same("the keys", keys, vec!["p/b".to_owned(), "p/e".to_owned()])?;
    }
    Ok(())
}

async fn old_prefixes(place: &Place) -> Outcome {
    fill(place, &["q/a/1", "q/a/2", "q/b", "q/c d/1", "q/e"]).await?;
    let list = place.client.list_objects(&place.bucket).prefix("q/").delimiter("/").max_keys(2);
    let mut pages = list.pages();
    let (mut prefixes, mut keys) = (Vec::new(), Vec::new());
    while let Some(page) = pages.try_next().await? {
        prefixes.extend(page.common_prefixes);
        keys.extend(page.contents.into_iter().map(|object| object.key));
    }
    same("the prefixes", prefixes, vec!["q/a/".to_owned(), "q/c d/".to_owned()])?;
    same("the keys", keys, vec!["q/b".to_owned(), "q/e".to_owned()])
}

async fn start_after(place: &Place) -> Outcome {
    fill(place, &["s/1", "s/2 +", "s/3"]).await?;
    let page = place.client.list_objects_v2(&place.bucket).prefix("s/").start_after("s/2 +").await?;
    let keys: Vec<_> = page.contents.iter().map(|object| object.key.as_str()).collect();
    same("the keys", keys, vec!["s/3"])
}

async fn owner(place: &Place) -> Outcome {
    fill(place, &["owner"]).await?;
    let page = place.client.list_objects_v2(&place.bucket).prefix("owner").fetch_owner(true).await?;
    holds(page.contents.iter().any(|object| object.owner.is_some()), "no owner")
}

/// Two versions and a delete marker.
async fn two_versions(place: &Place) -> Result<String, windlass::Error> {
    let bucket = unique("listed-versions");
    place.client.create_bucket(&bucket).await?;
    place.client.put_bucket_versioning(&bucket, "Enabled").await?;
    for content in ["1", "22"] {
        place.client.put_object(&bucket, "a b", content).await?;
    }
    place.client.delete_object(&bucket, "a b").await?;
    Ok(bucket)
}

async fn versions(place: &Place) -> Outcome {
    let bucket = two_versions(place).await?;
    let page = place.client.list_object_versions(&bucket).await?;
    let described: Vec<_> = page
        .entries
        .iter()
        .map(|entry| match entry {
            VersionEntry::Version(version) => version.size,
            _ => None,
        })
        .collect();
    same("the sizes", described, vec![None, Some(2), Some(1)])?;
    let latest: Vec<_> = page.entries.iter().map(|entry| (entry.key(), entry.is_latest())).collect();
    same("which is the latest", latest, vec![("a b", true), ("a b", false), ("a b", false)])?;
    holds(page.entries.iter().all(|entry| entry.version_id().is_some()), "no version id")
}

async fn version_pages(place: &Place) -> Outcome {
    let bucket = two_versions(place).await?;
    for key in ["ü/1", "ü/2"] {
        place.client.put_object(&bucket, key, "").await?;
    }
    let mut listed = place.client.list_object_versions(&bucket).max_keys(1).items();
    let mut keys = Vec::new();
    while let Some(entry) = listed.try_next().await? {
        keys.push(entry.key().to_owned());
    }
    same("the keys", keys, ["a b", "a b", "a b", "ü/1", "ü/2"].map(str::to_owned).to_vec())
}

async fn uploads(place: &Place) -> Outcome {
    let key = "uploads/a +%";
    let created = place.client.create_multipart_upload(&place.bucket, key).await?;
    let page = place.client.list_multipart_uploads(&place.bucket).prefix("uploads/").await?;
    let Some(upload) = page.uploads.first() else { return holds(false, "the list is empty") };
    same("the key", upload.key.as_str(), key)?;
    holds(upload.upload_id == created.upload_id, "the id is another")?;
    holds(upload.initiated.is_some(), "no time")?;
    same("the class", upload.storage_class.clone(), Some("STANDARD".into()))
}

async fn upload_pages<const SIZE: u32>(place: &Place) -> Outcome {
    let bucket = unique("listed-uploads");
    place.client.create_bucket(&bucket).await?;
    let expected = ["a", "a", "b c", "d", "ü"].map(str::to_owned).to_vec();
    for key in &expected {
        place.client.create_multipart_upload(&bucket, key).await?;
    }
    let list = || place.client.list_multipart_uploads(&bucket).max_uploads(SIZE);
    same("the number on the first page", list().await?.uploads.len(), SIZE as usize)?;
    let mut listed = list().items();
    let mut found = Vec::new();
    while let Some(upload) = listed.try_next().await? {
        found.push(upload.key);
    }
    let in_order = found == expected;
    found.sort();
    same("the keys", found, expected)?;
    holds(in_order, "the order is another")
}

/// An upload with four parts of a few bytes: too small for an object, and good for a list.
async fn four_parts(place: &Place, key: &str) -> Result<(String, Vec<CompletedPart>), windlass::Error> {
    let upload_id = place.client.create_multipart_upload(&place.bucket, key).await?.upload_id;
    let mut parts = Vec::new();
    for number in [1, 2, 5, 9] {
        let content = vec![b'x'; number as usize];
        let part = place.client.upload_part(&place.bucket, key, &upload_id, number, content).await?;
        parts.push(part.completed(number));
    }
    Ok((upload_id, parts))
}

async fn parts(place: &Place) -> Outcome {
    let (upload_id, expected) = four_parts(place, "parts").await?;
    let page = place.client.list_parts(&place.bucket, "parts", &upload_id).await?;
    let numbers: Vec<_> = page.parts.iter().map(|part| (part.part_number, part.size)).collect();
    same("the parts", numbers, vec![(1, Some(1)), (2, Some(2)), (5, Some(5)), (9, Some(9))])?;
    let tags = page.parts.iter().map(|part| part.etag.clone()).collect::<Vec<_>>();
    holds(tags == expected.iter().map(|part| part.etag.clone()).collect::<Vec<_>>(), "a tag is another")?;
    holds(page.parts.iter().all(|part| part.last_modified.is_some()), "no time")
}

async fn part_pages(place: &Place) -> Outcome {
    let (upload_id, _) = four_parts(place, "part pages").await?;
    let list = || place.client.list_parts(&place.bucket, "part pages", &upload_id);
    same("the number on the first page", list().max_parts(2).await?.parts.len(), 2)?;
    for size in [1, 3] {
        let mut listed = list().max_parts(size).items();
        let mut numbers = Vec::new();
        while let Some(part) = listed.try_next().await? {
            numbers.push(part.part_number);
        }
        same("the parts", numbers, vec![1, 2, 5, 9])?;
    }
    Ok(())
}
