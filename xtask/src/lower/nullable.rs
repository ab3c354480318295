//! Replaces `anyOf: [X, {type: "null"}]` with `X` and `nullable: true`. A `$ref` cannot have siblings in 3.0, so it
//! moves into an `allOf` of one.
//!
//! 3.0 has no type for `null` alone: such a schema accepts any value, and its documentation states `null`.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::references::{self, has_value};
use crate::document::walk::{self, Kind};

pub(super) fn fold(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if let (Kind::Schema, Value::Object(schema)) = (kind, node) {
            count += usize::from(fold_alternatives(schema, "anyOf") || fold_alternatives(schema, "oneOf"));
        }
    });
    walk::change(document, &mut |kind, place, node| {
        if let (Kind::Schema, true, Value::Object(schema)) = (kind, has_value(node, "type", "null"), node) {
            schema.shift_remove("type");
            references::describe(schema, "Always `null`.".to_owned());
            report.warn(&place.pointer(), "3.0 has no type for `null` alone; the client accepts any value here");
            count += 1;
        }
    });
    count
}

/// Removes `null` from the alternatives of `schema`; returns whether it was one of them.
fn fold_alternatives(schema: &mut Map<String, Value>, keyword: &str) -> bool {
    let Some(Value::Array(alternatives)) = schema.get_mut(keyword) else { return false };
    let before = alternatives.len();
    alternatives.retain(|alternative| !has_value(alternative, "type", "null"));
    if alternatives.len() == before {
        return false;
    }
    if alternatives.is_empty() {
        schema.shift_remove(keyword);
        schema.insert("type".to_owned(), json!("null"));
        return true;
    }
    let single = if alternatives.len() == 1 { alternatives.pop() } else { None };
    schema.insert("nullable".to_owned(), json!(true));
    if let Some(alternative) = single {
        schema.shift_remove(keyword);
        references::absorb(schema, alternative);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::needless_pass_by_value)]
    fn folded(schema: Value) -> Value {
        let mut document = json!({"components": {"schemas": {"S": schema}}});
        fold(&mut document, &mut Report::default());
        document["components"]["schemas"]["S"].take()
    }

    #[test]
    fn an_optional_string_becomes_a_nullable_string() {
        assert_eq!(
            folded(json!({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}], "title": "T"})),
            json!({"title": "T", "nullable": true, "type": "string", "format": "uuid"})
        );
    }

    #[test]
    fn a_reference_moves_into_an_all_of() {
        assert_eq!(
            folded(json!({"anyOf": [{"$ref": "#/components/schemas/S"}, {"type": "null"}]})),
            json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/S"}]})
        );
    }

    #[test]
    fn several_alternatives_stay_in_an_any_of() {
        assert_eq!(
            folded(json!({"anyOf": [{"type": "string"}, {"type": "null"}, {"type": "integer"}]})),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": true})
        );
    }

    #[test]
    fn null_alone_accepts_any_value_and_is_documented() {
        let expected = json!({"description": "Always `null`."});
        assert_eq!(folded(json!({"anyOf": [{"type": "null"}]})), expected);
        assert_eq!(folded(json!({"type": "null"})), expected);
    }

    #[test]
    fn two_values_of_one_keyword_are_combined_in_an_all_of() {
        assert_eq!(
            folded(json!({"maxLength": 5, "anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]})),
            json!({"maxLength": 5, "nullable": true, "allOf": [{"type": "string", "maxLength": 9}]})
        );
    }
}
