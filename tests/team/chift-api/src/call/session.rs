//! The settings of a client: what authorizes its requests, what they carry, and how they are sent.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::clock::{Clock, SharedClock};
use super::retry_budget::RetryBudget;
use crate::{Authorize, Context, RetryPolicy};

/// The default limit on the body of a response: 256 MiB.
const DEFAULT_RESPONSE_LIMIT: u64 = 256 * 1024 * 1024;

/// The default header timeout. Chift retries a request to the customer's software up to five times, after 1, 2, 4, 8
/// and 16 s, so a response often takes more than 31 s.
const DEFAULT_HEADER_TIMEOUT: Duration = Duration::from_secs(60);

/// The settings of a [`Client`](crate::Client): the source of its bearer token, the limits on responses, and the
/// settings of its views ([`Client::with`](crate::Client::with), [`Client::with_timeout`](crate::Client::with_timeout),
/// [`Client::retrying`](crate::Client::retrying)). Cheap to clone.
///
/// ```
/// use chift_api::{Client, DEFAULT_BASE_URL, Session};
/// // Enough for the token operation, which needs no bearer.
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?;
/// # Ok::<(), chift_api::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Session {
    authorizer: Option<Arc<dyn Authorize>>,
    allow_plain_http: bool,
    response_limit: u64,
    header_timeout: Duration,
    call_timeout: Option<Duration>,
    context: Option<Arc<Context>>,
    retry: Option<Arc<RetryPolicy>>,
    retry_budget: Arc<RetryBudget>,
    clock: SharedClock,
}

impl Session {
    /// A session that sends requests without a bearer token.
    pub fn anonymous() -> Self {
        Self {
            authorizer: None,
            allow_plain_http: false,
            response_limit: DEFAULT_RESPONSE_LIMIT,
            header_timeout: DEFAULT_HEADER_TIMEOUT,
            call_timeout: None,
            context: None,
            retry: None,
            retry_budget: Arc::default(),
            clock: SharedClock::default(),
        }
    }

    /// A session whose requests carry a bearer token from `authorizer`, if the operation needs one.
    pub fn authorized(authorizer: impl Authorize) -> Self {
        Self { authorizer: Some(Arc::new(authorizer)), ..Self::anonymous() }
    }

    /// Allows plain http to any host. Anyone on the network path can read the credentials and data; use it only on a
    /// network that is encrypted otherwise. Default: plain http to loopback hosts only.
    #[must_use]
    pub fn dangerously_allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// Sets the longest accepted body of a response, in bytes. A longer one is
    /// [`ResponseError::TooLong`](crate::ResponseError::TooLong), and the rest of it is not read. Default: 256 MiB.
    #[must_use]
    pub fn with_response_limit(mut self, bytes: u64) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Sets how long to wait for the response headers after sending a request. Then the call fails with a
    /// [`TransportError`](crate::TransportError) whose `is_timeout` is true. Default: 60 s. For a longer timeout,
    /// also raise `read_timeout` of the HTTP client in [`Client::with_http`](crate::Client::with_http).
    #[must_use]
    pub fn with_header_timeout(mut self, limit: Duration) -> Self {
        self.header_timeout = limit;
        self
    }

    /// Sets the clock of pauses between attempts and of the header timeout. Default: the system clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = SharedClock::new(clock);
        self
    }

    pub(crate) fn with_call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = Some(limit);
        self
    }

    pub(crate) fn with_context(mut self, context: Arc<Context>) -> Self {
        self.context = Some(context);
        self
    }

    pub(crate) fn with_retry(mut self, retry: Arc<RetryPolicy>) -> Self {
        self.retry = Some(retry);
        self
    }

    pub(crate) fn sharing_budget(mut self, other: &Self) -> Self {
        self.retry_budget = other.retry_budget.clone();
        self
    }

    pub(crate) fn context(&self) -> Option<&Context> {
        self.context.as_deref()
    }

    pub(crate) fn retry(&self) -> Option<&RetryPolicy> {
        self.retry.as_deref()
    }

    pub(crate) fn retry_budget(&self) -> &RetryBudget {
        &self.retry_budget
    }

    pub(crate) fn authorizer(&self) -> Option<&dyn Authorize> {
        self.authorizer.as_deref()
    }

    pub(crate) fn response_limit(&self) -> u64 {
        self.response_limit
    }

    pub(crate) fn header_timeout(&self) -> Duration {
        self.header_timeout
    }

    pub(crate) fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    pub(crate) fn allows_plain_http(&self) -> bool {
        self.allow_plain_http
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::anonymous()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("authorized", &self.authorizer.is_some())
            .field("response_limit", &self.response_limit)
            .field("header_timeout", &self.header_timeout)
            .field("call_timeout", &self.call_timeout)
            .field("context", &self.context)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
