//! Makes every object accept unknown fields, even if the document does not mention them or forbids them, so that the
//! client keeps a field that Chift adds later in `extra`.

use serde_json::{Value, json};

use super::Report;
use crate::document::marker;
use crate::document::references::has_value;
use crate::document::walk::{self, Kind};

pub(super) fn keep_unknown_fields(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let Some(Value::Object(properties)) = schema.get("properties") else {
            return;
        };
        if properties.is_empty() || schema.get("additionalProperties").is_some_and(Value::is_object) {
            return;
        }
        // Beside a secret, an unknown field may be a secret too.
        let is_hidden = |property: &Value| {
            has_value(property, "format", "password") || has_value(property, marker::KEY, marker::REDACTED)
        };
        let secret = properties.values().any(is_hidden);
        let values = if secret { json!({marker::KEY: marker::REDACTED}) } else { json!({}) };
        schema.insert("additionalProperties".to_owned(), values);
        schema.entry("type").or_insert(json!("object"));
        count += 1;
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn unknown_fields_are_accepted_and_redacted_beside_a_secret() {
        let a = json!({"a": {"type": "string"}});
        for (given, expected) in [
            (json!({"properties": a}), json!({"properties": a, "additionalProperties": {}, "type": "object"})),
            (
                json!({"type": "object", "properties": a, "additionalProperties": false}),
                json!({"type": "object", "properties": a, "additionalProperties": {}}),
            ),
            (json!({"type": "object"}), json!({"type": "object"})),
        ] {
            assert_eq!(schema_after(keep_unknown_fields, given).0, expected);
        }
        let secret = json!({"properties": {"a": {"type": "string", "format": "password"}}});
        assert_eq!(
            schema_after(keep_unknown_fields, secret).0["additionalProperties"],
            json!({marker::KEY: marker::REDACTED})
        );
    }
}
