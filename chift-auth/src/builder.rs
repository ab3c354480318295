//! The settings of a token source.

use std::fmt;
use std::time::Duration;

use chift_api::{Client, ClientBuilder, DEFAULT_BASE_URL, RetryPolicyBuilder, Session, SharedClock};

use crate::endpoint::token_endpoint;
use crate::renewal::Deps;
use crate::rules::Rules;
#[cfg(feature = "store")]
use crate::store::{StoreSetting, TokenStore};
use crate::{AuthError, Credentials, TokenSource, runtime};

/// The settings of a [`TokenSource`]; from [`TokenSource::builder`].
///
/// The defaults suit tokens that live for 30 minutes, and shorter ones too: the phases shrink with a token's life.
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
#[must_use]
pub struct Builder {
    credentials: Credentials,
    session: Session,
    configure: Box<dyn FnOnce(ClientBuilder) -> ClientBuilder + Send + Sync>,
    retry: RetryPolicyBuilder,
    rules: Rules,
    #[cfg(feature = "store")]
    store: StoreSetting,
}

impl Builder {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            session: Session::anonymous(),
            configure: Box::new(|http| http),
            retry: Rules::retry(),
            rules: Rules::default(),
            #[cfg(feature = "store")]
            store: StoreSetting::default(),
        }
    }

    /// The address of the API. Default: `CHIFT_BASE_URL` if the credentials come
    /// [from the environment](Credentials::from_env) and it is set, else [`DEFAULT_BASE_URL`].
    ///
    /// It must be `https` or a loopback address, because credentials are sent to it.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.credentials.base_url = Some(base_url.into());
        self
    }

    /// Sends credentials and tokens over plain http too, to any host. Everyone on the network path can read them.
    /// Only for a network that encrypts the traffic itself. Default: not allowed.
    pub fn dangerously_allow_plain_http(mut self) -> Self {
        self.session = self.session.dangerously_allow_plain_http();
        self
    }

    /// Changes the settings of the HTTP client for all requests, including token requests: a proxy, additional root
    /// certificates, timeouts.
    ///
    /// Default: 5 s to connect, 60 s until the response begins and between two parts of its body, no limit on the
    /// whole, `User-Agent: chift-auth/VERSION`. `configure` cannot change the settings that protect secrets; see
    /// [`Client::with_http`](chift_api::Client::with_http).
    ///
    /// ```
    /// # use chift_auth::{Credentials, TokenSource};
    /// # let credentials = Credentials::new("id", "s3cret", uuid::Uuid::nil());
    /// let source = TokenSource::builder(credentials).http(|http| http.user_agent("books/1.0")).build()?;
    /// # Ok::<(), chift_auth::AuthError>(())
    /// ```
    pub fn http(mut self, configure: impl FnOnce(ClientBuilder) -> ClientBuilder + Send + Sync + 'static) -> Self {
        self.configure = Box::new(configure);
        self
    }

    /// How long before a token expires the source renews it in the background. At most a quarter of the token's
    /// life. Default: 300 s, of which a random part of up to a fifth is subtracted for each token.
    pub fn refresh_ahead(mut self, span: Duration) -> Self {
        self.rules.refresh_ahead = span;
        self
    }

    /// How long before a token expires callers begin to wait for the next one. At most a tenth of the token's life,
    /// and at most [`refresh_ahead`](Self::refresh_ahead). A caller waits for a quarter of the remaining life, and at
    /// most a second. Then it gets the token that is still valid. Default: 30 s.
    pub fn margin(mut self, span: Duration) -> Self {
        self.rules.margin = span;
        self
    }

    /// How long a renewal with all its attempts may take, and how long a caller waits for a token at most. Each
    /// attempt gets an equal share of the remaining time. Default: 10 s.
    pub fn deadline(mut self, span: Duration) -> Self {
        self.rules.deadline = span;
        self
    }

    /// The maximum number of token requests of one renewal if Chift cannot be reached or cannot issue a token, from
    /// 1 to 10. A second request beside one that has no response after 1 s counts as an attempt. Default: 3.
    pub fn attempts(mut self, count: u32) -> Self {
        self.retry = self.retry.attempts(count);
        self
    }

    /// The minimum time between two renewals of tokens that had not expired, but that Chift refused or that
    /// [`invalidate`](TokenSource::invalidate) dropped. Default: 10 s.
    pub fn forced_gap(mut self, span: Duration) -> Self {
        self.rules.forced_gap = span;
        self
    }

    /// Shares the token with all processes that use the same store and API key; see [`store`](crate::store). Default: no
    /// store.
    ///
    /// ```
    /// use chift_auth::store::MemoryStore;
    /// use chift_auth::{Credentials, TokenSource};
    /// let credentials = Credentials::new("id", "s3cret", uuid::Uuid::nil());
    /// let source = TokenSource::builder(credentials).store(MemoryStore::new()).build()?;
    /// # Ok::<(), chift_auth::AuthError>(())
    /// ```
    #[cfg(feature = "store")]
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store.store = Some(Box::new(store));
        self
    }

    /// The time limit of each operation of the store, from 1 ms to a tenth of the [`deadline`](Self::deadline). The first
    /// operation of a process includes connecting to the store. Default: 50 ms.
    #[cfg(feature = "store")]
    pub fn store_timeout(mut self, limit: Duration) -> Self {
        self.store.timeout = Some(limit);
        self
    }

    /// Returns the source. It sends no request yet.
    ///
    /// # Errors
    ///
    /// [`AuthError::Build`] if credentials must not be sent to the base URL or no HTTP client can be made, and
    /// [`AuthError::Setting`] if a setting is out of range.
    pub fn build(mut self) -> Result<TokenSource, AuthError> {
        self.rules.check()?;
        self.rules.retry = self.retry.max_elapsed(self.rules.deadline).build()?;
        let base_url = self.credentials.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
        let api = Client::with_http(base_url, self.session, |http| {
            (self.configure)(http.user_agent(concat!("chift-auth/", env!("CARGO_PKG_VERSION"))))
        })?;
        let deps = Deps {
            endpoint: token_endpoint(&api),
            clock: SharedClock::default(),
            check_runtime: runtime::check,
            spawn: runtime::spawn,
            jitter: fastrand::f64,
            #[cfg(feature = "store")]
            fleet: self.store.fleet(self.rules.deadline)?,
        };
        Ok(TokenSource::on(deps, self.rules, self.credentials, api))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("credentials", &self.credentials)
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
    fn an_error_names_the_setting_that_is_out_of_range() {
        let second = Duration::from_secs(1);
        for (message, expected) in [
            (refusal(|it| it.attempts(0)), "invalid setting `attempts`: 0 is not from 1 to 10"),
            (refusal(|it| it.attempts(11)), "`attempts`"),
            (refusal(|it| it.deadline(Duration::ZERO)), "invalid setting `deadline`: 0ns is not from 1ms to 86400s"),
            (refusal(|it| it.deadline(Duration::MAX)), "`deadline`"),
            (refusal(|it| it.margin(second * 301)), "`margin`: 301s is not from 0ns to 300s"),
            (refusal(|it| it.refresh_ahead(second * 29)), "`margin`"),
            (refusal(|it| it.refresh_ahead(Duration::MAX)), "`refresh_ahead`"),
            (refusal(|it| it.forced_gap(Duration::ZERO)), "`forced_gap`"),
        ] {
            assert!(message.contains(expected), "{message}");
        }
    }
}
