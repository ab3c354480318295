//! When a failed request is sent again: the policy, for calls and for token requests alike.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Request, Response};

use super::context::IDEMPOTENCY_KEY;
use super::error::CallError;
use super::runtime::ClientInfo as _;
use crate::{Client, retry_after};

/// A policy of sending failed requests again; for [`Client::retrying`].
///
/// A call is sent again if that does no harm: if its method is safe (`GET`), or if it carries an
/// [idempotency key](crate::Context::idempotency_key). The reason must be a passing one: the server was not
/// reached, the connection broke or the time was over before the response began, or the status is 408, 429, 502, 503
/// or 504. (Token requests are repeated for the same reasons, and for status 500, since they change nothing.) A
/// body that is a stream is never sent twice, and a response that has begun is never asked for again.
///
/// With an idempotency key, a request that was carried out though its response was lost gets a 409 when it
/// is sent again: then the error is a [`repeat`](crate::ChiftError::repeat), and the request is done.
///
/// The wait before the second attempt is at random between half of
/// [`initial_backoff`](RetryPolicyBuilder::initial_backoff) and the whole; it doubles from attempt to attempt, up to
/// [`max_backoff`](RetryPolicyBuilder::max_backoff). A `Retry-After` makes it as long as the server asks. Where
/// [`max_elapsed`](RetryPolicyBuilder::max_elapsed) does not allow for the wait, the failure is returned.
///
/// All repeats of a client, its clones and its views draw on one budget, so that an outage of the server is not met
/// by a multiple of the traffic: it allows for 100 repeats, after that for one in five successful calls. An empty
/// budget means that calls are sent once.
///
/// ```
/// use chift_api::{Client, Context, DEFAULT_BASE_URL, RetryPolicy, Session};
/// use std::time::Duration;
///
/// let policy = RetryPolicy::builder().attempts(5).max_elapsed(Duration::from_secs(20)).build()?;
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?
///     .with(&Context::new().key_for_each_call())
///     .retrying(policy);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    attempts: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
    max_elapsed: Duration,
}

impl RetryPolicy {
    /// Three attempts, 200 ms to 5 s apart, within 30 s.
    pub const fn new() -> Self {
        Self {
            attempts: 3,
            initial_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(5),
            max_elapsed: Duration::from_secs(30),
        }
    }

    /// A policy with settings of its own; what is not set is as in [`new`](Self::new).
    pub const fn builder() -> RetryPolicyBuilder {
        RetryPolicyBuilder(Self::new())
    }

    /// How many times a request is sent at most, the first time included.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The wait after the `failures`th failure in a row, from 1. `jitter` is from 0 to 1.
    pub fn backoff(&self, failures: u32, jitter: f64) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let longest = self.initial_backoff.saturating_mul(doubled).min(self.max_backoff);
        longest.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }

    /// The wait before the next attempt; `None` when there is none. `attempt` is the number of the one that failed,
    /// from 1; `asked` is what the server asks for by `Retry-After`; `elapsed` is the time since the first attempt
    /// began; `jitter` is from 0 to 1.
    pub fn next_wait(&self, attempt: u32, asked: Option<Duration>, elapsed: Duration, jitter: f64) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let wait = self.backoff(attempt, jitter).max(asked.unwrap_or_default());
        (elapsed.checked_add(wait)? <= self.max_elapsed).then_some(wait)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// The settings of a [`RetryPolicy`]; made by [`RetryPolicy::builder`].
///
/// ```
/// use chift_api::RetryPolicy;
/// let error = RetryPolicy::builder().attempts(11).build().unwrap_err();
/// assert_eq!(error.to_string(), "invalid setting `attempts`: 11 is not from 1 to 10");
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct RetryPolicyBuilder(RetryPolicy);

/// No wait of a policy is longer than this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl RetryPolicyBuilder {
    /// How many times a request is sent at most, the first time included: from 1 to 10. Default: 3.
    pub fn attempts(mut self, count: u32) -> Self {
        self.0.attempts = count;
        self
    }

    /// The longest wait before the second attempt, from 1 ms. Default: 200 ms.
    pub fn initial_backoff(mut self, wait: Duration) -> Self {
        self.0.initial_backoff = wait;
        self
    }

    /// The longest wait before any attempt, unless the server asks for a longer one; not shorter than
    /// [`initial_backoff`](Self::initial_backoff). Default: 5 s.
    pub fn max_backoff(mut self, wait: Duration) -> Self {
        self.0.max_backoff = wait;
        self
    }

    /// How much time may pass from the beginning of a call to the beginning of its last attempt, at most a day.
    /// Default: 30 s.
    pub fn max_elapsed(mut self, time: Duration) -> Self {
        self.0.max_elapsed = time;
        self
    }

    /// The policy.
    ///
    /// # Errors
    ///
    /// When a setting is out of its range; the error names it.
    pub fn build(self) -> Result<RetryPolicy, RetryPolicyError> {
        let policy = self.0;
        let refused = |setting: &'static str, reason: String| Err(RetryPolicyError { setting, reason });
        if !(1..=10).contains(&policy.attempts) {
            return refused("attempts", format!("{} is not from 1 to 10", policy.attempts));
        }
        if policy.initial_backoff < Duration::from_millis(1) {
            return refused("initial_backoff", format!("{:?} is shorter than a millisecond", policy.initial_backoff));
        }
        if policy.max_backoff < policy.initial_backoff {
            let (longest, first) = (policy.max_backoff, policy.initial_backoff);
            return refused("max_backoff", format!("{longest:?} is shorter than the initial backoff of {first:?}"));
        }
        for (setting, time) in [("max_backoff", policy.max_backoff), ("max_elapsed", policy.max_elapsed)] {
            if time > LONGEST {
                return refused(setting, format!("{time:?} is longer than a day"));
            }
        }
        Ok(policy)
    }
}

/// A setting of a [`RetryPolicy`] is out of its range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicyError {
    setting: &'static str,
    reason: String,
}

impl RetryPolicyError {
    /// The builder's method.
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// What is wrong with the value.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for RetryPolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid setting `{}`: {}", self.setting, self.reason)
    }
}

impl std::error::Error for RetryPolicyError {}

/// Whether it does no harm to send a request twice.
pub(crate) fn is_repeatable(request: &Request) -> bool {
    request.method().is_safe() || request.headers().contains_key(IDEMPOTENCY_KEY)
}

/// Whether a failure with that status can pass, whatever the request. A 500 can be the fault of the request itself.
pub fn is_passing_status(status: u16) -> bool {
    matches!(status, 408 | 429 | 502..=504)
}

/// Whether a failure can pass, and how long the server asks to be left alone.
#[allow(clippy::option_option)]
pub(crate) fn passing(result: &Result<Response, CallError>) -> Option<Option<Duration>> {
    match result {
        Ok(response) => is_passing_status(response.status().as_u16()).then(|| retry_after(response.headers())),
        Err(CallError::Transport(_)) => Some(None),
        // A token source has tried often enough by itself.
        Err(_) => None,
    }
}

impl Client {
    /// A view of this client that sends failed calls again; without a policy, a call is sent once. (A call
    /// whose token was refused is sent once more in any case, and that is no attempt.) This client is unchanged;
    /// the policy of the view is `policy` alone. The budget of repeats is shared.
    #[must_use]
    pub fn retrying(&self, policy: RetryPolicy) -> Self {
        let session = self.inner().clone().with_retry(Arc::new(policy));
        Self::new_with_client(self.baseurl(), self.client().clone(), session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TransportError;

    const MS: Duration = Duration::from_millis(1);

    fn policy(set: impl FnOnce(RetryPolicyBuilder) -> RetryPolicyBuilder) -> RetryPolicy {
        set(RetryPolicy::builder().initial_backoff(100 * MS)).build().unwrap()
    }

    #[test]
    fn waits_double_within_their_bounds() {
        let policy = policy(|it| it.attempts(10).max_backoff(500 * MS));
        let waits = |jitter| [1, 2, 3, 4, 9].map(|attempt| policy.next_wait(attempt, None, MS, jitter).unwrap());
        assert_eq!(waits(1.0), [100 * MS, 200 * MS, 400 * MS, 500 * MS, 500 * MS]);
        assert_eq!(waits(0.0), [50 * MS, 100 * MS, 200 * MS, 250 * MS, 250 * MS]);
        assert_eq!(policy.next_wait(10, None, MS, 0.0), None);
        assert_eq!(policy.backoff(u32::MAX, 1.0), 500 * MS);
    }

    #[test]
    fn the_server_may_ask_for_a_longer_wait_and_not_for_a_shorter_one() {
        let policy = policy(|it| it);
        assert_eq!(policy.next_wait(1, Some(7000 * MS), MS, 0.5), Some(7000 * MS));
        assert_eq!(policy.next_wait(1, Some(Duration::ZERO), MS, 1.0), Some(100 * MS));
    }

    #[test]
    fn no_wait_goes_beyond_the_elapsed_time() {
        let policy = policy(|it| it.max_elapsed(1000 * MS));
        assert_eq!(policy.next_wait(1, None, 900 * MS, 1.0), Some(100 * MS));
        assert_eq!(policy.next_wait(1, None, 901 * MS, 1.0), None);
        assert_eq!(policy.next_wait(1, Some(1001 * MS), Duration::ZERO, 1.0), None);
        assert_eq!(policy.next_wait(1, Some(Duration::MAX), MS, 1.0), None);
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        for (builder, expected) in [
            (RetryPolicy::builder().attempts(0), "attempts"),
            (RetryPolicy::builder().attempts(11), "attempts"),
            (RetryPolicy::builder().initial_backoff(Duration::ZERO), "initial_backoff"),
            (RetryPolicy::builder().max_backoff(199 * MS), "max_backoff"),
            (RetryPolicy::builder().max_backoff(Duration::MAX), "max_backoff"),
            (RetryPolicy::builder().max_elapsed(Duration::MAX), "max_elapsed"),
        ] {
            assert_eq!(builder.build().unwrap_err().setting(), expected);
        }
        assert_eq!(RetryPolicy::builder().build(), Ok(RetryPolicy::new()));
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        let response = |status: u16| {
            Ok(Response::from(http::Response::builder().status(status).header("retry-after", "3").body("").unwrap()))
        };
        for status in [408, 429, 502, 503, 504] {
            assert_eq!(passing(&response(status)), Some(Some(Duration::from_secs(3))), "{status}");
        }
        for status in [200, 301, 400, 401, 403, 404, 409, 422, 500, 501] {
            assert_eq!(passing(&response(status)), None, "{status}");
        }
        assert_eq!(passing(&Err(CallError::Transport(TransportError::timed_out()))), Some(None));
    }
}
