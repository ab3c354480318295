//! Writes `nullable` of OpenAPI 3.0 as the type `null`, which a validator for JSON Schema reads.

use serde_json::{Map, Value, json};

use crate::document::references::{has_value, is_3_0};
use crate::document::walk::{self, Kind};

/// The keywords whose schemas may refuse null although `nullable` stands beside them.
const COMBINED: [&str; 4] = ["$ref", "allOf", "anyOf", "oneOf"];

/// Does so in a document of 3.0; other versions do not have the keyword.
pub(super) fn state(document: &mut Value) {
    if !is_3_0(document) {
        return;
    }
    walk::change(document, &mut |kind, _, node| {
        if kind != Kind::Schema || !has_value(node, "nullable", true) {
            return;
        }
        let Value::Object(schema) = node else { return };
        schema.shift_remove("nullable");
        if COMBINED.iter().any(|keyword| schema.contains_key(*keyword)) {
            let own = std::mem::take(schema);
            *node = json!({"anyOf": [own, {"type": "null"}]});
        } else {
            add_null(schema);
        }
    });
}

fn add_null(schema: &mut Map<String, Value>) {
    if let Some(kind @ Value::String(_)) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nullable_is_a_type_in_3_0_only() {
        let reference = json!({"$ref": "#/components/schemas/B"});
        for (given, expected) in [
            (json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]})),
            (
                json!({"type": "string", "enum": ["a"], "nullable": true}),
                json!({"type": ["string", "null"], "enum": ["a", null]}),
            ),
            (
                json!({"allOf": [reference], "nullable": true}),
                json!({"anyOf": [{"allOf": [reference]}, {"type": "null"}]}),
            ),
            (json!({"type": "string", "nullable": false}), json!({"type": "string", "nullable": false})),
        ] {
            let document =
                |version: &str, schema: &Value| json!({"openapi": version, "components": {"schemas": {"A": schema}}});
            let mut old = document("3.0.3", &given);
            state(&mut old);
            assert_eq!(old, document("3.0.3", &expected));
            let mut new = document("3.1.0", &given);
            state(&mut new);
            assert_eq!(new, document("3.1.0", &given));
        }
    }
}
