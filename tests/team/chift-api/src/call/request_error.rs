//! Why a request was not sent.

use std::error::Error as StdError;
use std::fmt;

/// Why a request was not sent: an argument is invalid. `Display` names the argument and shows no value.
///
/// ```
/// let error = chift_api::path_segment("client_id", "..").unwrap_err();
/// assert_eq!(error.to_string(), "the path parameter `client_id` is `..`, which would change the path");
/// ```
pub struct RequestError {
    parameter: Option<&'static str>,
    problem: String,
    source: Option<reqwest::Error>,
}

impl RequestError {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self { parameter: None, problem: problem.into(), source: None }
    }

    pub(crate) fn parameter_refused(parameter: &'static str, problem: &str) -> Self {
        let problem = format!("the path parameter `{parameter}` {problem}");
        Self { parameter: Some(parameter), problem, source: None }
    }

    /// The name of the invalid path parameter, as in the operation's method; `None` if the error concerns something
    /// else.
    pub fn parameter(&self) -> Option<&'static str> {
        self.parameter
    }
}

impl From<reqwest::Error> for RequestError {
    fn from(error: reqwest::Error) -> Self {
        // The error's own message can contain values, of a serializer's error or a URL.
        let problem = "the request cannot be built from its arguments".to_owned();
        Self { parameter: None, problem, source: Some(error.without_url()) }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl fmt::Debug for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestError").field(&self.problem).finish()
    }
}

impl StdError for RequestError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
