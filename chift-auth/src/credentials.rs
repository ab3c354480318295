//! API credentials, and the environment variables that set them.

use std::env;
use std::fmt;

use chift_api::{Secret, shown_url, types::AuthItem};
use uuid::Uuid;

/// An API key of Chift, with the account it belongs to.
///
/// The key decides the environment: there are keys for the sandbox and keys for production, and the
/// host is the same. `Debug` shows everything but the secret, and of a base URL scheme, host, port and path.
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
    client_id: String,
    client_secret: Secret,
    account_id: Uuid,
    marketplace_id: Option<Uuid>,
    env_id: Option<String>,
    base_url: Option<String>,
}

impl Credentials {
    /// The three values that every account has.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<Secret>, account_id: Uuid) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            account_id,
            marketplace_id: None,
            env_id: None,
            base_url: None,
        }
    }

    /// The marketplace, for accounts that have one.
    #[must_use]
    pub fn marketplace_id(mut self, marketplace_id: Uuid) -> Self {
        self.marketplace_id = Some(marketplace_id);
        self
    }

    /// The environment's id. Chift's document does not mention it; its own SDKs send it when it is set.
    #[must_use]
    pub fn env_id(mut self, env_id: impl Into<String>) -> Self {
        self.env_id = Some(env_id.into());
        self
    }

    /// Reads the credentials from the environment of the process:
    ///
    /// | variable | needed | form |
    /// |---|---|---|
    /// | `CHIFT_CLIENT_ID` | yes | text |
    /// | `CHIFT_CLIENT_SECRET` | yes | text |
    /// | `CHIFT_ACCOUNT_ID` | yes | UUID |
    /// | `CHIFT_MARKETPLACE_ID` | no | UUID |
    /// | `CHIFT_ENV_ID` | no | text |
    /// | `CHIFT_BASE_URL` | no | URL; where the API is, if not at Chift |
    ///
    /// White space around a value is dropped. An optional variable that is set but blank counts as not
    /// set, as it does in most shells' scripts.
    ///
    /// ```no_run
    /// let credentials = chift_auth::Credentials::from_env()?;
    /// # Ok::<(), chift_auth::EnvironmentError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// All variables that are missing, blank or malformed, at once; the values themselves are not told.
    pub fn from_env() -> Result<Self, EnvironmentError> {
        Self::from_lookup(|name| match env::var(name) {
            Ok(value) => Some(Ok(value)),
            Err(env::VarError::NotPresent) => None,
            Err(env::VarError::NotUnicode(_)) => Some(Err(Fault::NotUnicode)),
        })
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<Result<String, Fault>>) -> Result<Self, EnvironmentError> {
        let mut reader = Reader { lookup, faults: Vec::new() };
        let client_id = reader.needed("CHIFT_CLIENT_ID").unwrap_or_default();
        let client_secret = reader.needed("CHIFT_CLIENT_SECRET").unwrap_or_default();
        let account_id = reader.needed("CHIFT_ACCOUNT_ID");
        let account_id = reader.uuid("CHIFT_ACCOUNT_ID", account_id).unwrap_or_default();
        let marketplace_id = reader.optional("CHIFT_MARKETPLACE_ID");
        let marketplace_id = reader.uuid("CHIFT_MARKETPLACE_ID", marketplace_id);
        let env_id = reader.optional("CHIFT_ENV_ID");
        let base_url = reader.optional("CHIFT_BASE_URL");
        if base_url.as_deref().is_some_and(|url| reqwest::Url::parse(url).is_err()) {
            reader.faults.push(("CHIFT_BASE_URL", Fault::NotUrl));
        }
        if !reader.faults.is_empty() {
            return Err(EnvironmentError(reader.faults));
        }
        Ok(Self { client_id, client_secret: client_secret.into(), account_id, marketplace_id, env_id, base_url })
    }

    /// Where `CHIFT_BASE_URL` says that the API is.
    pub(crate) fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.client_secret
    }

    /// The body of the token request.
    pub(crate) fn to_request(&self) -> AuthItem {
        let mut request = AuthItem::new(self.account_id, self.client_id.as_str(), self.client_secret.clone());
        request.env_id.clone_from(&self.env_id);
        request.marketplace_id = self.marketplace_id;
        request
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("account_id", &self.account_id)
            .field("marketplace_id", &self.marketplace_id)
            .field("env_id", &self.env_id)
            .field("base_url", &self.base_url.as_deref().map(shown_url))
            .finish()
    }
}

/// What is wrong with the `CHIFT_*` variables: each one that is, by name, never with its value.
///
/// ```
/// # fn main() {
/// if let Err(error) = chift_auth::Credentials::from_env() {
///     eprintln!("{error}");
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentError(Vec<(&'static str, Fault)>);

impl EnvironmentError {
    /// The names of the variables, in the order of the table of [`Credentials::from_env`].
    pub fn variables(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Whether none of the needed variables is set at all: nobody tried to give credentials.
    pub fn is_all_missing(&self) -> bool {
        self.0.len() == 3 && self.0.iter().all(|(_, fault)| *fault == Fault::Missing)
    }
}

impl fmt::Display for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the environment holds no complete Chift credentials: ")?;
        for (index, (name, fault)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{name} {}", fault.told())?;
        }
        Ok(())
    }
}

impl std::error::Error for EnvironmentError {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Blank,
    NotUnicode,
    NotUuid,
    NotUrl,
}

impl Fault {
    fn told(self) -> &'static str {
        match self {
            Self::Missing => "is not set",
            Self::Blank => "is blank",
            Self::NotUnicode => "is not Unicode text",
            Self::NotUuid => "is not a UUID",
            Self::NotUrl => "is not a URL",
        }
    }
}

struct Reader<F> {
    lookup: F,
    faults: Vec<(&'static str, Fault)>,
}

impl<F: Fn(&str) -> Option<Result<String, Fault>>> Reader<F> {
    /// The value, trimmed; `None` when it is not set, or when it is bad and this was noted.
    fn read(&mut self, name: &'static str) -> Option<String> {
        match (self.lookup)(name)? {
            Ok(value) => Some(value.trim().to_owned()),
            Err(fault) => {
                self.faults.push((name, fault));
                None
            }
        }
    }

    fn needed(&mut self, name: &'static str) -> Option<String> {
        let before = self.faults.len();
        let value = self.read(name);
        match value {
            Some(value) if value.is_empty() => self.faults.push((name, Fault::Blank)),
            Some(value) => return Some(value),
            None if self.faults.len() == before => self.faults.push((name, Fault::Missing)),
            None => {}
        }
        None
    }

    fn optional(&mut self, name: &'static str) -> Option<String> {
        self.read(name).filter(|value| !value.is_empty())
    }

    fn uuid(&mut self, name: &'static str, value: Option<String>) -> Option<Uuid> {
        let parsed = value?.parse();
        if parsed.is_err() {
            self.faults.push((name, Fault::NotUuid));
        }
        parsed.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11";

    fn from(variables: &[(&str, &str)]) -> Result<Credentials, EnvironmentError> {
        Credentials::from_lookup(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| Ok((*value).to_owned()))
        })
    }

    #[test]
    fn every_fault_is_named_at_once_and_no_value_is_told() {
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
    fn a_variable_that_is_not_text_is_named_once() {
        let error = Credentials::from_lookup(|_| Some(Err(Fault::NotUnicode))).unwrap_err();
        assert_eq!(error.variables().count(), 6);
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
        let request = credentials.to_request();
        assert_eq!((request.client_id.as_str(), request.client_secret.expose()), ("id", "s3cret"));
        assert_eq!((request.marketplace_id, request.env_id), (None, None));
    }
}
