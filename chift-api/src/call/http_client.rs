//! How a client comes about: its HTTP client, and what of that is not for a caller to change.

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

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the next part of a body may take. There is no limit on the whole: a long download is not cut.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

impl Client {
    /// A client of the API at `base_url`, with an HTTP client of its own: 5 s to connect, 60 s until a response
    /// begins ([`Session::with_header_timeout`]) and between two parts of its body, no limit on the whole.
    ///
    /// ```
    /// use chift_api::{Client, DEFAULT_BASE_URL, Session};
    /// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?;
    /// # Ok::<(), chift_api::BuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When `base_url` is not one that credentials may be sent to (`https`, or a loopback host), or no HTTP client
    /// can be made.
    pub fn new(base_url: &str, session: Session) -> Result<Self, BuildError> {
        Self::with_http(base_url, session, |builder| builder)
    }

    /// The same, with the HTTP client's settings changed by `configure`: proxies, more roots, other timeouts, a
    /// `User-Agent`.
    ///
    /// Some settings are not for it to change, because secrets would leave by them: after `configure`, redirects,
    /// reqwest's own retries and its verbose log of connections are turned off; and if `base_url` leads to this
    /// machine (`localhost`, a loopback address), proxies are removed, and the name is resolved to 127.0.0.1 and ::1.
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

    /// A view of this client with another session. The view shares connections and the budget of retries with this
    /// client.
    #[must_use]
    pub fn with_session(&self, session: Session) -> Self {
        let session = session.sharing_budget(self.inner());
        Self::new_with_client(self.baseurl(), self.client().clone(), session)
    }

    /// A view of this client with another clock than the machine's: for tests that do not wait. See
    /// [`Session::with_clock`].
    #[must_use]
    pub fn with_clock(&self, clock: impl Clock) -> Self {
        self.with_session(self.inner().clone().with_clock(clock))
    }

    /// Where the API is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        self.baseurl()
    }
}

/// The settings that secrets depend on, set last.
fn secured(http: ClientBuilder, base_url: &BaseUrl) -> ClientBuilder {
    let http = http.redirect(Policy::none()).connection_verbose(false).retry(reqwest::retry::never());
    let Some(host) = &base_url.loopback else { return http };
    // The port is the URL's own.
    let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
    http.no_proxy().resolve_to_addrs(host, &addresses)
}

/// Why a client cannot be built.
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
        let reason = "the HTTP client could not be made; look at what `configure` sets".to_owned();
        Self { reason, source: Some(Arc::new(error.without_url())) }
    }

    /// Whether the base URL is the reason.
    pub fn is_base_url(&self) -> bool {
        self.source.is_none()
    }

    /// What is wrong, without what it is about.
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
