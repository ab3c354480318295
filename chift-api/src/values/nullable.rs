//! A field of a PATCH body.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of a PATCH body: leave the field unchanged, clear it, or set it.
///
/// ```
/// use chift_api::Nullable;
/// use serde::Serialize;
///
/// #[derive(Default, Serialize)]
/// struct Change {
///     #[serde(skip_serializing_if = "Nullable::is_absent")]
///     note: Nullable<String>,
///     #[serde(skip_serializing_if = "Nullable::is_absent")]
///     phone: Nullable<String>,
/// }
///
/// let change = Change { note: Nullable::Null, ..Change::default() };
/// assert_eq!(serde_json::to_string(&change)?, r#"{"note":null}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// The field is not sent and stays unchanged.
    #[default]
    Absent,
    /// The field is sent as null and is cleared.
    Null,
    /// The field is set to this value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Whether the field is not sent.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// Reads null or a value; `Absent` results from `#[serde(default)]`.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}
