//! The limits, pauses and phases of a token source, and whether they fit together.

use std::time::Duration;

use chift_api::{RetryPolicy, RetryPolicyBuilder};

use crate::AuthError;
use crate::clock::Now;

/// All thresholds; [`Builder`](crate::Builder) documents each.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) early: Duration,
    pub(crate) margin: Duration,
    pub(crate) longest_life: Duration,
    pub(crate) deadline: Duration,
    /// After this, a second request is sent beside one that has no response.
    pub(crate) hedge_after: Duration,
    /// Attempts and the pauses between them; its time is the deadline.
    pub(crate) retry: RetryPolicy,
    pub(crate) longest_pause: Duration,
    pub(crate) shortest_retry: Duration,
    pub(crate) longest_retry: Duration,
    pub(crate) shortest_hold: Duration,
    pub(crate) longest_hold: Duration,
    pub(crate) forced_gap: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            early: seconds(300),
            margin: seconds(30),
            longest_life: seconds(24 * 60 * 60),
            deadline: seconds(10),
            hedge_after: seconds(1),
            // These are within their ranges.
            retry: Self::retry().max_elapsed(seconds(10)).build().unwrap_or_default(),
            longest_pause: seconds(5 * 60),
            shortest_retry: seconds(1),
            longest_retry: seconds(30),
            shortest_hold: seconds(5),
            longest_hold: seconds(60),
            forced_gap: seconds(10),
        }
    }
}

/// No threshold is longer than this: a day.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// In the margin phase a caller waits no longer than this.
const LONGEST_MARGIN_WAIT: Duration = Duration::from_secs(1);

/// A shorter wait is not worth it: timers are accurate to a millisecond or two.
const SHORTEST_MARGIN_WAIT: Duration = Duration::from_millis(5);

/// A renewal that is still under way this long after its deadline is overdue: its runtime must have stalled.
const OVERDUE_GRACE: Duration = Duration::from_secs(1);

impl Rules {
    /// The default of everything in [`Rules::retry`] but its time.
    pub(crate) fn retry() -> RetryPolicyBuilder {
        RetryPolicy::builder().max_backoff(Duration::from_secs(2))
    }

    /// When a renewal that begins now, with a pause of `delay` first, is overdue.
    pub(crate) fn overdue(&self, now: Now, delay: Duration) -> Now {
        now.after(delay + self.deadline + OVERDUE_GRACE)
    }

    /// Checks that these rules are valid together.
    pub(crate) fn check(&self) -> Result<(), AuthError> {
        let refused = |setting: &'static str, reason: String| Err(AuthError::Setting { setting, reason });
        let spans = [
            ("early", self.early),
            ("margin", self.margin),
            ("deadline", self.deadline),
            ("hedge_after", self.hedge_after),
            ("longest_pause", self.longest_pause),
            ("early_retry", self.longest_retry),
            ("rejection_hold", self.longest_hold),
            ("forced_gap", self.forced_gap),
        ];
        for (setting, span) in spans {
            if span > LONGEST {
                return refused(setting, format!("{span:?} is longer than a day"));
            }
        }
        // At zero, a failure would be followed by the next attempt without any pause.
        let pauses = [
            ("deadline", self.deadline),
            ("hedge_after", self.hedge_after),
            ("early_retry", self.shortest_retry),
            ("rejection_hold", self.shortest_hold),
            ("forced_gap", self.forced_gap),
        ];
        for (setting, span) in pauses {
            if span < Duration::from_millis(1) {
                return refused(setting, format!("{span:?} is shorter than a millisecond"));
            }
        }
        let ranges = [
            ("early_retry", self.shortest_retry, self.longest_retry),
            ("rejection_hold", self.shortest_hold, self.longest_hold),
        ];
        for (setting, shortest, longest) in ranges {
            if shortest > longest {
                return refused(
                    setting,
                    format!("the shortest, {shortest:?}, is longer than the longest, {longest:?}"),
                );
            }
        }
        if self.margin > self.early {
            let (margin, early) = (self.margin, self.early);
            return refused(
                "margin",
                format!("{margin:?} is longer than the early phase of {early:?}, which comes before it"),
            );
        }
        Ok(())
    }

    /// The pause after the `count`th failure in a row (from 1): doubling from `shortest` to `longest`.
    pub(crate) fn doubled(shortest: Duration, longest: Duration, count: u32) -> Duration {
        let factor = 2_u32.saturating_pow(count.saturating_sub(1).min(31));
        shortest.saturating_mul(factor).min(longest)
    }

    /// The limit of one attempt: an equal share of the time `left`, so that an attempt that hangs leaves time
    /// for the others. Attempts for which no time would be left do not count.
    pub(crate) fn attempt_limit(&self, left: Duration, attempts_left: u32) -> Duration {
        (2..=attempts_left)
            .rev()
            .map(|attempts| left / attempts)
            .find(|limit| left.saturating_sub(*limit) > self.retry.backoff(1, 1.0))
            .unwrap_or(left)
    }

    /// How long a caller waits for the renewal of a token that is still valid for `left`. `None` if that is
    /// so short that the token could expire before the caller wakes.
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
    fn a_pause_doubles_to_its_longest() {
        let (shortest, longest) = (Duration::from_secs(5), Duration::from_secs(60));
        let pauses: Vec<u64> =
            [1, 2, 3, 4, 5, u32::MAX].map(|n| Rules::doubled(shortest, longest, n).as_secs()).to_vec();
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn an_attempt_gets_an_equal_share_of_the_time_left() {
        let (rules, ms) = (Rules::default(), Duration::from_millis);
        assert_eq!(rules.attempt_limit(ms(9_000), 3), ms(3_000));
        assert_eq!(rules.attempt_limit(ms(9_000), 1), ms(9_000));
        assert_eq!(rules.attempt_limit(ms(350), 3), ms(350) / 3, "200 ms of pause fit into the rest");
        assert_eq!(rules.attempt_limit(ms(150), 3), ms(150), "no second attempt would follow");
    }

    #[test]
    fn in_the_margin_phase_the_wait_is_a_quarter_of_what_is_left_and_at_most_a_second() {
        let ms = Duration::from_millis;
        assert_eq!(Rules::margin_wait(ms(30_000)), Some(ms(1_000)));
        assert_eq!(Rules::margin_wait(ms(2_000)), Some(ms(500)));
        assert_eq!(Rules::margin_wait(ms(19)), None);
    }
}
