//! Fault injection: rules that select requests, and the faults that they cause. Rules are deterministic: they
//! apply in the order in which they were added, as often as they say.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The effect of a [`Fault`] on a request.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Flips one bit of the response body.
    CorruptAnswer {
        /// The offset of the changed byte. A shorter body is unchanged.
        at: u64,
    },
    /// Flips one bit of the request body before it is verified: signatures and checksums see the changed
    /// byte.
    CorruptUpload {
        /// The offset of the changed byte within the content, without the framing of an `aws-chunked` body. A
        /// shorter body is unchanged.
        at: u64,
    },
    /// Truncates the response body and closes the connection.
    CutBody {
        /// The number of bytes to send. A shorter body is sent in full before the connection closes.
        after: u64,
    },
    /// Delays the response by the server's clock. Further faults can apply to the same request.
    Delay(Duration),
    /// Responds with status 200 and an error document. The operation is not executed.
    ErrorIn200 {
        /// The S3 error code.
        code: &'static str,
    },
    /// Never responds and keeps the request open. The operation is not executed.
    Hang,
    /// Executes the operation, then resets the connection without a response.
    LoseAnswer,
    /// Responds with 301 `PermanentRedirect` and `x-amz-bucket-region`. The operation is not executed.
    Redirect {
        /// The region in the response.
        region: &'static str,
    },
    /// Resets the connection without a response. The operation is not executed.
    Reset,
    /// Stops sending the response body and keeps the connection open.
    StallBody {
        /// The number of bytes to send.
        after: u64,
    },
    /// Responds with an error. The operation is not executed.
    Status {
        /// The HTTP status, 300 to 599.
        status: u16,
        /// The S3 error code.
        code: &'static str,
    },
    /// Executes the operation, then responds with an error.
    StatusAfter {
        /// The HTTP status, 300 to 599, or 200 for an error document with a success status.
        status: u16,
        /// The S3 error code.
        code: &'static str,
    },
}

/// A rule that injects a fault into matching requests.
///
/// By default it applies to every request, without end.
///
/// ```
/// use windlass_server::{Action, Fault};
///
/// // Throttle the first two reads below `logs/`.
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
    /// Creates a rule with this action.
    pub fn new(action: Action) -> Self {
        Self { action, operation: None, key: None, skip: 0, times: None }
    }

    /// Matches only this operation, by its name in the S3 reference: `GetObject`.
    #[must_use]
    pub fn operation(mut self, name: impl Into<String>) -> Self {
        self.operation = Some(name.into());
        self
    }

    /// Matches only keys of this pattern. `*` matches any characters, including `/`; `?` matches one
    /// character.
    #[must_use]
    pub fn key(mut self, pattern: impl Into<String>) -> Self {
        self.key = Some(pattern.into());
        self
    }

    /// Skips this many matching requests first.
    #[must_use]
    pub fn after(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Applies to this many requests; then the rule is removed.
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

/// The fault rules of a server. Clones share them.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    /// Appends a rule.
    pub fn add(&self, fault: Fault) {
        self.rules().push(fault);
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// Returns the actions for a request: all matching delays, then the first other matching action.
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

/// Matches text against a pattern of `*` and `?`.
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
    fn a_pattern_matches_whole_keys() {
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
    fn rules_apply_to_matching_requests_as_often_as_they_say() {
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
    fn delays_accumulate_until_the_first_other_action() {
        let faults = Faults::default();
        let delay = Action::Delay(Duration::from_secs(1));
        faults.add(Fault::new(delay.clone()));
        faults.add(Fault::new(FAILURE));
        faults.add(Fault::new(Action::Reset));
        assert_eq!(faults.meet("GetObject", None), [delay, FAILURE]);
    }
}
