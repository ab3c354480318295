//! The thresholds that a token source goes by, and whether they make sense together.

use std::time::Duration;

use crate::AuthError;

/// All thresholds; [`Builder`](crate::Builder) documents each.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) early: Duration,
    pub(crate) margin: Duration,
    pub(crate) longest_life: Duration,
    pub(crate) deadline: Duration,
    pub(crate) attempts: u32,
    pub(crate) shortest_wait: Duration,
    pub(crate) longest_wait: Duration,
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
            attempts: 3,
            shortest_wait: Duration::from_millis(200),
            longest_wait: seconds(2),
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

impl Rules {
    /// Whether a source can work by these rules.
    pub(crate) fn check(&self) -> Result<(), AuthError> {
        let refused = |setting: &'static str, reason: String| Err(AuthError::Setting { setting, reason });
        if !(1..=10).contains(&self.attempts) {
            return refused("attempts", format!("{} is not from 1 to 10", self.attempts));
        }
        let spans = [
            ("early", self.early),
            ("margin", self.margin),
            ("deadline", self.deadline),
            ("retry_wait", self.longest_wait),
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
            ("retry_wait", self.shortest_wait),
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
            ("retry_wait", self.shortest_wait, self.longest_wait),
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

    /// A wait between two attempts; `jitter` is from 0 to 1.
    pub(crate) fn wait(&self, jitter: f64) -> Duration {
        self.shortest_wait + self.longest_wait.saturating_sub(self.shortest_wait).mul_f64(jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_make_sense() {
        assert!(Rules::default().check().is_ok());
    }

    #[test]
    fn a_pause_doubles_to_its_longest() {
        let (shortest, longest) = (Duration::from_secs(5), Duration::from_secs(60));
        let told: Vec<u64> = [1, 2, 3, 4, 5, u32::MAX].map(|n| Rules::doubled(shortest, longest, n).as_secs()).to_vec();
        assert_eq!(told, [5, 10, 20, 40, 60, 60]);
    }
}
