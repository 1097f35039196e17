//! Default encryption.

use super::{Kind, invalid_argument, kept};
use crate::refusal::{Code, Refusal};
use crate::s3::ACCOUNT;
use crate::s3::document::Element;
use crate::s3::schema::Content::{Elements, Flag, Text, Word};
use crate::s3::schema::{Rule, any, one, optional};
use crate::store::{BucketRecord, Encryption};

pub(super) const KIND: Kind = Kind {
    name: "encryption",
    root: "ServerSideEncryptionConfiguration",
    rules: &[one("Rule", Elements(RULE))],
    missing: Code::ServerSideEncryptionConfigurationNotFoundError,
    default: Some(DEFAULT),
    complete,
    header: None,
};

const RULE: &[Rule] = &[
    optional(BY_DEFAULT, Elements(&[one(ALGORITHM, Word(ALGORITHMS)), optional(KEY_ID, Text)])),
    optional(BUCKET_KEY, Flag),
    optional(BLOCKED, Elements(&[any("EncryptionType", Word(&["NONE", "SSE-C"]))])),
];

fn complete(root: Element) -> Result<Element, Refusal> {
    let default = root.child("Rule").and_then(|rule| rule.child(BY_DEFAULT));
    if default.is_some_and(|it| it.text_of(ALGORITHM) == Some("AES256") && it.child(KEY_ID).is_some()) {
        return Err(invalid_argument(
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
        ));
    }
    Ok(root)
}

/// Returns the encryption of an object in this bucket: the requested one, or else the default.
///
/// # Errors
///
/// `AccessDenied` for a kind that the bucket blocks.
pub(in crate::s3) fn default_of_bucket(
    record: &BucketRecord,
    asked: Option<Encryption>,
    region: &str,
) -> Result<Option<Encryption>, Refusal> {
    let Some(kept) = kept(record, &KIND) else { return Ok(asked) };
    let root = Element::parse(kept.document.as_bytes(), KIND.root)?;
    let rule = root.child("Rule").ok_or(Code::InternalError)?;
    let mut blocked = rule.child(BLOCKED).into_iter().flat_map(|blocked| &blocked.children);
    if matches!(asked, Some(Encryption::Customer { .. })) && blocked.any(|kind| kind.text == "SSE-C") {
        return Err(Refusal::new(Code::AccessDenied).message("The bucket blocks SSE-C encryption"));
    }
    if asked.is_some() {
        return Ok(asked);
    }
    let Some(default) = rule.child(BY_DEFAULT) else { return Ok(None) };
    let is_dual = match default.text_of(ALGORITHM) {
        Some("aws:kms") => false,
        Some("aws:kms:dsse") => true,
        _ => return Ok(Some(Encryption::Aes256)),
    };
    let own_key = || format!("arn:aws:kms:{region}:{ACCOUNT}:alias/aws/s3");
    Ok(Some(Encryption::Kms {
        is_dual,
        key_id: default.text_of(KEY_ID).map_or_else(own_key, str::to_owned),
        context: None,
        bucket_key: rule.text_of(BUCKET_KEY) == Some("true"),
    }))
}

const BY_DEFAULT: &str = "ApplyServerSideEncryptionByDefault";
const ALGORITHM: &str = "SSEAlgorithm";
const KEY_ID: &str = "KMSMasterKeyID";
const BUCKET_KEY: &str = "BucketKeyEnabled";
const BLOCKED: &str = "BlockedEncryptionTypes";
const ALGORITHMS: &[&str] = &["AES256", "aws:kms", "aws:kms:dsse"];

/// S3 has encrypted all objects with its own keys since 2023.
const DEFAULT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>\
    <ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
    <BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";
