//! What each request carries besides its own content: today, who authorizes it.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::Secret;

/// Why no bearer could be had; the authorizer's own error, kept as it is.
pub type AuthorizeError = Box<dyn Error + Send + Sync + 'static>;

/// What [`Authorize::bearer`] returns: a future that can move between threads.
pub type BearerFuture<'a> = Pin<Box<dyn Future<Output = Result<Secret, AuthorizeError>> + Send + 'a>>;

/// Something that can hand out a bearer token, as often as a request asks for one.
///
/// `chift-auth` implements it with a token that renews itself. A fixed token is enough for a script:
///
/// ```
/// use chift_api::{Authorize, BearerFuture, Client, DEFAULT_BASE_URL, Secret, Session};
///
/// struct Fixed(Secret);
///
/// impl Authorize for Fixed {
///     fn bearer(&self) -> BearerFuture<'_> {
///         Box::pin(async { Ok(self.0.clone()) })
///     }
/// }
///
/// let client = Client::new(DEFAULT_BASE_URL, Session::authorized(Fixed(Secret::from("eyJ…"))));
/// assert!(!format!("{client:?}").contains("eyJ"));
/// ```
pub trait Authorize: Send + Sync + 'static {
    /// A token that is valid now.
    fn bearer(&self) -> BearerFuture<'_>;
}

/// Who authorizes the requests of a [`Client`](crate::Client). Cheap to clone.
///
/// ```
/// use chift_api::{Client, DEFAULT_BASE_URL, Session};
/// // Enough to ask for a token, and for nothing else.
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous());
/// ```
#[derive(Clone, Default)]
pub struct Session {
    authorizer: Option<Arc<dyn Authorize>>,
}

impl Session {
    /// Requests go out without a bearer.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Requests to operations that need one carry a bearer from `authorizer`.
    pub fn authorized(authorizer: impl Authorize) -> Self {
        Self { authorizer: Some(Arc::new(authorizer)) }
    }

    pub(crate) fn authorizer(&self) -> Option<&dyn Authorize> {
        self.authorizer.as_deref()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("authorized", &self.authorizer.is_some()).finish_non_exhaustive()
    }
}
