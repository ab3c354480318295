//! The places of a document without a type, which a maintainer may want to give one in the overlay.

use serde_json::Value;

use crate::document::walk::{self, Kind};
use crate::lower::Diagnostic;

/// The places of a document whose values can be anything, each with the reason.
///
/// The document is the one before lowering, which states all that the vendor says.
pub fn list(document: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        let last = place.tokens().last().map(String::as_str);
        // What else an object may hold is told with the object.
        if kind == Kind::Schema
            && last != Some("additionalProperties")
            && let Some(why) = why_untyped(node)
        {
            found.push(Diagnostic { place: place.clone(), what: why.to_owned() });
        }
    });
    found
}

fn why_untyped(schema: &Value) -> Option<&'static str> {
    // What a value is can be said by its type, or by any of these.
    const SAYING: [&str; 9] =
        ["$ref", "allOf", "anyOf", "oneOf", "enum", "const", "properties", "prefixItems", "contentMediaType"];
    let Some(fields) = schema.as_object() else {
        return (schema == &Value::Bool(true)).then_some("anything is allowed");
    };
    if SAYING.iter().any(|key| fields.contains_key(*key)) {
        return None;
    }
    let is_open = |key: &str| match fields.get(key) {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Object(schema)) => schema.is_empty(),
        _ => false,
    };
    match fields.get("type").and_then(Value::as_str) {
        Some("object") if is_open("additionalProperties") && !fields.contains_key("patternProperties") => {
            Some("an object, and its fields are not stated")
        }
        Some("array") if !fields.contains_key("items") => Some("an array, and its items are not stated"),
        None if !fields.contains_key("type") && is_open("additionalProperties") && !fields.contains_key("items") => {
            Some("no type is stated")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_can_be_anything_is_listed_with_its_place_and_the_reason() {
        let document = json!({"components": {"schemas": {
            "A": {"type": "object", "properties": {
                "any": {"title": "Any"}, "object": {"type": "object", "additionalProperties": true},
                "list": {"type": "array"}, "items": {"type": "array", "items": {}},
                "either": {"anyOf": [{}, {"type": "null"}]}, "true": true,
            }, "additionalProperties": true},
            "Fine": {"properties": {
                "text": {"type": "string"}, "map": {"type": "object", "additionalProperties": {"type": "string"}},
                "closed": {"type": "object", "additionalProperties": false}, "const": {"const": 1}, "never": false,
                "either": {"type": ["string", "null"]}, "data": {"default": {}, "enum": [{}]},
            }},
        }}});
        let told: Vec<String> = list(&document).iter().map(ToString::to_string).collect();
        let place = |rest: &str| format!("#/components/schemas/A/properties/{rest}");
        assert_eq!(
            told,
            [
                place("any: no type is stated"),
                place("object: an object, and its fields are not stated"),
                place("list: an array, and its items are not stated"),
                place("items/items: no type is stated"),
                place("either/anyOf/0: no type is stated"),
                place("true: anything is allowed"),
            ]
        );
    }
}
