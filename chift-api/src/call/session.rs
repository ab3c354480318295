//! What each request carries besides its own content, and how it is sent.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::clock::{Clock, SharedClock};
use super::retry_budget::RetryBudget;
use crate::{Authorize, Context, RetryPolicy};

/// How long the body of a response may be unless the session says otherwise: 256 MiB.
const DEFAULT_RESPONSE_LIMIT: u64 = 256 * 1024 * 1024;

/// How long it may take until a response begins. Chift repeats a call to the customer's software up to five times,
/// after 1, 2, 4, 8 and 16 s, so 31 s and more are usual for it.
const DEFAULT_HEADER_TIMEOUT: Duration = Duration::from_secs(60);

/// What authorizes the requests of a [`Client`](crate::Client), the limits on responses, and what
/// [`Client::with`](crate::Client::with) and [`Client::retrying`](crate::Client::retrying) set. Cheap to clone.
///
/// ```
/// use chift_api::{Client, DEFAULT_BASE_URL, Session};
/// // Enough to ask for a token, and for nothing else.
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?;
/// # Ok::<(), chift_api::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Session {
    authorizer: Option<Arc<dyn Authorize>>,
    allow_plain_http: bool,
    response_limit: u64,
    header_timeout: Duration,
    context: Option<Arc<Context>>,
    retry: Option<Arc<RetryPolicy>>,
    retry_budget: Arc<RetryBudget>,
    clock: SharedClock,
}

impl Session {
    /// Requests are sent without a bearer.
    pub fn anonymous() -> Self {
        Self {
            authorizer: None,
            allow_plain_http: false,
            response_limit: DEFAULT_RESPONSE_LIMIT,
            header_timeout: DEFAULT_HEADER_TIMEOUT,
            context: None,
            retry: None,
            retry_budget: Arc::default(),
            clock: SharedClock::default(),
        }
    }

    /// Requests to operations that need one carry a bearer from `authorizer`.
    pub fn authorized(authorizer: impl Authorize) -> Self {
        Self { authorizer: Some(Arc::new(authorizer)), ..Self::anonymous() }
    }

    /// Sends requests over plain http too, to wherever the base URL leads. Whoever is on the way can read
    /// credentials and data. For a network that encrypts by itself; default: no.
    #[must_use]
    pub fn dangerously_allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// How many bytes the body of a response may have; a longer one is
    /// [`ResponseError::TooLong`](crate::ResponseError::TooLong), and the rest of it is not read. Default: 256 MiB.
    #[must_use]
    pub fn with_response_limit(mut self, bytes: u64) -> Self {
        self.response_limit = bytes;
        self
    }

    /// How long it may take from sending a request until its response begins; after that the call fails with a
    /// [`TransportError`](crate::TransportError) that is a timeout. Default: 60 s. For more than that, raise
    /// `read_timeout` of the HTTP client too, in [`Client::with_http`](crate::Client::with_http).
    #[must_use]
    pub fn with_header_timeout(mut self, limit: Duration) -> Self {
        self.header_timeout = limit;
        self
    }

    /// Another clock than the machine's, for pauses between attempts and for the header timeout.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = SharedClock::new(clock);
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
            .field("context", &self.context)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
