//! The policy of a browser upload form: what S3 lets somebody post who has no key.
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

/// What may be posted, as far as it was said.
#[derive(Clone)]
pub(crate) struct PostPolicy {
    pub(crate) bucket: String,
    /// The key, or what it begins with before `${filename}`.
    pub(crate) key: String,
    /// Fields that the form holds, in their order.
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

/// What a browser puts the name of the chosen file in place of.
const FILE_NAME: &str = "${filename}";

/// What S3 takes of a form before the file.
const MAX_FIELDS: usize = 20 * 1024;

/// Fields that are made here.
const OWN_FIELDS: [&str; 7] = [
    "file",
    "policy",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-signature",
];

/// Fields that are made here, on which the author may set conditions beside those that follow from the form.
const OWN_CONDITIONS: [&str; 2] = ["bucket", "key"];

/// Policies name fields with a dollar, and so do those who write conditions as they stand there.
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

    /// Puts a field into the form, which has to come back as it is.
    pub(crate) fn field(&mut self, name: String, value: String) {
        if OWN_CONDITIONS.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
            self.refuse(format!("the field {name:?} is made by signing"));
        }
        if self.fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            self.refuse(format!("there is more than one field {name:?}"));
        }
        self.check(&name, &value);
        self.add(Condition::Equals(name.clone(), value.clone()));
        self.fields.push((name, value));
    }

    /// Wants a field that the form's author adds to have this value.
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

    /// Wants a field that the form's author adds to begin like this.
    pub(crate) fn starts_with(&mut self, name: String, prefix: String) {
        let name = without_dollar(name);
        if name.eq_ignore_ascii_case("key") {
            self.check_key(&prefix, false);
        } else {
            // The rest of the value can follow a blank, so one at the end of the prefix is no loss.
            self.check(&name, prefix.trim_end_matches(' '));
        }
        self.add(Condition::StartsWith(name, prefix));
    }

    /// Wants the file to be of a size.
    pub(crate) fn content_length(&mut self, range: RangeInclusive<u64>) {
        if range.is_empty() {
            self.refuse(format!("no file has a size of {} to {} bytes", range.start(), range.end()));
        }
        self.add(Condition::ContentLength(range));
    }

    /// The reason for which there is no such form, if there is one.
    pub(crate) fn checked(&self) -> Result<()> {
        if let Some(why) = &self.refused {
            return Err(Error::new(ErrorKind::InvalidArgument, why.clone()));
        }
        Ok(())
    }

    /// All fields of the form, the file's apart: what was said, and the signature.
    ///
    /// # Errors
    /// They are more than S3 takes.
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
            let message = format!("the form has {size} bytes before the file: S3 takes at most {MAX_FIELDS}");
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

    /// What the form's own key asks for.
    fn key_condition(&self) -> Condition {
        match self.key.split_once(FILE_NAME) {
            // S3 puts the name in before it looks at the conditions.
            Some((prefix, _)) => Condition::StartsWith("key".to_owned(), prefix.to_owned()),
            None => Condition::Equals("key".to_owned(), self.key.clone()),
        }
    }

    /// Refuses a condition on the key that no upload with this form could meet.
    fn check_key(&mut self, value: &str, whole: bool) {
        let fits = match self.key.split_once(FILE_NAME) {
            // What the name of the file will be is not known.
            Some((prefix, _)) => value.starts_with(prefix) || !whole && prefix.starts_with(value),
            None if whole => self.key == value,
            None => self.key.starts_with(value),
        };
        if !fits {
            let what = if whole { "is" } else { "begins with" };
            self.refuse(format!("the form's key is {:?}, so no key {what} {value:?}", self.key));
        }
    }

    /// A condition that is said twice stands there once.
    fn add(&mut self, condition: Condition) {
        if !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }

    fn check(&mut self, name: &str, value: &str) {
        if OWN_FIELDS.iter().chain(&OWN_CONDITIONS).any(|own| own.eq_ignore_ascii_case(name)) {
            self.refuse(format!("the field {name:?} is made by signing"));
        } else if HeaderName::try_from(name).is_err() {
            self.refuse(format!("{name:?} cannot be a field: S3 makes headers of them"));
        } else if value.contains(char::is_control) {
            self.refuse(format!("the value of {name} holds a line break or another control character"));
        } else if is_metadata(name) && (value.starts_with(' ') || value.ends_with(' ')) {
            self.refuse(format!("the value of {name} begins or ends with a blank, which S3 does not keep"));
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

/// A text in quotes. S3 wants all but ASCII escaped, and the dollar too, which begins the name of a field.
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
    fn what_was_said_stands_in_the_policy_once() {
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
    fn the_author_sets_conditions_on_the_key() {
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
        // A field is named as it stands in the form, where no dollar belongs to a condition.
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
    fn any_key_survives_as_json() {
        let text = document(&policy("a\"b\\c/é😀$\u{1}\n"));
        assert!(text.contains(r#"{"key":"a\"b\\c/\u00e9\ud83d\ude00\u0024\u0001\u000a"}"#), "{text}");
        assert!(document(&policy("a/${filename}/b")).contains(r#"["starts-with","$key","a/"]"#));
    }

    #[test]
    fn the_prefix_of_a_metadata_value_may_end_with_a_blank() {
        let mut policy = policy("k");
        policy.starts_with("x-amz-meta-a".into(), "by ".into());
        policy.checked().unwrap();
        assert!(document(&policy).contains(r#"["starts-with","$x-amz-meta-a","by "]"#));
    }

    #[test]
    fn what_cannot_be_a_form_says_why() {
        let check = |change: fn(&mut PostPolicy), word: &str| {
            let mut policy = policy("k");
            change(&mut policy);
            let error = policy.checked().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.message().contains(word), "{error}");
        };
        check(|policy| policy.field("Policy".into(), "x".into()), "made by signing");
        check(|policy| policy.field("key".into(), "k".into()), "made by signing");
        check(|policy| policy.field("bucket".into(), "photos".into()), "made by signing");
        check(|policy| policy.equals("bucket".into(), "other".into()), "made by signing");
        check(|policy| policy.starts_with("bucket".into(), "ph".into()), "made by signing");
        check(|policy| policy.starts_with("x-amz-date".into(), "2".into()), "made by signing");
        check(|policy| policy.starts_with("key".into(), "x".into()), "no key begins with");
        check(|policy| policy.equals("$key".into(), "x".into()), "no key is");
        check(|policy| policy.field("x-amz-meta-a".into(), " v".into()), "blank");
        check(|policy| policy.starts_with("x-amz-meta-a".into(), " v".into()), "blank");
        check(|policy| policy.field("a b".into(), "x".into()), "headers");
        check(|policy| policy.field("acl".into(), "a\r\nb".into()), "control character");
        check(
            |policy| {
                policy.field("acl".into(), "private".into());
                policy.field("ACL".into(), "private".into());
            },
            "more than one",
        );
        #[expect(clippy::reversed_empty_ranges, reason = "it is what is refused")]
        check(|policy| policy.content_length(2..=1), "2 to 1");
    }
}
