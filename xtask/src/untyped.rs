//! The places of a document without a type, which a maintainer may want to give one in the overlay.

use serde_json::{Value, json};

use crate::document::keywords;
use crate::document::pointer::Pointer;
use crate::document::walk::{self, Kind};
use crate::lower::Diagnostic;

/// The places of a document whose values can be anything, each with the reason.
///
/// The document is the one before lowering, which states all that the vendor says.
pub fn list(document: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        // The object itself reports its `additionalProperties`.
        if kind == Kind::Schema
            && place.last() != Some("additionalProperties")
            && let Some(why) = why_untyped(node)
            && !is_null(&place.pointer(), node)
        {
            found.push(Diagnostic { place: place.pointer(), what: why.to_owned() });
        }
    });
    found
}

/// Whether a schema is an alternative that only states that the value may be null.
fn is_null(place: &Pointer, schema: &Value) -> bool {
    let is_alternative = matches!(place.tokens(), [.., keyword, _] if keyword == "anyOf" || keyword == "oneOf");
    is_alternative && *schema == json!({"nullable": true})
}

fn why_untyped(schema: &Value) -> Option<&'static str> {
    let Some(fields) = schema.as_object() else {
        return (schema == &Value::Bool(true)).then_some("the schema `true`");
    };
    if keywords::describes_values(schema) || fields.contains_key("contentMediaType") {
        return None;
    }
    let is_open = |key: &str| match fields.get(key) {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Object(schema)) => schema.is_empty(),
        _ => false,
    };
    match fields.get("type").and_then(Value::as_str) {
        Some("object") if is_open("additionalProperties") && !fields.contains_key("patternProperties") => {
            Some("an object without described fields")
        }
        Some("array") if !fields.contains_key("items") => Some("an array without described items"),
        None if !fields.contains_key("type") && is_open("additionalProperties") && !fields.contains_key("items") => {
            Some("no type")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_without_a_type_are_listed_with_the_reason() {
        let document = json!({"components": {"schemas": {
            "A": {"type": "object", "properties": {
                "any": {"title": "Any"}, "object": {"type": "object", "additionalProperties": true},
                "list": {"type": "array"}, "items": {"type": "array", "items": {}},
                "either": {"anyOf": [{}, {"type": "null"}]}, "true": true,
            }, "additionalProperties": true},
            "Fine": {"properties": {
                "text": {"type": "string"}, "map": {"type": "object", "additionalProperties": {"type": "string"}},
                "closed": {"type": "object", "additionalProperties": false}, "const": {"const": 1}, "never": false,
                "either": {"type": ["string", "null"]}, "or null": {"anyOf": [{"type": "string"}, {"nullable": true}]}, "data": {"default": {}, "enum": [{}]},
            }},
        }}});
        let listed: Vec<String> = list(&document).iter().map(ToString::to_string).collect();
        let place = |rest: &str| format!("#/components/schemas/A/properties/{rest}");
        assert_eq!(
            listed,
            [
                place("any: no type"),
                place("object: an object without described fields"),
                place("list: an array without described items"),
                place("items/items: no type"),
                place("either/anyOf/0: no type"),
                place("true: the schema `true`"),
            ]
        );
    }
}
