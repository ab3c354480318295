//! Where tokens come from.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chift_api::{Authorize, BearerFuture, Client, DEFAULT_BASE_URL, Session};
use tokio::sync::Mutex;

use crate::clock::{Clock, SystemClock};
use crate::{AccessToken, AuthError, Credentials, base_url, endpoint};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request may take in all.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Hands out access tokens: one is kept while it lives, and a new one is asked for when it is needed.
///
/// Cloning is cheap, and all clones share the token. However many callers wait, one token request is
/// under way at a time.
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

struct Inner {
    credentials: RwLock<Credentials>,
    /// Asks for tokens; sends no bearer and follows no redirect.
    token_client: Client,
    /// What clients made from this source send their calls with.
    http_client: reqwest::Client,
    base_url: String,
    clock: Arc<dyn Clock>,
    /// Held while a token is asked for, so that those who come meanwhile wait for the same one.
    current: Mutex<Option<AccessToken>>,
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
        Builder { credentials, base_url: None, http_client: None, clock: Arc::new(SystemClock) }
    }

    /// A token that is valid now: the one at hand, or a new one when there is none or it is about to end
    /// (in the last tenth of its life, at most 30 s before its end).
    ///
    /// # Errors
    ///
    /// When a new token is needed and cannot be had.
    pub async fn token(&self) -> Result<AccessToken, AuthError> {
        let mut current = self.0.current.lock().await;
        let asked = self.0.clock.now();
        if let Some(token) = current.as_ref().filter(|token| token.is_fresh(asked)) {
            return Ok(token.clone());
        }
        let credentials = self.0.credentials.read().unwrap_or_else(PoisonError::into_inner).clone();
        match endpoint::request(&self.0.token_client, &credentials, asked).await {
            Ok(token) => {
                tracing::debug!(expires_at = %token.expires_at(), "access token issued");
                *current = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                let left = current.as_ref().filter(|token| !token.remaining(self.0.clock.now()).is_zero());
                // It is renewed ahead of its end so that a failure now does no harm yet.
                if let Some(token) = left {
                    tracing::warn!(%error, "access token not renewed; the one at hand is still valid");
                    return Ok(token.clone());
                }
                tracing::warn!(%error, "no access token");
                Err(error)
            }
        }
    }

    /// Forgets `token`, so that the next caller gets a new one; does nothing when it is no longer the
    /// current one.
    pub async fn invalidate(&self, token: &AccessToken) {
        let mut current = self.0.current.lock().await;
        if current.as_ref().is_some_and(|current| current.is(token)) {
            *current = None;
        }
    }

    /// A client whose calls carry a token from this source where they need one.
    ///
    /// It uses the source's base URL and HTTP client, and can be made as often as you like.
    pub fn client(&self) -> Client {
        Client::new_with_client(&self.0.base_url, self.0.http_client.clone(), Session::authorized(self.clone()))
    }
}

impl Authorize for TokenSource {
    fn bearer(&self) -> BearerFuture<'_> {
        Box::pin(async { Ok(self.token().await?.secret().clone()) })
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("base_url", &self.0.base_url).finish_non_exhaustive()
    }
}

/// The settings of a [`TokenSource`]; made by [`TokenSource::builder`], which shows its use.
#[derive(Debug, Clone)]
pub struct Builder {
    credentials: Credentials,
    base_url: Option<String>,
    http_client: Option<reqwest::Client>,
    clock: Arc<dyn Clock>,
}

impl Builder {
    /// Where the API is. Default: what `CHIFT_BASE_URL` said if the credentials come
    /// [from the environment](Credentials::from_env), else [`DEFAULT_BASE_URL`].
    ///
    /// It must be `https`, or lead to a loopback address, because credentials are sent there.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// The HTTP client for everything that is sent, token requests included: with a proxy, more roots,
    /// other timeouts. Make it with `redirect(Policy::none())`: a client that follows redirects would
    /// send the credentials after them.
    ///
    /// Default: 5 s to connect, 30 s in all, no redirects, `User-Agent: chift-auth/VERSION`.
    #[must_use]
    pub fn http_client(mut self, http_client: reqwest::Client) -> Self {
        self.http_client = Some(http_client);
        self
    }

    #[cfg(test)]
    #[allow(dead_code)]
    pub(crate) fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The source. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`AuthError::BaseUrl`] when the base URL is not one that credentials may be sent to, and
    /// [`AuthError::HttpClient`] when no HTTP client can be made.
    pub fn build(self) -> Result<TokenSource, AuthError> {
        let stated = self.base_url.as_deref().or(self.credentials.base_url()).unwrap_or(DEFAULT_BASE_URL);
        let base_url = base_url::checked(stated)?;
        let http_client = match self.http_client {
            Some(client) => client,
            None => default_http_client()?,
        };
        let token_client = Client::new_with_client(&base_url, http_client.clone(), Session::anonymous());
        Ok(TokenSource(Arc::new(Inner {
            credentials: RwLock::new(self.credentials),
            token_client,
            http_client,
            base_url,
            clock: self.clock,
            current: Mutex::new(None),
        })))
    }
}

fn default_http_client() -> Result<reqwest::Client, AuthError> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("chift-auth/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| AuthError::HttpClient(Arc::new(error)))
}
