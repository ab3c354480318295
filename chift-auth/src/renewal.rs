//! One renewal: as many attempts as the rules allow, within the deadline. And what it shares with the callers.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use chift_api::{Client, Moment, SharedClock};
use tokio::sync::{Semaphore, watch};

use crate::endpoint::{Endpoint, Issued};
use crate::rules::{HEDGE_AFTER, Rules};
use crate::runtime::Task;
use crate::state::{Begin, State};
use crate::token::{self, Phase};
use crate::{AccessToken, AuthError, Credentials};

/// The dependencies of a source. Tests replace them.
pub(crate) struct Deps {
    pub(crate) endpoint: Endpoint,
    pub(crate) clock: SharedClock,
    /// Returns an error if the caller's runtime cannot run a renewal.
    pub(crate) check_runtime: fn() -> Result<(), AuthError>,
    pub(crate) spawn: fn(Task),
    /// Returns a random number from 0 to 1.
    pub(crate) jitter: fn() -> f64,
    #[cfg(feature = "store")]
    pub(crate) fleet: Option<crate::store::Fleet>,
}

/// The inside of a source.
pub(crate) struct Inner {
    /// The current token, which callers read without a lock while it is fresh.
    pub(crate) fresh: ArcSwapOption<token::Inner>,
    /// Never locked across an `.await`, and never while a task is spawned or dropped: both can run other code.
    pub(crate) shared: Mutex<Shared>,
    pub(crate) deps: Deps,
    pub(crate) rules: Rules,
    /// The clients of this source share its connections and its budget of repeats.
    pub(crate) api: Client,
}

pub(crate) struct Shared {
    pub(crate) state: State,
    pub(crate) credentials: Credentials,
    /// The result of the last renewal that began.
    pub(crate) result: watch::Sender<RenewalResult>,
    /// The renewal that holds its permit may send requests.
    pub(crate) slot: Arc<Semaphore>,
}

/// The result of a renewal, for the callers that wait for it.
#[derive(Debug, Clone)]
pub(crate) enum RenewalResult {
    /// The renewal is running.
    Pending,
    /// It has ended.
    Done(Result<AccessToken, AuthError>),
    /// It was dropped before it ended.
    Lost,
    /// It is cancelled, because the credentials were replaced or because it is overdue.
    Outdated,
}

impl Inner {
    pub(crate) fn locked(&self) -> MutexGuard<'_, Shared> {
        // Nothing panics while the lock is held, and the state is consistent between any two steps.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current token, if it has not expired.
    pub(crate) fn valid(&self, now: Moment) -> Option<AccessToken> {
        self.locked().state.valid(now)
    }

    /// Publishes the current token to the callers that do not lock.
    pub(crate) fn publish(&self, shared: &Shared) {
        self.fresh.store(shared.state.token().map(|token| Arc::clone(&token.0)));
    }
}

/// How long a renewal waits for a cancelled one to drop its request. That takes longer only if the runtime of the
/// cancelled renewal has stalled.
const CANCELLED_GRACE: Duration = Duration::from_millis(500);

/// The requests of a renewal.
#[derive(Clone, Copy)]
pub(crate) struct Turn {
    /// When they end.
    pub(crate) deadline: Moment,
    /// The version of the token in a store.
    pub(crate) version: Option<u64>,
}

/// A renewal. If it is dropped before it ends, it counts as lost; dropping it locks the shared state.
pub(crate) struct Renewal {
    pub(crate) source: Arc<Inner>,
    pub(crate) begin: Begin,
    pub(crate) credentials: Credentials,
    result: watch::Sender<RenewalResult>,
    slot: Arc<Semaphore>,
}

impl Renewal {
    /// Makes a renewal the current one.
    pub(crate) fn new(source: &Arc<Inner>, shared: &mut Shared, begin: Begin) -> Self {
        // The state permits no second renewal, so one that is still running is overdue. Its runtime has stalled, and
        // it may never release its permit.
        if matches!(*shared.result.borrow(), RenewalResult::Pending) {
            shared.slot = Arc::new(Semaphore::new(1));
            shared.result.send_replace(RenewalResult::Outdated);
        }
        shared.result = watch::Sender::new(RenewalResult::Pending);
        Self {
            source: source.clone(),
            begin,
            credentials: shared.credentials.clone(),
            result: shared.result.clone(),
            slot: shared.slot.clone(),
        }
    }

    /// Runs the renewal to its end, or until it is cancelled.
    pub(crate) async fn run(self) {
        let mut result = self.result.subscribe();
        let renewed = async {
            let _permit = self.source.deps.clock.within(CANCELLED_GRACE, pin!(self.slot.acquire())).await;
            self.renewed().await
        };
        tokio::select! {
            biased;
            _ = result.wait_for(|result| matches!(result, RenewalResult::Outdated)) => {}
            result = renewed => match result {
                Some(result) => self.finish(result),
                None => self.defer(),
            },
        }
    }

    /// The result, or `None` if another process is renewing the token and the current one is still valid.
    async fn renewed(&self) -> Option<Result<AccessToken, AuthError>> {
        let Inner { deps, rules, .. } = &*self.source;
        if !self.begin.delay.is_zero() {
            deps.clock.sleep(self.begin.delay).await;
        }
        #[cfg(feature = "store")]
        if let Some(fleet) = &deps.fleet {
            return self.shared(fleet).await;
        }
        let deadline = deps.clock.moment().after(rules.deadline);
        Some(self.requested(Turn { deadline, version: None }).await)
    }

    /// Requests a token, with as many attempts as the rules allow.
    pub(crate) async fn requested(&self, turn: Turn) -> Result<AccessToken, AuthError> {
        let Inner { deps, rules, .. } = &*self.source;
        self.source.locked().state.sent(self.begin.number);
        let mut attempt = 0;
        loop {
            let result = self.hedged(turn, &mut attempt).await;
            let Err(error) = result else { return result };
            let elapsed = rules.deadline.saturating_sub(deps.clock.moment().left(turn.deadline));
            let pause = rules.retry.next_pause(attempt, error.retry_after(), elapsed, (deps.jitter)());
            let Some(pause) = pause.filter(|_| error.is_transient()) else { return Err(error) };
            tracing::warn!(attempt, wait_ms = pause.as_millis(), %error, "token request failed; it is repeated");
            deps.clock.sleep(pause).await;
        }
    }

    /// Makes one attempt, and a second one beside it if the first takes longer than [`HEDGE_AFTER`]. Returns the
    /// first token, and counts both attempts.
    async fn hedged(&self, turn: Turn, attempt: &mut u32) -> Result<AccessToken, AuthError> {
        *attempt += 1;
        let mut first = pin!(self.attempt(turn, *attempt));
        if *attempt >= self.source.rules.retry.attempts() {
            return first.await;
        }
        if let Some(result) = self.source.deps.clock.within(HEDGE_AFTER, first.as_mut()).await {
            return result;
        }
        tracing::debug!("a token request has no response yet; a second one is sent beside it");
        *attempt += 1;
        let mut second = pin!(self.attempt(turn, *attempt));
        let is_transient = |result: &Result<_, AuthError>| result.as_ref().is_err_and(AuthError::is_transient);
        tokio::select! {
            biased;
            result = &mut first => if is_transient(&result) { second.await } else { result },
            result = &mut second => if is_transient(&result) { first.await } else { result },
        }
    }

    async fn attempt(&self, turn: Turn, attempt: u32) -> Result<AccessToken, AuthError> {
        let Inner { deps, rules, .. } = &*self.source;
        let asked = deps.clock.moment();
        let attempts_left = rules.retry.attempts().saturating_sub(attempt) + 1;
        let limit = rules.attempt_limit(asked.left(turn.deadline), attempts_left);
        let issued = (deps.endpoint)(&self.credentials, limit).await?;
        let issued = Issued { version: turn.version, ..issued };
        let token = AccessToken::new(issued, asked, self.begin.number, rules, (deps.jitter)());
        if token.0.phase(deps.clock.moment()) < Phase::Expired { Ok(token) } else { Err(AuthError::ExpiredOnArrival) }
    }

    /// Ends the renewal without a result. Its callers ask again.
    fn defer(&self) {
        let (now, jitter) = (self.source.deps.clock.moment(), (self.source.deps.jitter)());
        if self.source.locked().state.deferred(self.begin.number, now, jitter) {
            self.result.send_replace(RenewalResult::Outdated);
        }
    }

    /// Publishes the result, unless the renewal is no longer the current one.
    fn finish(&self, result: Result<AccessToken, AuthError>) {
        let (now, jitter) = (self.source.deps.clock.moment(), (self.source.deps.jitter)());
        let mut shared = self.source.locked();
        let Some(result) = shared.state.finished(self.begin.number, result, now, jitter) else { return };
        let is_valid = shared.state.valid(now).is_some();
        self.source.publish(&shared);
        self.result.send_replace(RenewalResult::Done(result.clone()));
        drop(shared);
        match result {
            Ok(token) => tracing::debug!(expires_at = %token.expires_at(), "access token issued"),
            Err(error) if is_valid => {
                tracing::warn!(%error, "access token not renewed; the current one is still valid");
            }
            Err(error) => tracing::error!(%error, "no access token"),
        }
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        if self.source.locked().state.lost(self.begin.number) {
            self.result.send_replace(RenewalResult::Lost);
        }
    }
}
