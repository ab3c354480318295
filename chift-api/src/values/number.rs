//! JSON numbers: exact, and never unreadable.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::raw_json;

/// A JSON number: as a `T`, or as its text if no `T` has exactly this value.
///
/// JSON limits neither the digits nor the size of a number, and every Rust type does. So that one such number does not
/// make a whole page unreadable, it is kept as it was written, and is written back unchanged.
///
/// The document's types and formats select `T`:
///
/// | in the document | type | holds |
/// |---|---|---|
/// | `number`, with any format | [`Decimal`] | up to 28 digits, exact: amounts are money, and a binary fraction has no 0.10 |
/// | a list of `number` with the format `float` or `double` | [`Float`] | what 64 bits hold: measurements and embeddings |
/// | `integer` in a response | [`Integer`] | −2⁶³ to 2⁶³ − 1; `1.0` and `1e3` are integers in JSON Schema |
/// | `integer` only in requests | `i64`, or the type of its format | `int32` is `i32`, `uint64` is `u64`; `int` and `uint` state no size and have 64 bits |
///
/// ```
/// use chift_api::{Decimal, Integer, Number};
/// let amounts: Vec<Decimal> = serde_json::from_str("[0.10, 0.20, 1e30]")?;
/// let sum: rust_decimal::Decimal = amounts.iter().filter_map(Number::get).sum();
/// assert_eq!(sum.to_string(), "0.30");
/// assert_eq!(amounts[2], Number::Unrepresentable("1e30".into()));
/// assert_eq!(serde_json::to_string(&amounts)?, "[0.10,0.20,1e30]");
///
/// let count: Integer = serde_json::from_str("5.0")?;
/// assert_eq!(count.get(), Some(5));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Number<T> {
    /// A number that `T` holds exactly.
    Value(T),
    /// The text of any other number.
    Unrepresentable(Box<str>),
}

/// An exact number of up to 28 digits: an amount of money. See [`Number`].
///
/// ```
/// use chift_api::Decimal;
/// let price: Decimal = serde_json::from_str("12.50")?;
/// assert_eq!(price.get().map(|price| (price + price).to_string()).as_deref(), Some("25.00"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type Decimal = Number<rust_decimal::Decimal>;

/// An integer in a response. See [`Number`].
///
/// ```
/// use chift_api::Integer;
/// let total: Integer = serde_json::from_str("120")?;
/// assert_eq!(total, 120);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type Integer = Number<i64>;

/// A number of a list whose numbers have the format `float` or `double`. See [`Number`].
///
/// ```
/// use chift_api::Float;
/// let vector: Vec<Float> = serde_json::from_str("[0.25, -1e-3]")?;
/// assert_eq!(vector[0].get(), Some(0.25));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type Float = Number<f64>;

impl<T: Copy> Number<T> {
    /// The number, if `T` holds it exactly.
    pub fn get(&self) -> Option<T> {
        match self {
            Self::Value(number) => Some(*number),
            Self::Unrepresentable(_) => None,
        }
    }
}

impl<T: fmt::Display> Number<T> {
    /// The nearest double: less exact than [`get`](Self::get), but there is one for every number.
    pub fn to_f64(&self) -> f64 {
        // The text of a number in JSON is one that `f64` parses.
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

impl Integer {
    /// The number as a `u64`, if it is one. It also reads numbers above 2⁶³ − 1.
    pub fn to_u64(&self) -> Option<u64> {
        match self {
            Self::Value(number) => u64::try_from(*number).ok(),
            Self::Unrepresentable(text) => text.parse().ok(),
        }
    }
}

impl<T: Default> Default for Number<T> {
    fn default() -> Self {
        Self::Value(T::default())
    }
}

impl<T> From<T> for Number<T> {
    fn from(number: T) -> Self {
        Self::Value(number)
    }
}

impl<T: PartialEq> PartialEq<T> for Number<T> {
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Value(number) if number == other)
    }
}

/// Converts from smaller types, so that a literal can be passed.
macro_rules! from {
    ($($target:ty: $($source:ty)*;)*) => {
        $($(impl From<$source> for Number<$target> {
            fn from(number: $source) -> Self {
                Self::Value(number.into())
            }
        })*)*
    };
}

from! {
    i64: i32 u32 i16 u16 i8 u8;
    rust_decimal::Decimal: i64 u64 i32 u32;
    f64: f32 i32 u32;
}

/// A type that holds some JSON numbers.
pub trait Representation: Copy + fmt::Display + private::Sealed {
    /// The value of a JSON number; `None` if this type has no such value.
    #[doc(hidden)]
    fn from_json(text: &str) -> Option<Self>;

    #[doc(hidden)]
    fn to_json<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error>;
}

mod private {
    pub trait Sealed {}
    impl Sealed for i64 {}
    impl Sealed for f64 {}
    impl Sealed for rust_decimal::Decimal {}
}

impl Representation for rust_decimal::Decimal {
    fn from_json(text: &str) -> Option<Self> {
        if !text.contains(['e', 'E']) {
            return Self::from_str_exact(text).ok();
        }
        let number = Self::from_scientific(text).ok()?;
        // `from_scientific` rounds what it cannot hold.
        same_value(text, &number.to_string()).then_some(number)
    }

    fn to_json<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        // Writes the digits directly: a conversion to `f64` would change them.
        raw_json::write(self.to_string(), serializer)
    }
}

impl Representation for i64 {
    fn from_json(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| whole(text)?.parse().ok())
    }

    fn to_json<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self)
    }
}

impl Representation for f64 {
    fn from_json(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &Self| number.is_finite())
    }

    fn to_json<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self)
    }
}

/// The longest integer that is written out: one more digit than those of 64 bits.
const LONGEST: usize = 20;

/// The sign, the significant digits without zeros at either end, and the power of ten of the last digit.
fn parts(text: &str) -> Option<(bool, String, i64)> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let negative = number.starts_with('-');
    let (before, after) =
        number.trim_start_matches('-').split_once('.').unwrap_or((number.trim_start_matches('-'), ""));
    let all = format!("{before}{after}");
    let significant = all.trim_end_matches('0');
    let power = exponent.checked_sub(i64::try_from(after.len()).ok()?)?;
    let power = power.checked_add(i64::try_from(all.len() - significant.len()).ok()?)?;
    let digits = significant.trim_start_matches('0').to_owned();
    Some(if digits.is_empty() { (false, digits, 0) } else { (negative, digits, power) })
}

fn same_value(one: &str, other: &str) -> bool {
    parts(one).is_some_and(|one| Some(one) == parts(other))
}

/// The digits of a number whose fraction is zero; `None` for any other number, and for one with too many digits.
fn whole(text: &str) -> Option<String> {
    let (negative, digits, power) = parts(text)?;
    let power = usize::try_from(power).ok().filter(|power| power.saturating_add(digits.len()) <= LONGEST)?;
    let sign = if negative { "-" } else { "" };
    Some(if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}{}", "0".repeat(power)) })
}

impl<T: Representation> Number<T> {
    /// The number with this text, which is a JSON number.
    fn of(text: &str) -> Self {
        T::from_json(text).map_or_else(|| Self::Unrepresentable(text.into()), Self::Value)
    }
}

/// Whether a valid JSON text is a number.
fn is_number(json: &str) -> bool {
    json.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

/// The error of parsing a [`Number`].
///
/// ```
/// let error = "ten".parse::<chift_api::Integer>().unwrap_err();
/// assert_eq!(error.to_string(), "not a JSON number");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberError(());

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a JSON number")
    }
}

impl std::error::Error for NumberError {}

impl<T: Representation> FromStr for Number<T> {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let json: Result<&RawValue, _> = serde_json::from_str(text);
        // A text around a number may have white space, which a number has not.
        json.ok().filter(|json| json.get() == text && is_number(text)).map(|_| Self::of(text)).ok_or(NumberError(()))
    }
}

impl<T: fmt::Display> fmt::Display for Number<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(number) => number.fmt(f),
            Self::Unrepresentable(text) => f.write_str(text),
        }
    }
}

impl<T: fmt::Display> fmt::Debug for Number<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T: Representation> Serialize for Number<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(number) => number.to_json(serializer),
            Self::Unrepresentable(text) => raw_json::write(text.to_string(), serializer),
        }
    }
}

impl<'de, T: Representation> Deserialize<'de> for Number<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = raw_json::text(deserializer)?;
        if !is_number(&text) {
            let kind = if text.starts_with('"') { "a string" } else { "something else" };
            return Err(D::Error::invalid_type(de::Unexpected::Other(kind), &"a number"));
        }
        Ok(Self::of(&text))
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
            assert!(read.get().is_some(), "{text}");
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        assert_eq!(serde_json::from_str::<Decimal>("1e3").unwrap(), Decimal::from(1000));
        assert_eq!(serde_json::from_str::<Decimal>("1.5E-3").unwrap().to_string(), "0.0015");
    }

    #[test]
    fn a_number_that_a_decimal_cannot_hold_is_kept_as_text() {
        for text in
            ["1e30", "1e-38", "1.5e-30", "79228162514264337593543950336", "0.12345678901234567890123456789", "-1e400"]
        {
            let read: Decimal = serde_json::from_str(text).unwrap();
            assert_eq!(read, Number::Unrepresentable(text.into()));
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
            assert_eq!(text.parse::<Decimal>().unwrap(), read);
        }
    }

    #[test]
    fn an_integer_may_have_a_zero_fraction_and_any_other_number_is_kept_as_text() {
        for (text, expected) in [
            ("1.0", 1),
            ("-1e3", -1000),
            ("1.50e1", 15),
            ("0.0", 0),
            ("-0", 0),
            ("0e999999999999", 0),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("9223372036854775807.000", i64::MAX),
        ] {
            assert_eq!(serde_json::from_str::<Integer>(text).unwrap(), expected, "{text}");
        }
        for text in ["1.5", "9223372036854775808", "1e30", "1e-1", "1e99999999999999999999", "18446744073709551616"] {
            let read: Integer = serde_json::from_str(text).unwrap();
            assert_eq!((read.get(), serde_json::to_string(&read).unwrap().as_str()), (None, text));
        }
        assert_eq!(serde_json::from_str::<Integer>("18446744073709551615").unwrap().to_u64(), Some(u64::MAX));
    }

    #[test]
    fn a_float_is_the_nearest_double() {
        let read: Vec<Float> = serde_json::from_str("[259025.46,0.1,1e400]").unwrap();
        assert_eq!((read[0].get(), read[2].get()), (Some(259_025.46), None));
        assert_eq!([&read[0], &read[2]].map(|it| it.to_f64().to_string()), ["259025.46", "inf"]);
        assert_eq!(serde_json::to_string(&read).unwrap(), "[259025.46,0.1,1e400]");
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
    fn other_values_are_refused() {
        for text in ["\"1\"", "null", "true", "[]", "{}"] {
            assert!(serde_json::from_str::<Decimal>(text).is_err(), "{text}");
            assert!(serde_json::from_str::<Integer>(text).is_err(), "{text}");
        }
        for text in ["", " 1", "+1e99", "1_000", "0x10", "NaN", "--1e99", "1e30 "] {
            assert!(text.parse::<Decimal>().is_err() && text.parse::<Integer>().is_err(), "{text:?}");
        }
    }
}
