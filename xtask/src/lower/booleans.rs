//! Replaces the schema `true` with `{}`, which accepts any value too. The schema `false`, which accepts no value, has no
//! equivalent in 3.0; it becomes `{}` too, and is reported.

use serde_json::{Value, json};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::walk::{self, Kind};

/// `additionalProperties` may be a boolean in 3.0 too, unless it is the name of a field.
const FLAG: &str = "additionalProperties";

pub(super) fn replace(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if kind != Kind::Schema {
            return;
        }
        if place.last() != Some(FLAG) {
            count += usize::from(replace_one(node, || place.pointer(), report));
        }
        if let Some(field) = node.get_mut("properties").and_then(|fields| fields.get_mut(FLAG)) {
            count += usize::from(replace_one(field, || place.child("properties").child(FLAG), report));
        }
    });
    count
}

fn replace_one(schema: &mut Value, place: impl Fn() -> Pointer, report: &mut Report) -> bool {
    match schema {
        Value::Bool(true) => {}
        Value::Bool(false) => report.warn(&place(), "no value is valid here; the client accepts any value"),
        _ => return false,
    }
    *schema = json!({});
    true
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
        let named = json!({"properties": {"additionalProperties": false}, "additionalProperties": false});
        let expected = json!({"properties": {"additionalProperties": {}}, "additionalProperties": false});
        assert_eq!(schema_after(replace, named).0, expected);
    }
}
