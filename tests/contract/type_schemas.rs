//! The JSON Schema that `schemars` derives from a generated type equals the document's schema.

use std::collections::BTreeSet;

use chift_api::types;
use schemars::{JsonSchema, schema_for};
use serde_json::{Map, Value, json};

use crate::document::original;

/// A normal form of a schema: without annotations, and with one spelling where the specifications allow several.
fn normalized(schema: &Value, root: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
        let target =
            root.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} does not resolve"));
        return normalized(target, root);
    }
    let mut normal = Map::new();
    for (key, value) in fields {
        let value = match key.as_str() {
            // Annotations. Other tests check defaults, and references into `$defs` are resolved.
            "title" | "description" | "default" | "$schema" | "$defs" => continue,
            // The width of a Rust integer; the document does not state one.
            "format" if value == "int64" => continue,
            // `true` and `{}` allow everything, as does a missing keyword.
            "additionalProperties" if *value == json!(true) || *value == json!({}) => continue,
            "properties" => {
                value.as_object().unwrap().iter().map(|(name, part)| (name.clone(), normalized(part, root))).collect()
            }
            "items" => normalized(value, root),
            // The order has no meaning.
            "anyOf" => {
                let mut parts: Vec<_> = value.as_array().unwrap().iter().map(|part| normalized(part, root)).collect();
                parts.sort_by_key(Value::to_string);
                Value::Array(parts)
            }
            "required" => json!(value.as_array().unwrap().iter().filter_map(Value::as_str).collect::<BTreeSet<_>>()),
            _ => value.clone(),
        };
        normal.insert(key.clone(), value);
    }
    // `type: [T, "null"]` and `anyOf: [T, null]` are equivalent.
    if let Some(Value::Array(alternatives)) = normal.get("anyOf") {
        let mut others = alternatives.iter().filter(|alternative| **alternative != json!({"type": "null"}));
        if let (1, 2, Some(single)) = (normal.len(), alternatives.len(), others.next())
            && others.next().is_none()
        {
            let mut single = single.clone();
            single["type"] = json!([single["type"], "null"]);
            return single;
        }
    }
    Value::Object(normal)
}

/// Removes `null` from optional fields that the document does not allow to be null. An optional field and a nullable
/// field are both `Option` in Rust, so `schemars` describes both as nullable. This is the only accepted difference.
fn without_null_of_optional(mut ours: Value, theirs: &Value) -> Value {
    let required = ours.get("required").cloned().unwrap_or_default();
    for (name, part) in ours.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        let optional = !required.as_array().is_some_and(|list| list.contains(&json!(name)));
        let documented = &theirs["properties"][name];
        if optional && part != documented && part["type"] == json!([documented["type"], "null"]) {
            part["type"] = documented["type"].clone();
        }
        *part = without_null_of_optional(part.take(), documented);
    }
    if let Some(items) = ours.get_mut("items") {
        *items = without_null_of_optional(items.take(), &theirs["items"]);
    }
    ours
}

fn assert_same<T: JsonSchema>(name: &str, overlaid: impl FnOnce(&mut Value)) {
    let document = original();
    let ours = schema_for!(T).to_value();
    let mut theirs = normalized(&document["components"]["schemas"][name], &document);
    overlaid(&mut theirs);
    let ours = without_null_of_optional(normalized(&ours, &ours), &theirs);
    assert_eq!(ours, theirs, "{name}: left is derived, right is the document's");
}

#[test]
fn every_type_has_the_documents_schema() {
    // The closures make the changes of `openapi/overlay.yaml`, and those of strings whose names mean a secret.
    assert_same::<types::AuthItem>("AuthItem", |schema| {
        schema["properties"]["clientSecret"]["format"] = json!("password");
        schema["properties"]["envId"] = json!({"type": "string"});
    });
    assert_same::<types::Token>("Token", |schema| {
        schema["properties"]["access_token"]["format"] = json!("password");
        schema["properties"]["expires_in"]["type"] = json!("number");
        schema["properties"]["expires_on"]["type"] = json!("number");
        schema["required"] = json!(["access_token", "expires_in", "token_type"]);
    });
    assert_same::<types::HttpValidationError>("HTTPValidationError", |_| {});
    assert_same::<types::ValidationError>("ValidationError", |_| {});
}

#[test]
fn a_difference_is_detected() {
    #[derive(JsonSchema)]
    #[allow(dead_code, clippy::struct_field_names)]
    struct Token {
        access_token: String,
        token_type: String,
        expires_in: Option<i64>,
        expires_on: i64,
    }
    let difference = std::panic::catch_unwind(|| assert_same::<Token>("Token", |_| {}));
    assert!(difference.is_err(), "an optional `expires_in` is not a required one");
}
