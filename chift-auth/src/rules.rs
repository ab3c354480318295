//! The settings and constants that decide when tokens are renewed and how long callers wait.

use std::time::Duration;

use chift_api::{Backoff, Moment, RetryPolicy, RetryPolicyBuilder, SettingError};

/// The upper limit of every setting, and of a token's life: a day.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A renewal sends a second request beside one that has had no response for this long.
///
/// A hung request is the only failure that nothing reports. In the soak benchmark, with 15 % of the requests hanging
/// and tokens of 2 s, the second request shortens the time without a valid token from 31.7 s to 12.9 s of 60 s.
pub(crate) const HEDGE_AFTER: Duration = Duration::from_secs(1);

/// The longest `Retry-After` that later callers observe. Longer ones are cut to it.
pub(crate) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);

/// The time from a failed renewal to the next one while there is a valid token.
pub(crate) const EARLY_RETRY: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));

/// The time for which callers get the same error after Chift refused the credentials.
pub(crate) const REJECTION_HOLD: Backoff = Backoff::new(Duration::from_secs(5), Duration::from_secs(60));

/// The longest wait of a caller in the margin phase.
const LONGEST_MARGIN_WAIT: Duration = Duration::from_secs(1);

/// The longest time until a source asks again whether another process has renewed the token.
const LONGEST_DEFERRAL: Duration = Duration::from_secs(1);

/// Callers in the margin phase do not wait for less than this, because timers are accurate to a millisecond or two.
const SHORTEST_MARGIN_WAIT: Duration = Duration::from_millis(5);

/// A renewal that has not ended this long after its deadline is overdue: its runtime must have stalled.
const OVERDUE_GRACE: Duration = Duration::from_secs(1);

/// The settings of a source; [`Builder`](crate::Builder) documents each.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) refresh_ahead: Duration,
    pub(crate) margin: Duration,
    pub(crate) deadline: Duration,
    pub(crate) forced_gap: Duration,
    /// The attempts of one renewal and the pauses between them, within the deadline.
    pub(crate) retry: RetryPolicy,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            refresh_ahead: Duration::from_secs(300),
            margin: Duration::from_secs(30),
            deadline: Duration::from_secs(10),
            forced_gap: Duration::from_secs(10),
            // The values are in range.
            retry: Self::retry().max_elapsed(Duration::from_secs(10)).build().unwrap_or_default(),
        }
    }
}

impl Rules {
    /// The defaults of [`Rules::retry`], except for the deadline.
    pub(crate) fn retry() -> RetryPolicyBuilder {
        RetryPolicy::builder().max_backoff(Duration::from_secs(2))
    }

    /// Returns an error that names the first setting that is out of range.
    pub(crate) fn check(&self) -> Result<(), SettingError> {
        // With zero, a failed renewal would be followed by the next one without a pause.
        let millisecond = Duration::from_millis(1);
        for (setting, value, shortest, longest) in [
            ("refresh_ahead", self.refresh_ahead, Duration::ZERO, LONGEST),
            ("margin", self.margin, Duration::ZERO, self.refresh_ahead),
            ("deadline", self.deadline, millisecond, LONGEST),
            ("forced_gap", self.forced_gap, millisecond, LONGEST),
        ] {
            if !(shortest..=longest).contains(&value) {
                let reason = format!("{value:?} is not from {shortest:?} to {longest:?}");
                return Err(SettingError::new(setting, reason));
            }
        }
        Ok(())
    }

    /// When a renewal that begins now with a pause of `delay` is overdue.
    pub(crate) fn overdue(&self, now: Moment, delay: Duration) -> Moment {
        now.after(delay + self.deadline + OVERDUE_GRACE)
    }

    /// The time limit of one attempt: an equal share of the time that is left, so that an attempt that hangs leaves
    /// time for the others. Attempts that would get no time are not counted.
    pub(crate) fn attempt_limit(&self, left: Duration, attempts_left: u32) -> Duration {
        (2..=attempts_left)
            .rev()
            .map(|attempts| left / attempts)
            .find(|limit| left.saturating_sub(*limit) > self.retry.backoff().pause(1, 1.0))
            .unwrap_or(left)
    }

    /// How long a source with a token that is valid for `left` goes on with it, because another process is renewing it.
    pub(crate) fn deferral(left: Duration, jitter: f64) -> Duration {
        (left / 4).min(LONGEST_DEFERRAL).mul_f64(f64::midpoint(1.0, jitter.clamp(0.0, 1.0)))
    }

    /// How long a caller waits for the renewal of a token that is still valid for `left`. `None` if the token could
    /// expire before the caller wakes.
    pub(crate) fn margin_wait(left: Duration) -> Option<Duration> {
        let wait = (left / 4).min(LONGEST_MARGIN_WAIT);
        (wait >= SHORTEST_MARGIN_WAIT).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        let rules = Rules::default();
        assert!(rules.check().is_ok());
        assert_eq!(Ok(rules.retry), Rules::retry().max_elapsed(rules.deadline).build());
    }

    #[test]
    fn a_hold_doubles_from_5_to_60_seconds() {
        let holds = [1, 2, 3, 4, 5, u32::MAX].map(|count| REJECTION_HOLD.pause(count, 1.0).as_secs());
        assert_eq!(holds, [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn an_attempt_gets_an_equal_share_of_the_time_left() {
        let (rules, ms) = (Rules::default(), Duration::from_millis);
        assert_eq!(rules.attempt_limit(ms(9_000), 3), ms(3_000));
        assert_eq!(rules.attempt_limit(ms(9_000), 1), ms(9_000));
        assert_eq!(rules.attempt_limit(ms(350), 3), ms(350) / 3, "a pause of 200 ms fits into the rest");
        assert_eq!(rules.attempt_limit(ms(150), 3), ms(150), "there is no time for a second attempt");
    }

    #[test]
    fn a_margin_wait_is_a_quarter_of_the_remaining_life_and_at_most_a_second() {
        let ms = Duration::from_millis;
        assert_eq!(Rules::margin_wait(ms(30_000)), Some(ms(1_000)));
        assert_eq!(Rules::margin_wait(ms(2_000)), Some(ms(500)));
        assert_eq!(Rules::margin_wait(ms(19)), None);
    }
}
