//! The state of a token and the rules that change it: pure, synchronous, without a clock of its own.
//!
//! A caller [`ask`](State::ask)s what to do. A renewal begins when a caller is told to
//! [`Renew`](Ask::Renew), and ends with [`finished`](State::finished) or [`lost`](State::lost). Each renewal
//! has a number, and only the current one counts: the result of an older one is ignored.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::Now;
use crate::rules::Rules;
use crate::token::Phase;
use crate::{AccessToken, AuthError};

/// What a caller who wants a token is to do.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Use this token.
    Use(AccessToken),
    /// Use this token, and begin the renewal in the background.
    UseAndRenew(AccessToken, Begin),
    /// Wait for the renewal under way.
    Join(Wait),
    /// Begin the renewal, and wait for it.
    Renew(Begin, Wait),
    /// No request is sent now, for this reason.
    Fail(AuthError),
}

/// A renewal that is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Begin {
    pub(crate) number: u64,
    /// The pause before the first attempt, because the last renewal failed just now.
    pub(crate) delay: Duration,
    /// Whether it takes the place of a renewal that is overdue.
    pub(crate) is_takeover: bool,
}

/// How long to wait for a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    /// From then on the renewal counts as lost, and another caller may begin one.
    pub(crate) overdue: Now,
    /// How long to wait before the token that is still valid is used, if there is one.
    pub(crate) margin: Option<Duration>,
}

/// What to do about a token that Chift refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Ask for a token: it will be another one.
    Ask,
    /// A refused token was replaced just now; another renewal would not help.
    TooSoon,
}

/// A renewal that is under way.
#[derive(Debug)]
struct UnderWay {
    number: u64,
    /// From then on it counts as lost: its runtime must have stalled.
    overdue: Now,
}

/// The consequences of the last failed renewal; forgotten with the next token.
#[derive(Debug)]
struct Failure {
    error: AuthError,
    /// Until then, callers with a valid token do not begin a renewal.
    retry: Now,
    /// Until then, callers without a token get the error. `None` if the error is not held.
    hold: Option<Now>,
    /// Until then, no request is sent.
    spacing: Now,
}

/// The state of one token source.
#[derive(Debug)]
pub(crate) struct State {
    rules: Rules,
    token: Option<AccessToken>,
    renewal: Option<UnderWay>,
    failure: Option<Failure>,
    failures: u32,
    rejections: u32,
    forced: Option<Now>,
    renewals: u64,
    tokens: u64,
}

impl State {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            token: None,
            renewal: None,
            failure: None,
            failures: 0,
            rejections: 0,
            forced: None,
            renewals: 0,
            tokens: 0,
        }
    }

    /// The current token, in whatever phase.
    pub(crate) fn token(&self) -> Option<&AccessToken> {
        self.token.as_ref()
    }

    /// The number of the renewal under way.
    #[cfg(test)]
    pub(crate) fn renewal(&self) -> Option<u64> {
        self.renewal.as_ref().map(|renewal| renewal.number)
    }

    /// A caller wants a token.
    pub(crate) fn ask(&mut self, now: Now) -> Ask {
        let is_takeover = self.renewal.take_if(|renewal| now.reached(renewal.overdue)).is_some();
        let may_retry = self.failure.as_ref().is_none_or(|failure| now.reached(failure.retry));
        let Some(token) = self.valid(now) else {
            let held = self.failure.as_ref().filter(|failure| failure.hold.is_some_and(|end| !now.reached(end)));
            return match (&self.renewal, held) {
                (Some(renewal), _) => Ask::Join(Wait { overdue: renewal.overdue, margin: None }),
                (None, Some(failure)) => Ask::Fail(failure.error.clone()),
                (None, None) => {
                    let (begin, overdue) = self.begin(now, is_takeover);
                    Ask::Renew(begin, Wait { overdue, margin: None })
                }
            };
        };
        let margin = match token.phase(now) {
            Phase::Fresh => return Ask::Use(token),
            Phase::Margin => Rules::margin_wait(token.remaining(now)),
            _ => None,
        };
        match (&self.renewal, margin) {
            (Some(renewal), Some(_)) => Ask::Join(Wait { overdue: renewal.overdue, margin }),
            (Some(_), None) => Ask::Use(token),
            (None, _) if !may_retry => Ask::Use(token),
            (None, Some(_)) => {
                let (begin, overdue) = self.begin(now, is_takeover);
                Ask::Renew(begin, Wait { overdue, margin })
            }
            (None, None) => Ask::UseAndRenew(token, self.begin(now, is_takeover).0),
        }
    }

    fn begin(&mut self, now: Now, is_takeover: bool) -> (Begin, Now) {
        self.renewals += 1;
        let delay = self.failure.as_ref().map_or(Duration::ZERO, |failure| now.left(failure.spacing));
        let overdue = self.rules.overdue(now, delay);
        self.renewal = Some(UnderWay { number: self.renewals, overdue });
        (Begin { number: self.renewals, delay, is_takeover }, overdue)
    }

    /// The number of the next token.
    pub(crate) fn next_generation(&self) -> u64 {
        self.tokens + 1
    }

    /// A renewal ended. `jitter`, from 0 to 1, decides how long it is until the next attempt.
    ///
    /// Returns `None` if it is not the current renewal: those who waited for it ask again.
    pub(crate) fn finished(
        &mut self,
        number: u64,
        result: Result<AccessToken, AuthError>,
        now: Now,
        jitter: f64,
    ) -> Option<Result<AccessToken, AuthError>> {
        self.renewal.take_if(|renewal| renewal.number == number)?;
        let error = match result {
            Ok(token) if token.phase(now) < Phase::Over => {
                self.tokens += 1;
                self.token = Some(token.clone());
                self.failure = None;
                (self.failures, self.rejections) = (0, 0);
                return Some(Ok(token));
            }
            Ok(_) => AuthError::ExpiredOnArrival,
            Err(error) => error,
        };
        self.failed(error.clone(), now, jitter);
        Some(Err(error))
    }

    fn failed(&mut self, error: AuthError, now: Now, jitter: f64) {
        let rules = &self.rules;
        self.failures = self.failures.saturating_add(1);
        let left = self.token.as_ref().map_or(Duration::ZERO, |token| token.remaining(now));
        let mut retry = Rules::doubled(rules.shortest_retry, rules.longest_retry, self.failures).min(left / 2);
        let mut hold = None;
        if error.is_rejected() {
            self.rejections = self.rejections.saturating_add(1);
            let span = Rules::doubled(rules.shortest_hold, rules.longest_hold, self.rejections);
            hold = Some(span);
            retry = span;
        } else if let Some(pause) = error.retry_after() {
            let span = pause.min(rules.longest_pause);
            hold = Some(span);
            retry = retry.max(span);
        }
        let spacing = rules.retry.backoff(self.failures, jitter);
        self.failure = Some(Failure {
            error,
            retry: now.after(retry),
            hold: hold.map(|span| now.after(span)),
            spacing: now.after(spacing),
        });
    }

    /// The token that may still be handed out, if there is one.
    pub(crate) fn valid(&self, now: Now) -> Option<AccessToken> {
        self.token.clone().filter(|_| self.phase(now) < Phase::Over)
    }

    /// The renewal was dropped before it ended.
    pub(crate) fn lost(&mut self, number: u64) {
        self.renewal.take_if(|renewal| renewal.number == number);
    }

    /// Chift refused the token of that generation, or its owner no longer wants it.
    pub(crate) fn refused(&mut self, generation: u64, now: Now) -> Refused {
        let current = self.token.as_ref().is_some_and(|token| token.0.generation == generation);
        // There is a newer one already, or will be; unless the attempt to get it has failed since.
        if !current && (self.token.is_some() || self.renewal.is_some() || self.failure.is_none()) {
            return Refused::Ask;
        }
        if self.forced.is_some_and(|last| !now.reached(last.after(self.rules.forced_gap))) {
            return Refused::TooSoon;
        }
        if current {
            self.token = None;
            self.forced = Some(now);
        }
        Refused::Ask
    }

    /// There are new credentials: tokens and errors of the old ones no longer count.
    pub(crate) fn replaced(&mut self) {
        self.token = None;
        self.renewal = None;
        self.failure = None;
        self.forced = None;
        (self.failures, self.rejections) = (0, 0);
    }

    fn phase(&self, now: Now) -> Phase {
        self.token.as_ref().map_or(Phase::Over, |token| token.phase(now))
    }

    /// The state for a health check.
    pub(crate) fn snapshot(&self, now: Now) -> TokenState {
        let phase = self.phase(now);
        let token = self.token.as_ref().filter(|_| phase < Phase::Over);
        let retry = self.failure.as_ref().map(|failure| match failure.hold {
            Some(hold) if token.is_none() => hold.date(),
            _ => failure.retry.date(),
        });
        TokenState {
            phase,
            expires_at: token.map(AccessToken::expires_at),
            next_renewal: token.map(|token| token.0.early.date()).max(retry),
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
/// let healthy = state.phase < Phase::Over || state.last_error.is_none();
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TokenState {
    /// Which part of its life the token is in; [`Phase::Over`] when there is none.
    pub phase: Phase,
    /// When the token expires; `None` when there is no valid one.
    pub expires_at: Option<DateTime<Utc>>,
    /// The earliest time at which a call makes the source request a token; `None` when the next call does.
    /// No token is requested while no caller asks for one.
    pub next_renewal: Option<DateTime<Utc>>,
    /// Whether a renewal is under way.
    pub is_renewing: bool,
    /// Why the last renewal failed; `None` if one has succeeded since.
    pub last_error: Option<AuthError>,
}
