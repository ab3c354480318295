//! A string that redacts itself.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A secret string: the secret of an API key, or an access token. In the document, a string with `format: password` or
/// with a name that means a secret, such as `clientSecret`.
///
/// It redacts itself in [`Debug`], has no `Display`, and overwrites its memory when it is dropped. `Serialize` writes
/// the secret itself, because requests need it. `==` compares the texts, in a time that depends only on their lengths.
///
/// ```
/// use chift_api::Secret;
/// let secret = Secret::from("s3cret");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert_eq!(secret.expose(), "s3cret");
/// ```
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself. A secret can leak only where this is called, so search for it in reviews.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the string is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// Converts from the crate `secrecy`, by value or by reference.
#[cfg(feature = "secrecy")]
impl From<&secrecy::SecretString> for Secret {
    fn from(secret: &secrecy::SecretString) -> Self {
        Self::from(secrecy::ExposeSecret::expose_secret(secret))
    }
}

#[cfg(feature = "secrecy")]
impl From<secrecy::SecretString> for Secret {
    fn from(secret: secrecy::SecretString) -> Self {
        Self::from(&secret)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.0.as_bytes(), other.0.as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialize_writes_the_secret_and_debug_does_not() {
        let secret: Secret = serde_json::from_str("\"s3cret\"").unwrap();
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"s3cret\"");
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), "[redacted] Some(\n    [redacted],\n)");
    }

    #[test]
    fn secrets_with_equal_text_are_equal() {
        assert_eq!(Secret::from("a"), Secret::from("a".to_owned()));
        assert_ne!(Secret::from("a"), Secret::from("b"));
        assert_ne!(Secret::from("a"), Secret::from("ab"));
    }

    #[cfg(feature = "secrecy")]
    #[test]
    fn a_secret_of_the_crate_secrecy_is_converted() {
        let secret = secrecy::SecretString::from("s3cret");
        assert_eq!(Secret::from(&secret), Secret::from("s3cret"));
        assert_eq!(Secret::from(secret).expose(), "s3cret");
    }
}
