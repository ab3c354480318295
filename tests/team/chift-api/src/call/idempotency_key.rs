//! The key by which Chift recognizes a request that it has received before.

use std::fmt;

use reqwest::header::HeaderValue;
use uuid::Uuid;

use super::context::{ContextError, text, visible};

/// The longest idempotency key that Chift accepts, in characters.
const LONGEST_KEY: usize = 255;

/// Identifies a request so that Chift executes it at most once.
///
/// A key must be unique among all your requests of six months, across operations.
///
/// ```
/// use chift_api::IdempotencyKey;
/// let key = IdempotencyKey::random();
/// assert_eq!(IdempotencyKey::new(key.as_str())?, key);
/// assert!(IdempotencyKey::new("x".repeat(256)).is_err());
/// # Ok::<(), chift_api::ContextError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(HeaderValue);

impl IdempotencyKey {
    /// A key of your choice: 1 to 255 characters of visible ASCII; spaces are allowed except at either end.
    ///
    /// # Errors
    ///
    /// If `key` has another length or contains other characters.
    pub fn new(key: impl AsRef<str>) -> Result<Self, ContextError> {
        const WHAT: &str = "an idempotency key";
        let key = key.as_ref();
        if key.chars().count() > LONGEST_KEY {
            return Err(ContextError { what: WHAT, problem: "has more than 255 characters" });
        }
        visible(WHAT, key).map(Self)
    }

    /// A random key: a UUID of version 4.
    pub fn random() -> Self {
        Self(text(Uuid::new_v4()))
    }

    pub(super) fn into_header(self) -> HeaderValue {
        self.0
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_key_is_refused_and_the_longest_one_is_accepted() {
        for (key, expected) in [
            (String::new(), "an idempotency key is empty"),
            ("x".repeat(256), "an idempotency key has more than 255 characters"),
            ("ä".repeat(256), "an idempotency key has more than 255 characters"),
            ("a\r\nx-evil: 1".to_owned(), "an idempotency key contains characters that a header cannot contain"),
            (" a".to_owned(), "an idempotency key contains characters that a header cannot contain"),
            ("é".to_owned(), "an idempotency key contains characters that a header cannot contain"),
        ] {
            assert_eq!(IdempotencyKey::new(&key).unwrap_err().to_string(), expected);
        }
        assert_eq!(IdempotencyKey::new("x".repeat(255)).unwrap().as_str().len(), 255);
    }
}
