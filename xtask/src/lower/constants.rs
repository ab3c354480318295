//! Replaces `const: X` with an `enum` of one value, and adds the type of its values to an `enum` without a type.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::references;
use crate::document::walk::{self, Kind, Place};

pub(super) fn enumerate(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        if let Some(value) = schema.shift_remove("const") {
            count += 1;
            if value.is_null() {
                schema.insert("type".to_owned(), json!("null"));
            } else {
                schema.insert("enum".to_owned(), json!([value]));
            }
        }
        count += usize::from(take_null(schema)) + usize::from(state_type(schema, place, report));
    });
    count
}

/// `null` among the values of an enum becomes `nullable`, and a value that is listed twice is listed once.
fn take_null(schema: &mut Map<String, Value>) -> bool {
    let Some(Value::Array(values)) = schema.get_mut("enum") else { return false };
    let mut seen = Vec::new();
    values.retain(|value| {
        let is_new = !seen.contains(value);
        seen.push(value.clone());
        is_new
    });
    let before = values.len();
    values.retain(|value| !value.is_null());
    if values.len() == before {
        return false;
    }
    if values.is_empty() {
        schema.shift_remove("enum");
        schema.insert("type".to_owned(), json!("null"));
    } else {
        schema.insert("nullable".to_owned(), json!(true));
    }
    true
}

/// Adds the type to an enum of strings. An enum of other values is only a check, and becomes documentation.
fn state_type(schema: &mut Map<String, Value>, place: &Place<'_>, report: &mut Report) -> bool {
    let Some(Value::Array(values)) = schema.get("enum") else { return false };
    let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(is);
    let name = if all(Value::is_string) {
        Some("string")
    } else if all(|value| value.is_i64() || value.is_u64()) {
        Some("integer")
    } else if all(Value::is_number) {
        Some("number")
    } else if all(Value::is_boolean) {
        Some("boolean")
    } else {
        None
    };
    let mut changed = false;
    if name != Some("string") {
        let listed: Vec<String> =
            values.iter().map(|value| format!("`{}`", value.to_string().replace('`', "'"))).collect();
        schema.shift_remove("enum");
        let what = "these values are not strings; the client documents them and does not check them";
        report.warn(&place.child("enum"), what);
        references::describe(schema, format!("One of {}.", listed.join(", ")));
        changed = true;
    }
    if let (None, Some(name)) = (schema.get("type"), name) {
        schema.insert("type".to_owned(), json!(name));
        changed = true;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn a_constant_string_is_an_enum_of_one_and_other_constants_are_documented() {
        for (given, expected) in [
            (json!({"const": "a"}), json!({"enum": ["a"], "type": "string"})),
            (json!({"const": ""}), json!({"enum": [""], "type": "string"})),
            (json!({"const": 0}), json!({"description": "One of `0`.", "type": "integer"})),
            (json!({"const": false}), json!({"description": "One of `false`.", "type": "boolean"})),
            (json!({"const": [1]}), json!({"description": "One of `[1]`."})),
        ] {
            assert_eq!(schema_after(enumerate, given).0, expected);
        }
        assert_eq!(schema_after(enumerate, json!({"const": null})).0, json!({"type": "null"}));
    }

    #[test]
    fn null_among_the_values_becomes_nullable() {
        let (schema, _) = schema_after(enumerate, json!({"enum": ["a", null]}));
        assert_eq!(schema, json!({"enum": ["a"], "nullable": true, "type": "string"}));
        assert_eq!(schema_after(enumerate, json!({"enum": ["a", "b", "a"]})).0["enum"], json!(["a", "b"]));
    }
}
