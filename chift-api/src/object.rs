//! What a generated struct is to `serde`: an object with a list of fields.
//!
//! The derives would write every struct's reading and writing out again, and more than half of what a
//! build of this crate took was spent on checking that. Here it stands once, and a struct gives its fields, by
//! [`object!`]. What is read, written and refused, and with which words, is what the derives do. Its schema is in
//! `object_schema.rs`.

// The macro calls the functions of all kinds of fields alike; and absent and null are two things.
#![allow(clippy::option_option, clippy::ref_option, clippy::unnecessary_wraps)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::Nullable;

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
        impl $crate::object::Object for $name {
            const NAME: &'static str = stringify!($name);
            type Rest = ($($kept)?);

            fn read<'de, A: ::serde::de::MapAccess<'de>>(
                mut fields: $crate::object::Reading<A, Self::Rest>,
            ) -> ::std::result::Result<Self, A::Error> {
                $(let mut $field = ::std::option::Option::None;)*
                while let ::std::option::Option::Some(key) = fields.key()? {
                    match &*key {
                        $($wire => fields.value($wire, &mut $field)?,)*
                        _ => fields.unknown(key)?,
                    }
                }
                ::std::result::Result::Ok(Self {
                    $($field: $crate::object::$kind($field, $wire)?,)*
                    $($rest: fields.rest)?
                })
            }

            fn write<M: ::serde::ser::SerializeMap>(
                &self,
                fields: &mut $crate::object::Writing<M>,
            ) -> ::std::result::Result<(), M::Error> {
                $(fields.$kind($wire, &self.$field)?;)*
                $($crate::object::Rest::write(&self.$rest, fields)?;)?
                ::std::result::Result::Ok(())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::object::read(deserializer)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::object::write(self, serializer)
            }
        }

        #[cfg(feature = "schemars")]
        $crate::object_schema::object_schema! {
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

/// What keeps the fields that are not listed.
pub(crate) trait Rest: Default {
    /// Reads the value of such a field; of two with one name, the last one stays.
    fn take<'de, A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error>;
    /// Writes all of them.
    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) -> Result<(), M::Error>;
}

impl Rest for () {
    fn take<'de, A: MapAccess<'de>>(&mut self, _: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error> {
        fields.next_value().map(|IgnoredAny| ())
    }

    fn write<M: SerializeMap>(&self, _: &mut Writing<M>) -> Result<(), M::Error> {
        Ok(())
    }
}

impl Rest for Map<String, Value> {
    fn take<'de, A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error> {
        self.insert(name.into_owned(), fields.next_value()?);
        Ok(())
    }

    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) -> Result<(), M::Error> {
        self.iter().try_for_each(|(name, value)| fields.map.serialize_entry(name, value))
    }
}

impl<V, H> Rest for HashMap<String, V, H>
where
    V: for<'de> Deserialize<'de> + Serialize,
    H: BuildHasher + Default,
{
    fn take<'de, A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error> {
        self.insert(name.into_owned(), fields.next_value()?);
        Ok(())
    }

    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) -> Result<(), M::Error> {
        self.iter().try_for_each(|(name, value)| fields.map.serialize_entry(name, value))
    }
}

/// The fields that are still to be read, and those that are kept without being known.
pub(crate) struct Reading<A, R> {
    map: A,
    pub(crate) rest: R,
}

impl<'de, A: MapAccess<'de>, R: Rest> Reading<A, R> {
    /// The next field's name.
    pub(crate) fn key(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        Ok(self.map.next_key()?.map(|Key(name)| name))
    }

    /// The value of the field whose name was read last.
    pub(crate) fn value<T: Deserialize<'de>>(
        &mut self,
        name: &'static str,
        to: &mut Option<T>,
    ) -> Result<(), A::Error> {
        if to.is_some() {
            return Err(A::Error::duplicate_field(name));
        }
        *to = Some(self.map.next_value()?);
        Ok(())
    }

    /// The same, of a field that is not listed.
    pub(crate) fn unknown(&mut self, name: Cow<'de, str>) -> Result<(), A::Error> {
        self.rest.take(name, &mut self.map)
    }
}

/// A field's name, not copied where the text outlives the reading.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(name.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(name)))
    }

    fn visit_string<E: Error>(self, name: String) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(name)))
    }
}

/// The value of a field that must be there, unless its type takes what is absent for null.
pub(crate) fn required<'de, T: Deserialize<'de>, E: Error>(value: Option<T>, name: &'static str) -> Result<T, E> {
    value.map_or_else(|| T::deserialize(Missing { name, error: PhantomData }), Ok)
}

/// The value of a field that must be there and may be null.
pub(crate) fn required_or_null<T, E: Error>(value: Option<Option<T>>, name: &'static str) -> Result<Option<T>, E> {
    value.ok_or_else(|| E::missing_field(name))
}

/// The value of a field that may be absent; null is the same.
pub(crate) fn optional<T, E: Error>(value: Option<Option<T>>, _: &'static str) -> Result<Option<T>, E> {
    Ok(value.flatten())
}

/// The value of a field that may be absent; null is something else.
pub(crate) fn nullable<T, E: Error>(value: Option<Nullable<T>>, _: &'static str) -> Result<Nullable<T>, E> {
    Ok(value.unwrap_or_default())
}

/// A field that is absent: it is read as null by what can be null, and refused by everything else. That is how
/// the derive knows an `Option` by any name.
struct Missing<E> {
    name: &'static str,
    error: PhantomData<E>,
}

impl<'de, E: Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.name))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads an object.
pub(crate) fn read<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "struct {}", T::NAME)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::read(Reading { map, rest: T::Rest::default() })
        }
    }

    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// The fields that were written so far.
pub(crate) struct Writing<M> {
    map: M,
}

impl<M: SerializeMap> Writing<M> {
    pub(crate) fn required<T: Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), M::Error> {
        self.map.serialize_entry(name, value)
    }

    pub(crate) fn required_or_null<T: Serialize>(
        &mut self,
        name: &'static str,
        value: &Option<T>,
    ) -> Result<(), M::Error> {
        self.map.serialize_entry(name, value)
    }

    pub(crate) fn optional<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), M::Error> {
        if value.is_none() { Ok(()) } else { self.map.serialize_entry(name, value) }
    }

    pub(crate) fn nullable<T: Serialize>(&mut self, name: &'static str, value: &Nullable<T>) -> Result<(), M::Error> {
        if value.is_absent() { Ok(()) } else { self.map.serialize_entry(name, value) }
    }
}

/// Writes an object.
pub(crate) fn write<T: Object, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut fields = Writing { map: serializer.serialize_map(None)? };
    value.write(&mut fields)?;
    fields.map.end()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde::de::value::BorrowedStrDeserializer;

    use super::*;
    use crate::{Decimal, Echo, Open, Secret};

    #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[serde(rename_all = "snake_case")]
    pub(crate) enum Status {
        Draft,
    }

    /// Null is one of its values, and its name does not tell.
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[serde(transparent)]
    pub(crate) struct Note(Option<String>);

    /// The same structs, once with the derives and once with a list.
    pub(crate) mod derived {
        use super::*;

        /// An order.
        #[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        pub(crate) struct Order {
            /// # The number
            ///
            /// Counted from 1.
            pub(crate) id: i64,
            pub(crate) price: Decimal,
            #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
            pub(crate) type_: Option<Open<Status>>,
            /// What is cleared by null.
            #[serde(default, skip_serializing_if = "Nullable::is_absent")]
            pub(crate) fields: Nullable<Vec<i64>>,
            #[serde(deserialize_with = "Option::deserialize")]
            pub(crate) key: Option<bool>,
            pub(crate) note: Note,
            #[serde(flatten)]
            pub(crate) extra: Map<String, Value>,
        }

        #[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        pub(crate) struct Login {
            pub(crate) secret: Secret,
            #[serde(flatten)]
            pub(crate) extra: HashMap<String, Echo>,
        }

        #[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        pub(crate) struct Query {
            #[serde(skip_serializing_if = "Option::is_none")]
            pub(crate) page: Option<i64>,
        }
    }

    pub(crate) mod listed {
        use super::*;

        #[derive(Debug)]
        pub(crate) struct Order {
            pub(crate) id: i64,
            pub(crate) price: Decimal,
            pub(crate) type_: Option<Open<Status>>,
            pub(crate) fields: Nullable<Vec<i64>>,
            pub(crate) key: Option<bool>,
            pub(crate) note: Note,
            pub(crate) extra: Map<String, Value>,
        }
        object! {
            Order "An order." {
                required id "id" "# The number\n\nCounted from 1.";
                required price "price" "";
                optional type_ "type" "";
                nullable fields "fields" "What is cleared by null.";
                required_or_null key "key" "";
                required note "note" "";
            } extra: Map<String, Value>
        }

        #[derive(Debug)]
        pub(crate) struct Login {
            pub(crate) secret: Secret,
            pub(crate) extra: HashMap<String, Echo>,
        }
        object! { Login "" { required secret "secret" ""; } extra: HashMap<String, Echo> }

        #[derive(Debug)]
        pub(crate) struct Query {
            pub(crate) page: Option<i64>,
        }
        object! { Query "" { optional page "page" ""; } }
    }

    /// What is read and written back, or why it is refused.
    fn told<T: for<'de> Deserialize<'de> + Serialize + fmt::Debug>(json: &str) -> [String; 3] {
        let told = |read: Result<T, serde_json::Error>| match read {
            Ok(value) => format!("{} {value:?}", serde_json::to_string(&value).unwrap()),
            Err(error) => error.to_string(),
        };
        [
            told(serde_json::from_str(json)),
            told(serde_json::from_reader(json.as_bytes())),
            told(serde_json::from_str(json).and_then(serde_json::from_value)),
        ]
    }

    #[test]
    fn a_list_reads_writes_and_refuses_as_the_derives_do() {
        for json in [
            r#"{"id": 1, "price": 1234567890123456.78, "type": "draft", "fields": [1], "key": true, "note": "n"}"#,
            r#"{"note": "n", "key": null, "price": 1, "id": 1, "type": null, "fields": null}"#,
            r#"{"id": 1, "price": 0.10, "key": null, "z": {"deep": [1, 2.5, null]}, "a": 1.10, "z": 2}"#,
            r#"{"id": 1, "price": 1, "key": false, "ty\u0070e": "archived", "\u00e4": 1}"#,
            r#"{"price": 1, "key": null}"#,
            r#"{"id": 1, "key": null}"#,
            r#"{"id": 1, "price": 1}"#,
            r#"{"id": null, "price": 1, "key": null}"#,
            r#"{"id": "1", "price": 1, "key": null}"#,
            r#"{"id": 1, "price": "1", "key": null}"#,
            r#"{"id": 1, "price": 1, "key": 1}"#,
            r#"{"id": 1, "price": 1, "key": null, "fields": [true]}"#,
            r#"{"id": 1, "price": 1, "key": null, "type": null, "type": null}"#,
            r#"{"id": 1, "id": 2, "price": 1, "key": null}"#,
            r#"{"id": 1, "price": 1, "key": null"#,
            "{}",
            "[]",
            "\"order\"",
            "null",
        ] {
            assert_eq!(told::<listed::Order>(json), told::<derived::Order>(json), "{json}");
        }
        for json in [r#"{"secret": "s3cret", "other": "s3cret"}"#, r#"{"secret": 7}"#, "{}", "7"] {
            assert_eq!(told::<listed::Login>(json), told::<derived::Login>(json), "{json}");
        }
        for json in ["{}", r#"{"page": 2, "other": [{"page": 3}]}"#, r#"{"page": true}"#, r#"{"page": 1, "page": 1}"#] {
            assert_eq!(told::<listed::Query>(json), told::<derived::Query>(json), "{json}");
        }
    }

    #[test]
    fn an_error_names_the_field_or_the_place() {
        let error = |json| serde_json::from_str::<listed::Order>(json).unwrap_err().to_string();
        assert_eq!(error(r#"{"price": 1, "key": null}"#), "missing field `id` at line 1 column 25");
        assert_eq!(error(r#"{"id": 1, "id": 2}"#), "duplicate field `id` at line 1 column 14");
        assert_eq!(error(r#"{"id": "x"}"#), "invalid type: string \"x\", expected i64 at line 1 column 10");
        assert_eq!(error("7"), "invalid type: integer `7`, expected struct Order at line 1 column 1");
    }

    #[test]
    fn a_name_is_not_copied_where_the_text_stays() {
        let key = Key::deserialize(BorrowedStrDeserializer::<serde::de::value::Error>::new("id")).unwrap();
        assert!(matches!(key.0, Cow::Borrowed("id")));
    }
}
