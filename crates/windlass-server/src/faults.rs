//! Faults on demand: which requests they meet, and what they do to them. Everything is
//! deterministic: faults apply in the order in which they were added, as often as they say.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a [`Fault`] does to a request.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// One bit of the answer's body arrives changed.
    CorruptAnswer {
        /// How many bytes of the body come before the changed one. A shorter body comes unchanged.
        at: u64,
    },
    /// One bit of the request's body arrives changed, before anything of it was verified: signatures
    /// and checksums meet the changed byte.
    CorruptUpload {
        /// How many bytes of the content come before the changed one. In an `aws-chunked` body its
        /// frames do not count. A shorter body comes unchanged.
        at: u64,
    },
    /// The answer breaks off after so many bytes of its body: the connection closes.
    CutBody {
        /// How many bytes still come. A shorter body comes whole, and then breaks off.
        after: u64,
    },
    /// The request is answered later, by the server's clock; other faults may meet it as well.
    Delay(Duration),
    /// The answer has status 200 and an error document for a body. Nothing is done.
    ErrorIn200 {
        /// The S3 error code.
        code: &'static str,
    },
    /// There is never an answer: the request is left waiting. Nothing is done.
    Hang,
    /// All is done as asked, and then the connection is reset without an answer.
    LoseAnswer,
    /// The answer is 301 `PermanentRedirect` with `x-amz-bucket-region`. Nothing is done.
    Redirect {
        /// The region to go to.
        region: &'static str,
    },
    /// The connection is reset without an answer. Nothing is done.
    Reset,
    /// The answer stops after so many bytes of its body, and the connection stays open.
    StallBody {
        /// How many bytes still come.
        after: u64,
    },
    /// The answer is an error. Nothing is done.
    Status {
        /// The HTTP status, 300 to 599.
        status: u16,
        /// The S3 error code.
        code: &'static str,
    },
    /// All is done as asked, and then the answer is an error.
    StatusAfter {
        /// The HTTP status, 300 to 599; or 200, for an error document behind a success.
        status: u16,
        /// The S3 error code.
        code: &'static str,
    },
}

/// A rule that breaks matching requests.
///
/// Without limits it meets every request, for ever.
///
/// ```
/// use windlass_server::{Action, Fault};
///
/// // The first two reads below `logs/` are throttled.
/// let fault = Fault::new(Action::Status { status: 503, code: "SlowDown" })
///     .operation("GetObject")
///     .key("logs/*")
///     .times(2);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    action: Action,
    operation: Option<String>,
    key: Option<String>,
    skip: u64,
    times: Option<u64>,
}

impl Fault {
    /// A rule with this action.
    pub fn new(action: Action) -> Self {
        Self { action, operation: None, key: None, skip: 0, times: None }
    }

    /// Only requests for this operation, by its name in the S3 reference: `GetObject`.
    #[must_use]
    pub fn operation(mut self, name: impl Into<String>) -> Self {
        self.operation = Some(name.into());
        self
    }

    /// Only requests whose key matches. `*` stands for any characters, `/` included, and `?` for one.
    #[must_use]
    pub fn key(mut self, pattern: impl Into<String>) -> Self {
        self.key = Some(pattern.into());
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Only this many requests; the rule is gone then.
    #[must_use]
    pub fn times(mut self, requests: u64) -> Self {
        self.times = Some(requests);
        self
    }

    fn matches(&self, operation: &str, key: Option<&str>) -> bool {
        self.operation.as_deref().is_none_or(|wanted| wanted == operation)
            && self.key.as_deref().is_none_or(|pattern| key.is_some_and(|key| is_match(pattern, key)))
    }
}

/// The faults of a server. Clones share them.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    /// Adds a rule behind those that are there.
    pub fn add(&self, fault: Fault) {
        self.rules().push(fault);
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// What happens to a request: all delays that match, then the first other action that does.
    pub(crate) fn meet(&self, operation: &str, key: Option<&str>) -> Vec<Action> {
        let mut rules = self.rules();
        let mut actions = Vec::new();
        for fault in rules.iter_mut().filter(|fault| fault.matches(operation, key)) {
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if fault.times == Some(0) {
                continue;
            }
            fault.times = fault.times.map(|times| times - 1);
            actions.push(fault.action.clone());
            if !matches!(fault.action, Action::Delay(_)) {
                break;
            }
        }
        rules.retain(|fault| fault.times != Some(0));
        actions
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.rules().iter()).finish()
    }
}

/// Compares a text with a pattern of `*` and `?`.
fn is_match(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    // `reached[n]` says whether the pattern so far can match the first n characters.
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for symbol in pattern {
        let mut next = vec![false; reached.len()];
        let mut any = false;
        for (index, place) in next.iter_mut().enumerate() {
            let here = reached.get(index).copied().unwrap_or(false);
            any |= here;
            let before = index.checked_sub(1);
            let from_before = before.and_then(|before| reached.get(before)).copied().unwrap_or(false);
            *place = match symbol {
                '*' => any,
                '?' => from_before,
                _ => from_before && before.and_then(|before| text.get(before)) == Some(&symbol),
            };
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILURE: Action = Action::Status { status: 500, code: "InternalError" };

    #[test]
    fn patterns_match_whole_keys() {
        for (pattern, key) in
            [("a", "a"), ("a*", "a/b"), ("*.txt", "x/y.txt"), ("a?c", "abc"), ("*", ""), ("a*c*", "abcd")]
        {
            assert!(is_match(pattern, key), "{pattern} {key}");
        }
        for (pattern, key) in [("a", "ab"), ("a?", "a"), ("b*", "ab"), ("*x", "xy")] {
            assert!(!is_match(pattern, key), "{pattern} {key}");
        }
    }

    #[test]
    fn rules_meet_what_they_name_as_often_as_they_say() {
        let faults = Faults::default();
        faults.add(Fault::new(FAILURE).operation("GetObject").key("a*").after(1).times(2));
        let met: Vec<usize> = [
            ("GetObject", "ab"),
            ("PutObject", "ab"),
            ("GetObject", "b"),
            ("GetObject", "ab"),
            ("GetObject", "a"),
            ("GetObject", "a"),
        ]
        .into_iter()
        .map(|(operation, key)| faults.meet(operation, Some(key)).len())
        .collect();
        assert_eq!(met, [0, 0, 0, 1, 1, 0]);
        assert!(faults.rules().is_empty());
    }

    #[test]
    fn delays_add_up_to_the_first_other_action() {
        let faults = Faults::default();
        let delay = Action::Delay(Duration::from_secs(1));
        faults.add(Fault::new(delay.clone()));
        faults.add(Fault::new(FAILURE));
        faults.add(Fault::new(Action::Reset));
        assert_eq!(faults.meet("GetObject", None), [delay, FAILURE]);
    }
}
