//! Where tokens come from.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use chift_api::{Authorize, Bearer, BearerFuture, Client, SecondBearerFuture, Session};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::endpoint::Endpoint;
use crate::renewal::Renewal;
use crate::rules::Rules;
use crate::state::{self, Ask, Refused, State, TokenState};
use crate::token::{self, Phase};
use crate::{AccessToken, AuthError, Builder, Credentials};

/// How many times a caller waits anew when the renewal it waited for is lost.
const ROUNDS: usize = 4;

/// Hands out access tokens: one is kept while it lives, and renewed ahead of its end.
///
/// Cloning is cheap, and all clones share the token. However many callers wait, one token request is
/// under way at a time; a caller that goes away cancels nobody. What happens when is told in a table in
/// the [crate's documentation](crate).
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

/// A piece of work that goes on whether or not anybody waits for it.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a source stands on; tests bring their own.
pub(crate) struct Deps {
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) spawn: fn(Task) -> Result<(), AuthError>,
    /// From 0 to 1.
    pub(crate) jitter: fn() -> f64,
}

struct Inner {
    /// The current token, for those who come while it is fresh: no lock, no waiting.
    fresh: ArcSwapOption<token::Inner>,
    /// Never held across an `.await`.
    shared: Mutex<Shared>,
    deps: Deps,
    rules: Rules,
    /// What clients made from this source send their calls with.
    http_client: reqwest::Client,
    base_url: String,
}

struct Shared {
    state: State,
    credentials: Credentials,
    /// Where the result of the current flight will be told.
    landing: watch::Sender<RenewalResult>,
}

/// What those who wait for a flight are told.
#[derive(Debug, Clone)]
enum RenewalResult {
    Pending,
    Done(Result<AccessToken, AuthError>),
    /// It will never come, or no longer counts: ask again.
    AskAgain,
}

/// What a caller gets from one look at the state.
enum Answered {
    Token(AccessToken),
    /// The flight to wait for, and where its result will be told.
    Wait(Option<u64>, watch::Receiver<RenewalResult>),
}

/// On tokio, whichever of its runtimes the caller is in.
pub(crate) fn spawn(task: Task) -> Result<(), AuthError> {
    let handle = Handle::try_current().map_err(|_| AuthError::NoRuntime)?;
    handle.spawn(task);
    Ok(())
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

    pub(crate) fn on(
        deps: Deps,
        rules: Rules,
        credentials: Credentials,
        http_client: reqwest::Client,
        base_url: String,
    ) -> Self {
        let state = State::new(rules.clone());
        let shared = Shared { state, credentials, landing: watch::Sender::new(RenewalResult::AskAgain) };
        Self(Arc::new(Inner {
            fresh: ArcSwapOption::empty(),
            shared: Mutex::new(shared),
            deps,
            rules,
            http_client,
            base_url,
        }))
    }

    /// A token that is valid now: the one at hand, or a new one when there is none.
    ///
    /// While the token is fresh this neither waits nor allocates nor takes a lock. It can be called from
    /// any number of tasks, threads and tokio runtimes, and dropped at any time.
    ///
    /// # Errors
    ///
    /// When there is no valid token and none can be had; also [`AuthError::NoRuntime`] when one has to be
    /// fetched outside of a tokio runtime.
    pub async fn token(&self) -> Result<AccessToken, AuthError> {
        let now = self.0.deps.clock.now();
        if let Some(token) = self.0.fresh.load().as_ref().filter(|token| token.phase(now) == Phase::Fresh) {
            return Ok(AccessToken(Arc::clone(token)));
        }
        self.slow().await
    }

    async fn slow(&self) -> Result<AccessToken, AuthError> {
        for _ in 0..ROUNDS {
            let (number, mut landing) = match self.asked()? {
                Answered::Token(token) => return Ok(token),
                Answered::Wait(number, landing) => (number, landing),
            };
            match self.awaited(number, &mut landing).await {
                RenewalResult::Done(Ok(token)) if token.phase(self.0.deps.clock.now()) < Phase::Over => {
                    return Ok(token);
                }
                RenewalResult::Done(Err(error)) => {
                    let now = self.0.deps.clock.now();
                    return self.0.locked().state.fallback(now).ok_or(error);
                }
                _ => {}
            }
        }
        Err(AuthError::Lost)
    }

    /// One look at the state, and what follows from it at once.
    fn asked(&self) -> Result<Answered, AuthError> {
        // The clock is read before the lock is taken, and a task is spawned after it is released: both
        // are somebody else's code.
        let now = self.0.deps.clock.now();
        let mut shared = self.0.locked();
        match shared.state.ask(now) {
            Ask::Use(token) => Ok(Answered::Token(token)),
            Ask::Fail(error) => Err(error),
            Ask::Join => Ok(Answered::Wait(shared.state.flight(), shared.landing.subscribe())),
            Ask::UseAndRenew(token, flight) => {
                let task = self.prepared(&mut shared, flight);
                drop(shared);
                // The caller is served; without a runtime here, another caller's will do it.
                let _ = (self.0.deps.spawn)(task);
                Ok(Answered::Token(token))
            }
            Ask::Renew(flight) => {
                let task = self.prepared(&mut shared, flight);
                let landing = shared.landing.subscribe();
                drop(shared);
                (self.0.deps.spawn)(task)?;
                Ok(Answered::Wait(Some(flight.number), landing))
            }
        }
    }

    /// The flight's end; [`RenewalResult::AskAgain`] when it takes so long that its runtime must stand still.
    async fn awaited(&self, number: Option<u64>, landing: &mut watch::Receiver<RenewalResult>) -> RenewalResult {
        let rules = &self.0.rules;
        let timeout = self.0.deps.clock.timeout(rules.deadline + rules.longest_wait + Duration::from_secs(1));
        tokio::select! {
            biased;
            landed = landing.wait_for(|landing| !matches!(landing, RenewalResult::Pending)) => {
                landed.map_or(RenewalResult::AskAgain, |landing| landing.clone())
            }
            () = timeout => {
                if let Some(number) = number {
                    self.0.locked().state.lost(number);
                }
                RenewalResult::AskAgain
            }
        }
    }

    /// The flight as a task of its own, which nobody's going away can cancel. Dropped before it has ended,
    /// it is told as lost; so it must not be dropped under the lock.
    fn prepared(&self, shared: &mut Shared, flight: state::Renewal) -> Task {
        shared.landing = watch::Sender::new(RenewalResult::Pending);
        let deps = &self.0.deps;
        let mut pilot = RenewalGuard {
            inner: self.0.clone(),
            number: flight.number,
            landing: shared.landing.clone(),
            landed: false,
        };
        let flight = Renewal {
            endpoint: deps.endpoint.clone(),
            clock: deps.clock.clone(),
            rules: self.0.rules.clone(),
            credentials: shared.credentials.clone(),
            delay: flight.delay,
            jitter: deps.jitter,
        };
        Box::pin(async move {
            let result = flight.run().await;
            pilot.land(result);
        })
    }

    /// Forgets `token`, so that the next caller gets another one. Does nothing when it is no longer the
    /// current one. Returns `false` when a token was already forgotten, or refused by Chift, less than
    /// [`forced_gap`](Builder::forced_gap) ago: then this one stays.
    #[allow(clippy::must_use_candidate)]
    pub fn invalidate(&self, token: &AccessToken) -> bool {
        self.0.refused(token.0.generation) == Refused::Ask
    }

    /// From now on tokens are asked for with these credentials: no client needs to be made anew. The
    /// token at hand is forgotten, and so is what Chift said of the old credentials. Those who are waiting
    /// for a token get one for the new ones. The base URL stays as it is.
    pub fn replace_credentials(&self, credentials: Credentials) {
        let mut shared = self.0.locked();
        shared.credentials = credentials;
        shared.state.replaced();
        shared.landing.send_replace(RenewalResult::AskAgain);
        self.0.publish(&shared);
    }

    /// How things are, for a health check. It asks Chift nothing.
    pub fn state(&self) -> TokenState {
        let now = self.0.deps.clock.now();
        self.0.locked().state.snapshot(now)
    }

    /// A client whose calls carry a token from this source where they need one.
    ///
    /// It uses the source's base URL and HTTP client, and can be made as often as you like. When Chift
    /// refuses the token of a call, the token is renewed and the call sent once more.
    pub fn client(&self) -> Client {
        Client::new_with_client(&self.0.base_url, self.0.http_client.clone(), Session::authorized(self.clone()))
    }
}

impl Inner {
    fn locked(&self) -> MutexGuard<'_, Shared> {
        // Nothing panics while it is held; and if it did, the state is whole between any two steps.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows the current token to those who come without a lock.
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

/// Brings the result of a flight home; a flight that is dropped before is told as lost.
struct RenewalGuard {
    inner: Arc<Inner>,
    number: u64,
    landing: watch::Sender<RenewalResult>,
    landed: bool,
}

impl RenewalGuard {
    fn land(&mut self, result: Result<(crate::endpoint::Issued, crate::clock::Now), AuthError>) {
        let Inner { deps, rules, .. } = &*self.inner;
        let (now, jitter) = (deps.clock.now(), (deps.jitter)());
        let mut shared = self.inner.locked();
        let generation = shared.state.next_generation();
        let token = result.map(|(issued, asked)| {
            AccessToken::new(issued.secret, issued.life, asked, generation, rules, (deps.jitter)())
        });
        let had_one = shared.state.token().is_some();
        let landed = shared.state.finished(self.number, token, now, jitter);
        let still_valid = shared.state.fallback(now).is_some();
        self.inner.publish(&shared);
        drop(shared);
        self.landed = true;
        match &landed {
            Some(Ok(token)) if had_one => tracing::debug!(expires_at = %token.expires_at(), "access token renewed"),
            Some(Ok(token)) => tracing::debug!(expires_at = %token.expires_at(), "access token issued"),
            Some(Err(error)) if still_valid => {
                tracing::warn!(%error, "access token not renewed; the one at hand is still valid");
            }
            Some(Err(error)) if error.is_rejected() => tracing::error!(%error, "credentials rejected"),
            Some(Err(error)) => tracing::error!(%error, "no access token"),
            None => tracing::debug!("a token request was overtaken; its result is dropped"),
        }
        self.landing.send_replace(landed.map_or(RenewalResult::AskAgain, RenewalResult::Done));
    }
}

impl Drop for RenewalGuard {
    fn drop(&mut self) {
        if !self.landed {
            self.inner.locked().state.lost(self.number);
            self.landing.send_replace(RenewalResult::AskAgain);
        }
    }
}

impl Authorize for TokenSource {
    fn bearer(&self) -> BearerFuture<'_> {
        Box::pin(async { Ok(bearer(&self.token().await?)) })
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
                    Some(bearer(&token))
                }
            }
        })
    }
}

fn bearer(token: &AccessToken) -> Bearer {
    Bearer::new(token.secret().clone()).with_generation(token.0.generation)
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("base_url", &self.0.base_url).finish_non_exhaustive()
    }
}
