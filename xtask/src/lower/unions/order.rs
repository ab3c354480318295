//! Orders the alternatives of `anyOf` and `oneOf` by specificity, because the generated client tries them in order.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::document::keywords::{self, Role};
use crate::document::marker;
use crate::document::references::{self, has_value};
use crate::document::walk::{self, Kind};
use crate::lower::Report;

pub(in crate::lower) fn order(document: &mut Value, _: &mut Report) -> usize {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let components: HashMap<String, usize> = schemas
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), specificity(references::resolved(schema, document))))
        .collect();
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        if schema.contains_key("anyOf")
            && let Some(other) = schema.shift_remove("oneOf")
        {
            // A value is an alternative of both.
            references::add_part(schema, json!({"oneOf": other}));
        }
        let Some(Value::Array(alternatives)) = schema.shift_remove("anyOf").or_else(|| schema.shift_remove("oneOf"))
        else {
            return;
        };
        count += 1;
        let mut alternatives = flattened(alternatives, schema);
        alternatives.sort_by_cached_key(|alternative| {
            let component = references::component(alternative).and_then(|name| components.get(name));
            std::cmp::Reverse(component.copied().unwrap_or_else(|| specificity(alternative)))
        });
        drop_covered(&mut alternatives);
        match alternatives.len() {
            1 => references::absorb(schema, alternatives.remove(0)),
            _ => {
                schema.insert("oneOf".to_owned(), Value::Array(alternatives));
            }
        }
    });
    count
}

/// The alternatives, with those of nested unions on the same level.
fn flattened(alternatives: Vec<Value>, schema: &mut Map<String, Value>) -> Vec<Value> {
    let mut flat = Vec::new();
    for alternative in alternatives {
        if has_value(&alternative, "nullable", true) {
            schema.insert("nullable".to_owned(), json!(true));
        }
        match alternative.get("oneOf").and_then(Value::as_array) {
            Some(inner) => flat.extend(inner.iter().cloned()),
            None => flat.push(alternative),
        }
    }
    for alternative in &mut flat {
        if let Value::Object(fields) = alternative {
            fields.shift_remove("nullable");
        }
    }
    flat
}

/// Orders schemas: by type first, then by the number of required fields.
fn specificity(target: &Value) -> usize {
    let required = target.get("required").and_then(Value::as_array).map_or(0, Vec::len);
    let kind = match target.get("type").and_then(Value::as_str) {
        _ if target.get("enum").is_some() => 9,
        Some("boolean") => 8,
        Some("integer") => 7,
        Some("number") => 6,
        Some("string") if target.get("format").is_some() => 5,
        Some("string") => 4,
        Some("array") => 3,
        Some("object") => 2,
        _ => 1,
    };
    kind * 1_000 + required.min(999)
}

/// Removes alternatives that another one covers: `string` covers a UUID.
fn drop_covered(alternatives: &mut Vec<Value>) {
    let plain: HashSet<String> = alternatives
        .iter()
        .filter(|alternative| alternative.get("format").is_none() && alternative.get("enum").is_none())
        .filter_map(|alternative| alternative.get("type").and_then(Value::as_str))
        .filter(|name| !["array", "object"].contains(name))
        .map(str::to_owned)
        .collect();
    let mut seen = HashSet::new();
    alternatives.retain(|alternative| {
        let kind = alternative.get("type").and_then(Value::as_str).unwrap_or_default();
        let is_specific = alternative.get("format").is_some() || alternative.get("enum").is_some();
        let is_covered = is_specific && plain.contains(kind) || kind == "integer" && plain.contains("number");
        !is_covered && seen.insert(essence(alternative).to_string())
    });
}

/// An alternative without its annotations.
fn essence(alternative: &Value) -> Value {
    let Value::Object(fields) = alternative else { return alternative.clone() };
    let fields =
        fields.iter().filter(|(key, _)| keywords::role(key) != Some(Role::Annotation) && *key != marker::PLACE);
    Value::Object(fields.map(|(key, value)| (key.clone(), value.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn specific_alternatives_come_first_and_covered_ones_are_removed() {
        for (given, expected) in [
            (
                json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
                json!({"oneOf": [{"type": "integer"}, {"type": "string"}]}),
            ),
            (json!({"anyOf": [{"type": "string"}, {"type": "string", "format": "uuid"}]}), json!({"type": "string"})),
            (
                json!({"anyOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["a", "b"]}]}),
                json!({"oneOf": [{"type": "object", "required": ["a", "b"]}, {"type": "object", "required": ["a"]}]}),
            ),
            (
                json!({"anyOf": [{"type": "object"}, {"nullable": true, "anyOf": [{"type": "boolean"}, {"type": "array", "items": {}}]}]}),
                json!({"nullable": true, "oneOf": [{"type": "boolean"}, {"type": "array", "items": {}}, {"type": "object"}]}),
            ),
        ] {
            assert_eq!(schema_after(order, given).0, expected);
        }
    }
}
