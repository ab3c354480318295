//! One renewal: as many attempts as the rules allow, within the deadline.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Now};
use crate::endpoint::{Endpoint, Issued};
use crate::rules::Rules;
use crate::{AuthError, Credentials};

/// Everything that a renewal needs.
pub(crate) struct Renewal {
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rules: Rules,
    pub(crate) credentials: Credentials,
    /// The pause before the first attempt.
    pub(crate) delay: Duration,
    /// From 0 to 1.
    pub(crate) jitter: fn() -> f64,
}

impl Renewal {
    /// Returns what Chift issued and the time before it was asked. Calls `on_first_request` before it sends anything.
    pub(crate) async fn run(&self, on_first_request: impl FnOnce() + Send) -> Result<(Issued, Now), AuthError> {
        if !self.delay.is_zero() {
            self.clock.sleep(self.delay).await;
        }
        on_first_request();
        let started = self.clock.now();
        let deadline = started.after(self.rules.deadline);
        let mut attempt = 1;
        loop {
            let attempts_left = self.rules.retry.attempts().saturating_sub(attempt) + 1;
            let (result, requests) = self.hedged(deadline, attempts_left).await;
            let error = match result {
                Ok(issued) => return Ok(issued),
                Err(error) => error,
            };
            // A hedge counts among the attempts.
            attempt += requests - 1;
            let elapsed = started.left(self.clock.now());
            let wait = self.rules.retry.next_wait(attempt, error.retry_after(), elapsed, (self.jitter)());
            let Some(wait) = wait.filter(|_| error.is_repeatable()) else {
                tracing::debug!(attempt, %error, "token request failed; it is not repeated");
                return Err(error);
            };
            tracing::warn!(attempt, wait_ms = wait.as_millis(), %error, "token request failed; it is repeated");
            self.clock.sleep(wait).await;
            attempt += 1;
        }
    }

    /// One attempt, and another one beside it if the first has not ended after a while; returns the first token, and
    /// how many requests were sent.
    ///
    /// A hung response is the only failure that does not announce itself. In the soak bench, with 15 % of hangs and
    /// tokens of 2 s, the second request takes the time without service from 31.7 s to 12.9 s of 60 s.
    async fn hedged(&self, deadline: Now, attempts_left: u32) -> (Result<(Issued, Now), AuthError>, u32) {
        let mut first = pin!(self.attempt(deadline, attempts_left));
        if attempts_left > 1 {
            tokio::select! {
                biased;
                result = &mut first => return (result, 1),
                () = self.clock.timeout(self.rules.hedge_after) => {}
            }
            tracing::debug!("no response to a token request yet; another one is sent beside it");
            let mut second = pin!(self.attempt(deadline, attempts_left - 1));
            let (earlier, is_first) = tokio::select! {
                biased;
                result = &mut first => (result, true),
                result = &mut second => (result, false),
            };
            let result = match earlier {
                Err(error) if error.is_repeatable() && is_first => second.await,
                Err(error) if error.is_repeatable() => first.await,
                decided => decided,
            };
            return (result, 2);
        }
        (first.await, 1)
    }

    async fn attempt(&self, deadline: Now, attempts_left: u32) -> Result<(Issued, Now), AuthError> {
        let asked = self.clock.now();
        let limit = self.rules.attempt_limit(asked.left(deadline), attempts_left);
        let issued = self.endpoint.issue(&self.credentials, limit).await?;
        let end = asked.after(issued.life.min(self.rules.longest_life));
        if self.clock.now().is_before(end) { Ok((issued, asked)) } else { Err(AuthError::ExpiredOnArrival) }
    }
}
