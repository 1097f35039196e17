//! Exponential backoff with full jitter.
//! <https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>

use std::time::Duration;

use crate::error::RetryClass;

/// The retry delays of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The upper bound of the first delay after a transient error. 50 ms by default.
    pub transient_base: Duration,
    /// The upper bound of the first delay after throttling. 1 s by default.
    pub throttling_base: Duration,
    /// The upper bound of every delay. 20 s by default.
    pub longest: Duration,
}

/// The delay that the service requested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetryAfter {
    /// `x-amz-retry-after`, in milliseconds on the wire. It extends the client's own delay by at most 5 s.
    pub amz: Option<Duration>,
    /// `Retry-After`, in seconds on the wire. Capped at [`Backoff::longest`].
    pub http: Option<Duration>,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            transient_base: Duration::from_millis(50),
            throttling_base: Duration::from_secs(1),
            longest: Duration::from_secs(20),
        }
    }
}

impl Backoff {
    /// Returns the delay before the next attempt after `failures` failed ones. `randomness` is from 0 to 1.
    pub fn delay(&self, class: RetryClass, failures: u32, randomness: f64, asked: RetryAfter) -> Duration {
        let base = match class {
            RetryClass::Throttling => self.throttling_base,
            RetryClass::Transient => self.transient_base,
        };
        let doubled =
            2_u32.checked_pow(failures.saturating_sub(1)).and_then(|factor| base.checked_mul(factor));
        let longest = doubled.unwrap_or(self.longest).min(self.longest);
        let share = if randomness.is_finite() { randomness.clamp(0.0, 1.0) } else { 1.0 };
        // `Duration::MAX` overflows in the conversion to f64 and back.
        let own = Duration::try_from_secs_f64(longest.as_secs_f64() * share).unwrap_or(longest);
        if let Some(amz) = asked.amz {
            return amz.clamp(own, own.saturating_add(MAX_EXTENSION));
        }
        asked.http.map_or(own, |http| http.min(self.longest).max(own))
    }
}

const MAX_EXTENSION: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use RetryClass::{Throttling, Transient};

    fn millis(class: RetryClass, failures: u32, randomness: f64, asked: RetryAfter) -> u128 {
        Backoff::default().delay(class, failures, randomness, asked).as_millis()
    }

    #[test]
    fn delays_double_up_to_the_longest() {
        let none = RetryAfter::default();
        assert_eq!(millis(Transient, 1, 1.0, none), 50);
        assert_eq!(millis(Transient, 4, 0.5, none), 200);
        assert_eq!(millis(Throttling, 1, 1.0, none), 1000);
        assert_eq!(millis(Throttling, 9, 1.0, none), 20_000);
        assert_eq!(millis(Transient, u32::MAX, 1.0, none), 20_000);
        assert_eq!(millis(Transient, 3, 0.0, none), 0);
    }

    #[test]
    fn no_duration_panics() {
        let times = [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(u64::MAX), Duration::MAX];
        for base in times {
            for longest in times {
                let backoff = Backoff { transient_base: base, throttling_base: base, longest };
                for asked in times.map(Some).into_iter().chain([None]) {
                    for (failures, randomness) in [(1, 1.0), (u32::MAX, 0.999), (2, f64::NAN), (0, 0.0)] {
                        let asked = RetryAfter { amz: asked, http: asked };
                        backoff.delay(Transient, failures, randomness, asked);
                        backoff.delay(Throttling, failures, randomness, RetryAfter { amz: None, ..asked });
                    }
                }
            }
        }
        let backoff = Backoff { longest: Duration::MAX, transient_base: Duration::MAX, ..Backoff::default() };
        assert_eq!(backoff.delay(Transient, 1, 1.0, RetryAfter::default()), Duration::MAX);
    }

    #[test]
    fn delays_from_the_service_are_bounded() {
        let amz = |millis| RetryAfter { amz: Some(Duration::from_millis(millis)), http: None };
        assert_eq!(millis(Transient, 1, 1.0, amz(10)), 50);
        assert_eq!(millis(Transient, 1, 1.0, amz(3000)), 3000);
        assert_eq!(millis(Transient, 1, 1.0, amz(10_000)), 5050);
        let http = |seconds| RetryAfter { amz: None, http: Some(Duration::from_secs(seconds)) };
        assert_eq!(millis(Throttling, 1, 1.0, http(7)), 7000);
        assert_eq!(millis(Throttling, 1, 1.0, http(3600)), 20_000);
    }
}
