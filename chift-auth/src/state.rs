//! The state of a token source, and the rules that change it. Pure and synchronous; the caller passes the time.
//!
//! A caller [`ask`](State::ask)s what to do. If the result has a [`Begin`], the caller begins a renewal, which ends
//! with [`finished`](State::finished) or [`lost`](State::lost). Each renewal has a number. Only the current renewal
//! counts; what an older one reports is ignored.

use std::time::Duration;

use chift_api::Moment;
use chrono::{DateTime, Utc};

use crate::rules::{EARLY_RETRY, LONGEST_RETRY_AFTER, REJECTION_HOLD, Rules};
use crate::token::Phase;
use crate::{AccessToken, AuthError};

/// What a caller that needs a token does.
pub(crate) enum Ask {
    /// It uses this token.
    Use(AccessToken),
    /// It waits for the renewal.
    Wait(Wait),
}

/// A renewal that the caller begins.
pub(crate) struct Begin {
    pub(crate) number: u64,
    /// The pause before the first attempt, if the last renewal has just failed.
    pub(crate) delay: Duration,
    /// Whether callers wait for it: there is no valid token, or not for long.
    #[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only a store needs it"))]
    pub(crate) is_urgent: bool,
    /// The version in a store of the token that was dropped last.
    #[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only a store needs it"))]
    pub(crate) dropped: Option<u64>,
}

/// How a caller waits for a renewal.
pub(crate) struct Wait {
    /// From then on, another caller may begin a renewal.
    pub(crate) overdue: Moment,
    /// How long the caller waits before it uses the token that is still valid, if there is one.
    pub(crate) margin: Option<Duration>,
    /// Whether the first request was sent before the caller asked, so that it does not see every attempt.
    pub(crate) is_late: bool,
}

/// The current renewal.
struct Current {
    number: u64,
    /// From then on it counts as lost: its runtime must have stalled.
    overdue: Moment,
    is_sent: bool,
}

/// The consequences of the last failed renewals; the next token ends them.
struct Failure {
    error: AuthError,
    /// Until then, callers with a valid token do not begin a renewal.
    retry: Moment,
    /// Until then, callers without a token get the error. `None` if the error is not held.
    hold: Option<Moment>,
    /// Until then, no request is sent.
    spacing: Moment,
    /// The number of renewals that have failed in a row.
    count: u32,
    /// How many of them Chift rejected.
    rejections: u32,
}

/// The state of one token source.
pub(crate) struct State {
    rules: Rules,
    token: Option<AccessToken>,
    renewal: Option<Current>,
    failure: Option<Failure>,
    /// When a token was last dropped before its end.
    forced: Option<Moment>,
    /// The version in a store of the token that was dropped, until there is another one.
    dropped: Option<u64>,
    /// Until then, callers with a valid token do not begin a renewal, because another process is renewing it.
    deferred: Option<Moment>,
    /// The number of the last renewal.
    last: u64,
}

impl State {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { rules, token: None, renewal: None, failure: None, forced: None, dropped: None, deferred: None, last: 0 }
    }

    /// The current token, in any phase.
    pub(crate) fn token(&self) -> Option<&AccessToken> {
        self.token.as_ref()
    }

    /// The token, if it has not expired.
    pub(crate) fn valid(&self, now: Moment) -> Option<AccessToken> {
        self.token.clone().filter(|token| token.0.phase(now) < Phase::Expired)
    }

    /// Decides what a caller that needs a token does, and whether it begins a renewal first. Returns an error that
    /// is still held; then no request is sent.
    pub(crate) fn ask(&mut self, now: Moment) -> Result<(Option<Begin>, Ask), AuthError> {
        self.renewal.take_if(|renewal| now.reached(renewal.overdue));
        let token = self.valid(now);
        if let Some(token) = token.as_ref().filter(|token| token.0.phase(now) == Phase::Fresh) {
            return Ok((None, Ask::Use(token.clone())));
        }
        let is_urgent = token.as_ref().is_none_or(|token| token.0.phase(now) >= Phase::Margin);
        let (begin, renewal) = match (&mut self.renewal, &token, &self.failure) {
            (Some(current), ..) => (None, current),
            (None, Some(token), Some(Failure { retry, .. })) if !now.reached(*retry) => {
                return Ok((None, Ask::Use(token.clone())));
            }
            (None, Some(token), _) if self.deferred.is_some_and(|end| !now.reached(end)) && !is_urgent => {
                return Ok((None, Ask::Use(token.clone())));
            }
            (None, None, Some(Failure { hold: Some(end), error, .. })) if !now.reached(*end) => {
                return Err(error.clone());
            }
            (renewal, _, failure) => {
                self.last += 1;
                let delay = failure.as_ref().map_or(Duration::ZERO, |failure| now.left(failure.spacing));
                let overdue = self.rules.overdue(now, delay);
                let current = renewal.insert(Current { number: self.last, overdue, is_sent: false });
                (Some(Begin { number: self.last, delay, is_urgent, dropped: self.dropped }), current)
            }
        };
        let wait = |margin| Ask::Wait(Wait { overdue: renewal.overdue, margin, is_late: renewal.is_sent });
        let ask = match token {
            None => wait(None),
            Some(token) => match Rules::margin_wait(token.0.remaining(now)) {
                Some(margin) if is_urgent => wait(Some(margin)),
                _ => Ask::Use(token),
            },
        };
        Ok((begin, ask))
    }

    /// Records that a renewal sends its first request.
    pub(crate) fn sent(&mut self, number: u64) {
        if let Some(renewal) = self.renewal.as_mut().filter(|renewal| renewal.number == number) {
            renewal.is_sent = true;
        }
    }

    /// Records the result of a renewal, and returns what its callers get: `None` if it is not the current one.
    /// `jitter`, from 0 to 1, selects the pause before the next attempt.
    pub(crate) fn finished(
        &mut self,
        number: u64,
        result: Result<AccessToken, AuthError>,
        now: Moment,
        jitter: f64,
    ) -> Option<Result<AccessToken, AuthError>> {
        self.renewal.take_if(|renewal| renewal.number == number)?;
        let error = match result {
            Ok(token) if token.0.phase(now) < Phase::Expired => {
                self.token = Some(token.clone());
                (self.failure, self.dropped, self.deferred) = (None, None, None);
                return Some(Ok(token));
            }
            Ok(_) => AuthError::ExpiredOnArrival,
            Err(error) => error,
        };
        let (count, mut rejections) = self.failure.as_ref().map_or((0, 0), |last| (last.count, last.rejections));
        let count = count.saturating_add(1);
        let left = self.token.as_ref().map_or(Duration::ZERO, |token| token.0.remaining(now));
        let mut retry = EARLY_RETRY.pause(count, 1.0).min(left / 2);
        let mut hold = None;
        if error.is_rejected() {
            rejections = rejections.saturating_add(1);
            retry = REJECTION_HOLD.pause(rejections, 1.0);
            hold = Some(now.after(retry));
        } else if let Some(pause) = error.retry_after() {
            let pause = pause.min(LONGEST_RETRY_AFTER);
            retry = retry.max(pause);
            hold = Some(now.after(pause));
        }
        let spacing = now.after(self.rules.retry.backoff().pause(count, jitter));
        let retry = now.after(retry);
        self.failure = Some(Failure { error: error.clone(), retry, hold, spacing, count, rejections });
        Some(Err(error))
    }

    /// Records that another process is renewing the token. Returns whether the renewal was the current one.
    pub(crate) fn deferred(&mut self, number: u64, now: Moment, jitter: f64) -> bool {
        let is_current = self.lost(number);
        if is_current {
            let left = self.valid(now).map_or(Duration::ZERO, |token| token.0.remaining(now));
            self.deferred = Some(now.after(Rules::deferral(left, jitter)));
        }
        is_current
    }

    /// Records that a renewal was dropped before it ended. Returns whether it was the current one.
    pub(crate) fn lost(&mut self, number: u64) -> bool {
        self.renewal.take_if(|renewal| renewal.number == number).is_some()
    }

    /// Drops the token of that generation, because Chift refused it or its owner no longer wants it. Returns `false`
    /// if another renewal would not help, because one was forced just now.
    pub(crate) fn refused(&mut self, generation: u64, now: Moment) -> bool {
        let is_current = self.token.as_ref().is_some_and(|token| token.0.bearer.generation() == generation);
        // There is a newer token, or there will be one, unless the renewal has failed since.
        if !is_current && (self.token.is_some() || self.renewal.is_some() || self.failure.is_none()) {
            return true;
        }
        if self.forced.is_some_and(|last| !now.reached(last.after(self.rules.forced_gap))) {
            return false;
        }
        if is_current {
            self.dropped = self.token.take().and_then(|token| token.0.version);
            self.forced = Some(now);
        }
        true
    }

    /// Drops everything that belongs to the credentials until now: there are new ones.
    pub(crate) fn replaced(&mut self) {
        *self = Self { last: self.last, ..Self::new(self.rules.clone()) };
    }

    /// The state for a health check.
    pub(crate) fn snapshot(&self, now: Moment) -> TokenState {
        let token = self.valid(now);
        let retry = self.failure.as_ref().map(|failure| match failure.hold {
            Some(hold) if token.is_none() => hold.wall.into(),
            _ => failure.retry.wall.into(),
        });
        let deferred = self.deferred.filter(|_| token.is_some()).map(|end| end.wall.into());
        TokenState {
            phase: token.as_ref().map_or(Phase::Expired, |token| token.0.phase(now)),
            expires_at: token.as_ref().map(AccessToken::expires_at),
            next_renewal: token.map(|token| token.0.early.wall.into()).max(retry).max(deferred),
            is_renewing: self.renewal.is_some(),
            last_error: self.failure.as_ref().map(|failure| failure.error.clone()),
        }
    }
}

/// The state of a token source, for a health check. It holds no secret.
///
/// ```
/// # fn example(source: chift_auth::TokenSource) {
/// use chift_auth::Phase;
/// let state = source.state();
/// let is_healthy = state.phase < Phase::Expired || state.last_error.is_none();
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TokenState {
    /// The phase of the token; [`Phase::Expired`] if there is none.
    pub phase: Phase,
    /// When the token expires; `None` if there is no valid one.
    pub expires_at: Option<DateTime<Utc>>,
    /// The earliest time at which a call makes the source request a token; `None` if the next call does.
    /// Without a call, no token is requested.
    pub next_renewal: Option<DateTime<Utc>>,
    /// Whether a renewal is running.
    pub is_renewing: bool,
    /// Why the last renewal failed; `None` if it succeeded.
    pub last_error: Option<AuthError>,
}
