//! An access token, and how long it lives.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chift_api::Secret;
use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Now;

/// No token is believed to live longer than this, whatever the server says.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long before its end a token is renewed, at most.
const LONGEST_MARGIN: Duration = Duration::from_secs(30);

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
pub struct AccessToken(Arc<Inner>);

struct Inner {
    secret: Secret,
    life: Duration,
    /// The end on each clock.
    monotonic_end: Instant,
    wall_end: DateTime<Utc>,
    margin: Duration,
}

impl AccessToken {
    /// A token that lives `life`, counted from `asked`: the moment before it was asked for.
    pub(crate) fn new(secret: Secret, life: Duration, asked: Now) -> Self {
        let life = life.min(LONGEST_LIFE);
        let span = TimeDelta::from_std(life).unwrap_or(TimeDelta::zero());
        Self(Arc::new(Inner {
            secret,
            life,
            monotonic_end: asked.monotonic + life,
            wall_end: asked.wall + span,
            margin: LONGEST_MARGIN.min(life / 10),
        }))
    }

    /// The token itself.
    pub fn secret(&self) -> &Secret {
        &self.0.secret
    }

    /// When it ends, by this machine's wall clock at the time it was asked for.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.0.wall_end
    }

    /// How long it lives in all, counted from the moment before it was asked for; at most 24 hours.
    pub fn life(&self) -> Duration {
        self.0.life
    }

    /// How much of its life is left: the lesser of what the two clocks say.
    pub(crate) fn remaining(&self, now: Now) -> Duration {
        let by_wall = (self.0.wall_end - now.wall).to_std().unwrap_or_default();
        self.0.monotonic_end.saturating_duration_since(now.monotonic).min(by_wall)
    }

    /// Whether it can be handed out without being renewed first.
    pub(crate) fn is_fresh(&self, now: Now) -> bool {
        self.remaining(now) > self.0.margin
    }

    /// Whether both are the same token from the same answer.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires_at", &self.0.wall_end).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base: Now, monotonic: u64, wall: i64) -> Now {
        Now { monotonic: base.monotonic + Duration::from_secs(monotonic), wall: base.wall + TimeDelta::seconds(wall) }
    }

    #[test]
    fn it_is_over_when_either_clock_says_so() {
        let start = Now { monotonic: Instant::now(), wall: Utc::now() };
        let token = AccessToken::new(Secret::from("t"), Duration::from_secs(1800), start);
        for (monotonic, wall, left) in
            [(0, 0, 1800), (1790, 0, 10), (0, 1790, 10), (0, 3600, 0), (3600, -60, 0), (10, -60, 1790)]
        {
            assert_eq!(token.remaining(at(start, monotonic, wall)), Duration::from_secs(left), "{monotonic} {wall}");
        }
    }

    #[test]
    fn a_short_life_has_a_short_margin_and_an_absurd_one_is_cut() {
        let start = Now { monotonic: Instant::now(), wall: Utc::now() };
        let token = |life| AccessToken::new(Secret::from("t"), Duration::from_secs(life), start);
        assert!(token(20).is_fresh(at(start, 17, 17)));
        assert!(!token(20).is_fresh(at(start, 18, 18)));
        assert!(token(1800).is_fresh(at(start, 1769, 1769)));
        assert!(!token(1800).is_fresh(at(start, 1770, 1770)));
        assert_eq!(token(u64::MAX).life(), LONGEST_LIFE);
    }
}
