//! The JSON Schema of a struct with a list of fields.
//!
//! `schemars` derives it from the struct and its documentation, but does not see the list. [`schema`] adds what only
//! the list states: the names in JSON, which fields may be absent, and the field that keeps unlisted fields.

use schemars::Schema;
use serde_json::{Map, Value};

use super::Object;

/// Completes the schema that `schemars` derives for `T`.
pub(crate) fn schema<T: Object>(schema: &mut Schema) {
    let Some(Value::Object(mut derived)) = schema.remove("properties") else { return };
    let derived_required = schema.remove("required").unwrap_or_default();
    let is_required = |name: &str| derived_required.as_array().is_some_and(|names| names.iter().any(|it| *it == name));
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in T::FIELDS {
        let name = field.name.trim_start_matches("r#");
        let Some(property) = derived.remove(name) else { continue };
        properties.insert(field.wire.to_owned(), property);
        if is_required(name) && !matches!(field.kind, "optional" | "nullable") {
            required.push(Value::from(field.wire));
        }
    }
    let rest = T::REST.first().and_then(|name| derived.remove(*name));
    if let Some(Value::Object(mut rest)) = rest
        && let Some(values) = rest.remove("additionalProperties")
    {
        schema.insert("additionalProperties".to_owned(), values);
    }
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), properties.into());
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde_json::json;

    use super::*;
    use crate::values::object::tests::{derived, listed};

    #[test]
    fn the_schema_of_a_list_is_the_schema_of_the_derives() {
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
