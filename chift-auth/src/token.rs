//! An access token and the phases of its life.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chift_api::{Bearer, Secret};
use chrono::{DateTime, Utc};

use crate::clock::Now;
use crate::rules::Rules;

/// A token that was valid when it was handed out. Cheap to clone; `Debug` shows no token.
///
/// ```
/// # async fn example(source: chift_auth::TokenSource) -> Result<(), chift_auth::AuthError> {
/// let token = source.token().await?;
/// println!("{token:?}"); // AccessToken { expires_at: … }
/// let request = reqwest::Client::new().get("https://api.chift.eu/consumers").bearer_auth(token.secret().expose());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AccessToken(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    secret: Secret,
    /// The same token as requests carry it.
    pub(crate) bearer: Bearer,
    life: Duration,
    pub(crate) generation: u64,
    /// The end of the fresh phase.
    pub(crate) early: Now,
    /// The end of the early phase: from then on callers wait for the renewal for a short time.
    pub(crate) margin: Now,
    /// The end of its life: from then on it is not handed out.
    pub(crate) end: Now,
}

/// Which part of its life a token is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Phase {
    /// It is handed out at once.
    Fresh,
    /// It is handed out at once, and the next one is requested in the background.
    Early,
    /// Callers wait for the next one for a quarter of what is left of this one's life, and at most a second;
    /// then they get this one.
    Margin,
    /// There is no token, or it has expired.
    Over,
}

impl AccessToken {
    /// A token that lives `life`, counted from `asked`, the time before it was requested.
    ///
    /// `jitter`, from 0 to 1, decides where in its last fifth the early phase begins, so that many
    /// processes that started together do not renew together.
    pub(crate) fn new(secret: Secret, life: Duration, asked: Now, generation: u64, rules: &Rules, jitter: f64) -> Self {
        let life = life.min(rules.longest_life);
        let margin = rules.margin.min(life / 10);
        let early = rules.early.min(life / 4).max(margin);
        let early = early.saturating_sub(early.saturating_sub(margin).mul_f64(jitter.clamp(0.0, 1.0) / 5.0));
        let bearer = Bearer::new(&secret).with_generation(generation);
        Self(Arc::new(Inner {
            secret,
            bearer,
            life,
            generation,
            early: asked.after(life.saturating_sub(early)),
            margin: asked.after(life.saturating_sub(margin)),
            end: asked.after(life),
        }))
    }

    /// The token itself.
    pub fn secret(&self) -> &Secret {
        &self.0.secret
    }

    /// When it expires, by this machine's wall clock at the time it was requested.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.0.end.date()
    }

    /// How long it lives in all, counted from the time before it was requested; at most 24 hours.
    pub fn life(&self) -> Duration {
        self.0.life
    }

    pub(crate) fn bearer(&self) -> Bearer {
        self.0.bearer.clone()
    }

    pub(crate) fn phase(&self, now: Now) -> Phase {
        self.0.phase(now)
    }

    /// How much of its life is left.
    pub(crate) fn remaining(&self, now: Now) -> Duration {
        now.until(self.0.end)
    }
}

impl Inner {
    pub(crate) fn phase(&self, now: Now) -> Phase {
        if now.is_before(self.early) {
            Phase::Fresh
        } else if now.is_before(self.margin) {
            Phase::Early
        } else if now.is_before(self.end) {
            Phase::Margin
        } else {
            Phase::Over
        }
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires_at", &self.0.end.date()).finish_non_exhaustive()
    }
}
