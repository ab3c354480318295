//! How a generated enum of strings is read, written and parsed.
//!
//! As with the structs in [`object`](super::object), the derives of `serde` would repeat the code for every enum. Here it
//! exists once: an enum lists its strings with [`text_enum!`].

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// An enum whose values are strings. [`text_enum!`] implements it.
pub(crate) trait TextEnum: Copy + 'static {
    /// The name in Rust.
    const NAME: &'static str;
    /// The strings.
    const TEXTS: &'static [&'static str];
    /// The values, in the order of their strings.
    const VALUES: &'static [Self];
}

/// Implements `Deserialize`, `Serialize`, `Display`, `FromStr` and `TryFrom` for an enum, from the string of each
/// variant.
#[allow(unused_macros, reason = "a document without enums does not use it")]
macro_rules! text_enum {
    ($name:ident { $($variant:ident $text:literal;)* }) => {
        impl $crate::values::text_enum::TextEnum for $name {
            const NAME: &'static str = stringify!($name);
            const TEXTS: &'static [&'static str] = &[$($text),*];
            const VALUES: &'static [Self] = &[$(Self::$variant),*];
        }

        impl $name {
            /// The value as it is written in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::values::text_enum::read(deserializer)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = self::error::ConversionError;

            fn from_str(text: &str) -> ::std::result::Result<Self, self::error::ConversionError> {
                $crate::values::text_enum::parse(text)
                    .ok_or_else(|| $crate::values::text_enum::not_a_value::<Self>(text).into())
            }
        }

        impl ::std::convert::TryFrom<&str> for $name {
            type Error = self::error::ConversionError;

            fn try_from(text: &str) -> ::std::result::Result<Self, self::error::ConversionError> {
                text.parse()
            }
        }

        impl ::std::convert::TryFrom<::std::string::String> for $name {
            type Error = self::error::ConversionError;

            fn try_from(text: ::std::string::String) -> ::std::result::Result<Self, self::error::ConversionError> {
                text.parse()
            }
        }
    };
}
#[allow(unused_imports, reason = "a document without enums does not use it")]
pub(crate) use text_enum;

/// The value with this string.
pub(crate) fn parse<T: TextEnum>(text: &str) -> Option<T> {
    let index = T::TEXTS.iter().position(|known| *known == text)?;
    T::VALUES.get(index).copied()
}

/// The message for a text that is none of the strings.
pub(crate) fn not_a_value<T: TextEnum>(text: &str) -> String {
    format!("{text:?} is not a value of `{}`", T::NAME)
}

/// Reads one of the strings.
pub(crate) fn read<'de, T: TextEnum, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct TextVisitor<T>(PhantomData<T>);

    impl<T: TextEnum> Visitor<'_> for TextVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a value of {}", T::NAME)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            parse(text).ok_or_else(|| E::unknown_variant(text, T::TEXTS))
        }
    }

    deserializer.deserialize_str(TextVisitor(PhantomData))
}

#[cfg(test)]
#[allow(unreachable_pub)]
mod tests {
    use crate::Open;

    mod error {
        pub(super) type ConversionError = String;
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(super) enum Oven {
        Gas,
        WoodFired,
    }
    text_enum! { Oven { Gas "gas"; WoodFired "wood-fired"; } }

    #[test]
    fn a_value_is_read_written_and_parsed_by_its_string() {
        assert_eq!(serde_json::from_str::<Oven>(r#""wood-fired""#).unwrap(), Oven::WoodFired);
        assert_eq!(serde_json::to_string(&Oven::WoodFired).unwrap(), r#""wood-fired""#);
        assert_eq!("gas".parse(), Ok(Oven::Gas));
        assert_eq!(Oven::try_from("gas".to_owned()), Ok(Oven::Gas));
        assert_eq!(format!("{:>5}", Oven::Gas), "  gas");
    }

    #[test]
    fn another_value_is_refused_with_its_name() {
        let message = |json| serde_json::from_str::<Oven>(json).unwrap_err().to_string();
        assert!(message(r#""Gas""#).starts_with("unknown variant `Gas`, expected `gas` or `wood-fired`"));
        assert!(message("1").starts_with("invalid type: integer `1`, expected a value of Oven"));
        assert_eq!("steam".parse::<Oven>(), Err("\"steam\" is not a value of `Oven`".to_owned()));
        let open: Open<Oven> = serde_json::from_str(r#""steam""#).unwrap();
        assert_eq!(open, Open::Unknown("steam".to_owned()));
    }
}
