//! The error of a call without a response.

use std::error::Error as StdError;
use std::fmt;

/// Why there was no response. `Display`, `Debug` and the sources show no path and no query.
///
/// ```
/// # async fn call(client: chift_api::Client) {
/// use chift_api::{Error, Method};
/// match client.request(Method::GET, "/consumers").send::<serde_json::Value>().await {
///     Err(Error::Transport(error)) if error.is_connect() => eprintln!("not sent: {error}"),
///     Err(Error::Transport(error)) => eprintln!("Chift may have executed it: {error}"),
///     _ => {}
/// }
/// # }
/// ```
pub struct TransportError {
    kind: Kind,
    source: Option<reqwest::Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Connect,
    TimedOut,
    Interrupted,
}

impl TransportError {
    /// The header timeout or the timeout of the call was exceeded.
    pub(crate) fn timed_out() -> Self {
        Self { kind: Kind::TimedOut, source: None }
    }

    /// Whether no connection was established, so the request was not sent.
    pub fn is_connect(&self) -> bool {
        self.kind == Kind::Connect
    }

    /// Whether a time limit was exceeded: to connect, until the response headers, between two chunks of the body, or that
    /// of the whole call.
    pub fn is_timeout(&self) -> bool {
        self.kind == Kind::TimedOut || self.source.as_ref().is_some_and(reqwest::Error::is_timeout)
    }
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let kind = match &error {
            error if error.is_connect() => Kind::Connect,
            error if error.is_timeout() => Kind::TimedOut,
            _ => Kind::Interrupted,
        };
        // A path and a query contain customers' ids and filters.
        Self { kind, source: Some(error.without_url()) }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Connect => "the server could not be reached",
            Kind::TimedOut => "the server did not respond in time",
            Kind::Interrupted => "the connection broke before the response was complete",
        })
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TransportError").field(&self.kind).finish()
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
