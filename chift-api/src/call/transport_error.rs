//! Why there was no response.

use std::error::Error as StdError;
use std::fmt;

/// Why there was no response. Neither `Display` nor `Debug` nor a source shows an address with its path and query.
///
/// ```
/// # async fn call(client: chift_api::Client) {
/// use chift_api::{Error, Method};
/// match client.request(Method::GET, "/consumers").send::<serde_json::Value>().await {
///     Err(Error::Transport(error)) if error.is_connect() => eprintln!("not sent: {error}"),
///     Err(Error::Transport(error)) => eprintln!("nobody knows whether it was carried out: {error}"),
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
    /// The response did not begin in time.
    pub(crate) fn timed_out() -> Self {
        Self { kind: Kind::TimedOut, source: None }
    }

    /// Whether no connection came about: the request was not sent.
    pub fn is_connect(&self) -> bool {
        self.kind == Kind::Connect
    }

    /// Whether the time was over: for the connection, for the head of the response, or between two parts of its
    /// body.
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
        // A path and a query hold ids and filters of customers.
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
