//! What a generated struct is to `serde` and `schemars`: an object with a list of fields.
//!
//! The derives would write every struct's reading, writing and schema out again, and more than half of what a
//! build of this crate took was spent on checking that. Here it stands once, and a struct gives its fields, by
//! [`object!`]. What is read, written and refused, and with which words, is what the derives do.

// The macro calls the functions of all kinds of fields alike; and absent and null are two things.
#![allow(clippy::option_option, clippy::ref_option, clippy::unnecessary_wraps)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::Nullable;

/// Implements `Deserialize`, `Serialize` and `JsonSchema` for a struct.
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
            const ABOUT: &'static str = $about;
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

            fn describe(fields: &mut $crate::object::Describing<'_, Self>) {
                $(fields.$kind($wire, $documentation, |it| &it.$field);)*
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

        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::object::describe::<Self>(generator)
            }
        }
    };
}
pub(crate) use object;

/// A struct with its fields, by [`object!`].
pub(crate) trait Object: Sized {
    /// The name in Rust.
    const NAME: &'static str;
    /// The documentation.
    const ABOUT: &'static str;
    /// What keeps the fields that are not listed; `()` where nothing does.
    type Rest: Rest;

    /// The fields, as they come.
    fn read<'de, A: MapAccess<'de>>(fields: Reading<A, Self::Rest>) -> Result<Self, A::Error>;
    /// The fields, in their order.
    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) -> Result<(), M::Error>;
    /// The fields' schemas, in their order.
    fn describe(fields: &mut Describing<'_, Self>);
}

/// What keeps the fields that are not listed.
pub(crate) trait Rest: Default {
    /// Reads the value of such a field; of two with one name, the last one stays.
    fn take<'de, A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error>;
    /// Writes all of them.
    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) -> Result<(), M::Error>;
    /// The schema of their values, where they are kept.
    fn describe(generator: &mut SchemaGenerator) -> Option<Value>;
}

impl Rest for () {
    fn take<'de, A: MapAccess<'de>>(&mut self, _: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error> {
        fields.next_value().map(|IgnoredAny| ())
    }

    fn write<M: SerializeMap>(&self, _: &mut Writing<M>) -> Result<(), M::Error> {
        Ok(())
    }

    fn describe(_: &mut SchemaGenerator) -> Option<Value> {
        None
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

    fn describe(generator: &mut SchemaGenerator) -> Option<Value> {
        Self::json_schema(generator).remove("additionalProperties")
    }
}

impl<V, H> Rest for HashMap<String, V, H>
where
    V: for<'de> Deserialize<'de> + Serialize + JsonSchema,
    H: BuildHasher + Default,
{
    fn take<'de, A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error> {
        self.insert(name.into_owned(), fields.next_value()?);
        Ok(())
    }

    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) -> Result<(), M::Error> {
        self.iter().try_for_each(|(name, value)| fields.map.serialize_entry(name, value))
    }

    fn describe(generator: &mut SchemaGenerator) -> Option<Value> {
        Self::json_schema(generator).remove("additionalProperties")
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

/// The schema so far of the object `S`.
pub(crate) struct Describing<'a, S> {
    generator: &'a mut SchemaGenerator,
    properties: Map<String, Value>,
    required: Vec<Value>,
    of: PhantomData<S>,
}

/// The type of a field, by a function that is never called: so that the list of fields need not repeat it.
type Of<S, T> = fn(&S) -> &T;

impl<S> Describing<'_, S> {
    pub(crate) fn required<T: JsonSchema>(&mut self, name: &str, documentation: &str, _: Of<S, T>) {
        self.required.push(name.into());
        self.property::<T>(name, documentation);
    }

    /// `schemars` takes an `Option` for what may be absent, where it is about reading.
    pub(crate) fn required_or_null<T: JsonSchema>(&mut self, name: &str, documentation: &str, _: Of<S, Option<T>>) {
        if self.generator.contract().is_serialize() {
            self.required.push(name.into());
        }
        self.property::<Option<T>>(name, documentation);
    }

    pub(crate) fn optional<T: JsonSchema>(&mut self, name: &str, documentation: &str, _: Of<S, Option<T>>) {
        self.property::<Option<T>>(name, documentation);
    }

    pub(crate) fn nullable<T: JsonSchema>(&mut self, name: &str, documentation: &str, _: Of<S, Nullable<T>>) {
        self.property::<Nullable<T>>(name, documentation);
    }

    fn property<T: JsonSchema>(&mut self, name: &str, documentation: &str) {
        let mut schema = self.generator.subschema_for::<T>();
        document(&mut schema, documentation);
        self.properties.insert(name.to_owned(), schema.to_value());
    }
}

/// The schema of an object.
pub(crate) fn describe<T: Object>(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = json_schema!({"type": "object"});
    document(&mut schema, T::ABOUT);
    let mut fields = Describing { generator, properties: Map::new(), required: Vec::new(), of: PhantomData };
    T::describe(&mut fields);
    let Describing { generator, properties, required, .. } = fields;
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), properties.into());
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    if let Some(values) = T::Rest::describe(generator) {
        schema.insert("additionalProperties".to_owned(), values);
    }
    schema
}

/// Adds the documentation to a schema; a heading in front is the title.
fn document(schema: &mut Schema, documentation: &str) {
    let documentation = documentation.trim_ascii();
    let (title, description) = match documentation.strip_prefix('#') {
        Some(heading) => heading.split_once('\n').unwrap_or((heading, "")),
        None => ("", documentation),
    };
    for (key, text) in
        [("title", title.trim_start_matches('#').trim_ascii()), ("description", description.trim_ascii())]
    {
        if !text.is_empty() {
            schema.insert(key.to_owned(), text.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::BorrowedStrDeserializer;
    use serde_json::json;

    use super::*;
    use crate::{Decimal, Echo, Open, Secret};

    #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
    #[serde(rename_all = "snake_case")]
    pub(super) enum Status {
        Draft,
    }

    /// Null is one of its values, and its name does not tell.
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
    #[serde(transparent)]
    pub(super) struct Note(Option<String>);

    /// The same structs, once with the derives and once with a list.
    mod derived {
        use super::*;

        /// An order.
        #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        pub(super) struct Order {
            /// # The number
            ///
            /// Counted from 1.
            pub(super) id: i64,
            pub(super) price: Decimal,
            #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
            pub(super) type_: Option<Open<Status>>,
            /// What is cleared by null.
            #[serde(default, skip_serializing_if = "Nullable::is_absent")]
            pub(super) fields: Nullable<Vec<i64>>,
            #[serde(deserialize_with = "Option::deserialize")]
            pub(super) key: Option<bool>,
            pub(super) note: Note,
            #[serde(flatten)]
            pub(super) extra: Map<String, Value>,
        }

        #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        pub(super) struct Login {
            pub(super) secret: Secret,
            #[serde(flatten)]
            pub(super) extra: HashMap<String, Echo>,
        }

        #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        pub(super) struct Query {
            #[serde(skip_serializing_if = "Option::is_none")]
            pub(super) page: Option<i64>,
        }
    }

    mod listed {
        use super::*;

        #[derive(Debug)]
        pub(super) struct Order {
            pub(super) id: i64,
            pub(super) price: Decimal,
            pub(super) type_: Option<Open<Status>>,
            pub(super) fields: Nullable<Vec<i64>>,
            pub(super) key: Option<bool>,
            pub(super) note: Note,
            pub(super) extra: Map<String, Value>,
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
        pub(super) struct Login {
            pub(super) secret: Secret,
            pub(super) extra: HashMap<String, Echo>,
        }
        object! { Login "" { required secret "secret" ""; } extra: HashMap<String, Echo> }

        #[derive(Debug)]
        pub(super) struct Query {
            pub(super) page: Option<i64>,
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
    fn a_list_describes_as_the_derives_do() {
        fn schemas<T: JsonSchema>() -> [Value; 2] {
            let settings = schemars::generate::SchemaSettings::default();
            [settings.clone().for_deserialize(), settings.for_serialize()]
                .map(|settings| settings.into_generator().into_root_schema_for::<T>().to_value())
        }
        assert_eq!(schemas::<listed::Order>(), schemas::<derived::Order>());
        assert_eq!(schemas::<listed::Login>(), schemas::<derived::Login>());
        assert_eq!(schemas::<listed::Query>(), schemas::<derived::Query>());
        assert_eq!(schemas::<listed::Order>()[0]["properties"]["id"]["title"], json!("The number"));
        assert!(listed::Order::schema_id().ends_with("listed::Order"), "{}", listed::Order::schema_id());
    }

    #[test]
    fn a_name_is_not_copied_where_the_text_stays() {
        let key = Key::deserialize(BorrowedStrDeserializer::<serde::de::value::Error>::new("id")).unwrap();
        assert!(matches!(key.0, Cow::Borrowed("id")));
    }
}
