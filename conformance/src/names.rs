//! Capability g: names on both sides of a transfer.

use std::path::Path;

use serde_json::{Value, json};
use windlass::paths::{
    FileNameRules, Filter, FilterRule, KeyPattern, S3Url, UnsafeKey, local_path as path_below, parse_size,
    relative_key,
};
use windlass::types::{ByteRange, ContentRange};
use windlass::unversioned::checksum::part_count;

use crate::answer::{Answer, Outcome, unsupported};
use crate::input::Input;

pub(crate) fn parse(mut input: Input) -> Outcome {
    let what = input.required("what")?;
    let text = input.required("text")?;
    input.end()?;
    match what.as_str() {
        "s3_url" => {
            let url: S3Url = text.parse()?;
            let pattern = KeyPattern::new(url.key.as_str());
            Ok(Answer::ok(json!({
                "bucket": url.bucket,
                "key": url.key,
                "list_prefix": pattern.list_prefix(),
            })))
        }
        "range" => Ok(Answer::ok(match text.parse()? {
            ByteRange::Inclusive(start, end) => json!({"start": start, "end": end}),
            ByteRange::From(start) => json!({"start": start}),
            ByteRange::Last(suffix) => json!({"suffix": suffix}),
            other => return Err(unsupported(format!("the range {other}"))),
        })),
        "content_range" => {
            let range: ContentRange = text.parse()?;
            let (start, end) = range.bytes.unzip();
            Ok(Answer::ok(json!({"start": start, "end": end, "size": range.size})))
        }
        "checksum_value" => Ok(Answer::ok(json!({"part_level": part_count(&text).is_some()}))),
        "size" => Ok(Answer::ok(json!({"bytes": parse_size(&text)?}))),
        _ => Err(unsupported(format!("reading a {what}: the library has no public function for it"))),
    }
}

pub(crate) fn local_path(mut input: Input) -> Outcome {
    let root = input.required("root")?;
    let key = input.required("key")?;
    let prefix = input.text("prefix").unwrap_or_default();
    if input.text("delimiter").is_some_and(|delimiter| delimiter != "/") {
        return Err(unsupported("folder markers other than a slash"));
    }
    input.end()?;
    let path = path_below(Path::new(&root), relative_key(&key, &prefix, "/"), FileNameRules::Unix)?;
    Ok(Answer::ok(json!({"path": path.display().to_string()})))
}

pub(crate) fn filter(mut input: Input) -> Outcome {
    let names = input.list("names");
    let rules = input.take("rules");
    let pattern = input.text("url_pattern");
    input.end()?;
    let keeps: Box<dyn Fn(&str) -> bool> = match (rules, pattern) {
        (Some(Value::Array(rules)), None) => {
            let filter = Filter::new(rules.iter().map(rule).collect::<Result<Vec<_>, _>>()?);
            Box::new(move |name| filter.keeps(name))
        }
        (None, Some(url)) => {
            let url: S3Url = url.parse()?;
            let pattern = KeyPattern::new(url.key);
            Box::new(move |name| pattern.relative(name).is_some())
        }
        _ => return Err(unsupported("inputs other than either rules or a pattern")),
    };
    let kept: Vec<&str> = names.iter().filter_map(Value::as_str).filter(|name| keeps(name)).collect();
    Ok(Answer::ok(json!({"kept": kept})))
}

fn rule(rule: &Value) -> Result<FilterRule, Answer> {
    match (rule[0].as_str(), rule[1].as_str()) {
        (Some("exclude"), Some(pattern)) => Ok(FilterRule::Exclude(pattern.to_owned())),
        (Some("include"), Some(pattern)) => Ok(FilterRule::Include(pattern.to_owned())),
        _ => Err(unsupported(format!("the rule {rule}"))),
    }
}

impl From<UnsafeKey> for Answer {
    fn from(why: UnsafeKey) -> Self {
        Self::error("unsafe_key", why.to_string())
    }
}
