//! The policy of a browser upload form. It lets a browser without credentials upload a file.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;

use crate::protocol::signing::{ALGORITHM, SigningScope, SigningTime};
use crate::protocol::timestamp::to_iso8601;
use crate::{Error, ErrorKind, Result};

/// The conditions of the form so far.
#[derive(Clone)]
pub(crate) struct PostPolicy {
    pub(crate) bucket: String,
    /// The key, or its prefix before `${filename}`.
    pub(crate) key: String,
    /// The form fields in their order.
    fields: Vec<(String, String)>,
    conditions: Vec<Condition>,
    refused: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Equals(String, String),
    StartsWith(String, String),
    ContentLength(RangeInclusive<u64>),
}

/// The placeholder that S3 replaces with the name of the chosen file.
const FILE_NAME: &str = "${filename}";

/// The maximum size of the form before the file.
const MAX_FIELDS: usize = 20 * 1024;

/// Fields that the signature generates.
const OWN_FIELDS: [&str; 7] = [
    "file",
    "policy",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-signature",
];

/// Generated fields that also accept conditions from the caller.
const OWN_CONDITIONS: [&str; 2] = ["bucket", "key"];

/// Policies write field names with a dollar sign; callers may, too.
fn without_dollar(mut name: String) -> String {
    if name.starts_with('$') {
        name.remove(0);
    }
    name
}

impl PostPolicy {
    pub(crate) fn new(bucket: String, key: String) -> Self {
        Self { bucket, key, fields: Vec::new(), conditions: Vec::new(), refused: None }
    }

    /// Adds a field to the form; the upload must have the same value.
    pub(crate) fn field(&mut self, name: String, value: String) {
        if OWN_CONDITIONS.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
            self.refuse(format!("the field {name:?} is reserved for the signature: remove it"));
        }
        if self.fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            self.refuse(format!("the field {name:?} is repeated"));
        }
        self.check(&name, &value);
        self.add(Condition::Equals(name.clone(), value.clone()));
        self.fields.push((name, value));
    }

    /// Requires a field that the caller adds to the form to have this value.
    pub(crate) fn equals(&mut self, name: String, value: String) {
        let name = without_dollar(name);
        if name.eq_ignore_ascii_case("bucket") && value == self.bucket {
            return;
        }
        if name.eq_ignore_ascii_case("key") {
            self.check_key(&value, true);
        } else {
            self.check(&name, &value);
        }
        self.add(Condition::Equals(name, value));
    }

    /// Requires a field that the caller adds to the form to start with this prefix.
    pub(crate) fn starts_with(&mut self, name: String, prefix: String) {
        let name = without_dollar(name);
        if name.eq_ignore_ascii_case("key") {
            self.check_key(&prefix, false);
        } else {
            // A value can continue after a space, so a trailing space in a prefix is valid.
            self.check(&name, prefix.trim_end_matches(' '));
        }
        self.add(Condition::StartsWith(name, prefix));
    }

    /// Limits the file size.
    pub(crate) fn content_length(&mut self, range: RangeInclusive<u64>) {
        if range.is_empty() {
            self.refuse(format!("invalid size range: {} to {} bytes", range.start(), range.end()));
        }
        self.add(Condition::ContentLength(range));
    }

    /// The reason why the form is invalid, if any.
    pub(crate) fn checked(&self) -> Result<()> {
        if let Some(why) = &self.refused {
            return Err(Error::new(ErrorKind::InvalidArgument, why.clone()));
        }
        Ok(())
    }

    /// All fields of the form except the file, including the signature.
    ///
    /// # Errors
    /// Fails if they exceed the limit of S3.
    pub(crate) fn sign(
        self,
        scope: &SigningScope,
        time: SigningTime,
        expires_at: SystemTime,
    ) -> Result<Vec<(String, String)>> {
        let credential = format!("{}/{}", scope.credentials.access_key_id(), scope.text);
        let mut signing = vec![
            ("x-amz-algorithm", ALGORITHM),
            ("x-amz-credential", credential.as_str()),
            ("x-amz-date", time.as_str()),
        ];
        if let Some(token) = scope.credentials.session_token() {
            signing.push(("x-amz-security-token", token));
        }
        let policy = STANDARD.encode(self.document(&signing, expires_at));
        let signature = scope.key.sign(policy.as_bytes());
        let mut fields = self.fields;
        fields.push(("key".to_owned(), self.key));
        fields.extend(signing.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        fields.push(("policy".to_owned(), policy));
        fields.push(("x-amz-signature".to_owned(), signature));
        let size: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        if size > MAX_FIELDS {
            let message =
                format!("the form has {size} bytes before the file: S3 accepts at most {MAX_FIELDS}");
            return Err(Error::new(ErrorKind::RequestTooLarge, message));
        }
        Ok(fields)
    }

    fn document(&self, signing: &[(&str, &str)], expires_at: SystemTime) -> String {
        let mut json = String::with_capacity(512);
        json.push_str("{\"expiration\":");
        push_json(&mut json, &to_iso8601(expires_at));
        json.push_str(",\"conditions\":[");
        push_equals(&mut json, "bucket", &self.bucket);
        json.push(',');
        let own = self.key_condition();
        match &own {
            Condition::StartsWith(name, prefix) => push_starts_with(&mut json, name, prefix),
            _ => push_equals(&mut json, "key", &self.key),
        }
        for condition in self.conditions.iter().filter(|condition| **condition != own) {
            json.push(',');
            match condition {
                Condition::Equals(name, value) => push_equals(&mut json, name, value),
                Condition::StartsWith(name, prefix) => push_starts_with(&mut json, name, prefix),
                Condition::ContentLength(range) => {
                    // Writing to a string cannot fail.
                    let _ = write!(json, "[\"content-length-range\",{},{}]", range.start(), range.end());
                }
            }
        }
        for (name, value) in signing {
            json.push(',');
            push_equals(&mut json, name, value);
        }
        json.push_str("]}");
        json
    }

    /// The condition that follows from the form's key.
    fn key_condition(&self) -> Condition {
        match self.key.split_once(FILE_NAME) {
            // S3 inserts the file name before it checks the conditions.
            Some((prefix, _)) => Condition::StartsWith("key".to_owned(), prefix.to_owned()),
            None => Condition::Equals("key".to_owned(), self.key.clone()),
        }
    }

    /// Rejects a condition on the key that no upload with this form could meet.
    fn check_key(&mut self, value: &str, whole: bool) {
        let fits = match self.key.split_once(FILE_NAME) {
            // The file name is unknown.
            Some((prefix, _)) => value.starts_with(prefix) || !whole && prefix.starts_with(value),
            None if whole => self.key == value,
            None => self.key.starts_with(value),
        };
        if !fits {
            let what = if whole { "is" } else { "starts with" };
            self.refuse(format!("the form's key is {:?}, so no key {what} {value:?}", self.key));
        }
    }

    /// A repeated condition is listed once.
    fn add(&mut self, condition: Condition) {
        if !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }

    fn check(&mut self, name: &str, value: &str) {
        if OWN_FIELDS.iter().chain(&OWN_CONDITIONS).any(|own| own.eq_ignore_ascii_case(name)) {
            self.refuse(format!("the field {name:?} is reserved for the signature: remove it"));
        } else if HeaderName::try_from(name).is_err() {
            self.refuse(format!("{name:?} is not a valid field name: S3 converts fields to headers"));
        } else if value.contains(char::is_control) {
            self.refuse(format!("the value of {name} contains a line break or another control character"));
        } else if is_metadata(name) && (value.starts_with(' ') || value.ends_with(' ')) {
            self.refuse(format!("the value of {name} starts or ends with a space, which S3 would strip"));
        }
    }

    fn refuse(&mut self, why: String) {
        self.refused.get_or_insert(why);
    }
}

fn is_metadata(name: &str) -> bool {
    name.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-meta-"))
}

fn push_equals(json: &mut String, name: &str, value: &str) {
    json.push('{');
    push_json(json, name);
    json.push(':');
    push_json(json, value);
    json.push('}');
}

fn push_starts_with(json: &mut String, name: &str, prefix: &str) {
    json.push_str("[\"starts-with\",\"$");
    json.push_str(name);
    json.push_str("\",");
    push_json(json, prefix);
    json.push(']');
}

/// A quoted text. S3 requires escapes for non-ASCII characters and for the dollar sign, which starts the name of a
/// field.
fn push_json(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                json.push('\\');
                json.push(character);
            }
            '$' => json.push_str("\\u0024"),
            ' '..='~' => json.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn policy(key: &str) -> PostPolicy {
        PostPolicy::new("photos".to_owned(), key.to_owned())
    }

    fn document(policy: &PostPolicy) -> String {
        policy
            .document(&[("x-amz-date", "20151229T000000Z")], UNIX_EPOCH + Duration::from_secs(1_451_347_200))
    }

    #[test]
    fn the_policy_lists_each_condition_once() {
        let mut policy = policy("user/${filename}");
        policy.field("acl".into(), "public-read".into());
        policy.equals("acl".into(), "public-read".into());
        policy.starts_with("Content-Type".into(), "image/".into());
        policy.content_length(1..=10);
        policy.checked().unwrap();
        assert_eq!(
            document(&policy),
            "{\"expiration\":\"2015-12-29T00:00:00Z\",\"conditions\":[{\"bucket\":\"photos\"},\
             [\"starts-with\",\"$key\",\"user/\"],{\"acl\":\"public-read\"},\
             [\"starts-with\",\"$Content-Type\",\"image/\"],[\"content-length-range\",1,10],\
             {\"x-amz-date\":\"20151229T000000Z\"}]}"
        );
    }

    #[test]
    fn callers_can_add_conditions_on_the_key() {
        let conditions = |key: &str, set: fn(&mut PostPolicy)| {
            let mut policy = policy(key);
            set(&mut policy);
            policy.checked().unwrap();
            let text = document(&policy);
            let (_, conditions) = text.split_once("{\"bucket\":\"photos\"},").unwrap();
            conditions.split_once(",{\"x-amz-date\"").unwrap().0.to_owned()
        };
        let same = |policy: &mut PostPolicy| policy.starts_with("$key".into(), "user/".into());
        assert_eq!(conditions("user/${filename}", same), r#"["starts-with","$key","user/"]"#);
        assert_eq!(conditions("user/1", same), r#"{"key":"user/1"},["starts-with","$key","user/"]"#);
        let longer = |policy: &mut PostPolicy| policy.starts_with("key".into(), "user/cat".into());
        assert_eq!(
            conditions("user/${filename}", longer),
            r#"["starts-with","$key","user/"],["starts-with","$key","user/cat"]"#
        );
        // The name of the form field has no dollar sign.
        let field = |policy: &mut PostPolicy| policy.field("$acl".into(), "private".into());
        assert_eq!(conditions("k", field), r#"{"key":"k"},{"\u0024acl":"private"}"#);
        let any = |policy: &mut PostPolicy| policy.starts_with("key".into(), String::new());
        assert_eq!(conditions("${filename}", any), r#"["starts-with","$key",""]"#);
        let whole = |policy: &mut PostPolicy| {
            policy.equals("Key".into(), "k".into());
            policy.equals("bucket".into(), "photos".into());
        };
        assert_eq!(conditions("k", whole), r#"{"key":"k"},{"Key":"k"}"#);
    }

    #[test]
    fn any_key_round_trips_through_json() {
        let text = document(&policy("a\"b\\c/é😀$\u{1}\n"));
        assert!(text.contains(r#"{"key":"a\"b\\c/\u00e9\ud83d\ude00\u0024\u0001\u000a"}"#), "{text}");
        assert!(document(&policy("a/${filename}/b")).contains(r#"["starts-with","$key","a/"]"#));
    }

    #[test]
    fn a_metadata_prefix_may_end_with_a_space() {
        let mut policy = policy("k");
        policy.starts_with("x-amz-meta-a".into(), "by ".into());
        policy.checked().unwrap();
        assert!(document(&policy).contains(r#"["starts-with","$x-amz-meta-a","by "]"#));
    }

    #[test]
    fn an_invalid_form_is_an_error_with_the_reason() {
        let check = |change: fn(&mut PostPolicy), word: &str| {
            let mut policy = policy("k");
            change(&mut policy);
            let error = policy.checked().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.message().contains(word), "{error}");
        };
        check(|policy| policy.field("Policy".into(), "x".into()), "reserved for the signature");
        check(|policy| policy.field("key".into(), "k".into()), "reserved for the signature");
        check(|policy| policy.field("bucket".into(), "photos".into()), "reserved for the signature");
        check(|policy| policy.equals("bucket".into(), "other".into()), "reserved for the signature");
        check(|policy| policy.starts_with("bucket".into(), "ph".into()), "reserved for the signature");
        check(|policy| policy.starts_with("x-amz-date".into(), "2".into()), "reserved for the signature");
        check(|policy| policy.starts_with("key".into(), "x".into()), "no key starts with");
        check(|policy| policy.equals("$key".into(), "x".into()), "no key is");
        check(|policy| policy.field("x-amz-meta-a".into(), " v".into()), "space");
        check(|policy| policy.starts_with("x-amz-meta-a".into(), " v".into()), "space");
        check(|policy| policy.field("a b".into(), "x".into()), "headers");
        check(|policy| policy.field("acl".into(), "a\r\nb".into()), "control character");
        check(
            |policy| {
                policy.field("acl".into(), "private".into());
                policy.field("ACL".into(), "private".into());
            },
            "is repeated",
        );
        #[expect(clippy::reversed_empty_ranges, reason = "the empty range is the tested input")]
        check(|policy| policy.content_length(2..=1), "2 to 1");
    }
}
