//! JSON numbers: exact, and never unreadable.

mod arithmetic;
mod compare;
mod digits;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::digits::Digits;
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
/// assert_eq!(amounts[2], Number::Unrepresentable("1e30".into()));
/// assert_eq!(serde_json::to_string(&amounts)?, "[0.10,0.20,1e30]");
///
/// let count: Integer = serde_json::from_str("5.0")?;
/// assert_eq!(count.get(), Some(5));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Numbers are equal if they have the same value, in whatever notation: 1.0 equals 1.00.
#[derive(Clone)]
pub enum Number<T> {
    /// A number that `T` holds exactly.
    Value(T),
    /// The text of any other number.
    Unrepresentable(Box<str>),
}

/// An exact number of up to 28 digits: an amount of money. See [`Number`].
///
/// The operators `+ - * / %` and `sum` take amounts by value or by reference, and integers. `==` and `<` compare amounts
/// with each other and with integers.
///
/// ```
/// use chift_api::Decimal;
/// let lines: Vec<Decimal> = serde_json::from_str("[10.10, 20.20]")?;
/// let untaxed: Decimal = lines.iter().sum();
/// let tax = (&untaxed * 21 / 100).round(2);
/// assert_eq!(tax, "6.36".parse::<Decimal>()?);
/// assert!(untaxed + tax > 36);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A result with more than 28 digits is rounded to 28, as 10 / 3 is. If a result has no value that an amount can hold,
/// the calculation does not panic: [`get`](Number::get) of the result is `None`, its text is `NaN`, it is greater than
/// every number, and a request that contains it is not sent. This is so if an operand is
/// [unrepresentable](Number::Unrepresentable), if the result is larger than 28 digits allow, and after a division by
/// zero.
///
/// ```
/// use chift_api::Decimal;
/// let (amount, count) = (Decimal::from(100), 0);
/// match (amount / count).get() {
///     Some(average) => println!("{average}"),
///     None => println!("no average"),
/// }
/// assert!(serde_json::to_string(&(Decimal::from(100) / 0)).is_err());
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
    rust_decimal::Decimal: i64 u64 i32 u32 usize;
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
        if !text.contains(['e', 'E'])
            && let Ok(number) = Self::from_str_exact(text)
        {
            return Some(number);
        }
        // `from_scientific` rounds what it cannot hold.
        let exact = |text: &str, digits: &Digits| {
            let number = Self::from_scientific(text).ok()?;
            (Digits::new(&number.to_string()).as_ref() == Some(digits)).then_some(number)
        };
        let digits = Digits::new(text)?;
        // Without zeros at its end, a number may need fewer digits.
        exact(text, &digits).or_else(|| exact(&digits.scientific(), &digits))
    }

    fn to_json<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        // Writes the digits directly: a conversion to `f64` would change them.
        raw_json::write(self.to_string(), serializer)
    }
}

impl Representation for i64 {
    fn from_json(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| Digits::new(text)?.whole()?.parse().ok())
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
