//! What each request carries besides its own content, and how it is sent.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::{Context, Retry, Secret};

/// Why no bearer could be had; the authorizer's own error, kept as it is.
pub type AuthorizeError = Box<dyn Error + Send + Sync + 'static>;

/// What [`Authorize::bearer`] returns: a future that can move between threads.
pub type BearerFuture<'a> = Pin<Box<dyn Future<Output = Result<Bearer, AuthorizeError>> + Send + 'a>>;

/// What [`Authorize::refused`] returns: another bearer to try once, or none.
pub type SecondBearerFuture<'a> = Pin<Box<dyn Future<Output = Option<Bearer>> + Send + 'a>>;

/// A bearer token on its way into a request.
///
/// ```
/// use chift_api::{Bearer, Secret};
/// let bearer = Bearer::new(Secret::from("eyJ…"));
/// assert_eq!(format!("{bearer:?}"), "Bearer { token: [redacted], generation: 0 }");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    pub(crate) token: Secret,
    generation: u64,
}

impl Bearer {
    /// A bearer of generation 0, for an authorizer that has one token only.
    pub fn new(token: Secret) -> Self {
        Self { token, generation: 0 }
    }

    /// The same, of another generation.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// By which the authorizer knows again which of its tokens this is.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// Something that can hand out a bearer token, as often as a request asks for one.
///
/// `chift-auth` implements it with a token that renews itself. A fixed token is enough for a script:
///
/// ```
/// use chift_api::{Authorize, Bearer, BearerFuture, Client, DEFAULT_BASE_URL, Secret, Session};
///
/// struct Fixed(Secret);
///
/// impl Authorize for Fixed {
///     fn bearer(&self) -> BearerFuture<'_> {
///         Box::pin(async { Ok(Bearer::new(self.0.clone())) })
///     }
/// }
///
/// let client = Client::new(DEFAULT_BASE_URL, Session::authorized(Fixed(Secret::from("eyJ…"))));
/// assert!(!format!("{client:?}").contains("eyJ"));
/// ```
pub trait Authorize: Send + Sync + 'static {
    /// A token that is valid now.
    fn bearer(&self) -> BearerFuture<'_>;

    /// Chift refused `bearer` with a 401 that is about the token itself. Whoever can have another one
    /// returns it, and the request is sent once more, if its body can be; `None` hands the 401 to the
    /// caller, and is the default.
    fn refused<'a>(&'a self, bearer: &'a Bearer) -> SecondBearerFuture<'a> {
        let _ = bearer;
        Box::pin(async { None })
    }
}

/// An answer may be this long unless the session says otherwise: 256 MiB.
const DEFAULT_ANSWER_LIMIT: u64 = 256 * 1024 * 1024;

/// Who authorizes the requests of a [`Client`](crate::Client), how long an answer may be, and what
/// [`Client::with`](crate::Client::with) and [`Client::retrying`](crate::Client::retrying) set. Cheap to clone.
///
/// ```
/// use chift_api::{Client, DEFAULT_BASE_URL, Session};
/// // Enough to ask for a token, and for nothing else.
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous());
/// ```
#[derive(Clone)]
pub struct Session {
    authorizer: Option<Arc<dyn Authorize>>,
    answer_limit: u64,
    context: Option<Arc<Context>>,
    retry: Option<Arc<Retry>>,
}

impl Session {
    /// Requests go out without a bearer.
    pub fn anonymous() -> Self {
        Self { authorizer: None, answer_limit: DEFAULT_ANSWER_LIMIT, context: None, retry: None }
    }

    /// Requests to operations that need one carry a bearer from `authorizer`.
    pub fn authorized(authorizer: impl Authorize) -> Self {
        Self { authorizer: Some(Arc::new(authorizer)), ..Self::anonymous() }
    }

    /// How many bytes the body of an answer may have; a longer one is an error
    /// ([`Error::ResponseBodyError`](crate::Error)), and the rest of it is not read. Default: 256 MiB.
    #[must_use]
    pub fn with_answer_limit(mut self, bytes: u64) -> Self {
        self.answer_limit = bytes;
        self
    }

    pub(crate) fn with_context(mut self, context: Arc<Context>) -> Self {
        self.context = Some(context);
        self
    }

    pub(crate) fn with_retry(mut self, retry: Arc<Retry>) -> Self {
        self.retry = Some(retry);
        self
    }

    pub(crate) fn context(&self) -> Option<&Context> {
        self.context.as_deref()
    }

    pub(crate) fn retry(&self) -> Option<&Retry> {
        self.retry.as_deref()
    }

    pub(crate) fn authorizer(&self) -> Option<&dyn Authorize> {
        self.authorizer.as_deref()
    }

    pub(crate) fn answer_limit(&self) -> u64 {
        self.answer_limit
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
            .field("answer_limit", &self.answer_limit)
            .field("context", &self.context)
            .field("retry", &self.retry)
            .finish()
    }
}
