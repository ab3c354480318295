//! What the server sends back of the caller's own input.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A value that the server's validator refused and sends back, of whatever type.
///
/// It may be the client secret, so [`Debug`] tells only what kind of value it is. Reading and writing
/// keep it as it is.
///
/// ```
/// use chift_api::Redacted;
/// let input: Redacted = serde_json::from_str("\"s3cret\"")?;
/// assert_eq!(format!("{input:?}"), "[redacted string]");
/// assert_eq!(input.expose(), "s3cret");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redacted(Value);

impl Redacted {
    /// The value itself. Where this is called, a secret can leak.
    pub fn expose(&self) -> &Value {
        &self.0
    }
}

impl From<Value> for Redacted {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Value::Null => "[null]",
            Value::Bool(_) => "[redacted boolean]",
            Value::Number(_) => "[redacted number]",
            Value::String(_) => "[redacted string]",
            Value::Array(_) => "[redacted array]",
            Value::Object(_) => "[redacted object]",
        })
    }
}
