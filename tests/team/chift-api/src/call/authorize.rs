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

/// Why an authorizer has no bearer token: its own error, and whether and when a retry can succeed.
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
    /// Wraps the error of an authorizer. It is not transient unless [`with_transient`](Self::with_transient) says so.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        Self { source: source.into(), is_transient: false, retry_after: None }
    }

    /// Sets whether a later attempt can succeed. Default: `false`.
    #[must_use]
    pub fn with_transient(mut self, is_transient: bool) -> Self {
        self.is_transient = is_transient;
        self
    }

    /// Sets how long the server asks clients to wait (`Retry-After`). Default: `None`.
    #[must_use]
    pub fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        self.retry_after = pause;
        self
    }

    /// Whether a later attempt can succeed.
    pub fn is_transient(&self) -> bool {
        self.is_transient
    }

    /// How long the server asks clients to wait, if it does.
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
        // `Display` already shows the error itself.
        self.source.source()
    }
}

/// The return type of [`Authorize::bearer`].
pub type BearerFuture<'a> = Pin<Box<dyn Future<Output = Result<Bearer, AuthorizeError>> + Send + 'a>>;

/// The return type of [`Authorize::refused`]: another bearer token to try once, or `None`.
pub type SecondBearerFuture<'a> = Pin<Box<dyn Future<Output = Option<Bearer>> + Send + 'a>>;

/// A bearer token, as the value of the header `Authorization`. Cheap to clone; its memory is overwritten when the last
/// clone is dropped.
///
/// ```
/// use chift_api::{Bearer, Secret};
/// let bearer = Bearer::new(&Secret::from("eyJ…"));
/// assert_eq!(format!("{bearer:?}"), "Bearer { token: [redacted], generation: 0 }");
/// ```
#[derive(Clone)]
pub struct Bearer {
    /// `None` if the token contains characters that a header cannot contain.
    header: Option<HeaderValue>,
    generation: u64,
}

impl Bearer {
    /// A bearer of generation 0, for an authorizer that has a single token.
    pub fn new(token: &Secret) -> Self {
        let text = Zeroizing::new(format!("Bearer {}", token.expose()).into_bytes());
        let header = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok().map(|mut header| {
            header.set_sensitive(true);
            header
        });
        Self { header, generation: 0 }
    }

    /// Sets the generation.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// Identifies the token among all tokens of its authorizer.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes the value of the header `Authorization` out; the generation stays.
    pub(crate) fn take_header(&mut self) -> Result<HeaderValue, AuthorizeError> {
        let problem = "the access token contains characters that a header cannot contain";
        self.header.take().ok_or_else(|| AuthorizeError::new(problem))
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bearer {{ token: [redacted], generation: {} }}", self.generation)
    }
}

/// Provides the bearer token of each request.
///
/// `chift-auth` implements it with a token that is renewed automatically. A fixed token is enough for a script:
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
    /// A valid token, if one is available without waiting. The client calls it before [`bearer`](Self::bearer).
    /// Default: `None`.
    fn ready(&self) -> Option<Bearer> {
        None
    }

    /// A valid token. It may take a request to obtain one.
    ///
    /// # Errors
    ///
    /// If no token can be obtained; the call fails with [`Error::NoToken`](crate::Error::NoToken).
    fn bearer(&self) -> BearerFuture<'_>;

    /// Called when Chift refuses `bearer` with a 401 that concerns the token itself. With another token, the client
    /// sends the request once more, if its body can be sent again; with `None`, the default, the caller gets the 401.
    fn refused<'a>(&'a self, bearer: &'a Bearer) -> SecondBearerFuture<'a> {
        let _ = bearer;
        Box::pin(async { None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_with_invalid_characters_is_an_error_that_does_not_show_it() {
        let error = Bearer::new(&Secret::from("two\nlines")).take_header().unwrap_err();
        assert!(error.to_string().contains("a header cannot contain") && !format!("{error:?}").contains("two"));
        let header = Bearer::new(&Secret::from("abc")).take_header().unwrap();
        assert!(header.is_sensitive() && header == "Bearer abc");
    }
}
