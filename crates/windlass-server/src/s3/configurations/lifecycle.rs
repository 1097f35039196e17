//! Lifecycle rules.

use sha2::{Digest, Sha256};

use super::{Kind, invalid_argument, invalid_request};
use crate::refusal::{Code, Refusal};
use crate::s3::document::Element;
use crate::s3::schema::Content::{Date, Elements, Flag, Number, Text, Word};
use crate::s3::schema::{Rule, any, one, optional, some};
use crate::{date, encode};

pub(super) const KIND: Kind = Kind {
    name: "lifecycle",
    root: "LifecycleConfiguration",
    rules: &[some("Rule", Elements(RULE))],
    missing: Code::NoSuchLifecycleConfiguration,
    default: None,
    complete,
    header: Some((
        "x-amz-transition-default-minimum-object-size",
        &["all_storage_classes_128K", "varies_by_storage_class"],
        "all_storage_classes_128K",
    )),
};

const RULE: &[Rule] = &[
    optional(
        "Expiration",
        Elements(&[
            optional("Date", Date),
            optional("Days", Number),
            optional("ExpiredObjectDeleteMarker", Flag),
        ]),
    ),
    optional("ID", Text),
    optional("Prefix", Text),
    optional("Filter", Elements(FILTER)),
    one("Status", Word(&["Disabled", "Enabled"])),
    any(
        "Transition",
        Elements(&[optional("Date", Date), optional("Days", Number), one("StorageClass", Word(CLASSES))]),
    ),
    any(
        "NoncurrentVersionTransition",
        Elements(&[
            one("NoncurrentDays", Number),
            one("StorageClass", Word(CLASSES)),
            optional("NewerNoncurrentVersions", Number),
        ]),
    ),
    optional(
        "NoncurrentVersionExpiration",
        Elements(&[one("NoncurrentDays", Number), optional("NewerNoncurrentVersions", Number)]),
    ),
    optional("AbortIncompleteMultipartUpload", Elements(&[one("DaysAfterInitiation", Number)])),
];

const FILTER: &[Rule] = &[
    optional("Prefix", Text),
    optional("Tag", Elements(TAG)),
    optional("ObjectSizeGreaterThan", Number),
    optional("ObjectSizeLessThan", Number),
    optional(
        "And",
        Elements(&[
            optional("Prefix", Text),
            any("Tag", Elements(TAG)),
            optional("ObjectSizeGreaterThan", Number),
            optional("ObjectSizeLessThan", Number),
        ]),
    ),
];

const TAG: &[Rule] = &[one("Key", Text), one("Value", Text)];

fn complete(mut root: Element) -> Result<Element, Refusal> {
    if root.children.len() > MOST_RULES {
        return Err(Code::MalformedXML.into());
    }
    let mut ids: Vec<String> = Vec::new();
    for (index, rule) in root.children.iter_mut().enumerate() {
        check(rule)?;
        let id = match rule.text_of("ID") {
            Some(id) if id.chars().count() > LONGEST_ID => {
                return Err(invalid_argument("ID length should not exceed allowed limit of 255"));
            }
            Some(id) if !id.is_empty() => id.to_owned(),
            _ => name(rule, index),
        };
        if ids.contains(&id) {
            return Err(invalid_argument("Rule ID must be unique. Found same ID for more than one rule"));
        }
        ids.push(id);
    }
    Ok(root)
}

/// Assigns a generated id to a rule, as S3 does. It is the same in every run.
fn name(rule: &mut Element, index: usize) -> String {
    let digest = encode::hex(&Sha256::digest(format!("{index} {rule:?}")));
    let id = digest.get(..48).unwrap_or_default().to_owned();
    rule.children.retain(|child| child.name != "ID");
    rule.children.insert(0, Element { name: "ID".into(), text: id.clone(), children: Vec::new() });
    id
}

fn check(rule: &Element) -> Result<(), Refusal> {
    let malformed = || Refusal::from(Code::MalformedXML);
    // A rule has exactly one of the two.
    if rule.child("Filter").is_some() == rule.child("Prefix").is_some() {
        return Err(malformed());
    }
    if let Some(filter) = rule.child("Filter") {
        let conditions = filter.child("And").map_or(2, |and| and.children.len());
        if filter.children.len() > 1 || conditions < 2 {
            return Err(malformed());
        }
    }
    if !rule.children.iter().any(|child| ACTIONS.contains(&child.name.as_str())) {
        return Err(invalid_request("At least one action needs to be specified in a rule".into()));
    }
    for action in rule.children.iter().filter(|child| ACTIONS.contains(&child.name.as_str())) {
        let times = ["Date", "Days", "ExpiredObjectDeleteMarker"];
        let count = times.iter().filter(|name| action.child(name).is_some()).count();
        if matches!(action.name.as_str(), "Expiration" | "Transition") && count != 1 {
            return Err(malformed());
        }
        // Objects can transition on the day of their creation.
        let may_be_zero = matches!(action.name.as_str(), "NoncurrentVersionTransition" | "Transition");
        for days in ["Days", "NoncurrentDays", "DaysAfterInitiation"] {
            if !may_be_zero && action.text_of(days).is_some_and(|text| text.trim().parse() == Ok(0)) {
                let name = &action.name;
                return Err(invalid_argument(format!(
                    "'{days}' for {name} action must be a positive integer"
                )));
            }
        }
        let is_midnight = |text: &str| date::parse_iso(text).is_some_and(|time| time % DAY == 0);
        if action.text_of("Date").is_some_and(|text| !is_midnight(text)) {
            return Err(invalid_argument("'Date' must be at midnight GMT"));
        }
    }
    Ok(())
}

const ACTIONS: [&str; 5] = [
    "AbortIncompleteMultipartUpload",
    "Expiration",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
    "Transition",
];
const CLASSES: &[&str] =
    &["DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "INTELLIGENT_TIERING", "ONEZONE_IA", "STANDARD_IA"];
/// In milliseconds.
const DAY: i64 = 86_400_000;
const LONGEST_ID: usize = 255;
const MOST_RULES: usize = 1_000;
