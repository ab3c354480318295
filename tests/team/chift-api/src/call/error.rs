//! The error of a call: one type for all operations.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::header::InvalidHeaderValue;
use reqwest::{Response, StatusCode};

use super::error_details::{ErrorClass, ErrorDetails};
use super::response::{ResponseError, ResponseValue};
use crate::{AuthorizeError, RequestError, TransportError, Undocumented};

/// Why a call failed. `E` is the type of the operation's documented error bodies.
///
/// `Display` is one line that says what happened; the chain of sources has the details. `Debug` shows no body and no
/// header.
///
/// ```
/// # async fn call(client: chift_api::Client) {
/// use chift_api::Method;
/// if let Err(error) = client.request(Method::GET, "/consumers").send::<serde_json::Value>().await {
///     if error.is_auth() {
///         eprintln!("check the API key: {error}");
///     } else if let Some(error) = error.chift() {
///         eprintln!("Chift reports {:?} ({:?})", error.message, error.error_code);
///     } else if error.is_transient() {
///         eprintln!("try again later: {error}");
///     } else {
///         eprintln!("{error}");
///     }
/// }
/// # }
/// ```
#[non_exhaustive]
pub enum Error<E = Undocumented> {
    /// The request was not sent, because an argument is invalid. Change the argument that the error names.
    InvalidRequest(RequestError),

    /// The request was not sent, because no access token is available. The source is the error of the token source;
    /// with `chift-auth`, `AuthError::of` returns it.
    NoToken(AuthorizeError),

    /// There was no response: the server was not reached, the connection broke, or the call timed out.
    Transport(TransportError),

    /// The server responded with a redirect (status 300 to 399, except 304). The client does not follow redirects,
    /// because the bearer token and the body are for this server only.
    #[non_exhaustive]
    Redirect {
        /// The HTTP status.
        status: StatusCode,
    },

    /// The server responded with an error status (400 to 599). [`chift`](Self::chift) returns the error in one form for
    /// all operations.
    ErrorResponse(ResponseValue<E>),

    /// The server responded with a status that the document does not define for the operation.
    UnexpectedResponse(Response),

    /// The body of the response could not be read, or does not match the document.
    #[non_exhaustive]
    InvalidResponse {
        /// The HTTP status.
        status: StatusCode,
        /// What is wrong with the body.
        error: ResponseError,
    },
}

impl<E> Error<E> {
    /// Whether the call failed because of its access token: none was available, so the request was not sent; or Chift
    /// refused it, even after a renewal.
    ///
    /// `false` if the *customer's* software refused the customer's credentials ([`ErrorClass::Connection`]).
    pub fn is_auth(&self) -> bool {
        matches!(self, Self::NoToken(_)) || self.chift().is_some_and(|it| it.class() == ErrorClass::Credentials)
    }

    /// Whether the customer must connect or configure the software again before the call can succeed: it refuses the
    /// customer's credentials, or the connection is not configured or not active ([`ErrorClass::Connection`]).
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) {
    /// use chift_api::Method;
    /// if let Err(error) = client.request(Method::GET, "/consumers").send::<serde_json::Value>().await
    ///     && error.needs_reconnection()
    /// {
    ///     eprintln!("ask the customer to connect the software again: {error}");
    /// }
    /// # }
    /// ```
    pub fn needs_reconnection(&self) -> bool {
        self.chift().is_some_and(ErrorDetails::needs_reconnection)
    }

    /// Whether Chift's data layer does not have the data yet ([`ErrorDetails::is_sync_pending`]). Call again later, or with
    /// [`Datalayer::IfAvailable`](crate::Datalayer::IfAvailable).
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::{Context, Datalayer, Method};
    /// let path = "/consumers/17/products";
    /// let copies = client.with(&Context::new().datalayer(Datalayer::Required));
    /// let products = match copies.request(Method::GET, path).send::<serde_json::Value>().await {
    ///     Err(error) if error.is_sync_pending() => client.request(Method::GET, path).send().await?,
    ///     result => result?,
    /// };
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_sync_pending(&self) -> bool {
        self.chift().is_some_and(ErrorDetails::is_sync_pending)
    }

    /// Whether the same call can succeed later: there was no response, the body was interrupted, the status is 408,
    /// 425, 429 or 500 to 599 (except 501), [a sync is pending](Self::is_sync_pending), or no token could be obtained for
    /// such a reason.
    ///
    /// It does not mean that a repeat is safe: Chift may have executed a request that creates something. See
    /// [`Context::idempotency_key`](crate::Context::idempotency_key).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NoToken(error) => error.is_transient(),
            Self::Transport(_) => true,
            Self::ErrorResponse(response) => is_transient_status(response.status()) || self.is_sync_pending(),
            Self::UnexpectedResponse(response) => is_transient_status(response.status()),
            Self::InvalidResponse { error, .. } => matches!(error, ResponseError::Interrupted(_)),
            Self::InvalidRequest(_) | Self::Redirect { .. } => false,
        }
    }

    /// The HTTP status, if there was a response.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::InvalidRequest(_) | Self::NoToken(_) | Self::Transport(_) => None,
            Self::ErrorResponse(response) => Some(response.status()),
            Self::UnexpectedResponse(response) => Some(response.status()),
            Self::Redirect { status } | Self::InvalidResponse { status, .. } => Some(*status),
        }
    }

    /// The error that Chift reports; `None` unless the status is an error (400 to 599).
    pub fn chift(&self) -> Option<&ErrorDetails> {
        match self {
            Self::ErrorResponse(response) => response.error_details(),
            _ => None,
        }
    }

    /// How long the server asks clients to wait (`Retry-After`), for the call or for its token. `None` if it does not.
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) {
    /// use chift_api::Method;
    /// use std::time::Duration;
    /// if let Err(error) = client.request(Method::GET, "/consumers").send::<serde_json::Value>().await
    ///     && error.is_transient()
    /// {
    ///     let pause = error.retry_after().unwrap_or(Duration::from_secs(60));
    ///     eprintln!("again in {} s: {error}", pause.as_secs());
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NoToken(error) => error.retry_after(),
            Self::ErrorResponse(response) => crate::retry_after(response.headers()),
            Self::UnexpectedResponse(response) => crate::retry_after(response.headers()),
            _ => None,
        }
    }

    /// The body of a success that does not match the document; `None` for other errors, and if the body contains a
    /// secret. It contains your customer's data: keep it out of logs.
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::InvalidResponse { error: ResponseError::Unreadable(error), .. } => error.body(),
            _ => None,
        }
    }
}

fn is_transient_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502..=599)
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(error) => write!(f, "the request was not sent: {error}"),
            Self::NoToken(error) => write!(f, "no access token: {error}"),
            Self::Transport(error) => error.fmt(f),
            Self::Redirect { status } => {
                write!(f, "the server responded with a redirect (status {}), which is not followed", status.as_u16())
            }
            Self::ErrorResponse(response) => match response.error_details() {
                Some(error) => error.fmt(f),
                None => write!(f, "the server responded with status {}", response.status().as_u16()),
            },
            Self::UnexpectedResponse(response) => {
                let status = response.status().as_u16();
                write!(f, "the server responded with status {status}, which the document does not define")
            }
            Self::InvalidResponse { status, error } => {
                write!(f, "the response with status {} cannot be read: {error}", status.as_u16())
            }
        }
    }
}

impl<E> fmt::Debug for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(error) => f.debug_tuple("InvalidRequest").field(error).finish(),
            Self::NoToken(error) => f.debug_tuple("NoToken").field(error).finish(),
            Self::Transport(error) => f.debug_tuple("Transport").field(error).finish(),
            Self::Redirect { status } => f.debug_struct("Redirect").field("status", &status.as_u16()).finish(),
            Self::ErrorResponse(response) => {
                let mut debug = f.debug_struct("ErrorResponse");
                debug.field("status", &response.status().as_u16());
                if let Some(error) = response.error_details() {
                    debug.field("class", &error.class()).field("error_code", &error.shown_code());
                }
                debug.finish_non_exhaustive()
            }
            Self::UnexpectedResponse(response) => f
                .debug_struct("UnexpectedResponse")
                .field("status", &response.status().as_u16())
                .finish_non_exhaustive(),
            Self::InvalidResponse { status, error } => {
                f.debug_struct("InvalidResponse").field("status", &status.as_u16()).field("error", error).finish()
            }
        }
    }
}

impl<E> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NoToken(error) => Some(error),
            // `Display` already shows the error itself.
            Self::Transport(error) => error.source(),
            Self::InvalidResponse { error, .. } => error.source(),
            _ => None,
        }
    }
}

/// Why the generated code gets no response. It does not depend on the operation, unlike [`Error`].
#[derive(Debug)]
pub enum CallError {
    InvalidRequest(RequestError),
    NoToken(AuthorizeError),
    Transport(TransportError),
    Redirect(StatusCode),
    InvalidResponse(StatusCode, ResponseError),
}

impl<E> From<CallError> for Error<E> {
    fn from(error: CallError) -> Self {
        match error {
            CallError::InvalidRequest(error) => Self::InvalidRequest(error),
            CallError::NoToken(error) => Self::NoToken(error),
            CallError::Transport(error) => Self::Transport(error),
            CallError::Redirect(status) => Self::Redirect { status },
            CallError::InvalidResponse(status, error) => Self::InvalidResponse { status, error },
        }
    }
}

impl From<reqwest::Error> for CallError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::InvalidRequest(RequestError::from(error));
        }
        Self::Transport(TransportError::from(error))
    }
}

impl<E> From<reqwest::Error> for Error<E> {
    fn from(error: reqwest::Error) -> Self {
        CallError::from(error).into()
    }
}

impl<E> From<RequestError> for Error<E> {
    fn from(error: RequestError) -> Self {
        Self::InvalidRequest(error)
    }
}

impl<E> From<InvalidHeaderValue> for Error<E> {
    fn from(_: InvalidHeaderValue) -> Self {
        Self::InvalidRequest(RequestError::new("a header parameter contains characters that a header cannot contain"))
    }
}

impl<E> From<Infallible> for Error<E> {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// The error of the authorizer, if a call failed because no access token was available; the request was not sent.
///
/// `error` is the error of a call, or any error that has one among its sources. With `chift-auth`, use `AuthError::of`,
/// which also returns the concrete type.
///
/// ```
/// # async fn call(client: chift_api::Client, body: chift_api::types::AuthItem) {
/// if let Err(error) = client.generate_access_token(&body).await {
///     match chift_api::authorize_error(&error) {
///         Some(error) => eprintln!("no token: {error}"),
///         None => eprintln!("another reason: {error}"),
///     }
/// }
/// # }
/// ```
pub fn authorize_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + Send + Sync + 'static)> {
    find::<AuthorizeError>(error).map(AuthorizeError::get_ref)
}

/// The first error of type `E` among `error` and its sources.
pub(crate) fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_can_be_boxed_and_moved_for_every_body_type() {
        fn anywhere<T: StdError + Send + Sync + 'static>() {}
        struct NoDebug;
        anywhere::<Error<NoDebug>>();
        let error = Error::<NoDebug>::from(RequestError::new("a"));
        assert_eq!(format!("{error} {error:?}"), "the request was not sent: a InvalidRequest(RequestError(\"a\"))");
    }
}
