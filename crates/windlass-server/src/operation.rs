//! The S3 operation of a request, from its method, target and query. Its name selects faults and handlers,
//! and is recorded.

use std::borrow::Cow;

use http::{HeaderMap, Method};

use crate::target::Target;

/// The target of a request.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) operation: String,
    pub(crate) target: Target,
    /// Decoded, in order.
    pub(crate) query: Vec<(String, String)>,
}

/// Returns the name of the operation; `None` if S3 has none.
pub(crate) fn name(
    method: &Method,
    target: &Target,
    query: &[(String, String)],
    headers: &HeaderMap,
) -> Option<Cow<'static, str>> {
    let has = |name: &str| query.iter().any(|(key, _)| key == name);
    let level = match (&target.bucket, &target.key) {
        (None, _) => return (method == Method::GET).then_some(Cow::Borrowed("ListBuckets")),
        (Some(_), None) => Level::Bucket,
        (Some(_), Some(_)) => Level::Object,
    };
    let is_copy = headers.contains_key("x-amz-copy-source");
    if let Some(row) = SPECIAL.iter().find(|row| row.level == level && row.method == method && has(row.query))
    {
        return Some(Cow::Borrowed(if is_copy && row.name == "UploadPart" {
            "UploadPartCopy"
        } else {
            row.name
        }));
    }
    let configurations = if level == Level::Bucket { BUCKET_CONFIGURATIONS } else { OBJECT_CONFIGURATIONS };
    if let Some((_, noun)) = configurations.iter().find(|(query, _)| has(query)) {
        let verb = match *method {
            Method::GET => "Get",
            Method::PUT => "Put",
            Method::DELETE => "Delete",
            _ => return None,
        };
        return Some(Cow::Owned(format!("{verb}{}{noun}", level.noun())));
    }
    let name = match (level, method.as_str()) {
        (Level::Bucket, "GET") => {
            if query.iter().any(|(key, value)| key == "list-type" && value == "2") {
                "ListObjectsV2"
            } else {
                "ListObjects"
            }
        }
        (Level::Bucket, "PUT") => "CreateBucket",
        (Level::Bucket, "DELETE") => "DeleteBucket",
        (Level::Bucket, "HEAD") => "HeadBucket",
        (Level::Bucket, "POST") if has_form(headers) => "PostObject",
        (Level::Object, "GET") => "GetObject",
        (Level::Object, "HEAD") => "HeadObject",
        (Level::Object, "DELETE") => "DeleteObject",
        (Level::Object, "PUT") if is_copy => "CopyObject",
        (Level::Object, "PUT") => "PutObject",
        _ => return None,
    };
    Some(Cow::Borrowed(name))
}

/// Whether this server implements the operation. It rejects all others with 501.
pub(crate) fn is_implemented(name: &str) -> bool {
    TYPED.contains(&name) || UNTYPED.contains(&name) || is_configuration(name) || is_form(name)
}

/// Whether the operation reads, replaces or removes a configuration of a bucket.
pub(crate) fn is_configuration(name: &str) -> bool {
    CONFIGURATIONS.contains(&name)
}

/// Whether the operation is a form upload, which is signed and parsed differently.
pub(crate) fn is_form(name: &str) -> bool {
    name == "PostObject"
}

/// Whether the operation uses the types of s3s.
pub(crate) fn is_typed(name: &str) -> bool {
    TYPED.contains(&name)
}

/// Whether the request body is a small document, which is read before the operation starts.
pub(crate) fn has_document(name: &str) -> bool {
    needs_checksum(name) || matches!(name, "CompleteMultipartUpload" | "CreateBucket" | "RestoreObject")
}

/// Whether the request body is content, for which S3 requires a length.
pub(crate) fn has_content(name: &str) -> bool {
    matches!(name, "PutObject" | "UploadPart")
}

/// Whether S3 requires a checksum of the document.
pub(crate) fn needs_checksum(name: &str) -> bool {
    NEEDS_CHECKSUM.contains(&name) || is_configuration(name) && name.starts_with("Put")
}

fn has_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/form-data"))
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Level {
    Bucket,
    Object,
}

impl Level {
    fn noun(self) -> &'static str {
        match self {
            Self::Bucket => "Bucket",
            Self::Object => "Object",
        }
    }
}

struct Special {
    level: Level,
    method: Method,
    query: &'static str,
    name: &'static str,
}

const fn special(level: Level, method: Method, query: &'static str, name: &'static str) -> Special {
    Special { level, method, query, name }
}

const TYPED: &[&str] = &[
    "AbortMultipartUpload",
    "CreateBucket",
    "CreateMultipartUpload",
    "DeleteBucket",
    "DeleteObject",
    "DeleteObjects",
    "GetBucketLocation",
    "GetObject",
    "HeadBucket",
    "HeadObject",
    "ListBuckets",
    "ListMultipartUploads",
    "ListObjects",
    "ListObjectsV2",
    "PutObject",
    "UploadPart",
];

/// Operations for which the types of s3s lack members or differ from S3.
const UNTYPED: &[&str] = &[
    "CompleteMultipartUpload",
    "CopyObject",
    "DeleteBucketTagging",
    "DeleteObjectTagging",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectLockConfiguration",
    "GetObjectRetention",
    "GetObjectTagging",
    "ListObjectVersions",
    "ListParts",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "RestoreObject",
    "UploadPartCopy",
];

const CONFIGURATIONS: &[&str] = &[
    "DeleteBucketCors",
    "DeleteBucketEncryption",
    "DeleteBucketLifecycle",
    "DeletePublicAccessBlock",
    "GetBucketCors",
    "GetBucketEncryption",
    "GetBucketLifecycleConfiguration",
    "GetPublicAccessBlock",
    "PutBucketCors",
    "PutBucketEncryption",
    "PutBucketLifecycleConfiguration",
    "PutPublicAccessBlock",
];

const NEEDS_CHECKSUM: &[&str] = &[
    "DeleteObjects",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
];

/// Sub-resources with irregular operation names. The first match wins.
const SPECIAL: &[Special] = &[
    special(Level::Bucket, Method::POST, "delete", "DeleteObjects"),
    special(Level::Bucket, Method::GET, "session", "CreateSession"),
    special(Level::Bucket, Method::GET, "uploads", "ListMultipartUploads"),
    special(Level::Bucket, Method::GET, "versions", "ListObjectVersions"),
    special(Level::Bucket, Method::GET, "object-lock", "GetObjectLockConfiguration"),
    special(Level::Bucket, Method::PUT, "object-lock", "PutObjectLockConfiguration"),
    special(Level::Bucket, Method::DELETE, "lifecycle", "DeleteBucketLifecycle"),
    special(Level::Bucket, Method::GET, "publicAccessBlock", "GetPublicAccessBlock"),
    special(Level::Bucket, Method::PUT, "publicAccessBlock", "PutPublicAccessBlock"),
    special(Level::Bucket, Method::DELETE, "publicAccessBlock", "DeletePublicAccessBlock"),
    special(Level::Object, Method::POST, "uploads", "CreateMultipartUpload"),
    special(Level::Object, Method::PUT, "uploadId", "UploadPart"),
    special(Level::Object, Method::POST, "uploadId", "CompleteMultipartUpload"),
    special(Level::Object, Method::DELETE, "uploadId", "AbortMultipartUpload"),
    special(Level::Object, Method::GET, "uploadId", "ListParts"),
    special(Level::Object, Method::GET, "attributes", "GetObjectAttributes"),
    special(Level::Object, Method::POST, "restore", "RestoreObject"),
    special(Level::Object, Method::POST, "select", "SelectObjectContent"),
    special(Level::Object, Method::PUT, "renameObject", "RenameObject"),
    special(Level::Object, Method::PUT, "append", "AppendObject"),
];

const BUCKET_CONFIGURATIONS: &[(&str, &str)] = &[
    ("abac", "Abac"),
    ("accelerate", "AccelerateConfiguration"),
    ("acl", "Acl"),
    ("analytics", "AnalyticsConfiguration"),
    ("cors", "Cors"),
    ("encryption", "Encryption"),
    ("intelligent-tiering", "IntelligentTieringConfiguration"),
    ("inventory", "InventoryConfiguration"),
    ("lifecycle", "LifecycleConfiguration"),
    ("location", "Location"),
    ("logging", "Logging"),
    ("metadataConfiguration", "MetadataConfiguration"),
    ("metadataTable", "MetadataTableConfiguration"),
    ("metrics", "MetricsConfiguration"),
    ("notification", "NotificationConfiguration"),
    ("object-lock", "ObjectLockConfiguration"),
    ("ownershipControls", "OwnershipControls"),
    ("policy", "Policy"),
    ("policyStatus", "PolicyStatus"),
    ("replication", "Replication"),
    ("requestPayment", "RequestPayment"),
    ("tagging", "Tagging"),
    ("versioning", "Versioning"),
    ("website", "Website"),
];

const OBJECT_CONFIGURATIONS: &[(&str, &str)] = &[
    ("acl", "Acl"),
    ("encryption", "Encryption"),
    ("legal-hold", "LegalHold"),
    ("retention", "Retention"),
    ("tagging", "Tagging"),
    ("torrent", "Torrent"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode;

    fn check(method: &str, path: &str, query: &str, expected: Option<&str>) {
        let target = Target::of(None, path, &[]).unwrap();
        let query = encode::query_pairs(query).unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_eq!(name(&method, &target, &query, &HeaderMap::new()).as_deref(), expected, "{method} {path}");
    }

    #[test]
    fn operations_have_the_names_of_the_s3_reference() {
        check("GET", "/", "", Some("ListBuckets"));
        check("PUT", "/", "", None);
        check("GET", "/b", "list-type=2", Some("ListObjectsV2"));
        check("GET", "/b", "prefix=a", Some("ListObjects"));
        check("GET", "/b", "location", Some("GetBucketLocation"));
        check("PUT", "/b", "versioning", Some("PutBucketVersioning"));
        check("POST", "/b", "delete", Some("DeleteObjects"));
        check("GET", "/b", "lifecycle", Some("GetBucketLifecycleConfiguration"));
        check("DELETE", "/b", "lifecycle", Some("DeleteBucketLifecycle"));
        check("PUT", "/b", "publicAccessBlock", Some("PutPublicAccessBlock"));
        check("PUT", "/b/k", "partNumber=1&uploadId=u", Some("UploadPart"));
        check("DELETE", "/b/k", "x-id=DeleteObject", Some("DeleteObject"));
        check("GET", "/b/k", "tagging", Some("GetObjectTagging"));
        check("PUT", "/b/k", "renameObject", Some("RenameObject"));
    }
}
