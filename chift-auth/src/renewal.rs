//! One renewal: as many attempts as the rules allow, within the deadline.

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
    /// Returns what Chift issued and the time before it was asked. Calls `on_failed_attempt` after each
    /// attempt that fails.
    pub(crate) async fn run(&self, on_failed_attempt: impl Fn() + Send) -> Result<(Issued, Now), AuthError> {
        if !self.delay.is_zero() {
            self.clock.sleep(self.delay).await;
        }
        let started = self.clock.now();
        let deadline = started.after(self.rules.deadline);
        let mut attempt = 1;
        loop {
            let attempts_left = self.rules.retry.attempts().saturating_sub(attempt) + 1;
            let error = match self.attempt(deadline, attempts_left).await {
                Ok(issued) => return Ok(issued),
                Err(error) => error,
            };
            on_failed_attempt();
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

    async fn attempt(&self, deadline: Now, attempts_left: u32) -> Result<(Issued, Now), AuthError> {
        let asked = self.clock.now();
        let limit = self.rules.attempt_limit(asked.left(deadline), attempts_left);
        let issued = self.endpoint.issue(&self.credentials, limit).await?;
        let end = asked.after(issued.life.min(self.rules.longest_life));
        if self.clock.now().is_before(end) { Ok((issued, asked)) } else { Err(AuthError::ExpiredOnArrival) }
    }
}
