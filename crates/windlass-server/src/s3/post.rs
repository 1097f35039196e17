//! `PostObject`: form uploads.

use http::header::{ETAG, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use s3s::Body;

use super::document::Document;
use super::put::Upload;
use super::{Operations, quoted, tagging, verified};
use crate::encode;
use crate::form::{Fields, Form};
use crate::refusal::{Code, Refusal};

impl Operations {
    /// Stores the file. `sizes` is its permitted size, `address` the URL of the bucket.
    pub(crate) async fn post(
        &self,
        bucket: &str,
        form: Form,
        sizes: std::ops::RangeInclusive<u64>,
        address: &str,
    ) -> Result<Response<Body>, Refusal> {
        let Form { fields, file } = form;
        let key = fields.required("key")?.to_owned();
        if key.is_empty() {
            return Err(
                Refusal::new(Code::InvalidArgument).message("User key must have a length greater than 0.")
            );
        }
        if key.len() > LONGEST_KEY {
            return Err(Code::KeyTooLongError.into());
        }
        self.check_bucket(bucket)?;
        let headers = headers(&fields)?;
        verified::check_features(&headers)?;
        let mut annotations = self.annotations(&headers, bucket)?;
        if let Some(document) = fields.get("tagging") {
            annotations.tags = tagging::of_form(document)?;
        }
        let upload = Upload { headers: &headers, annotations, trailers: None, sizes: Some(sizes) };
        let (version, shown) = self.write(bucket, &key, upload, file).await?;
        let etag = version.object().map(|object| quoted(&object.etag)).unwrap_or_default();
        let location = format!("{address}/{}", encode::encode(&key, b"/"));
        let mut answer = match redirect(&fields, bucket, &key, &etag) {
            Some(target) => {
                let mut answer = Response::new(Body::empty());
                *answer.status_mut() = StatusCode::SEE_OTHER;
                insert(&mut answer, LOCATION, &target);
                answer
            }
            None => answer(&fields, bucket, &key, &etag, &location),
        };
        answer.headers_mut().extend(shown);
        insert(&mut answer, ETAG, &etag);
        self.show_version(&mut answer, bucket, &version);
        Ok(answer)
    }
}

/// Converts the fields into the corresponding headers of a PUT.
fn headers(fields: &Fields) -> Result<HeaderMap, Refusal> {
    let mut headers = HeaderMap::new();
    for (field, value) in fields.iter() {
        let name = field.to_ascii_lowercase();
        let name = if name == "acl" { "x-amz-acl" } else { name.as_str() };
        if !name.starts_with("x-amz-") && !PLAIN.contains(&name) || SIGNED.contains(&name) {
            continue;
        }
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes()))
        else {
            return Err(Refusal::new(Code::InvalidArgument)
                .message(format!("The field {field} is not a valid header value."))
                .detail("ArgumentName", field));
        };
        headers.insert(name, value);
    }
    Ok(headers)
}

fn redirect(fields: &Fields, bucket: &str, key: &str, etag: &str) -> Option<String> {
    let target = fields.get("success_action_redirect").or_else(|| fields.get("redirect"))?;
    let is_address = target.starts_with("http://") || target.starts_with("https://");
    let joint = if target.contains('?') { '&' } else { '?' };
    let encode = |text: &str| encode::encode(text, b"");
    // S3 ignores values that are not URLs.
    is_address.then(|| {
        format!("{target}{joint}bucket={}&key={}&etag={}", encode(bucket), encode(key), encode(etag))
    })
}

fn answer(fields: &Fields, bucket: &str, key: &str, etag: &str, location: &str) -> Response<Body> {
    let mut answer = match fields.get("success_action_status") {
        Some("201") => {
            let mut document = Document::new("PostResponse");
            document.put("Location", location);
            document.put("Bucket", bucket);
            document.put("Key", key);
            document.put("ETag", etag);
            let mut answer = document.answer();
            *answer.status_mut() = StatusCode::CREATED;
            answer
        }
        Some("200") => Response::new(Body::empty()),
        _ => {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::NO_CONTENT;
            answer
        }
    };
    insert(&mut answer, LOCATION, location);
    answer
}

fn insert(answer: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// Fields that are headers of the same name.
const PLAIN: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "expires",
];

/// Fields of the signature.
const SIGNED: &[&str] =
    &["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "x-amz-signature"];

/// In bytes.
const LONGEST_KEY: usize = 1024;
