//! Where the bearer of a request comes from.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::Secret;

/// Why there is no bearer: the authorizer's own error, and what a caller may want to know of it whatever its type.
///
/// ```
/// use chift_api::AuthorizeError;
/// let error = AuthorizeError::new("the vault is sealed").with_transient(true);
/// assert!(error.is_transient());
/// assert_eq!(error.to_string(), "the vault is sealed");
/// ```
pub struct AuthorizeError {
    source: Box<dyn StdError + Send + Sync + 'static>,
    is_transient: bool,
    retry_after: Option<Duration>,
}

impl AuthorizeError {
    /// An error that does not pass by itself.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        Self { source: source.into(), is_transient: false, retry_after: None }
    }

    /// Sets whether asking again later can help. Default: no.
    #[must_use]
    pub fn with_transient(mut self, is_transient: bool) -> Self {
        self.is_transient = is_transient;
        self
    }

    /// Sets how long the server asks to be left alone. Default: it does not ask.
    #[must_use]
    pub fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        self.retry_after = pause;
        self
    }

    /// Whether asking again later can help.
    pub fn is_transient(&self) -> bool {
        self.is_transient
    }

    /// How long the server asks to be left alone, if it does.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The authorizer's own error.
    pub fn get_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.source.as_ref()
    }
}

impl fmt::Display for AuthorizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl fmt::Debug for AuthorizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthorizeError").field(&self.source).finish()
    }
}

impl StdError for AuthorizeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // Its own words are in `Display` already.
        self.source.source()
    }
}

/// What [`Authorize::bearer`] returns: a future that can move between threads.
pub type BearerFuture<'a> = Pin<Box<dyn Future<Output = Result<Bearer, AuthorizeError>> + Send + 'a>>;

/// What [`Authorize::refused`] returns: another bearer to try once, or none.
pub type SecondBearerFuture<'a> = Pin<Box<dyn Future<Output = Option<Bearer>> + Send + 'a>>;

/// A bearer token as a request carries it. Cheap to clone; its memory is overwritten when the last clone is dropped.
///
/// ```
/// use chift_api::{Bearer, Secret};
/// let bearer = Bearer::new(&Secret::from("eyJ…"));
/// assert_eq!(format!("{bearer:?}"), "Bearer { token: [redacted], generation: 0 }");
/// ```
#[derive(Clone)]
pub struct Bearer {
    /// `None` when the token cannot stand in a header.
    header: Option<HeaderValue>,
    generation: u64,
}

impl Bearer {
    /// A bearer of generation 0, for an authorizer that has one token only.
    pub fn new(token: &Secret) -> Self {
        let text = Zeroizing::new(format!("Bearer {}", token.expose()).into_bytes());
        let header = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok().map(|mut header| {
            header.set_sensitive(true);
            header
        });
        Self { header, generation: 0 }
    }

    /// The same bearer, of another generation.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// Identifies the token among all that the authorizer has had.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The value of the header `Authorization`, which then is the request's; the generation stays.
    pub(crate) fn take_header(&mut self) -> Result<HeaderValue, AuthorizeError> {
        let problem = "the access token holds characters that cannot stand in a header";
        self.header.take().ok_or_else(|| AuthorizeError::new(problem))
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bearer {{ token: [redacted], generation: {} }}", self.generation)
    }
}

/// Hands out a bearer token as often as a request asks for one.
///
/// `chift-auth` implements it with a token that renews itself. A fixed token is enough for a script:
///
/// ```
/// use chift_api::{Authorize, Bearer, BearerFuture, Client, DEFAULT_BASE_URL, Secret, Session};
///
/// struct Fixed(Bearer);
///
/// impl Authorize for Fixed {
///     fn bearer(&self) -> BearerFuture<'_> {
///         Box::pin(async { Ok(self.0.clone()) })
///     }
/// }
///
/// let bearer = Bearer::new(&Secret::from("eyJ…"));
/// let client = Client::new(DEFAULT_BASE_URL, Session::authorized(Fixed(bearer)))?;
/// assert!(!format!("{client:?}").contains("eyJ"));
/// # Ok::<(), chift_api::BuildError>(())
/// ```
pub trait Authorize: Send + Sync + 'static {
    /// A token that is valid now, if there is one at hand; asked before [`bearer`](Self::bearer), so that a call need
    /// not wait. Default: none.
    fn ready(&self) -> Option<Bearer> {
        None
    }

    /// A token that is valid now.
    fn bearer(&self) -> BearerFuture<'_>;

    /// Chift refused `bearer` with a 401 that is about the token itself. If there can be another one, it is
    /// returned, and the request is sent once more, if its body can be; `None` hands the 401 to the caller, and is
    /// the default.
    fn refused<'a>(&'a self, bearer: &'a Bearer) -> SecondBearerFuture<'a> {
        let _ = bearer;
        Box::pin(async { None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_no_header_can_hold_is_an_error_without_the_token() {
        let error = Bearer::new(&Secret::from("two\nlines")).take_header().unwrap_err();
        assert!(error.to_string().contains("cannot stand in a header") && !format!("{error:?}").contains("two"));
        let header = Bearer::new(&Secret::from("abc")).take_header().unwrap();
        assert!(header.is_sensitive() && header == "Bearer abc");
    }
}
