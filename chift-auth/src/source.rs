//! The token source: hands out tokens and runs their renewals.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use chift_api::{Authorize, AuthorizeError, Bearer, BearerFuture, Client, SecondBearerFuture, Session};
use tokio::sync::{Semaphore, oneshot, watch};

use crate::clock::{Clock, Now};
use crate::endpoint::{Endpoint, Issued};
use crate::renewal::Renewal;
use crate::rules::Rules;
use crate::runtime::Task;
use crate::state::{Ask, Begin, Refused, State, TokenState, Wait};
use crate::token::{self, Phase};
use crate::{AccessToken, AuthError, Builder, Credentials};

/// A caller whose own renewals are dropped this many times gives up: the runtime that it is in is shutting
/// down, and drops each task that is spawned on it.
const MOST_LOST: usize = 4;

/// How long a renewal waits for the request of a cancelled one to be dropped. That takes longer only if the
/// runtime of the cancelled one has stalled.
const CANCELLED_GRACE: Duration = Duration::from_millis(500);

/// Hands out access tokens: one is kept while it lives, and renewed ahead of its end.
///
/// Cloning is cheap, and all clones share the token. However many callers wait, one token request is
/// under way at a time, and a caller that is dropped does not cancel it. A table in the
/// [crate's documentation](crate) shows what happens when.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use chift_auth::{Credentials, TokenSource};
///
/// let source = TokenSource::new(Credentials::from_env()?)?;
/// let token = source.token().await?;
/// println!("a token of {} characters, until {}", token.secret().expose().len(), token.expires_at());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenSource(Arc<Inner>);

/// What a source depends on; tests bring their own.
pub(crate) struct Deps {
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether a token can be fetched from where the caller is.
    pub(crate) check_runtime: fn() -> Result<(), AuthError>,
    pub(crate) spawn: fn(Task) -> Result<(), AuthError>,
    /// From 0 to 1.
    pub(crate) jitter: fn() -> f64,
}

struct Inner {
    /// The current token, for callers who ask while it is fresh: no lock, no waiting.
    fresh: ArcSwapOption<token::Inner>,
    /// Never held across an `.await`.
    shared: Mutex<Shared>,
    deps: Deps,
    rules: Rules,
    /// What clients made from this source share: connections, and the budget of repeats.
    api: Client,
}

struct Shared {
    state: State,
    credentials: Credentials,
    /// Where the result of the current renewal is published.
    result: watch::Sender<RenewalResult>,
    /// Cancels the current renewal when it is dropped.
    cancel: Option<oneshot::Sender<Infallible>>,
    /// Held by the renewal that may send requests.
    slot: Arc<Semaphore>,
}

/// What those who wait for a renewal see of it.
#[derive(Debug, Clone)]
enum RenewalResult {
    /// It is under way. `is_sent`: its first request has been sent.
    Pending { is_sent: bool },
    /// It ended.
    Done(Result<AccessToken, AuthError>),
    /// It was dropped before it ended.
    Lost,
    /// It no longer counts, because the credentials were replaced.
    Outdated,
}

/// What a caller gets from one look at the state.
enum Looked {
    Token(AccessToken),
    Wait(Waiting),
}

/// A caller's view of the renewal that it waits for.
struct Waiting {
    wait: Wait,
    result: watch::Receiver<RenewalResult>,
    /// Whether this caller began the renewal.
    is_own: bool,
    /// Whether the first request had been sent before this caller joined, so that it does not see all attempts.
    joined_late: bool,
}

impl Waiting {
    fn new(wait: Wait, result: &watch::Sender<RenewalResult>, is_own: bool) -> Self {
        let joined_late = matches!(*result.borrow(), RenewalResult::Pending { is_sent: true });
        Self { wait, result: result.subscribe(), is_own, joined_late }
    }
}

impl TokenSource {
    /// A source with the defaults of [`TokenSource::builder`].
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn new(credentials: Credentials) -> Result<Self, AuthError> {
        Self::builder(credentials).build()
    }

    /// A source with settings of its own.
    ///
    /// ```
    /// use chift_auth::{Credentials, TokenSource};
    /// let credentials = Credentials::new("id", "s3cret", uuid::Uuid::nil());
    /// let source = TokenSource::builder(credentials).base_url("http://127.0.0.1:8080").build()?;
    /// # Ok::<(), chift_auth::AuthError>(())
    /// ```
    pub fn builder(credentials: Credentials) -> Builder {
        Builder::new(credentials)
    }

    pub(crate) fn on(deps: Deps, rules: Rules, credentials: Credentials, api: Client) -> Self {
        let state = State::new(rules.clone());
        let shared = Shared {
            state,
            credentials,
            result: watch::Sender::new(RenewalResult::Outdated),
            cancel: None,
            slot: Arc::new(Semaphore::new(1)),
        };
        Self(Arc::new(Inner { fresh: ArcSwapOption::empty(), shared: Mutex::new(shared), deps, rules, api }))
    }

    /// Returns a token that is valid now: the one at hand, or a new one when there is none.
    ///
    /// While the token is fresh this neither waits nor allocates nor takes a lock. It can be called from
    /// any number of tasks, threads and tokio runtimes, and dropped at any time. It never waits longer than
    /// the [`deadline`](Builder::deadline), and at most a second while there is a valid token.
    ///
    /// # Errors
    ///
    /// The reason why there is no valid token. [`AuthError::NoRuntime`] when one must be fetched and the
    /// caller is not in a tokio runtime with time and IO enabled.
    pub async fn token(&self) -> Result<AccessToken, AuthError> {
        let now = self.0.deps.clock.now();
        if let Some(token) = self.0.fresh.load().as_ref().filter(|token| token.phase(now) == Phase::Fresh) {
            return Ok(AccessToken(Arc::clone(token)));
        }
        // Boxed, so that the future of a call with a fresh token is small.
        Box::pin(self.slow()).await
    }

    async fn slow(&self) -> Result<AccessToken, AuthError> {
        let Inner { deps, rules, .. } = &*self.0;
        let asked = deps.clock.now();
        if let Err(error) = (deps.check_runtime)() {
            return self.0.locked().state.valid(asked).ok_or(error);
        }
        let deadline = asked.after(rules.deadline);
        let (mut margin_end, mut last_error, mut lost) = (None, None, 0);
        loop {
            let now = deps.clock.now();
            if now.reached(deadline) {
                let valid = self.0.locked().state.valid(now);
                return valid.ok_or(last_error.unwrap_or(AuthError::TimedOut));
            }
            let mut waiting = match self.look(now)? {
                Looked::Token(token) => return Ok(token),
                Looked::Wait(waiting) => waiting,
            };
            let mut limit = now.left(deadline).min(now.left(waiting.wait.overdue));
            if let Some(span) = waiting.wait.margin {
                // Counted from the caller's first wait, even if the renewal is lost and another one begins.
                limit = limit.min(now.left(*margin_end.get_or_insert(now.after(span))));
            }
            let result = self.result(&mut waiting.result, limit).await;
            let now = deps.clock.now();
            match result {
                Some(RenewalResult::Done(Ok(token))) if token.phase(now) < Phase::Over => return Ok(token),
                Some(RenewalResult::Done(Err(error))) => {
                    if let Some(token) = self.0.locked().state.valid(now) {
                        return Ok(token);
                    }
                    if !(waiting.joined_late && error.is_transient()) {
                        return Err(error);
                    }
                    last_error = Some(error);
                }
                Some(RenewalResult::Lost) => {
                    lost += usize::from(waiting.is_own);
                    if lost >= MOST_LOST {
                        return self.0.locked().state.valid(now).ok_or(AuthError::Lost);
                    }
                }
                Some(_) => {}
                // The margin wait or the deadline is over, or the renewal is overdue.
                None => {
                    if let Some(token) = self.0.locked().state.valid(now) {
                        return Ok(token);
                    }
                }
            }
        }
    }

    /// One look at the state, and what follows from it at once.
    fn look(&self, now: Now) -> Result<Looked, AuthError> {
        let mut shared = self.0.locked();
        // A task is spawned after the lock is released, because an executor may run it at once.
        match shared.state.ask(now) {
            Ask::Use(token) => Ok(Looked::Token(token)),
            Ask::Fail(error) => Err(error),
            Ask::Join(wait) => Ok(Looked::Wait(Waiting::new(wait, &shared.result, false))),
            Ask::UseAndRenew(token, begin) => {
                let task = self.renewal(&mut shared, begin);
                drop(shared);
                // This caller is served. If its runtime is gone, the next caller begins the renewal.
                let _ = (self.0.deps.spawn)(task);
                Ok(Looked::Token(token))
            }
            Ask::Renew(begin, wait) => {
                let task = self.renewal(&mut shared, begin);
                let waiting = Waiting::new(wait, &shared.result, true);
                drop(shared);
                (self.0.deps.spawn)(task)?;
                Ok(Looked::Wait(waiting))
            }
        }
    }

    /// Waits for the end of a renewal; `None` if that takes longer than `limit`.
    async fn result(&self, result: &mut watch::Receiver<RenewalResult>, limit: Duration) -> Option<RenewalResult> {
        tokio::select! {
            biased;
            ended = result.wait_for(|result| !matches!(result, RenewalResult::Pending { .. })) => {
                Some(ended.map_or(RenewalResult::Lost, |result| result.clone()))
            }
            () = self.0.deps.clock.timeout(limit) => None,
        }
    }

    /// Makes the renewal a task of its own, so that a caller that is dropped does not cancel it. A task that
    /// is dropped before it ends takes the lock; so it must not be dropped under the lock.
    fn renewal(&self, shared: &mut Shared, begin: Begin) -> Task {
        if begin.is_takeover {
            // The renewal that is overdue may hold the old one forever.
            shared.slot = Arc::new(Semaphore::new(1));
        }
        let (slot, result) = (shared.slot.clone(), watch::Sender::new(RenewalResult::Pending { is_sent: false }));
        let (cancel, cancelled) = oneshot::channel();
        shared.result = result.clone();
        // Dropped by the new task, because that wakes a renewal that is overdue: not under the lock.
        let cancel_overdue = shared.cancel.replace(cancel);
        let deps = &self.0.deps;
        let mut guard = RenewalGuard { inner: self.0.clone(), number: begin.number, result, is_finished: false };
        let renewal = Renewal {
            endpoint: deps.endpoint.clone(),
            clock: deps.clock.clone(),
            rules: self.0.rules.clone(),
            credentials: shared.credentials.clone(),
            delay: begin.delay,
            jitter: deps.jitter,
        };
        Box::pin(async move {
            drop(cancel_overdue);
            let run = async {
                let _permit = tokio::select! {
                    biased;
                    permit = slot.acquire() => permit.ok(),
                    () = renewal.clock.timeout(CANCELLED_GRACE) => None,
                };
                renewal.run(|| guard.request_sent()).await
            };
            let result = tokio::select! {
                biased;
                _ = cancelled => None,
                result = run => Some(result),
            };
            if let Some(result) = result {
                guard.finish(result);
            }
        })
    }

    /// Forgets `token`, so that the next caller gets another one. Does nothing when it is no longer the
    /// current one. Returns `false` when a token was already forgotten, or refused by Chift, less than
    /// [`forced_gap`](Builder::forced_gap) ago: then this one stays.
    #[allow(clippy::must_use_candidate)]
    pub fn invalidate(&self, token: &AccessToken) -> bool {
        self.0.refused(token.0.generation) == Refused::Ask
    }

    /// Uses these credentials for all token requests from now on. Clients made from this source need not be
    /// made again.
    ///
    /// The current token is forgotten, and so are errors of the old credentials. A renewal for the old
    /// credentials is cancelled, and callers who wait for it get a token for the new ones. The base URL does
    /// not change.
    pub fn replace_credentials(&self, credentials: Credentials) {
        let mut shared = self.0.locked();
        shared.credentials = credentials;
        shared.state.replaced();
        shared.result.send_replace(RenewalResult::Outdated);
        self.0.publish(&shared);
        let cancel = shared.cancel.take();
        drop(shared);
        // This wakes the task, and wakers are not called under the lock.
        drop(cancel);
    }

    /// The current state, for a health check. Sends no request.
    pub fn state(&self) -> TokenState {
        let now = self.0.deps.clock.now();
        self.0.locked().state.snapshot(now)
    }

    /// A client whose calls carry a token from this source where they need one.
    ///
    /// It uses the source's base URL and HTTP client, and can be made as often as you like. When Chift
    /// refuses the token of a call, the token is renewed and the call sent once more.
    pub fn client(&self) -> Client {
        self.0.api.with_session(Session::authorized(self.clone()))
    }
}

impl Inner {
    fn locked(&self) -> MutexGuard<'_, Shared> {
        // Nothing panics while it is held; and if something did, the state is consistent between any two steps.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the current token visible to callers who do not take the lock.
    fn publish(&self, shared: &Shared) {
        self.fresh.store(shared.state.token().map(|token| Arc::clone(&token.0)));
    }

    fn refused(&self, generation: u64) -> Refused {
        let now = self.deps.clock.now();
        let mut shared = self.locked();
        let refused = shared.state.refused(generation, now);
        self.publish(&shared);
        refused
    }
}

/// Publishes the result of a renewal. A renewal that is dropped before it ends is published as lost.
struct RenewalGuard {
    inner: Arc<Inner>,
    number: u64,
    result: watch::Sender<RenewalResult>,
    is_finished: bool,
}

impl RenewalGuard {
    /// Marks the renewal for callers who join from now on. Those who wait already are not woken.
    fn request_sent(&self) {
        self.result.send_if_modified(|result| {
            if let RenewalResult::Pending { is_sent } = result {
                *is_sent = true;
            }
            false
        });
    }

    /// Publishes `result`, unless new credentials have made it outdated.
    fn publish(&self, result: RenewalResult) {
        self.result.send_if_modified(|current| {
            let is_pending = matches!(current, RenewalResult::Pending { .. });
            if is_pending {
                *current = result;
            }
            is_pending
        });
    }

    fn finish(&mut self, result: Result<(Issued, Now), AuthError>) {
        let Inner { deps, rules, .. } = &*self.inner;
        let (now, jitter) = (deps.clock.now(), (deps.jitter)());
        let mut shared = self.inner.locked();
        let generation = shared.state.next_generation();
        let token = result.map(|(issued, asked)| {
            AccessToken::new(issued.secret, issued.life, asked, generation, rules, (deps.jitter)())
        });
        let had_one = shared.state.token().is_some();
        let finished = shared.state.finished(self.number, token, now, jitter);
        let still_valid = shared.state.valid(now).is_some();
        self.inner.publish(&shared);
        drop(shared);
        self.is_finished = true;
        match &finished {
            Some(Ok(token)) if had_one => tracing::debug!(expires_at = %token.expires_at(), "access token renewed"),
            Some(Ok(token)) => tracing::debug!(expires_at = %token.expires_at(), "access token issued"),
            Some(Err(error)) if still_valid => {
                tracing::warn!(%error, "access token not renewed; the current one is still valid");
            }
            Some(Err(error)) if error.is_rejected() => tracing::error!(%error, "credentials rejected"),
            Some(Err(error)) => tracing::error!(%error, "no access token"),
            None => tracing::debug!("a renewal ended after another one had taken its place; its result is dropped"),
        }
        self.publish(finished.map_or(RenewalResult::Outdated, RenewalResult::Done));
    }
}

impl Drop for RenewalGuard {
    fn drop(&mut self) {
        if !self.is_finished {
            self.inner.locked().state.lost(self.number);
            self.publish(RenewalResult::Lost);
        }
    }
}

impl Authorize for TokenSource {
    fn ready(&self) -> Option<Bearer> {
        let now = self.0.deps.clock.now();
        self.0.fresh.load().as_ref().filter(|token| token.phase(now) == Phase::Fresh).map(|token| token.bearer.clone())
    }

    fn bearer(&self) -> BearerFuture<'_> {
        Box::pin(async { self.token().await.map(|token| token.bearer()).map_err(AuthorizeError::from) })
    }

    fn refused<'a>(&'a self, refused: &'a Bearer) -> SecondBearerFuture<'a> {
        Box::pin(async {
            match self.0.refused(refused.generation()) {
                Refused::TooSoon => {
                    tracing::warn!("Chift refuses the access token, and it was renewed just now; the refusal stands");
                    None
                }
                Refused::Ask => {
                    let token = self.token().await.ok()?;
                    tracing::debug!("Chift refused an access token; the call is sent again with its successor");
                    Some(token.bearer())
                }
            }
        })
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("base_url", &self.0.api.base_url()).finish_non_exhaustive()
    }
}
