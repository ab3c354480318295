//! Removes the patterns that the validator cannot read, such as `(?i)^all$`: JSON Schema has the regular expressions of
//! ECMA-262, and a single other one would leave the whole document unchecked.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::document::walk::{self, Kind};

/// Removes them, and returns each with its place.
pub(super) fn remove_unreadable(document: &mut Value) -> Vec<String> {
    let options = super::validation(document);
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    let mut removed = Vec::new();
    let mut is_readable = |pattern: &str| {
        *known.entry(pattern.to_owned()).or_insert_with(|| options.build(&json!({"pattern": pattern})).is_ok())
    };
    walk::change(document, &mut |kind, place, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
            && !is_readable(pattern)
        {
            removed.push(format!("{}: {pattern}", place.pointer()));
            schema.shift_remove("pattern");
        }
        if let Some(Value::Object(fields)) = schema.get_mut("patternProperties") {
            fields.retain(|pattern, _| {
                let keep = is_readable(pattern);
                if !keep {
                    removed.push(format!("{}: {pattern}", place.child("patternProperties")));
                }
                keep
            });
        }
    });
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_validator_cannot_read_is_removed() {
        // 2020-12 accepts them.
        let schema = |fields: Value| json!({"openapi": "3.0.3", "components": {"schemas": {"A": fields}}});
        let mut document = schema(json!({
            "pattern": "(?i)^a$",
            "properties": {"b": {"pattern": r"^\d+$"}},
            "patternProperties": {"(?i)x": {}, "^x-": {}},
        }));
        let removed = remove_unreadable(&mut document);
        assert_eq!(removed, ["#/components/schemas/A: (?i)^a$", "#/components/schemas/A/patternProperties: (?i)x",]);
        let rest = json!({"properties": {"b": {"pattern": r"^\d+$"}}, "patternProperties": {"^x-": {}}});
        assert_eq!(document, schema(rest));
    }
}
