//! Why there is no access token.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use crate::EnvironmentError;

/// Why there is no access token, or why a [`TokenSource`](crate::TokenSource) could not be built.
///
/// It never holds the client secret or a token: the server's message is searched for the secret before it is
/// kept. Cloning is cheap.
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
    /// The environment does not hold complete credentials.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),

    /// The base URL cannot be used.
    #[error("the base URL cannot be used: {reason}")]
    BaseUrl {
        /// What is wrong with it.
        reason: String,
    },

    /// The HTTP client could not be made, with what [`Builder::http`](crate::Builder::http) sets.
    #[error("the HTTP client could not be made")]
    HttpClient(#[source] Arc<dyn StdError + Send + Sync>),

    /// Chift refused the credentials: status 400, 401, 403 or 422.
    #[error("Chift refused the credentials ({status}{})", said(.error_code.as_deref(), .message.as_deref()))]
    #[non_exhaustive]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// Chift's error code, if the answer had one.
        error_code: Option<String>,
        /// What Chift said, if it said something.
        message: Option<String>,
    },

    /// Chift cannot issue a token now: status 408, 429 or 500 to 599.
    #[error("Chift could not issue a token now ({status}{})", said(.error_code.as_deref(), .message.as_deref()))]
    #[non_exhaustive]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// Chift's error code, if the answer had one.
        error_code: Option<String>,
        /// What Chift said, if it said something.
        message: Option<String>,
        /// How long Chift asks to be left alone (`Retry-After`), if it does.
        retry_after: Option<Duration>,
    },

    /// The token endpoint could not be reached, or the connection broke.
    #[error("the token endpoint could not be asked: {0}")]
    Transport(#[source] Arc<dyn StdError + Send + Sync>),

    /// There was no response in time: none within the limit of any attempt, or the caller waited for its whole
    /// [`deadline`](crate::Builder::deadline).
    #[error("the token endpoint did not respond in time")]
    TimedOut,

    /// The access token's life was over when the response arrived: a short life and a slow response, or a
    /// wall clock that was set meanwhile.
    #[error("the access token had already expired when it arrived")]
    ExpiredOnArrival,

    /// The token endpoint responded with a status that says nothing about the credentials or about time or
    /// load, for example 404. Check the base URL. It is not repeated at once, nor held against the credentials.
    #[error("the token endpoint responded with status {status}{}", said(.error_code.as_deref(), .message.as_deref()))]
    #[non_exhaustive]
    UnexpectedStatus {
        /// The HTTP status.
        status: u16,
        /// Chift's error code, if the response had one.
        error_code: Option<String>,
        /// What the server said, if it said something.
        message: Option<String>,
    },

    /// The token endpoint responded with a redirect. Credentials are never sent to another place; set the
    /// base URL to where the API is.
    #[error("the token endpoint responded with a redirect (status {status}); redirects are not followed")]
    #[non_exhaustive]
    Redirected {
        /// The HTTP status.
        status: u16,
    },

    /// There was a response, but no token that can be used.
    #[error("the token endpoint gave a response that cannot be used: {reason}")]
    InvalidResponse {
        /// What is wrong with it.
        reason: String,
    },

    /// A setting of the builder is out of its range.
    #[error("invalid setting `{setting}`: {reason}")]
    Setting {
        /// The builder's method.
        setting: &'static str,
        /// What is wrong with it.
        reason: String,
    },

    /// A token must be fetched, and the caller is not in a tokio runtime that can do it. Call from within a
    /// runtime with time and IO enabled, as `#[tokio::main]` and `Builder::enable_all` make it.
    #[error("a token must be fetched, and the caller is not in a tokio runtime with time and IO enabled")]
    NoRuntime,

    /// The caller's renewals were dropped again and again: the runtime that it is in is shutting down.
    #[error("the renewal was dropped before it ended: the tokio runtime is shutting down")]
    Lost,
}

/// What the server said, behind a status.
fn said(error_code: Option<&str>, message: Option<&str>) -> String {
    let code = error_code.map(|code| format!(" {code}")).unwrap_or_default();
    let message = message.map(|message| format!(": {message}")).unwrap_or_default();
    code + &message
}

impl AuthError {
    /// Whether Chift refused the credentials. Repeating the request with the same ones does not help.
    pub fn is_rejected(&self) -> bool {
        matches!(self, Self::Rejected { .. })
    }

    /// Whether a later request can succeed.
    pub fn is_transient(&self) -> bool {
        self.is_repeatable() || matches!(self, Self::Lost)
    }

    /// Whether a renewal that got this error repeats its request at once.
    pub(crate) fn is_repeatable(&self) -> bool {
        matches!(self, Self::Transport(_) | Self::TimedOut | Self::ExpiredOnArrival | Self::Unavailable { .. })
    }

    /// How long Chift asks to be left alone, if it does.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The token failure behind a failed call, if that is why it failed: then the call was never sent.
    ///
    /// ```
    /// # async fn example(client: chift_api::Client, body: chift_api::types::AuthItem) {
    /// use chift_auth::AuthError;
    /// if let Err(error) = client.generate_access_token(&body).await {
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

impl From<chift_api::BuildError> for AuthError {
    fn from(error: chift_api::BuildError) -> Self {
        if error.is_base_url() {
            Self::BaseUrl { reason: error.reason().to_owned() }
        } else {
            Self::HttpClient(Arc::new(error))
        }
    }
}

impl From<AuthError> for chift_api::AuthorizeError {
    fn from(error: AuthError) -> Self {
        let (is_transient, retry_after) = (error.is_transient(), error.retry_after());
        Self::new(error).with_transient(is_transient).with_retry_after(retry_after)
    }
}
