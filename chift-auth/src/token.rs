//! An access token, and the phases of its life.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chift_api::{Bearer, Moment, Secret};
use chrono::{DateTime, Utc};

use crate::endpoint::Issued;
use crate::rules::{LONGEST, Rules};

/// A token that was valid when it was handed out. It is cheap to clone, and `Debug` does not show the token.
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
    /// The same token as requests carry it. Its generation is the number of the renewal.
    pub(crate) bearer: Bearer,
    /// The end of the fresh phase.
    pub(crate) early: Moment,
    /// The end of the early phase.
    margin: Moment,
    /// The end of its life.
    end: Moment,
    /// Its life, and the moment from which it is counted.
    #[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only a store needs it"))]
    pub(crate) life: Duration,
    #[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only a store needs it"))]
    pub(crate) asked: Moment,
    /// The version of the token in a store.
    pub(crate) version: Option<u64>,
}

/// A phase of a token's life.
///
/// ```
/// # fn example(source: chift_auth::TokenSource) {
/// use chift_auth::Phase;
/// let is_ready = source.state().phase < Phase::Expired;
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Phase {
    /// Callers get the token at once.
    Fresh,
    /// Callers get the token at once. A renewal runs in the background.
    Early,
    /// Callers wait for the renewal for a quarter of the remaining life, and at most a second. Then they get the
    /// token, which is still valid.
    Margin,
    /// The token has expired, or there is none.
    Expired,
}

impl AccessToken {
    /// A token whose life, or what is left of it, is counted from `asked`: the moment before it was requested or loaded.
    ///
    /// `jitter`, from 0 to 1, shortens the early phase by up to a fifth, so that processes that started together do
    /// not renew their tokens together.
    pub(crate) fn new(issued: Issued, asked: Moment, number: u64, rules: &Rules, jitter: f64) -> Self {
        let life = issued.life.min(LONGEST);
        let left = issued.left.min(life);
        let margin = rules.margin.min(life / 10);
        let early = rules.refresh_ahead.min(life / 4).max(margin);
        let early = early.saturating_sub(early.saturating_sub(margin).mul_f64(jitter.clamp(0.0, 1.0) / 5.0));
        Self(Arc::new(Inner {
            bearer: Bearer::new(&issued.secret).with_generation(number),
            secret: issued.secret,
            early: asked.after(left.saturating_sub(early)),
            margin: asked.after(left.saturating_sub(margin)),
            end: asked.after(left),
            life,
            asked,
            version: issued.version,
        }))
    }

    /// The token itself.
    pub fn secret(&self) -> &Secret {
        &self.0.secret
    }

    /// When it expires, by the wall clock of this machine at the time of the request.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.0.end.wall.into()
    }
}

impl Inner {
    pub(crate) fn phase(&self, now: Moment) -> Phase {
        if now.is_before(self.early) {
            Phase::Fresh
        } else if now.is_before(self.margin) {
            Phase::Early
        } else if now.is_before(self.end) {
            Phase::Margin
        } else {
            Phase::Expired
        }
    }

    /// The rest of its life.
    pub(crate) fn remaining(&self, now: Moment) -> Duration {
        now.until(self.end)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires_at", &self.expires_at()).finish_non_exhaustive()
    }
}
