//! A JSON value that redacts itself.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A JSON value of any type that redacts itself: [`Debug`] shows only its type.
///
/// Validation errors repeat the refused input in it, which can be the client secret. `Serialize` writes the value
/// itself.
///
/// ```
/// use chift_api::Redacted;
/// let input: Redacted = serde_json::from_str("\"s3cret\"")?;
/// assert_eq!(format!("{input:?}"), "[redacted string]");
/// assert_eq!(input.expose(), "s3cret");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redacted(Value);

impl Redacted {
    /// The value itself. A secret can leak where this is called.
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
