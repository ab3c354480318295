//! Replaces the schema `true` with `{}`, which accepts any value too. The schema `false`, which accepts no value, has no
//! equivalent in 3.0; it becomes `{}` too, and is reported.

use serde_json::{Value, json};

use super::Report;
use crate::document::walk::{self, Kind};

pub(super) fn replace(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        // `additionalProperties` may be a boolean in 3.0 too.
        let flag = place.last() == Some("additionalProperties");
        if kind != Kind::Schema || flag {
            return;
        }
        match node {
            Value::Bool(true) => {
                *node = json!({});
                count += 1;
            }
            Value::Bool(false) => {
                report.warn(&place.pointer(), "no value is valid here; the client accepts any value");
                *node = json!({});
                count += 1;
            }
            _ => {}
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn true_accepts_any_value_and_false_is_reported() {
        let (schema, report) = schema_after(replace, json!({"items": true, "additionalProperties": true}));
        assert_eq!(schema, json!({"items": {}, "additionalProperties": true}));
        assert!(report.diagnostics.is_empty());
        let (schema, report) = schema_after(replace, json!({"properties": {"a": false}}));
        assert_eq!(schema, json!({"properties": {"a": {}}}));
        assert_eq!(report.diagnostics[0].place.to_string(), "#/components/schemas/S/properties/a");
    }
}
