//! One renewal: as many attempts as the rules allow, within the deadline.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Now};
use crate::endpoint::{Endpoint, Issued};
use crate::rules::Rules;
use crate::{AuthError, Credentials};

/// All that a flight needs.
pub(crate) struct Renewal {
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rules: Rules,
    pub(crate) credentials: Credentials,
    /// How long to wait before the first attempt.
    pub(crate) delay: Duration,
    /// From 0 to 1.
    pub(crate) jitter: fn() -> f64,
}

impl Renewal {
    /// What Chift issued and the moment before it was asked, or why there is nothing.
    pub(crate) async fn run(&self) -> Result<(Issued, Now), AuthError> {
        if !self.delay.is_zero() {
            self.clock.sleep(self.delay).await;
        }
        let deadline = self.clock.now().after(self.rules.deadline);
        let mut attempt = 1;
        loop {
            let asked = self.clock.now();
            let error = match self.endpoint.issue(&self.credentials, left(asked, deadline)).await {
                Ok(issued) => return Ok((issued, asked)),
                Err(error) => error,
            };
            let wait = self.rules.wait((self.jitter)()).max(error.retry_after().unwrap_or_default());
            let last = attempt >= self.rules.attempts || !error.is_transient();
            if last || wait >= left(self.clock.now(), deadline) {
                tracing::debug!(attempt, %error, "token request failed; it is not repeated");
                return Err(error);
            }
            tracing::warn!(attempt, wait_ms = wait.as_millis(), %error, "token request failed; it is repeated");
            self.clock.sleep(wait).await;
            attempt += 1;
        }
    }
}

fn left(now: Now, deadline: Now) -> Duration {
    deadline.monotonic.saturating_duration_since(now.monotonic)
}
