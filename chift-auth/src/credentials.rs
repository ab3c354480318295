//! API credentials, from environment variables and configuration files.

use std::collections::HashMap;
use std::env::{self, VarError};
use std::fmt;

use chift_api::{
    Secret, shown_url,
    types::{AuthItem, AuthItemRequired},
};
use reqwest::Url;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
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
        Self { request: AuthItem::new(AuthItemRequired { account_id, client_id, client_secret }), base_url: None }
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
        Self::from_env_with_prefix("CHIFT")
    }

    /// Like [`from_env`](Self::from_env), with other names, for a program with several accounts: the prefix `SHOP_A`
    /// reads `SHOP_A_CLIENT_ID`, `SHOP_A_CLIENT_SECRET` and so on, and no variable whose name begins with `CHIFT_`.
    ///
    /// ```no_run
    /// use chift_auth::{Credentials, TokenSource};
    /// let shop_a = TokenSource::new(Credentials::from_env_with_prefix("SHOP_A")?)?;
    /// let shop_b = TokenSource::new(Credentials::from_env_with_prefix("SHOP_B")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_env_with_prefix(prefix: &str) -> Result<Self, EnvironmentError> {
        Self::from_variables(prefix, |name| env::var(name))
    }

    fn from_variables(
        prefix: &str,
        lookup: impl Fn(&str) -> Result<String, VarError>,
    ) -> Result<Self, EnvironmentError> {
        let name = |field: &str| format!("{}_{}", prefix.trim_end_matches('_'), field.to_ascii_uppercase());
        Self::read(name, |name| match lookup(name) {
            Ok(value) => Ok(value.into()),
            Err(VarError::NotPresent) => Err(NOT_SET),
            Err(VarError::NotUnicode(_)) => Err("is not Unicode text"),
        })
    }

    /// Reads all fields. `lookup` gets the `name` of a field.
    fn read(
        name: impl Fn(&str) -> String,
        lookup: impl Fn(&str) -> Result<Secret, Problem>,
    ) -> Result<Self, EnvironmentError> {
        let mut reader = Reader { name, lookup, problems: Vec::new() };
        let text = |value: &str| Ok(value.to_owned());
        let uuid = |value: &str| value.parse::<Uuid>().map_err(|_| "is not a UUID");
        let url = |value: &str| Url::parse(value).map(|_| value.to_owned()).map_err(|_| "is not a URL");
        let client_id = reader.read("client_id", text).unwrap_or_default();
        let client_secret = reader.read("client_secret", |value| Ok(Secret::from(value))).unwrap_or_default();
        let mut credentials = Self::new(client_id, client_secret, reader.read("account_id", uuid).unwrap_or_default());
        credentials.request.marketplace_id = reader.read("marketplace_id", uuid);
        credentials.request.env_id = reader.read("env_id", text);
        credentials.base_url = reader.read("base_url", url);
        if reader.problems.is_empty() { Ok(credentials) } else { Err(EnvironmentError(reader.problems)) }
    }
}

/// Reads a table of a configuration file, in any format that serde reads and that describes its own types: TOML, YAML,
/// JSON. The fields are `client_id`, `client_secret`, `account_id`, and optionally `marketplace_id`, `env_id` and
/// `base_url`; all are strings, with the rules of [`from_env`](Credentials::from_env). An error names the fields that
/// have a problem, and shows no values.
///
/// ```
/// use chift_auth::Credentials;
///
/// #[derive(serde::Deserialize)]
/// struct Settings {
///     chift: Credentials,
/// }
///
/// let file = r#"{"chift": {
///     "client_id": "my-client-id", "client_secret": "s3cret", "account_id": "0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11"
/// }}"#;
/// let settings: Settings = serde_json::from_str(file)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<'de> Deserialize<'de> for Credentials {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Given::Table(fields) = Given::deserialize(deserializer)? else {
            return Err(D::Error::custom("Chift credentials are not a table"));
        };
        if let Some(name) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(D::Error::unknown_field(name, &FIELDS));
        }
        let read = Self::read(str::to_owned, |field| match fields.get(field) {
            Some(Given::Text(text)) => Ok(text.clone()),
            Some(Given::Null(())) | None => Err(NOT_SET),
            Some(_) => Err("is not a string"),
        });
        read.map_err(|error| D::Error::custom(format_args!("incomplete Chift credentials: {}", error.listed())))
    }
}

/// A value in a configuration file. No value is refused here, because the error would show it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Table(HashMap<String, Given>),
    Text(Secret),
    Null(()),
    Other(IgnoredAny),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("request", &self.request)
            .field("base_url", &self.base_url.as_deref().map(shown_url))
            .finish()
    }
}

/// The variables that are missing or invalid, without their values.
///
/// ```
/// # fn main() {
/// if let Err(error) = chift_auth::Credentials::from_env() {
///     eprintln!("{error}");
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment holds no complete Chift credentials: {}", self.listed())]
pub struct EnvironmentError(Vec<(String, Problem)>);

impl EnvironmentError {
    /// Whether no required variable is set, which means that nobody has configured credentials.
    pub fn is_all_missing(&self) -> bool {
        self.0.len() == REQUIRED && self.0.iter().all(|(_, problem)| *problem == NOT_SET)
    }

    fn listed(&self) -> String {
        let problems: Vec<String> = self.0.iter().map(|(name, problem)| format!("{name} {problem}")).collect();
        problems.join(", ")
    }
}

/// What is wrong with a field, without its value.
type Problem = &'static str;

const NOT_SET: Problem = "is not set";
const BLANK: Problem = "is blank";
/// The required fields come first.
const FIELDS: [&str; 6] = ["client_id", "client_secret", "account_id", "marketplace_id", "env_id", "base_url"];
const REQUIRED: usize = 3;

/// Reads fields, and collects the problems that they have.
struct Reader<N, L> {
    name: N,
    lookup: L,
    problems: Vec<(String, Problem)>,
}

impl<N: Fn(&str) -> String, L: Fn(&str) -> Result<Secret, Problem>> Reader<N, L> {
    /// The value of a field; `None` if it is optional and not set, or if it has a problem.
    fn read<T>(&mut self, field: &str, parse: impl Fn(&str) -> Result<T, Problem>) -> Option<T> {
        let name = (self.name)(field);
        let value = (self.lookup)(&name).and_then(|value| match value.expose().trim() {
            "" => Err(BLANK),
            value => parse(value),
        });
        let is_optional = !FIELDS[..REQUIRED].contains(&field);
        match value {
            Err(NOT_SET | BLANK) if is_optional => None,
            value => value.map_err(|problem| self.problems.push((name, problem))).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ACCOUNT: &str = "0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11";

    fn from(variables: &[(&str, &str)]) -> Result<Credentials, EnvironmentError> {
        Credentials::from_variables("CHIFT", |name| {
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
        let error = Credentials::from_variables("CHIFT", |_| Err(VarError::NotUnicode("x".into()))).unwrap_err();
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

    #[test]
    fn a_prefix_selects_the_variables_of_an_account() {
        for prefix in ["SHOP_A", "SHOP_A_"] {
            let error = Credentials::from_variables(prefix, |name| match name {
                "SHOP_A_CLIENT_ID" => Ok("id".to_owned()),
                _ => Err(VarError::NotPresent),
            });
            assert_eq!(
                error.unwrap_err().to_string(),
                "the environment holds no complete Chift credentials: SHOP_A_CLIENT_SECRET is not set, \
                 SHOP_A_ACCOUNT_ID is not set"
            );
        }
    }

    #[test]
    fn credentials_are_read_from_a_configuration_file() {
        let file = json!({
            "client_id": "id", "client_secret": "s3cret", "account_id": ACCOUNT, "env_id": null,
            "base_url": "https://api.example",
        });
        for credentials in [serde_json::from_value(file.clone()), serde_json::from_str(&file.to_string())] {
            let Credentials { request, base_url } = credentials.unwrap();
            assert_eq!((request.client_id.as_str(), request.client_secret.expose()), ("id", "s3cret"));
            assert_eq!((request.account_id.to_string().as_str(), request.env_id), (ACCOUNT, None));
            assert_eq!(base_url.as_deref(), Some("https://api.example"));
        }
        let yaml: Credentials = yaml_serde::from_str(&file.to_string()).unwrap();
        assert_eq!(yaml.request.client_secret.expose(), "s3cret");
    }

    #[test]
    fn an_error_of_a_configuration_file_names_the_fields_and_shows_no_value() {
        for (file, expected) in [
            (json!("hunter2"), "Chift credentials are not a table"),
            (json!(["hunter2", "hunter2"]), "Chift credentials are not a table"),
            (
                json!({"client_id": "hunter2", "client_secret": 4711, "account_id": "hunter2", "env_id": ["hunter2"]}),
                "incomplete Chift credentials: client_secret is not a string, account_id is not a UUID, env_id is not \
                 a string",
            ),
            (json!({"client_id": " "}), "client_id is blank, client_secret is not set, account_id is not set"),
            (json!({"clientId": "hunter2"}), "unknown field `clientId`, expected one of `client_id`,"),
        ] {
            for error in [
                serde_json::from_value::<Credentials>(file.clone()).unwrap_err().to_string(),
                serde_json::from_str::<Credentials>(&file.to_string()).unwrap_err().to_string(),
                yaml_serde::from_str::<Credentials>(&file.to_string()).unwrap_err().to_string(),
            ] {
                assert!(error.contains(expected), "{error}");
                assert!(!error.contains("hunter2") && !error.contains("4711"), "{error}");
            }
        }
    }
}
