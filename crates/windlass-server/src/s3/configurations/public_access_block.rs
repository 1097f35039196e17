//! Public access block.

use super::Kind;
use crate::refusal::{Code, Refusal};
use crate::s3::document::{Document, Element};
use crate::s3::schema::Content::Flag;
use crate::s3::schema::optional;
use crate::store::Configuration;

pub(super) const KIND: Kind = Kind {
    name: "publicAccessBlock",
    root: "PublicAccessBlockConfiguration",
    rules: &[
        optional("BlockPublicAcls", Flag),
        optional("IgnorePublicAcls", Flag),
        optional("BlockPublicPolicy", Flag),
        optional("RestrictPublicBuckets", Flag),
    ],
    missing: Code::NoSuchPublicAccessBlockConfiguration,
    default: None,
    complete,
    header: None,
};

/// S3 sends all four flags; a flag that was left out is false.
fn complete(mut root: Element) -> Result<Element, Refusal> {
    let all = KIND.rules.iter().map(|rule| {
        let text = root.text_of(rule.name()).unwrap_or("false").trim().to_owned();
        Element { name: rule.name().to_owned(), text, children: Vec::new() }
    });
    root.children = all.collect();
    Ok(root)
}

/// S3 has blocked public access to new buckets since 2023.
pub(super) fn of_new_bucket() -> Configuration {
    let mut document = Document::new(KIND.root);
    KIND.rules.iter().for_each(|rule| document.put(rule.name(), true));
    Configuration { document: document.finish(), header: None }
}
