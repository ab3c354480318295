//! The token source: hands out tokens, and begins renewals.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use chift_api::{Authorize, AuthorizeError, Bearer, BearerFuture, Client, Moment, SecondBearerFuture, Session};
use tokio::sync::{Semaphore, watch};

use crate::renewal::{Deps, Inner, Renewal, RenewalResult, Shared};
use crate::rules::Rules;
use crate::state::{Ask, State, TokenState};
use crate::token::{self, Phase};
use crate::{AccessToken, AuthError, Builder, Credentials};

/// A caller gives up after this many of its own renewals were dropped: its runtime is shutting down, and drops each
/// task that is spawned on it.
const MOST_LOST: usize = 4;

/// Hands out access tokens. It keeps a token while it is valid, and renews it before it expires.
///
/// Cloning is cheap, and all clones share the token. At most one token request is under way for any number of
/// callers, except for a second one beside a request that hangs. A caller that is dropped does not cancel it. The
/// [crate documentation](crate) has a table of what happens in each situation.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use chift_auth::{Credentials, TokenSource};
///
/// let source = TokenSource::new(Credentials::from_env()?)?;
/// let token = source.token().await?;
/// println!("a token of {} characters, valid until {}", token.secret().expose().len(), token.expires_at());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenSource(pub(crate) Arc<Inner>);

impl TokenSource {
    /// A source with the default settings of [`TokenSource::builder`].
    ///
    /// # Errors
    ///
    /// See [`Builder::build`].
    pub fn new(credentials: Credentials) -> Result<Self, AuthError> {
        Self::builder(credentials).build()
    }

    /// A builder for a source with other settings.
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
        let shared = Shared {
            state: State::new(rules.clone()),
            credentials,
            result: watch::Sender::new(RenewalResult::Outdated),
            slot: Arc::new(Semaphore::new(1)),
        };
        Self(Arc::new(Inner { fresh: ArcSwapOption::empty(), shared: Mutex::new(shared), deps, rules, api }))
    }

    /// Returns a valid token: the current one, or a new one if there is none.
    ///
    /// While the token is fresh, the call does not wait, allocate or lock. It can be made from any number of tasks,
    /// threads and tokio runtimes, and dropped at any time. It never waits longer than the
    /// [`deadline`](Builder::deadline), and at most a second while there is a valid token.
    ///
    /// # Errors
    ///
    /// The reason why there is no valid token. [`AuthError::NoRuntime`] if a token must be requested and the caller
    /// is not in a tokio runtime with time and IO enabled.
    pub async fn token(&self) -> Result<AccessToken, AuthError> {
        match self.fresh(|token| AccessToken(token.clone())) {
            Some(token) => Ok(token),
            // Boxed, so that the future of a call with a fresh token is small.
            None => Box::pin(self.slow()).await,
        }
    }

    /// Reads the current token without a lock; `None` unless it is fresh.
    fn fresh<T>(&self, read: impl FnOnce(&Arc<token::Inner>) -> T) -> Option<T> {
        let now = self.0.deps.clock.moment();
        self.0.fresh.load().as_ref().filter(|token| token.phase(now) == Phase::Fresh).map(read)
    }

    async fn slow(&self) -> Result<AccessToken, AuthError> {
        let Inner { deps, rules, .. } = &*self.0;
        let asked = deps.clock.moment();
        if let Err(error) = (deps.check_runtime)() {
            return self.0.valid(asked).ok_or(error);
        }
        let deadline = asked.after(rules.deadline);
        let (mut last_error, mut lost) = (AuthError::TimedOut, 0);
        loop {
            let now = deps.clock.moment();
            if now.reached(deadline) {
                return self.0.valid(now).ok_or(last_error);
            }
            let (ask, mut result, is_own) = self.ask(now)?;
            let wait = match ask {
                Ask::Use(token) => return Ok(token),
                Ask::Wait(wait) => wait,
            };
            let limit = now.left(deadline).min(now.left(wait.overdue)).min(wait.margin.unwrap_or(Duration::MAX));
            let ended = pin!(result.wait_for(|result| !matches!(result, RenewalResult::Pending)));
            let result = match deps.clock.within(limit, ended).await {
                Some(ended) => ended.map_or(RenewalResult::Lost, |result| result.clone()),
                None => RenewalResult::Pending,
            };
            let now = deps.clock.moment();
            if let RenewalResult::Done(Ok(token)) = &result
                && token.0.phase(now) < Phase::Expired
            {
                return Ok(token.clone());
            }
            if let Some(token) = self.0.valid(now) {
                return Ok(token);
            }
            match result {
                RenewalResult::Done(Err(error)) if wait.is_late && error.is_transient() => last_error = error,
                RenewalResult::Done(Err(error)) => return Err(error),
                RenewalResult::Lost if is_own && lost + 1 == MOST_LOST => return Err(AuthError::Lost),
                RenewalResult::Lost if is_own => lost += 1,
                _ => {}
            }
        }
    }

    /// Asks the state what to do, and begins a renewal if the state says so. Returns whether it did.
    fn ask(&self, now: Moment) -> Result<(Ask, watch::Receiver<RenewalResult>, bool), AuthError> {
        let mut shared = self.0.locked();
        let (begin, ask) = shared.state.ask(now)?;
        let renewal = begin.map(|begin| Renewal::new(&self.0, &mut shared, begin));
        let (result, is_own) = (shared.result.subscribe(), renewal.is_some());
        drop(shared);
        if let Some(renewal) = renewal {
            (self.0.deps.spawn)(Box::pin(renewal.run()));
        }
        Ok((ask, result, is_own))
    }

    /// Drops `token`, so that the next call returns another one. Does nothing if it is no longer the current token.
    ///
    /// Returns `false` and keeps the token if another token was dropped, or refused by Chift, less than
    /// [`forced_gap`](Builder::forced_gap) ago.
    #[allow(clippy::must_use_candidate)]
    pub fn invalidate(&self, token: &AccessToken) -> bool {
        self.drop_token(token.0.bearer.generation())
    }

    fn drop_token(&self, generation: u64) -> bool {
        let now = self.0.deps.clock.moment();
        let mut shared = self.0.locked();
        let is_dropped = shared.state.refused(generation, now);
        self.0.publish(&shared);
        is_dropped
    }

    /// Uses `credentials` for all token requests from now on. Existing clients use them too; the base URL stays.
    ///
    /// The current token and the errors of the old credentials are dropped. A renewal with the old credentials is
    /// cancelled, and its callers get a token for the new ones.
    pub fn replace_credentials(&self, credentials: Credentials) {
        let mut shared = self.0.locked();
        shared.credentials = credentials;
        shared.state.replaced();
        shared.result.send_replace(RenewalResult::Outdated);
        self.0.publish(&shared);
    }

    /// The current state, for a health check. It sends no request.
    pub fn state(&self) -> TokenState {
        let now = self.0.deps.clock.moment();
        self.0.locked().state.snapshot(now)
    }

    /// A client whose calls carry a token of this source where they need one.
    ///
    /// It uses the base URL and the HTTP client of the source, and it is cheap to make. If Chift refuses the token of
    /// a call, the source renews the token, and the client sends the call once more.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_auth::chift_api::Method;
    /// use chift_auth::{Credentials, TokenSource};
    ///
    /// let client = TokenSource::new(Credentials::from_env()?)?.client();
    /// let consumers = client.request(Method::GET, "/consumers").send::<serde_json::Value>().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client(&self) -> Client {
        self.0.api.with_session(Session::authorized(self.clone()))
    }
}

impl Authorize for TokenSource {
    fn ready(&self) -> Option<Bearer> {
        self.fresh(|token| token.bearer.clone())
    }

    fn bearer(&self) -> BearerFuture<'_> {
        Box::pin(async { self.token().await.map(|token| token.0.bearer.clone()).map_err(AuthorizeError::from) })
    }

    fn refused<'a>(&'a self, refused: &'a Bearer) -> SecondBearerFuture<'a> {
        Box::pin(async {
            if !self.drop_token(refused.generation()) {
                tracing::warn!("Chift refused an access token that was renewed just now; the call is not repeated");
                return None;
            }
            let token = self.token().await.ok()?;
            tracing::debug!("Chift refused an access token; the call is repeated with the next one");
            Some(token.0.bearer.clone())
        })
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("base_url", &self.0.api.base_url()).finish_non_exhaustive()
    }
}
