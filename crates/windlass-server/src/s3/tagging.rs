//! Tags of objects and buckets: documents, the header of a write, and validation.

use http::{HeaderMap, HeaderValue, Response, StatusCode};
use s3s::Body;

use super::document::{Document, Element};
use super::request::Request;
use super::{Operations, text, versions};
use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::store::{Annotations, Tags, Version};

impl Operations {
    pub(super) fn get_object_tags(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let id = versions::checked_id(request.parameter("versionId"))?;
        let found = self.store.find(request.bucket(), request.key(), id)?;
        let object = versions::object(found.as_deref(), request.key(), id)?;
        let mut answer = answer(&object.annotations.tags);
        if let Some(found) = &found {
            self.show_version(&mut answer, request.bucket(), found);
        }
        Ok(answer)
    }

    pub(super) fn put_object_tags(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let tags = of_document(&request.document, MOST_OF_AN_OBJECT)?;
        self.replace_tags(request, &tags, StatusCode::OK)
    }

    pub(super) fn delete_object_tags(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        self.replace_tags(request, &Tags::new(), StatusCode::NO_CONTENT)
    }

    pub(super) fn get_bucket_tags(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let record = self.store.bucket(request.bucket()).ok_or(Code::NoSuchBucket)?;
        if record.tags.is_empty() { Err(Code::NoSuchTagSet.into()) } else { Ok(answer(&record.tags)) }
    }

    pub(super) fn put_bucket_tags(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let tags = of_document(&request.document, MOST_OF_A_BUCKET)?;
        self.replace_bucket_tags(request.bucket(), &tags)
    }

    pub(super) fn delete_bucket_tags(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        self.replace_bucket_tags(request.bucket(), &Tags::new())
    }

    fn replace_tags(
        &self,
        request: &Request,
        tags: &Tags,
        status: StatusCode,
    ) -> Result<Response<Body>, Refusal> {
        let id = versions::checked_id(request.parameter("versionId"))?;
        let (bucket, key) = (request.bucket(), request.key());
        let found = self.store.annotate(bucket, key, id, &|found: Option<&Version>| {
            let object = versions::object(found, key, id)?;
            Ok(Annotations { tags: tags.clone(), ..object.annotations.clone() })
        })?;
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = status;
        self.show_version(&mut answer, bucket, &found);
        Ok(answer)
    }

    fn replace_bucket_tags(&self, bucket: &str, tags: &Tags) -> Result<Response<Body>, Refusal> {
        self.store.update_bucket(bucket, &|record| {
            record.tags.clone_from(tags);
            Ok(())
        })?;
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::NO_CONTENT;
        Ok(answer)
    }
}

/// Parses the `x-amz-tagging` header of a write.
pub(super) fn of_header(headers: &HeaderMap) -> Result<Tags, Refusal> {
    let header = text(headers, "x-amz-tagging").unwrap_or_default();
    let invalid = || {
        Refusal::new(Code::InvalidArgument)
            .message(
                "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
            )
            .detail("ArgumentName", "x-amz-tagging")
            .detail("ArgumentValue", header)
    };
    let tags = encode::query_pairs(&header.replace('+', "%20")).ok_or_else(invalid)?;
    if has_duplicates(&tags) || tags.iter().any(|(name, _)| name.is_empty()) {
        return Err(invalid());
    }
    check(tags, MOST_OF_AN_OBJECT)
}

/// Parses the document in the `tagging` field of a form.
pub(super) fn of_form(document: &str) -> Result<Tags, Refusal> {
    of_document(document.as_bytes(), MOST_OF_AN_OBJECT)
}

/// Returns the response header with the number of tags, unless it is 0.
pub(super) fn count(tags: &Tags) -> Option<(&'static str, HeaderValue)> {
    (!tags.is_empty()).then(|| ("x-amz-tagging-count", HeaderValue::from(tags.len())))
}

fn of_document(document: &[u8], most: usize) -> Result<Tags, Refusal> {
    let root = Element::parse(document, "Tagging")?;
    let set = root.child("TagSet").ok_or(Code::MalformedXML)?;
    let tags = set.children.iter().map(|tag| {
        let text = |name: &str| tag.text_of(name).map(str::to_owned);
        if tag.name == "Tag" { Some((text("Key")?, text("Value")?)) } else { None }
    });
    let tags = tags.collect::<Option<Tags>>().ok_or(Code::MalformedXML)?;
    if has_duplicates(&tags) {
        return Err(Refusal::new(Code::InvalidTag).message("Cannot provide multiple Tags with the same key"));
    }
    check(tags, most)
}

fn check(tags: Tags, most: usize) -> Result<Tags, Refusal> {
    if tags.len() > most {
        let what = if most == MOST_OF_AN_OBJECT { "Object" } else { "Bucket" };
        return Err(
            Refusal::new(Code::BadRequest).message(format!("{what} tags cannot be greater than {most}"))
        );
    }
    for (name, value) in &tags {
        let refuse =
            |what: &'static str| Err(Refusal::new(Code::InvalidTag).message(what).detail("TagKey", name));
        if !(1..=128).contains(&name.chars().count()) || !name.chars().all(is_of_tags) {
            return refuse("The TagKey you have provided is invalid");
        }
        if value.chars().count() > 256 || !value.chars().all(is_of_tags) {
            return refuse("The TagValue you have provided is invalid");
        }
        if name.to_ascii_lowercase().starts_with("aws:") {
            return refuse("System tags cannot be added/updated by requester");
        }
    }
    Ok(tags)
}

fn has_duplicates(tags: &Tags) -> bool {
    let mut names: Vec<&str> = tags.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [left, right] if left == right))
}

fn is_of_tags(character: char) -> bool {
    character.is_alphanumeric() || " +-=._:/@".contains(character)
}

fn answer(tags: &Tags) -> Response<Body> {
    let mut document = Document::new("Tagging");
    document.within("TagSet", |it| {
        for (name, value) in tags {
            it.within("Tag", |it| {
                it.put("Key", name);
                it.put("Value", value);
            });
        }
    });
    document.answer()
}

const MOST_OF_AN_OBJECT: usize = 10;
const MOST_OF_A_BUCKET: usize = 50;
