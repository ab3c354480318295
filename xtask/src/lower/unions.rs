//! `anyOf` and `oneOf`: the reader tries the alternatives in turn, so they are put in an order in which
//! the first that fits is the one that was meant.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::references::{self, says};
use crate::document::walk::{self, Kind};

pub(super) fn order(document: &mut Value, _: &mut Report) -> usize {
    let before = document.clone();
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let Some(Value::Array(alternatives)) = schema.shift_remove("anyOf").or_else(|| schema.shift_remove("oneOf"))
        else {
            return;
        };
        count += 1;
        let mut alternatives = flattened(alternatives, schema);
        // The most particular first: what requires more fields, then what is plain.
        alternatives.sort_by_key(|alternative| std::cmp::Reverse(particularity(alternative, &before)));
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

/// Alternatives of alternatives, on one level.
fn flattened(alternatives: Vec<Value>, schema: &mut Map<String, Value>) -> Vec<Value> {
    let mut flat = Vec::new();
    for alternative in alternatives {
        if says(&alternative, "nullable", true) {
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

fn particularity(alternative: &Value, document: &Value) -> usize {
    let target = references::resolved(alternative, document);
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

/// What the alternative of a plain type takes anyway need not stand beside it: a UUID is a text.
fn drop_covered(alternatives: &mut Vec<Value>) {
    let plain: HashSet<String> = alternatives
        .iter()
        .filter(|alternative| alternative.get("format").is_none() && alternative.get("enum").is_none())
        .filter_map(|alternative| alternative.get("type").and_then(Value::as_str))
        .filter(|name| ["string", "integer", "number", "boolean"].contains(name))
        .map(str::to_owned)
        .collect();
    let mut seen = HashSet::new();
    alternatives.retain(|alternative| {
        let kind = alternative.get("type").and_then(Value::as_str).unwrap_or_default();
        let particular = alternative.get("format").is_some() || alternative.get("enum").is_some();
        let covered = particular && plain.contains(kind) || kind == "integer" && plain.contains("number");
        !covered && seen.insert(essence(alternative).to_string())
    });
}

/// What of an alternative makes its type.
fn essence(alternative: &Value) -> Value {
    let mut essence = alternative.clone();
    if let Value::Object(fields) = &mut essence {
        fields.retain(|key, _| key != "title" && key != "description");
    }
    essence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn what_is_particular_comes_first_and_what_is_covered_goes() {
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
