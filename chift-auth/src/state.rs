//! The state of a token and the rules that move it: pure, synchronous, without a clock of its own.
//!
//! A caller [`ask`](State::ask)s, and is told what to do. A renewal, called a flight, is begun by the
//! caller who is told to [`Renew`](Ask::Renew), and ends with [`landed`](State::landed) or
//! [`lost`](State::lost). Each flight has a number, and only the current one counts: what an older one
//! brings is not believed.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::Now;
use crate::rules::Rules;
use crate::token::Phase;
use crate::{AccessToken, AuthError};

/// What a caller who wants a token is to do.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Take this one.
    Use(AccessToken),
    /// Take this one, and begin the flight behind the caller's back.
    UseAndRenew(AccessToken, Renewal),
    /// Wait for the flight that is under way.
    Join,
    /// Begin the flight, and wait for it.
    Renew(Renewal),
    /// Nobody asks Chift now; this is why.
    Fail(AuthError),
}

/// A renewal that is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Renewal {
    pub(crate) number: u64,
    /// How long to wait before the first attempt, because the last flight failed just now.
    pub(crate) delay: Duration,
}

/// What is to be done about a token that Chift refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There will be another one: ask for it.
    Ask,
    /// It was renewed by force just now; another renewal would not help.
    TooSoon,
}

/// A flight that is under way.
#[derive(Debug)]
struct UnderWay {
    number: u64,
    /// From here on it is taken for lost: its runtime stands still.
    overdue: Now,
}

/// What the last failed flight left behind; forgotten with the next token.
#[derive(Debug)]
struct Failure {
    error: AuthError,
    /// Before this, a caller with a valid token does not have it renewed.
    retry: Now,
    /// Before this, a caller without a token gets the error, when the failure says so.
    hold: Option<Now>,
    /// Before this, no request is sent.
    spacing: Now,
}

/// The state of one token source.
#[derive(Debug)]
pub(crate) struct State {
    rules: Rules,
    token: Option<AccessToken>,
    flight: Option<UnderWay>,
    failure: Option<Failure>,
    failures: u32,
    rejections: u32,
    forced: Option<Now>,
    flights: u64,
    tokens: u64,
}

impl State {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            token: None,
            flight: None,
            failure: None,
            failures: 0,
            rejections: 0,
            forced: None,
            flights: 0,
            tokens: 0,
        }
    }

    /// The token that is handed out, in whatever phase.
    pub(crate) fn token(&self) -> Option<&AccessToken> {
        self.token.as_ref()
    }

    /// The current flight's number.
    pub(crate) fn flight(&self) -> Option<u64> {
        self.flight.as_ref().map(|flight| flight.number)
    }

    /// Somebody wants a token.
    pub(crate) fn ask(&mut self, now: Now) -> Ask {
        if self.flight.as_ref().is_some_and(|flight| now.reached(flight.overdue)) {
            self.flight = None;
        }
        let under_way = self.flight.is_some();
        let may_retry = self.failure.as_ref().is_none_or(|failure| now.reached(failure.retry));
        match (self.phase(now), self.token.clone()) {
            (Phase::Fresh, Some(token)) => Ask::Use(token),
            (Phase::Early, Some(token)) if under_way || !may_retry => Ask::Use(token),
            (Phase::Early, Some(token)) => {
                let flight = self.begin(now);
                Ask::UseAndRenew(token, flight)
            }
            (Phase::Margin, Some(token)) if !under_way && !may_retry => Ask::Use(token),
            _ if under_way => Ask::Join,
            (Phase::Over, _) | (_, None) => {
                let held = self.failure.as_ref().filter(|failure| failure.hold.is_some_and(|end| !now.reached(end)));
                match held {
                    Some(failure) => Ask::Fail(failure.error.clone()),
                    None => Ask::Renew(self.begin(now)),
                }
            }
            _ => Ask::Renew(self.begin(now)),
        }
    }

    fn begin(&mut self, now: Now) -> Renewal {
        self.flights += 1;
        let delay = self
            .failure
            .as_ref()
            .map_or(Duration::ZERO, |failure| failure.spacing.monotonic.saturating_duration_since(now.monotonic));
        // A little more than the flight's own deadline, so that a flight that is alive ends by itself.
        let overdue = now.after(delay + self.rules.deadline + Duration::from_secs(1));
        self.flight = Some(UnderWay { number: self.flights, overdue });
        Renewal { number: self.flights, delay }
    }

    /// What number the next token has.
    pub(crate) fn next_generation(&self) -> u64 {
        self.tokens + 1
    }

    /// A flight came back. `jitter`, from 0 to 1, decides how long until the next attempt.
    ///
    /// `None` if it is not the current flight: whoever waited for it asks again.
    pub(crate) fn finished(
        &mut self,
        number: u64,
        result: Result<AccessToken, AuthError>,
        now: Now,
        jitter: f64,
    ) -> Option<Result<AccessToken, AuthError>> {
        self.flight.take_if(|flight| flight.number == number)?;
        let error = match result {
            Ok(token) if token.phase(now) < Phase::Over => {
                self.tokens += 1;
                self.token = Some(token.clone());
                self.failure = None;
                (self.failures, self.rejections) = (0, 0);
                return Some(Ok(token));
            }
            Ok(_) => AuthError::InvalidResponse { reason: "the token's life was over when it arrived".to_owned() },
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
        let spacing = rules.wait(jitter);
        self.failure = Some(Failure {
            error,
            retry: now.after(retry),
            hold: hold.map(|span| now.after(span)),
            spacing: now.after(spacing),
        });
    }

    /// What a caller gets whose flight failed: the token that is still valid, if there is one.
    pub(crate) fn fallback(&self, now: Now) -> Option<AccessToken> {
        self.token.clone().filter(|_| self.phase(now) < Phase::Over)
    }

    /// The flight will never come back.
    pub(crate) fn lost(&mut self, number: u64) {
        self.flight.take_if(|flight| flight.number == number);
    }

    /// Chift refused the token of that generation, or its owner no longer wants it.
    pub(crate) fn refused(&mut self, generation: u64, now: Now) -> Refused {
        let current = self.token.as_ref().is_some_and(|token| token.0.generation == generation);
        // There is a newer one already, or will be; unless the attempt to get it has failed since.
        if !current && (self.token.is_some() || self.flight.is_some() || self.failure.is_none()) {
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

    /// There are new credentials: what the old ones brought, good or bad, no longer counts.
    pub(crate) fn replaced(&mut self) {
        self.token = None;
        self.flight = None;
        self.failure = None;
        self.forced = None;
        (self.failures, self.rejections) = (0, 0);
    }

    fn phase(&self, now: Now) -> Phase {
        self.token.as_ref().map_or(Phase::Over, |token| token.phase(now))
    }

    /// What there is to tell.
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
            is_renewing: self.flight.is_some(),
            last_error: self.failure.as_ref().map(|failure| failure.error.clone()),
        }
    }
}

/// How a token source is, for a health check. It holds no secret.
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
    /// When the token ends; `None` when there is none that can be handed out.
    pub expires_at: Option<DateTime<Utc>>,
    /// The earliest moment at which a caller's wish makes the source ask Chift for a token; `None` when
    /// the next wish does. Nothing is fetched while nobody wishes for a token.
    pub next_renewal: Option<DateTime<Utc>>,
    /// Whether a token is being fetched now.
    pub is_renewing: bool,
    /// Why the last attempt failed; `None` once one has succeeded since.
    pub last_error: Option<AuthError>,
}
