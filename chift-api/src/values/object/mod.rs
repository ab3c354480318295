//! How a generated struct is read from JSON and written to it.
//!
//! The derives of `serde` would repeat the code for every struct, and compiling it took more than half of the build
//! time of this crate. Here it exists once: a struct lists its fields with [`object!`]. It reads, writes and refuses
//! the same as the derives, with the same error messages.

// The macro calls the functions of all kinds with the same arguments; and absent and null are different.
#![allow(clippy::option_option, clippy::ref_option, clippy::unnecessary_wraps)]

pub(crate) mod read;
mod rest;
#[cfg(feature = "schemars")]
mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod write;

use serde::de::MapAccess;
use serde::ser::SerializeMap;

pub(crate) use read::Reading;
pub(crate) use rest::Rest;
#[cfg(feature = "schemars")]
pub(crate) use schema::schema;
pub(crate) use write::Writing;

/// Implements `Deserialize` and `Serialize` for a struct.
///
/// The list contains the kind, the name in Rust and the name in JSON of each field, and at the end, if there is one,
/// the field that keeps unlisted fields.
///
/// | kind | type | if absent | is written |
/// |---|---|---|---|
/// | `required` | any | refused | always |
/// | `required_or_null` | `Option` | refused | always |
/// | `optional` | `Option` | `None` | if it is `Some` |
/// | `nullable` | `Nullable` | `Absent` | if it is not `Absent` |
#[allow(unused_macros, reason = "a document without objects does not use it")]
macro_rules! object {
    ($name:ident { $($kind:ident $field:ident $wire:literal;)* } $($rest:ident: $kept:ty)?) => {
        #[allow(unused_parens)]
        impl $crate::values::object::Object for $name {
            const NAME: &'static str = stringify!($name);
            #[cfg(feature = "schemars")]
            const FIELDS: &'static [$crate::values::object::Field] = &[
                $($crate::values::object::Field { name: stringify!($field), wire: $wire, kind: stringify!($kind) },)*
            ];
            #[cfg(feature = "schemars")]
            const REST: &'static [&'static str] = &[$(stringify!($rest))?];
            type Rest = ($($kept)?);

            fn read<'de, A: ::serde::de::MapAccess<'de>>(
                mut fields: $crate::values::object::Reading<'de, A, Self::Rest>,
            ) -> ::std::result::Result<Self, A::Error> {
                $(let mut $field = ::std::option::Option::None;)*
                while let ::std::option::Option::Some(key) = fields.key()? {
                    match &*key {
                        $($wire => fields.value($wire, &mut $field),)*
                        _ => fields.unknown(key),
                    }
                }
                ::std::result::Result::Ok(Self {
                    $($field: $crate::values::object::value!($kind $field $wire),)*
                    $($rest: fields.rest)?
                })
            }

            fn write<M: ::serde::ser::SerializeMap>(
                &self,
                fields: &mut $crate::values::object::Writing<M>,
            ) -> ::std::result::Result<(), M::Error> {
                $(fields.$kind($wire, &self.$field);)*
                $($crate::values::object::Rest::write(&self.$rest, fields);)?
                fields.result()
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::values::object::read::object(deserializer)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::values::object::write::object(self, serializer)
            }
        }
    };
}
#[allow(unused_imports, reason = "a document without objects does not use it")]
pub(crate) use object;

/// The value of a field after all fields were read. Only a kind that can be refused costs a branch, because compiling
/// branches for every field takes much of the build time.
#[allow(unused_macros, reason = "a document without objects does not use it")]
macro_rules! value {
    (optional $field:ident $wire:literal) => {
        ::std::option::Option::flatten($field)
    };
    (nullable $field:ident $wire:literal) => {
        ::std::option::Option::unwrap_or_default($field)
    };
    ($kind:ident $field:ident $wire:literal) => {
        $crate::values::object::read::$kind($field, $wire)?
    };
}
#[allow(unused_imports, reason = "a document without objects does not use it")]
pub(crate) use value;

/// Implements how a caller constructs a struct: `Default` if no field is required, otherwise `new`, which takes the
/// required fields, or one struct that names them. The fields at the end are left unset.
#[allow(unused_macros, reason = "a document without objects does not use it")]
macro_rules! constructor {
    ($name:ident default $($other:ident)*) => {
        impl ::std::default::Default for $name {
            fn default() -> Self {
                Self { $($other: ::std::default::Default::default(),)* }
            }
        }
    };
    ($name:ident new($($field:ident: $kind:ty = $value:expr),*) $($other:ident)*) => {
        impl $name {
            /// Creates a value with the fields that the document requires; all others are unset.
            pub fn new($($field: $kind),*) -> Self {
                Self { $($field: $value,)* $($other: ::std::default::Default::default(),)* }
            }
        }
    };
    ($name:ident new $required:ident { $($field:ident: $kind:ty),* } $($other:ident)*) => {
        #[doc = concat!(
            "The required fields of [`", stringify!($name), "`], which describes them: the argument of its `new`."
        )]
        #[derive(Debug)]
        pub struct $required {
            $(pub $field: $kind,)*
        }

        impl $name {
            /// Creates a value with the fields that the document requires; all others are unset.
            pub fn new(required: $required) -> Self {
                let $required { $($field),* } = required;
                Self { $($field,)* $($other: ::std::default::Default::default(),)* }
            }
        }
    };
}
#[allow(unused_imports, reason = "a document without objects does not use it")]
pub(crate) use constructor;

/// A field in the list of a struct.
#[cfg(feature = "schemars")]
pub(crate) struct Field {
    /// The name in Rust.
    pub(crate) name: &'static str,
    /// The name in JSON.
    pub(crate) wire: &'static str,
    /// The kind: see [`object!`].
    pub(crate) kind: &'static str,
}

/// A struct whose fields are listed by [`object!`].
pub(crate) trait Object: Sized {
    /// The name in Rust.
    const NAME: &'static str;
    /// The listed fields.
    #[cfg(feature = "schemars")]
    const FIELDS: &'static [Field];
    /// The name in Rust of the field that keeps unlisted fields, if there is one.
    #[cfg(feature = "schemars")]
    const REST: &'static [&'static str];
    /// The type that keeps unlisted fields; `()` if they are dropped.
    type Rest: Rest;

    /// Reads the fields, in any order.
    fn read<'de, A: MapAccess<'de>>(fields: Reading<'de, A, Self::Rest>) -> Result<Self, A::Error>;
    /// Writes the fields, in the order of the list.
    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) -> Result<(), M::Error>;
}
