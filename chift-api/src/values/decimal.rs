//! Exact numbers, for amounts of money.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// An exact decimal number of up to 28 digits, read from and written as a JSON number.
///
/// It dereferences to [`rust_decimal::Decimal`], which implements arithmetic. A number with more digits after the
/// point is rounded; one that is too large is an error.
///
/// ```
/// use chift_api::Decimal;
/// let amounts: Vec<Decimal> = serde_json::from_str("[0.10, 0.20]")?;
/// let sum = Decimal::from(*amounts[0] + *amounts[1]);
/// assert_eq!(serde_json::to_string(&sum)?, "0.30");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(rust_decimal::Decimal);

impl Deref for Decimal {
    type Target = rust_decimal::Decimal;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(number: rust_decimal::Decimal) -> Self {
        Self(number)
    }
}

impl From<Decimal> for rust_decimal::Decimal {
    fn from(number: Decimal) -> Self {
        number.0
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl FromStr for Decimal {
    type Err = rust_decimal::Error;

    fn from_str(text: &str) -> Result<Self, rust_decimal::Error> {
        let scientific = text.contains(['e', 'E']);
        let read = if scientific {
            rust_decimal::Decimal::from_scientific(text)
        } else {
            rust_decimal::Decimal::from_str_exact(text)
        };
        match read {
            Ok(number) => Ok(Self(number)),
            // More digits after the point than fit, as in a binary fraction written out.
            Err(rust_decimal::Error::Underflow) => text.parse().map(Self),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Writes the digits directly: a conversion to `f64` would change them.
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// The name by which `RawValue` asks `serde_json` for the text of a value. Other deserializers ignore it and return the
/// value.
const RAW: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, Number)
    }
}

struct Number;

impl<'de> Visitor<'de> for Number {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of up to 28 digits")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Decimal, A::Error> {
        let (_, text) = map.next_entry::<String, String>()?.ok_or_else(|| de::Error::missing_field(RAW))?;
        self.read(&text)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Decimal, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Decimal, E> {
        Ok(Decimal(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Decimal, E> {
        Ok(Decimal(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Decimal, E> {
        // The shortest text of a binary fraction is the text in the JSON, up to 15 digits.
        self.read(&number.to_string())
    }
}

impl Number {
    fn read<E: de::Error>(&self, text: &str) -> Result<Decimal, E> {
        if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            let kind = if text.starts_with('"') { "a string" } else { "something else" };
            return Err(E::invalid_type(de::Unexpected::Other(kind), self));
        }
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Other(&text[..text.len().min(40)]), self))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Line {
        price: Option<Decimal>,
        #[serde(flatten)]
        extra: serde_json::Map<String, Value>,
    }

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(Decimal),
        Text(String),
    }

    #[test]
    fn every_digit_is_kept() {
        for text in ["0", "-0.10", "12345678901234567890.12", "1.50", "0.1", "79228162514264337593543950335"] {
            let read: Decimal = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        assert_eq!(serde_json::from_str::<Decimal>("1e3").unwrap(), Decimal::from(1000));
        assert_eq!(serde_json::from_str::<Decimal>("1.5E-3").unwrap().to_string(), "0.0015");
    }

    #[test]
    fn it_is_read_in_other_types_and_from_values() {
        let line: Line = serde_json::from_str("{\"price\":1234567890123456.78,\"other\":1.5}").unwrap();
        assert_eq!(serde_json::to_string(&line).unwrap(), "{\"price\":1234567890123456.78,\"other\":1.5}");
        assert!(serde_json::from_str::<Line>("{\"price\":null}").unwrap().price.is_none());
        assert!(
            matches!(serde_json::from_str("1.25").unwrap(), Either::Number(number) if number.to_string() == "1.25")
        );
        assert!(matches!(serde_json::from_str("\"a\"").unwrap(), Either::Text(_)));
        let read: Decimal = serde_json::from_value(json!(1.25)).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), json!(1.25));
    }

    #[test]
    fn other_values_and_too_large_numbers_are_refused() {
        for text in ["\"1\"", "null", "true", "[]", "{}", "1e40"] {
            assert!(serde_json::from_str::<Decimal>(text).is_err(), "{text}");
        }
    }
}
