//! Why there is no access token.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use chift_api::{AuthorizeError, BuildError, SettingError, TransportError, is_passing_status};

use crate::EnvironmentError;

/// Why there is no access token, or why a [`TokenSource`](crate::TokenSource) could not be built.
///
/// It never holds the client secret or a token: the secret is removed from the server's message. Cloning is cheap.
///
/// ```
/// # async fn example(source: chift_auth::TokenSource) {
/// match source.token().await {
///     Ok(token) => println!("valid until {}", token.expires_at()),
///     Err(error) if error.is_rejected() => eprintln!("check the API key: {error}"),
///     Err(error) if error.is_transient() => eprintln!("try again later: {error}"),
///     Err(error) => eprintln!("{error}"),
/// }
/// # }
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The environment does not hold complete credentials. Set the variables that the error names.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),

    /// The base URL or the HTTP client's settings are invalid; [`BuildError::is_base_url`] reports which.
    #[error(transparent)]
    Build(#[from] BuildError),

    /// A setting of the builder is out of range.
    #[error(transparent)]
    Setting(#[from] SettingError),

    /// The token endpoint responded with an error status. [`is_rejected`](Self::is_rejected) and
    /// [`is_transient`](Self::is_transient) report what it means. For any other status, such as 404, check the base
    /// URL.
    #[error("{}", described(*.status, .error_code.as_deref(), .message.as_deref()))]
    #[non_exhaustive]
    ErrorResponse {
        /// The HTTP status.
        status: u16,
        /// Chift's error code, if the response has one.
        error_code: Option<String>,
        /// The server's message, if the response has one.
        message: Option<String>,
        /// The pause that the server requests in `Retry-After`.
        retry_after: Option<Duration>,
    },

    /// The token endpoint responded with a redirect. Credentials are never sent to another address. Set the base URL
    /// to the address of the API.
    #[error("the token endpoint responded with a redirect (status {status}), which is not followed")]
    Redirected {
        /// The HTTP status.
        status: u16,
    },

    /// The token endpoint responded, but not with a usable token.
    #[error("the token endpoint sent an invalid response: {reason}")]
    InvalidResponse {
        /// Why the response is invalid.
        reason: String,
    },

    /// The token endpoint could not be reached, or the connection broke.
    #[error(transparent)]
    Transport(Arc<TransportError>),

    /// The response did not arrive in time: every attempt reached its limit, or the caller waited for its whole
    /// [`deadline`](crate::Builder::deadline).
    #[error("the token endpoint did not respond in time")]
    TimedOut,

    /// The token had expired when the response arrived: its life is short and the response was slow, or the wall
    /// clock was set meanwhile.
    #[error("the access token had already expired when it arrived")]
    ExpiredOnArrival,

    /// A token must be requested, and the caller is not in a tokio runtime with time and IO enabled. `#[tokio::main]`
    /// and `Builder::enable_all` make such a runtime.
    #[error("a token must be requested, and the caller is not in a tokio runtime with time and IO enabled")]
    NoRuntime,

    /// The caller's renewals were dropped repeatedly, because its runtime is shutting down.
    #[error("the renewal was dropped before it ended: the tokio runtime is shutting down")]
    Lost,
}

fn described(status: u16, error_code: Option<&str>, message: Option<&str>) -> String {
    let code = error_code.map(|code| format!(" {code}")).unwrap_or_default();
    let message = message.map(|message| format!(": {message}")).unwrap_or_default();
    if is_rejection(status) {
        format!("Chift refused the credentials ({status}{code}{message})")
    } else if is_transient(status) {
        format!("Chift could not issue a token now ({status}{code}{message})")
    } else {
        format!("the token endpoint responded with status {status}{code}{message}")
    }
}

fn is_rejection(status: u16) -> bool {
    matches!(status, 400 | 401 | 403 | 422)
}

/// Includes each status of the server's own errors, because a token request changes nothing.
fn is_transient(status: u16) -> bool {
    is_passing_status(status) || (500..=599).contains(&status)
}

impl AuthError {
    /// Whether Chift refused the credentials (status 400, 401, 403 or 422). A repeat with the same credentials does
    /// not help.
    pub fn is_rejected(&self) -> bool {
        matches!(self, Self::ErrorResponse { status, .. } if is_rejection(*status))
    }

    /// Whether a later request can succeed: there was no response in time, or the status is 408, 429 or 500 to 599.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport(_) | Self::TimedOut | Self::ExpiredOnArrival | Self::Lost => true,
            Self::ErrorResponse { status, .. } => is_transient(*status),
            _ => false,
        }
    }

    /// The pause that Chift requests before the next token request (`Retry-After`). `None` if it requests none.
    ///
    /// ```
    /// # async fn example(source: chift_auth::TokenSource) {
    /// if let Err(error) = source.token().await
    ///     && let Some(pause) = error.retry_after()
    /// {
    ///     eprintln!("again in {} s: {error}", pause.as_secs());
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::ErrorResponse { status, retry_after, .. } if is_transient(*status) => *retry_after,
            _ => None,
        }
    }

    /// The token error behind a failed call, if that is why the call was not sent.
    ///
    /// ```
    /// # async fn example(client: chift_auth::chift_api::Client) {
    /// use chift_auth::AuthError;
    /// use chift_auth::chift_api::Method;
    /// if let Err(error) = client.request(Method::GET, "/consumers").send::<serde_json::Value>().await {
    ///     match AuthError::of(&error) {
    ///         Some(no_token) => eprintln!("no token: {no_token}"),
    ///         None => eprintln!("the call failed: {error}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Self> {
        chift_api::authorize_error(error)?.downcast_ref()
    }
}

impl From<AuthError> for AuthorizeError {
    fn from(error: AuthError) -> Self {
        let (is_transient, retry_after) = (error.is_transient(), error.retry_after());
        Self::new(error).with_transient(is_transient).with_retry_after(retry_after)
    }
}
