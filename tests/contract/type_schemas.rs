//! The JSON Schema that `schemars` derives from a generated type, compared with the document's.

use std::collections::BTreeSet;

use chift_api::types;
use schemars::{JsonSchema, schema_for};
use serde_json::{Map, Value, json};

use crate::document::original;

/// What both sides must agree on, without what is only said for people, and with what is equal by the
/// specifications written in one way.
fn meaning(schema: &Value, root: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
        let target =
            root.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere"));
        return meaning(target, root);
    }
    let mut told = Map::new();
    for (key, value) in fields {
        let value = match key.as_str() {
            // For people; `default` is checked where a type is read without the field; `$defs` are followed.
            "title" | "description" | "default" | "$schema" | "$defs" => continue,
            // Rust's name for the width of an integer that the document leaves open.
            "format" if value == "int64" => continue,
            // `true` and `{}` are the schema that takes anything, which is also what is not stated.
            "additionalProperties" if *value == json!(true) || *value == json!({}) => continue,
            "properties" => {
                value.as_object().unwrap().iter().map(|(name, part)| (name.clone(), meaning(part, root))).collect()
            }
            "items" => meaning(value, root),
            // In whatever order.
            "anyOf" => {
                let mut parts: Vec<_> = value.as_array().unwrap().iter().map(|part| meaning(part, root)).collect();
                parts.sort_by_key(Value::to_string);
                Value::Array(parts)
            }
            "required" => json!(value.as_array().unwrap().iter().filter_map(Value::as_str).collect::<BTreeSet<_>>()),
            _ => value.clone(),
        };
        told.insert(key.clone(), value);
    }
    // `type: [T, "null"]` and `anyOf: [T, null]` say the same.
    if let Some(Value::Array(alternatives)) = told.get("anyOf") {
        let mut others = alternatives.iter().filter(|alternative| **alternative != json!({"type": "null"}));
        if let (1, 2, Some(single)) = (told.len(), alternatives.len(), others.next())
            && others.next().is_none()
        {
            let mut single = single.clone();
            single["type"] = json!([single["type"], "null"]);
            return single;
        }
    }
    Value::Object(told)
}

/// In Rust, an optional field and one that may be null are both `Option`, so `schemars` says of both that
/// they may be null; where the document does not, that is the one difference which is forgiven.
fn without_null_of_optional(mut ours: Value, theirs: &Value) -> Value {
    let required = ours.get("required").cloned().unwrap_or_default();
    for (name, part) in ours.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        let optional = !required.as_array().is_some_and(|list| list.contains(&json!(name)));
        let told = &theirs["properties"][name];
        if optional && part != told && part["type"] == json!([told["type"], "null"]) {
            part["type"] = told["type"].clone();
        }
        *part = without_null_of_optional(part.take(), told);
    }
    if let Some(items) = ours.get_mut("items") {
        *items = without_null_of_optional(items.take(), &theirs["items"]);
    }
    ours
}

fn assert_same<T: JsonSchema>(name: &str, overlaid: impl FnOnce(&mut Value)) {
    let document = original();
    let ours = schema_for!(T).to_value();
    let mut theirs = meaning(&document["components"]["schemas"][name], &document);
    overlaid(&mut theirs);
    let ours = without_null_of_optional(meaning(&ours, &ours), &theirs);
    assert_eq!(ours, theirs, "{name}: left is ours, right is the document's");
}

#[test]
fn every_type_has_the_schema_of_the_document() {
    // Beside each, what `openapi/overlay.yaml` adds.
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
fn a_difference_would_be_seen() {
    #[derive(JsonSchema)]
    #[allow(dead_code, clippy::struct_field_names)]
    struct Token {
        access_token: String,
        token_type: String,
        expires_in: Option<i64>,
        expires_on: i64,
    }
    let difference = std::panic::catch_unwind(|| assert_same::<Token>("Token", |_| {}));
    assert!(difference.is_err(), "an optional `expires_in` was taken for a required one");
}
