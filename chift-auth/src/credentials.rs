//! API credentials, and the environment variables that set them.

use std::env::{self, VarError};
use std::fmt;

use chift_api::{
    Secret, shown_url,
    types::{AuthItem, AuthItemRequired},
};
use reqwest::Url;
use uuid::Uuid;

/// An API key of Chift, with the account that it belongs to.
///
/// The key selects the environment, sandbox or production; both have the same host. `Debug` shows everything except
/// the secret, and only the scheme, host, port and path of the base URL.
///
/// ```
/// use chift_auth::Credentials;
/// use uuid::Uuid;
///
/// let credentials = Credentials::new("my-client-id", "s3cret", Uuid::nil()).marketplace_id(Uuid::nil());
/// assert!(!format!("{credentials:?}").contains("s3cret"));
/// ```
#[derive(Clone)]
pub struct Credentials {
    /// The body of the token request.
    pub(crate) request: AuthItem,
    /// The value of `CHIFT_BASE_URL`, or what a builder replaces it with.
    pub(crate) base_url: Option<String>,
}

impl Credentials {
    /// The three values that every account has.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<Secret>, account_id: Uuid) -> Self {
        let (client_id, client_secret) = (client_id.into(), client_secret.into());
        Self { request: AuthItemRequired { account_id, client_id, client_secret }.into(), base_url: None }
    }

    /// The marketplace, for accounts that have one.
    #[must_use]
    pub fn marketplace_id(mut self, marketplace_id: Uuid) -> Self {
        self.request.marketplace_id = Some(marketplace_id);
        self
    }

    /// The id of the environment. Chift's OpenAPI document does not mention it, but Chift's own SDKs send it if it is
    /// set.
    #[must_use]
    pub fn env_id(mut self, env_id: impl Into<String>) -> Self {
        self.request.env_id = Some(env_id.into());
        self
    }

    /// Reads the credentials from environment variables:
    ///
    /// | variable | required | form |
    /// |---|---|---|
    /// | `CHIFT_CLIENT_ID` | yes | text |
    /// | `CHIFT_CLIENT_SECRET` | yes | text |
    /// | `CHIFT_ACCOUNT_ID` | yes | UUID |
    /// | `CHIFT_MARKETPLACE_ID` | no | UUID |
    /// | `CHIFT_ENV_ID` | no | text |
    /// | `CHIFT_BASE_URL` | no | URL of the API, if it is not Chift's |
    ///
    /// White space around a value is removed. An optional variable that is blank counts as not set, as in most shell
    /// scripts.
    ///
    /// ```no_run
    /// let credentials = chift_auth::Credentials::from_env()?;
    /// # Ok::<(), chift_auth::EnvironmentError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a variable is missing, blank or malformed. The error names all of them, and shows no values.
    pub fn from_env() -> Result<Self, EnvironmentError> {
        Self::from_lookup(|name| env::var(name))
    }

    fn from_lookup(lookup: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, EnvironmentError> {
        let mut reader = Reader { lookup, problems: Vec::new() };
        let text = |value: &str| Ok(value.to_owned());
        let uuid = |value: &str| value.parse::<Uuid>().map_err(|_| "is not a UUID");
        let url = |value: &str| Url::parse(value).map(|_| value.to_owned()).map_err(|_| "is not a URL");
        let client_id = reader.read("CHIFT_CLIENT_ID", REQUIRED, text).unwrap_or_default();
        let client_secret = reader.read("CHIFT_CLIENT_SECRET", REQUIRED, text).unwrap_or_default();
        let account_id = reader.read("CHIFT_ACCOUNT_ID", REQUIRED, uuid).unwrap_or_default();
        let mut credentials = Self::new(client_id, client_secret, account_id);
        credentials.request.marketplace_id = reader.read("CHIFT_MARKETPLACE_ID", OPTIONAL, uuid);
        credentials.request.env_id = reader.read("CHIFT_ENV_ID", OPTIONAL, text);
        credentials.base_url = reader.read("CHIFT_BASE_URL", OPTIONAL, url);
        if reader.problems.is_empty() { Ok(credentials) } else { Err(EnvironmentError(reader.problems)) }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("request", &self.request)
            .field("base_url", &self.base_url.as_deref().map(shown_url))
            .finish()
    }
}

/// The `CHIFT_*` variables that are missing or invalid, without their values.
///
/// ```
/// # fn main() {
/// if let Err(error) = chift_auth::Credentials::from_env() {
///     eprintln!("{error}");
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentError(Vec<(&'static str, &'static str)>);

impl EnvironmentError {
    /// Whether no required variable is set, which means that nobody has configured credentials.
    pub fn is_all_missing(&self) -> bool {
        self.0.len() == 3 && self.0.iter().all(|(_, problem)| *problem == NOT_SET)
    }
}

impl fmt::Display for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: Vec<String> = self.0.iter().map(|(name, problem)| format!("{name} {problem}")).collect();
        write!(f, "the environment holds no complete Chift credentials: {}", problems.join(", "))
    }
}

impl std::error::Error for EnvironmentError {}

const NOT_SET: &str = "is not set";
const REQUIRED: bool = true;
const OPTIONAL: bool = false;

/// Reads variables, and collects the problems that they have.
struct Reader<F> {
    lookup: F,
    problems: Vec<(&'static str, &'static str)>,
}

impl<F: Fn(&str) -> Result<String, VarError>> Reader<F> {
    /// The value; `None` if the variable is optional and not set, or if it has a problem.
    fn read<T>(
        &mut self,
        name: &'static str,
        is_required: bool,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let value = match (self.lookup)(name) {
            Ok(value) => match value.trim() {
                "" if is_required => Err("is blank"),
                "" => return None,
                value => parse(value),
            },
            Err(VarError::NotUnicode(_)) => Err("is not Unicode text"),
            Err(VarError::NotPresent) if is_required => Err(NOT_SET),
            Err(VarError::NotPresent) => return None,
        };
        value.map_err(|problem| self.problems.push((name, problem))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11";

    fn from(variables: &[(&str, &str)]) -> Result<Credentials, EnvironmentError> {
        Credentials::from_lookup(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        })
    }

    #[test]
    fn an_error_names_every_problem_and_shows_no_value() {
        let error = from(&[
            ("CHIFT_CLIENT_SECRET", "  "),
            ("CHIFT_ACCOUNT_ID", "value-one"),
            ("CHIFT_MARKETPLACE_ID", "value-two"),
            ("CHIFT_BASE_URL", "value three"),
        ])
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment holds no complete Chift credentials: CHIFT_CLIENT_ID is not set, \
             CHIFT_CLIENT_SECRET is blank, CHIFT_ACCOUNT_ID is not a UUID, CHIFT_MARKETPLACE_ID is not a UUID, \
             CHIFT_BASE_URL is not a URL"
        );
        assert!(!format!("{error:?}").contains("value"));
        assert!(!error.is_all_missing());
        assert!(from(&[]).unwrap_err().is_all_missing());
    }

    #[test]
    fn an_error_names_a_variable_that_is_not_unicode_once() {
        let error = Credentials::from_lookup(|_| Err(VarError::NotUnicode("x".into()))).unwrap_err();
        assert_eq!(error.0.len(), 6);
    }

    #[test]
    fn debug_shows_no_secret_of_the_base_url() {
        let credentials = from(&[
            ("CHIFT_CLIENT_ID", "id"),
            ("CHIFT_CLIENT_SECRET", "s3cret"),
            ("CHIFT_ACCOUNT_ID", ACCOUNT),
            ("CHIFT_BASE_URL", "https://me:hunter2@api.example/v1?key=hunter3#hunter4"),
        ])
        .unwrap();
        let builder =
            crate::TokenSource::builder(credentials.clone()).base_url("https://me:hunter2@api.example?key=hunter3");
        let error = crate::TokenSource::new(credentials.clone()).unwrap_err();
        let shown = format!("{credentials:?} {builder:?} {error} {error:?}");
        assert!(!shown.contains("hunter") && shown.contains("https://api.example/v1"), "{shown}");
    }

    #[test]
    fn blank_optional_variables_count_as_not_set() {
        let credentials = from(&[
            ("CHIFT_CLIENT_ID", " id\n"),
            ("CHIFT_CLIENT_SECRET", "s3cret"),
            ("CHIFT_ACCOUNT_ID", ACCOUNT),
            ("CHIFT_MARKETPLACE_ID", ""),
            ("CHIFT_ENV_ID", " "),
        ])
        .unwrap();
        let request = credentials.request;
        assert_eq!((request.client_id.as_str(), request.client_secret.expose()), ("id", "s3cret"));
        assert_eq!((request.marketplace_id, request.env_id), (None, None));
    }
}
