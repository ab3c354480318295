//! The JSON Schema of a struct that gives its fields by [`object!`](crate::object::object): what the derive of
//! `schemars` says of it.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::Object;
use crate::Nullable;

/// Implements `JsonSchema` for a struct, from what `object!` is given.
macro_rules! object_schema {
    ($name:ident $about:literal { $($kind:ident $field:ident $wire:literal $documentation:literal;)* }) => {
        impl $crate::values::object::schema::Described for $name {
            const ABOUT: &'static str = $about;

            fn describe(fields: &mut $crate::values::object::schema::Describing<'_, Self>) {
                $(fields.$kind($wire, $documentation, |it| &it.$field);)*
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
                $crate::values::object::schema::describe::<Self>(generator)
            }
        }
    };
}
pub(crate) use object_schema;

/// A struct that has a schema.
pub(crate) trait Described: Object<Rest: RestSchema> {
    /// The documentation.
    const ABOUT: &'static str;

    /// The fields' schemas, in their order.
    fn describe(fields: &mut Describing<'_, Self>);
}

/// What keeps the fields that are not listed.
pub(crate) trait RestSchema {
    /// The schema of their values, where they are kept.
    fn describe(generator: &mut SchemaGenerator) -> Option<Value>;
}

impl RestSchema for () {
    fn describe(_: &mut SchemaGenerator) -> Option<Value> {
        None
    }
}

impl RestSchema for Map<String, Value> {
    fn describe(generator: &mut SchemaGenerator) -> Option<Value> {
        Self::json_schema(generator).remove("additionalProperties")
    }
}

impl<V: JsonSchema, H: BuildHasher> RestSchema for HashMap<String, V, H> {
    fn describe(generator: &mut SchemaGenerator) -> Option<Value> {
        Self::json_schema(generator).remove("additionalProperties")
    }
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
pub(crate) fn describe<T: Described>(generator: &mut SchemaGenerator) -> Schema {
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
    use serde_json::json;

    use super::*;
    use crate::values::object::tests::{derived, listed};

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
}
