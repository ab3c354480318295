//! Building a client: its HTTP client, and the settings of it that callers cannot change.

use std::error::Error as StdError;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;

use super::base_url::{self, BaseUrl};
use super::runtime::ClientInfo as _;
use crate::{Client, Clock, Session};

/// The time limit of connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The time limit between two chunks of a body. There is no limit on the whole, which would interrupt long downloads.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

impl Client {
    /// A client of the API at `base_url`, with a new HTTP client. Its time limits are 5 s to connect, 60 s until the
    /// response headers arrive ([`Session::with_header_timeout`]) and 60 s between two chunks of the body.
    ///
    /// ```
    /// use chift_api::{Client, DEFAULT_BASE_URL, Session};
    /// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?;
    /// # Ok::<(), chift_api::BuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `base_url` must not receive credentials (it is neither `https` nor a loopback host), or if the HTTP client
    /// cannot be built.
    pub fn new(base_url: &str, session: Session) -> Result<Self, BuildError> {
        Self::with_http(base_url, session, |builder| builder)
    }

    /// Like [`new`](Self::new), with an HTTP client that `configure` changes: proxies, root certificates, timeouts, a
    /// `User-Agent`.
    ///
    /// `configure` cannot change the settings that protect secrets. After it, redirects, reqwest's own retries and its
    /// verbose connection log are turned off. If the host of `base_url` is a loopback host (`localhost`, a loopback
    /// address), proxies are removed, and the name resolves to 127.0.0.1 and ::1.
    ///
    /// ```
    /// use chift_api::{Client, DEFAULT_BASE_URL, Session};
    /// let client = Client::with_http(DEFAULT_BASE_URL, Session::anonymous(), |http| http.user_agent("books/1.0"))?;
    /// # Ok::<(), chift_api::BuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_http(
        base_url: &str,
        session: Session,
        configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Self, BuildError> {
        let base_url = base_url::checked(base_url, session.allows_plain_http())?;
        let defaults = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));
        let http = secured(configure(defaults), &base_url).build().map_err(BuildError::http_client)?;
        Ok(Self::new_with_client(&base_url.text, http, session))
    }

    /// A view of this client with another session. The view shares connections and the retry budget with this client.
    #[must_use]
    pub fn with_session(&self, session: Session) -> Self {
        let session = session.sharing_budget(self.inner());
        Self::new_with_client(self.baseurl(), self.client().clone(), session)
    }

    /// A view of this client with another clock, for tests that do not wait; see [`Session::with_clock`].
    #[must_use]
    pub fn with_clock(&self, clock: impl Clock) -> Self {
        self.with_session(self.inner().clone().with_clock(clock))
    }

    /// The base URL, without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.baseurl()
    }
}

/// Applies the settings that protect secrets, after the caller's.
pub(crate) fn secured(http: ClientBuilder, base_url: &BaseUrl) -> ClientBuilder {
    let http = http.redirect(Policy::none()).connection_verbose(false).retry(reqwest::retry::never());
    let Some(host) = &base_url.loopback else { return http };
    // reqwest replaces port 0 by the port of the URL.
    let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
    http.no_proxy().resolve_to_addrs(host, &addresses)
}

/// Why a client cannot be built. No message contains a secret.
///
/// ```
/// use chift_api::{Client, Session};
/// let error = Client::new("http://api.chift.eu", Session::anonymous()).unwrap_err();
/// assert!(error.is_base_url());
/// ```
#[derive(Debug, Clone)]
pub struct BuildError {
    reason: String,
    source: Option<Arc<reqwest::Error>>,
}

impl BuildError {
    pub(crate) fn base_url(reason: String) -> Self {
        Self { reason, source: None }
    }

    fn http_client(error: reqwest::Error) -> Self {
        let reason = "the HTTP client cannot be built; check the settings that `configure` makes".to_owned();
        Self { reason, source: Some(Arc::new(error.without_url())) }
    }

    /// Whether the base URL is the cause.
    pub fn is_base_url(&self) -> bool {
        self.source.is_none()
    }

    /// What is wrong, without the prefix that `Display` adds for a base URL.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_base_url() {
            f.write_str("the base URL cannot be used: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}
