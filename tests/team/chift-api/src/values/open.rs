//! A value of an enum that Chift may extend.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of the enum `E`, or the text of a value that the document does not list.
///
/// Chift adds values to its enums without notice, and a new one must not make a page of invoices unreadable. It is
/// serialized as the text that was received. `==` also compares with a value of `E`.
///
/// ```
/// use chift_api::Open;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// #[serde(rename_all = "snake_case")]
/// enum Status { Draft, Posted }
///
/// let read: Vec<Open<Status>> = serde_json::from_str(r#"["posted", "archived"]"#)?;
/// assert_eq!(read[0].known(), Some(&Status::Posted));
/// assert!(read[0] == Status::Posted && read[1] != Status::Posted);
/// assert_eq!(read[1], Open::Unknown("archived".to_owned()));
/// assert_eq!(serde_json::to_string(&read)?, r#"["posted","archived"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Open<E> {
    /// A value that the document lists.
    Known(E),
    /// The text of another value.
    Unknown(String),
}

impl<E> Open<E> {
    /// The value, if the document lists it.
    pub fn known(&self) -> Option<&E> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

impl<E> From<E> for Open<E> {
    fn from(value: E) -> Self {
        Self::Known(value)
    }
}

impl<E: PartialEq> PartialEq<E> for Open<E> {
    fn eq(&self, other: &E) -> bool {
        matches!(self, Self::Known(value) if value == other)
    }
}

impl<E: fmt::Display> fmt::Display for Open<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::Unknown(text) => f.write_str(text),
        }
    }
}

impl<E: Serialize> Serialize for Open<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Open<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = E::deserialize(StrDeserializer::<serde::de::value::Error>::new(&text));
        Ok(known.map_or_else(|_| Self::Unknown(text), Self::Known))
    }
}
