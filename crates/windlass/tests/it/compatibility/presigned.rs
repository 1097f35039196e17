//! Presigned requests and forms, sent by somebody without a key.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue};
use windlass::operations::CreateMultipartUpload;
use windlass::testing::ManualClock;
use windlass::{Client, PresignPost, PresignedPost, PresignedRequest};

use super::place::{Finding, Outcome, Place, holds, same};
use super::{Group, Way, probes};

pub(super) const GROUP: Group = Group {
    title: "Presigned",
    ways: &[Way::Named],
    probes: probes! {
        "Presigned GetObject" => get,
        "Presigned GetObject: response headers" => get_with_headers,
        "Presigned GetObject: changed" => changed,
        "Presigned GetObject: expired" => expired,
        "Presigned PutObject" => put,
        "Presigned PutObject: without a signed header" => put_without_header,
        "Presigned HeadObject" => head,
        "Presigned DeleteObject" => delete,
        "Presigned UploadPart" => upload_part,
        "Presigned ListObjectsV2" => list,
        "Presigned CreateMultipartUpload" => create_upload,
        "Presigned GetObjectTagging" => tagging,
        "Presigned POST" => post,
        "Presigned POST: fields of the object" => post_fields,
        "Presigned POST: status 201" => post_status,
        "Presigned POST: too large" => post_too_large,
        "Presigned POST: a field that was changed" => post_changed,
        "Presigned POST: expired" => post_expired,
    },
};

const HELLO: &str = "Hello, World!";
const WHILE: Duration = Duration::from_secs(600);

/// Sends it as whoever got the URL would.
async fn send(place: &Place, presigned: &PresignedRequest, body: &str) -> (u16, String) {
    send_to(place, presigned, presigned.url(), body).await
}

async fn send_to(place: &Place, presigned: &PresignedRequest, url: &str, body: &str) -> (u16, String) {
    place.send_plainly(presigned.method(), url, presigned.headers(), body.to_owned()).await
}

/// Finds an answer that is none of success.
fn success((status, text): (u16, String)) -> Result<String, Finding> {
    if (200..300).contains(&status) { Ok(text) } else { Err(Finding::new(answer(status, &text))) }
}

fn answer(status: u16, text: &str) -> String {
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    code.map_or_else(|| format!("status {status}"), |(code, _)| format!("`{code}` ({status})"))
}

/// Finds that something was done, or refused with another status.
fn refused(what: &str, (status, text): (u16, String), expected: u16) -> Outcome {
    if status == expected {
        Ok(())
    } else if (200..300).contains(&status) {
        Err(Finding::new(format!("{what} is not refused")))
    } else {
        Err(Finding::new(answer(status, &text)))
    }
}

/// A client whose clock is two hours behind.
fn in_the_past(place: &Place) -> Client {
    let clock = ManualClock::new(SystemTime::now() - Duration::from_secs(7200));
    place.builder().clock(clock).build().unwrap()
}

async fn get(place: &Place) -> Outcome {
    place.put("get +%", HELLO).await?;
    let presigned = place.client.get_object(&place.bucket, "get +%").presign(WHILE).await?;
    same("the content", success(send(place, &presigned, "").await)?.as_str(), HELLO)
}

async fn get_with_headers(place: &Place) -> Outcome {
    place.put("headers", HELLO).await?;
    let get = place.client.get_object(&place.bucket, "headers");
    let get = get.response_content_disposition("attachment; filename=\"a b+c.txt\"");
    let presigned = get.response_content_type("text/x-other").presign(WHILE).await?;
    same("the content", success(send(place, &presigned, "").await)?.as_str(), HELLO)
}

async fn changed(place: &Place) -> Outcome {
    place.put("changed", HELLO).await?;
    place.put("changee", HELLO).await?;
    let presigned = place.client.get_object(&place.bucket, "changed").presign(WHILE).await?;
    let url = presigned.url().replace("/changed?", "/changee?");
    refused("it", send_to(place, &presigned, &url, "").await, 403)
}

async fn expired(place: &Place) -> Outcome {
    place.put("expired", HELLO).await?;
    let presigned = in_the_past(place).get_object(&place.bucket, "expired").presign(WHILE).await?;
    refused("it", send(place, &presigned, "").await, 403)
}

async fn put(place: &Place) -> Outcome {
    let put = place.client.put_object(&place.bucket, "put", "").content_type("text/x-put");
    let presigned = put.metadata("owner", "ann").presign(WHILE).await?;
    success(send(place, &presigned, HELLO).await)?;
    let object = place.client.get_object(&place.bucket, "put").await?;
    same("Content-Type", object.head.content_type.as_deref(), Some("text/x-put"))?;
    same("the metadata", object.head.metadata.get("owner").map(String::as_str), Some("ann"))?;
    same("the content", object.body.text().await?.as_str(), HELLO)
}

async fn put_without_header(place: &Place) -> Outcome {
    let put = place.client.put_object(&place.bucket, "incomplete", "").metadata("owner", "ann");
    let presigned = put.presign(WHILE).await?;
    let bare = HeaderMap::new();
    let answer = place.send_plainly(presigned.method(), presigned.url(), &bare, HELLO).await;
    refused("it", answer, 403)
}

async fn head(place: &Place) -> Outcome {
    place.put("head", HELLO).await?;
    let presigned = place.client.head_object(&place.bucket, "head").presign(WHILE).await?;
    success(send(place, &presigned, "").await)?;
    Ok(())
}

async fn delete(place: &Place) -> Outcome {
    place.put("delete", HELLO).await?;
    let presigned = place.client.delete_object(&place.bucket, "delete").presign(WHILE).await?;
    success(send(place, &presigned, "").await)?;
    holds(!place.has("delete").await?, "the object is still there")
}

async fn upload_part(place: &Place) -> Outcome {
    // Without a checksum: whoever sends the part adds none.
    let create = CreateMultipartUpload::new(&place.bucket, "part");
    let upload_id = place.client.send(create).await?.upload_id;
    let part = place.client.upload_part(&place.bucket, "part", &upload_id, 1, "");
    let presigned = part.presign(WHILE).await?;
    success(send(place, &presigned, HELLO).await)?;
    let parts = place.client.list_parts(&place.bucket, "part", &upload_id).await?.parts;
    place.client.complete_multipart_upload(&place.bucket, "part", &upload_id, parts).await?;
    same("the content", place.text("part").await?.as_str(), HELLO)
}

async fn list(place: &Place) -> Outcome {
    place.put("listed", HELLO).await?;
    let presigned = place.client.list_objects_v2(&place.bucket).prefix("listed").presign(WHILE).await?;
    let text = success(send(place, &presigned, "").await)?;
    holds(text.contains("<Key>listed</Key>"), "the key is missing")
}

async fn create_upload(place: &Place) -> Outcome {
    let create = place.client.create_multipart_upload(&place.bucket, "created");
    let presigned = create.content_type("text/x-parts").presign(WHILE).await?;
    let text = success(send(place, &presigned, "").await)?;
    holds(text.contains("<UploadId>"), "no id")
}

async fn tagging(place: &Place) -> Outcome {
    place.put("tagging", HELLO).await?;
    let presigned = place.client.get_object_tagging(&place.bucket, "tagging").presign(WHILE).await?;
    let text = success(send(place, &presigned, "").await)?;
    holds(text.contains("<TagSet"), "no tags")
}

/// Posts the form as a browser does.
async fn submit(place: &Place, form: &PresignedPost, more: &[(&str, &str)]) -> (u16, String) {
    const BOUNDARY: &str = "----windlass";
    let own = form.fields().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let parts = own.chain(more.iter().copied()).map(|(name, value)| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let fields: String = parts.collect();
    let body = format!(
        "{fields}--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"hello.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{HELLO}\r\n--{BOUNDARY}--\r\n"
    );
    let mut headers = HeaderMap::new();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    headers.insert("content-type", HeaderValue::from_str(&kind).unwrap());
    place.send_plainly(&http::Method::POST, form.url(), &headers, body).await
}

fn form(place: &Place, key: &str) -> PresignPost {
    place.client.presign_post(&place.bucket, key).expires_in(WHILE)
}

async fn post(place: &Place) -> Outcome {
    let form = form(place, "posted/${filename}").await?;
    let answer = submit(place, &form, &[]).await;
    let status = answer.0;
    success(answer)?;
    same("the content", place.text("posted/hello.txt").await?.as_str(), HELLO)?;
    same("the status", status, 204)
}

async fn post_fields(place: &Place) -> Outcome {
    let form = form(place, "fields").field("Content-Type", "text/x-posted").metadata("owner", "ann");
    let form = form.content_length_range(1..=100).starts_with("x-amz-meta-chosen", "by ").await?;
    success(submit(place, &form, &[("x-amz-meta-chosen", "by hand")]).await)?;
    let head = place.client.head_object(&place.bucket, "fields").await?;
    same("Content-Type", head.content_type.as_deref(), Some("text/x-posted"))?;
    same("the metadata", head.metadata.get("owner").map(String::as_str), Some("ann"))?;
    same("the added field", head.metadata.get("chosen").map(String::as_str), Some("by hand"))
}

async fn post_status(place: &Place) -> Outcome {
    let form = form(place, "status").field("success_action_status", "201").await?;
    let answer = submit(place, &form, &[]).await;
    let status = answer.0;
    let text = success(answer)?;
    same("the status", status, 201)?;
    holds(text.contains("<Key>status</Key>"), "no document in the answer")
}

async fn post_too_large(place: &Place) -> Outcome {
    let form = form(place, "large").content_length_range(1..=5).await?;
    refused("it", submit(place, &form, &[]).await, 400)
}

async fn post_changed(place: &Place) -> Outcome {
    let form = form(place, "field").equals("x-amz-meta-owner", "ann").await?;
    refused("it", submit(place, &form, &[("x-amz-meta-owner", "bob")]).await, 403)
}

async fn post_expired(place: &Place) -> Outcome {
    let form = in_the_past(place).presign_post(&place.bucket, "expired").expires_in(WHILE).await?;
    refused("it", submit(place, &form, &[]).await, 403)
}
