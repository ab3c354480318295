//! A field of a PATCH body.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Decimal, Secret};

/// A field of a PATCH body: leave the field unchanged, clear it, or set it.
///
/// A value converts with `into()`, and so does a literal where the field has a type of this crate: `"text".into()` for a
/// `Nullable<String>`, `10.into()` for a `Nullable<Decimal>`. An `Option` does not convert, because `None` can mean
/// either: use [`or_null`](Self::or_null) or [`or_absent`](Self::or_absent).
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
/// let change = Change { note: "by phone".into(), ..Change::default() };
/// assert_eq!(serde_json::to_string(&change)?, r#"{"note":"by phone"}"#);
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
    /// The value, or null: `None` clears the field.
    ///
    /// ```
    /// use chift_api::Nullable;
    /// assert_eq!(Nullable::or_null(Some(1)), Nullable::Value(1));
    /// assert_eq!(Nullable::or_null(None::<i64>), Nullable::Null);
    /// ```
    pub fn or_null(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }

    /// The value, or nothing: `None` leaves the field unchanged.
    ///
    /// ```
    /// use chift_api::Nullable;
    /// assert_eq!(Nullable::or_absent(Some(1)), Nullable::Value(1));
    /// assert_eq!(Nullable::or_absent(None::<i64>), Nullable::Absent);
    /// ```
    pub fn or_absent(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }

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

/// Converts literals.
macro_rules! from {
    ($($target:ty: $($source:ty)*;)*) => {
        $($(impl From<$source> for Nullable<$target> {
            fn from(value: $source) -> Self {
                Self::Value(value.into())
            }
        })*)*
    };
}

from! {
    String: &str;
    Secret: &str String;
    Decimal: i32 i64 u32 u64;
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// Reads null or a value; `Absent` results from `#[serde(default)]`.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::or_null(Option::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_converts_without_its_type() {
        fn amount(amount: impl Into<Nullable<Decimal>>) -> Nullable<Decimal> {
            amount.into()
        }
        let (text, secret): (Nullable<String>, Nullable<Secret>) = ("a".into(), "b".into());
        assert_eq!((text, secret), (Nullable::Value("a".to_owned()), Nullable::Value(Secret::from("b"))));
        let number: Nullable<Decimal> = 10.into();
        assert_eq!((number.clone(), number), (amount(10), amount(Decimal::from(10))));
        let owned: Nullable<String> = String::from("a").into();
        assert_eq!(owned.value().map(String::as_str), Some("a"));
    }
}
