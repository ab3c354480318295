//! The settings of a token source.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chift_api::{Client, ClientBuilder, DEFAULT_BASE_URL, RetryPolicyBuilder, RetryPolicyError, Session, shown_url};

use crate::clock::{Clock, SystemClock};
use crate::endpoint::TokenEndpoint;
use crate::rules::Rules;
use crate::runtime;
use crate::source::Deps;
use crate::{AuthError, Credentials, TokenSource};

/// Changes the settings of an HTTP client.
type Configure = Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// The settings of a [`TokenSource`]; made by [`TokenSource::builder`].
///
/// The defaults are made for tokens that live 30 minutes, and work with shorter ones too: the phases
/// shrink with a token's life.
///
/// ```
/// use chift_auth::{Credentials, TokenSource};
/// use std::time::Duration;
///
/// let source = TokenSource::builder(Credentials::new("id", "s3cret", uuid::Uuid::nil()))
///     .attempts(5)
///     .deadline(Duration::from_secs(20))
///     .build()?;
/// # Ok::<(), chift_auth::AuthError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Builder {
    credentials: Credentials,
    base_url: Option<String>,
    allow_plain_http: bool,
    configure: Configure,
    clock: Arc<dyn Clock>,
    jitter: fn() -> f64,
    retry: RetryPolicyBuilder,
    rules: Rules,
}

impl Builder {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            base_url: None,
            allow_plain_http: false,
            configure: Arc::new(|http| http),
            clock: Arc::new(SystemClock),
            jitter: fastrand::f64,
            retry: Rules::retry(),
            rules: Rules::default(),
        }
    }

    /// Where the API is. Default: what `CHIFT_BASE_URL` said if the credentials come
    /// [from the environment](Credentials::from_env), else [`DEFAULT_BASE_URL`].
    ///
    /// It must be `https`, or lead to a loopback address, because credentials are sent there.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Sends credentials and tokens over plain http too, to wherever the base URL leads. Whoever is on the
    /// way can read them. For a network that encrypts by itself; default: no.
    pub fn dangerously_allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// Changes the settings of the HTTP client for everything that is sent, token requests included: a proxy, more
    /// roots, other timeouts.
    ///
    /// Default: 5 s to connect, 60 s until a response begins and between two parts of its body, no limit on the
    /// whole, `User-Agent: chift-auth/VERSION`. What secrets depend on is set after `configure`: see
    /// [`Client::with_http`](chift_api::Client::with_http).
    ///
    /// ```
    /// # use chift_auth::{Credentials, TokenSource};
    /// # let credentials = Credentials::new("id", "s3cret", uuid::Uuid::nil());
    /// let source = TokenSource::builder(credentials).http(|http| http.user_agent("books/1.0")).build()?;
    /// # Ok::<(), chift_auth::AuthError>(())
    /// ```
    pub fn http(mut self, configure: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static) -> Self {
        self.configure = Arc::new(configure);
        self
    }

    /// How long before a token's end its successor is fetched behind the callers' backs, at most; never
    /// more than a quarter of its life. Default: 300 s, less up to a fifth, rolled once per token.
    pub fn early(mut self, span: Duration) -> Self {
        self.rules.early = span;
        self
    }

    /// How long before a token's end callers begin to wait for the next one, at most; never more than a tenth
    /// of its life, and not longer than [`early`](Self::early). A caller waits for at most a quarter of what
    /// is left of the token's life and at most a second, then it gets the token that is still valid.
    /// Default: 30 s.
    pub fn margin(mut self, span: Duration) -> Self {
        self.rules.margin = span;
        self
    }

    /// How long a renewal may take, all attempts included, and how long a caller waits for a token, at most.
    /// Each attempt gets an equal share of the time that is left. Default: 10 s.
    pub fn deadline(mut self, span: Duration) -> Self {
        self.rules.deadline = span;
        self
    }

    /// After which time a second token request is sent beside one that has no response yet, at most a day: the first
    /// token that comes is used, and the second request counts among the [`attempts`](Self::attempts). Default: 1 s.
    pub fn hedge_after(mut self, span: Duration) -> Self {
        self.rules.hedge_after = span;
        self
    }

    /// How many times a renewal asks when Chift cannot be reached or cannot answer, from 1 to 10.
    /// Default: 3.
    pub fn attempts(mut self, count: u32) -> Self {
        self.retry = self.retry.attempts(count);
        self
    }

    /// The longest pause before the second attempt, which doubles from attempt to attempt up to `max`; see
    /// [`RetryPolicy`](chift_api::RetryPolicy). A renewal that follows a failed one pauses as well. Default: 200 ms, 2 s.
    pub fn backoff(mut self, initial: Duration, max: Duration) -> Self {
        self.retry = self.retry.initial_backoff(initial).max_backoff(max);
        self
    }

    /// How long a `Retry-After` is heeded, at most. Default: 5 min.
    pub fn longest_pause(mut self, span: Duration) -> Self {
        self.rules.longest_pause = span;
        self
    }

    /// How long a valid token is handed out after its renewal failed before the next attempt: doubling
    /// from `shortest` to `longest`, and never more than half of what is left of its life. Default: 1 s
    /// to 30 s.
    pub fn early_retry(mut self, shortest: Duration, longest: Duration) -> Self {
        (self.rules.shortest_retry, self.rules.longest_retry) = (shortest, longest);
        self
    }

    /// How long callers get the same refusal after Chift refused the credentials, without Chift being
    /// asked: doubling from `shortest` to `longest`. Default: 5 s to 60 s.
    pub fn rejection_hold(mut self, shortest: Duration, longest: Duration) -> Self {
        (self.rules.shortest_hold, self.rules.longest_hold) = (shortest, longest);
        self
    }

    /// The least time between two renewals of tokens that were still alive, because Chift refused them or
    /// [`invalidate`](TokenSource::invalidate) was called. Default: 10 s.
    pub fn forced_gap(mut self, span: Duration) -> Self {
        self.rules.forced_gap = span;
        self
    }

    #[cfg(test)]
    pub(crate) fn jitter(mut self, jitter: fn() -> f64) -> Self {
        self.jitter = jitter;
        self
    }

    #[cfg(test)]
    pub(crate) fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The source. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`AuthError::BaseUrl`] when the base URL is not one that credentials may be sent to,
    /// [`AuthError::Setting`] when a setting is out of its range, and [`AuthError::HttpClient`] when no HTTP
    /// client can be made.
    pub fn build(mut self) -> Result<TokenSource, AuthError> {
        let retry = self.retry.max_elapsed(self.rules.deadline).build();
        let refused = |error: RetryPolicyError| {
            // Its time is the deadline.
            let setting = if error.setting() == "max_elapsed" { "deadline" } else { error.setting() };
            AuthError::Setting { setting, reason: error.reason().to_owned() }
        };
        self.rules.retry = retry.map_err(refused)?;
        self.rules.check()?;
        let stated = self.base_url.as_deref().or(self.credentials.base_url()).unwrap_or(DEFAULT_BASE_URL);
        let session = Session::anonymous();
        let session = if self.allow_plain_http { session.dangerously_allow_plain_http() } else { session };
        let api = Client::with_http(stated, session, |http| {
            (self.configure)(http.user_agent(concat!("chift-auth/", env!("CARGO_PKG_VERSION"))))
        })?;
        let deps = Deps {
            endpoint: Arc::new(TokenEndpoint::new(&api)),
            clock: self.clock,
            check_runtime: runtime::check,
            spawn: runtime::spawn,
            jitter: self.jitter,
        };
        Ok(TokenSource::on(deps, self.rules, self.credentials, api))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("credentials", &self.credentials)
            .field("base_url", &self.base_url.as_deref().map(shown_url))
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(set: impl FnOnce(Builder) -> Builder) -> String {
        set(Builder::new(Credentials::new("a", "b", uuid::Uuid::nil()))).build().unwrap_err().to_string()
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let second = Duration::from_secs(1);
        for (message, expected) in [
            (refusal(|it| it.attempts(0)), "invalid setting `attempts`: 0"),
            (refusal(|it| it.attempts(11)), "`attempts`"),
            (refusal(|it| it.deadline(Duration::ZERO)), "`deadline`"),
            (refusal(|it| it.deadline(Duration::MAX)), "`deadline`"),
            (refusal(|it| it.hedge_after(Duration::ZERO)), "`hedge_after`"),
            (refusal(|it| it.margin(second * 301)), "`margin`"),
            (refusal(|it| it.early(second * 29)), "`margin`"),
            (refusal(|it| it.backoff(second * 3, second * 2)), "`max_backoff`"),
            (refusal(|it| it.backoff(Duration::ZERO, second)), "`initial_backoff`"),
            (refusal(|it| it.early_retry(second * 3, second)), "`early_retry`"),
            (refusal(|it| it.rejection_hold(second * 3, second)), "`rejection_hold`"),
            (refusal(|it| it.forced_gap(Duration::ZERO)), "`forced_gap`"),
            (refusal(|it| it.longest_pause(Duration::MAX)), "`longest_pause`"),
            (refusal(|it| it.early(Duration::MAX)), "`early`"),
        ] {
            assert!(message.contains(expected), "{message}");
        }
    }
}
