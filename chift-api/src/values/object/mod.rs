//! What a generated struct is to `serde`: an object with a list of fields.
//!
//! The derives would write every struct's reading and writing out again, and more than half of what a
//! build of this crate took was spent on checking that. Here it stands once, and a struct gives its fields, by
//! [`object!`]. What is read, written and refused, and with which words, is what the derives do. Its schema is in
//! `schema.rs`.

// The macro calls the functions of all kinds of fields alike; and absent and null are two things.
#![allow(clippy::option_option, clippy::ref_option, clippy::unnecessary_wraps)]

pub(crate) mod read;
mod rest;
#[cfg(feature = "schemars")]
pub(crate) mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod write;

use serde::de::MapAccess;
use serde::ser::SerializeMap;

pub(crate) use read::Reading;
pub(crate) use rest::Rest;
pub(crate) use write::Writing;

/// Implements `Deserialize` and `Serialize` for a struct, and `JsonSchema` with the feature `schemars`.
///
/// Given are its name and documentation; of each field the kind, the name in Rust, the name in JSON and the
/// documentation; and at the end, where there is one, the field that keeps the rest.
///
/// | kind | type | absent | written |
/// |---|---|---|---|
/// | `required` | any | refused | always |
/// | `required_or_null` | `Option` | refused | always |
/// | `optional` | `Option` | `None` | if it is something |
/// | `nullable` | `Nullable` | `Absent` | if it is not `Absent` |
macro_rules! object {
    ($name:ident $about:literal {
        $($kind:ident $field:ident $wire:literal $documentation:literal;)*
    } $($rest:ident: $kept:ty)?) => {
        #[allow(unused_parens)]
        impl $crate::values::object::Object for $name {
            const NAME: &'static str = stringify!($name);
            type Rest = ($($kept)?);

            fn read<'de, A: ::serde::de::MapAccess<'de>>(
                mut fields: $crate::values::object::Reading<A, Self::Rest>,
            ) -> ::std::result::Result<Self, A::Error> {
                $(let mut $field = ::std::option::Option::None;)*
                while let ::std::option::Option::Some(key) = fields.key()? {
                    match &*key {
                        $($wire => fields.value($wire, &mut $field)?,)*
                        _ => fields.unknown(key)?,
                    }
                }
                ::std::result::Result::Ok(Self {
                    $($field: $crate::values::object::read::$kind($field, $wire)?,)*
                    $($rest: fields.rest)?
                })
            }

            fn write<M: ::serde::ser::SerializeMap>(
                &self,
                fields: &mut $crate::values::object::Writing<M>,
            ) -> ::std::result::Result<(), M::Error> {
                $(fields.$kind($wire, &self.$field)?;)*
                $($crate::values::object::Rest::write(&self.$rest, fields)?;)?
                ::std::result::Result::Ok(())
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

        #[cfg(feature = "schemars")]
        $crate::values::object::schema::object_schema! {
            $name $about { $($kind $field $wire $documentation;)* }
        }
    };
}
pub(crate) use object;

/// A struct with its fields, by [`object!`].
pub(crate) trait Object: Sized {
    /// The name in Rust.
    const NAME: &'static str;
    /// What keeps the fields that are not listed; `()` where nothing does.
    type Rest: Rest;

    /// The fields, as they come.
    fn read<'de, A: MapAccess<'de>>(fields: Reading<A, Self::Rest>) -> Result<Self, A::Error>;
    /// The fields, in their order.
    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) -> Result<(), M::Error>;
}
