//! Opens the schemas that no value satisfies: a part of an `allOf` with `additionalProperties: false` refuses the fields of
//! the other parts, a closed object may require a field that it does not list, and an `enum` may list no value. Their
//! authors do not mean that. The client reads such values, so that the instances that check it must be valid.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::document::references;
use crate::document::walk::{self, Kind};

/// Opens the parts of each `allOf`, the schemas that have fields beside alternatives, and those that require a field that
/// they do not list; and removes each `enum` without a value.
pub(super) fn open(document: &mut Value) {
    let mut parts: BTreeSet<String> = BTreeSet::new();
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        if schema.get("enum").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            schema.shift_remove("enum");
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let is_listed = |name: &str| schema.get("properties").is_some_and(|fields| fields.get(name).is_some());
        let requires_others = required.into_iter().any(|name| !is_listed(name));
        if requires_others || ["allOf", "anyOf", "oneOf"].iter().any(|key| schema.contains_key(*key)) {
            open_one(schema);
        }
        for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
            parts.extend(references::component(part).map(str::to_owned));
            part.as_object_mut().into_iter().for_each(open_one);
        }
    });
    for name in parts {
        let component = document.get_mut("components").and_then(|all| all.get_mut("schemas")?.get_mut(&name));
        component.and_then(Value::as_object_mut).into_iter().for_each(open_one);
    }
}

fn open_one(schema: &mut Map<String, Value>) {
    for key in ["additionalProperties", "unevaluatedProperties"] {
        if schema.get(key) == Some(&Value::Bool(false)) {
            schema.shift_remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_of_a_combination_are_opened_and_other_schemas_stay_closed() {
        let closed = json!({"properties": {"a": {}}, "additionalProperties": false});
        let open_part = json!({"properties": {"a": {}}});
        let (more, open_more) = (json!({"required": ["b"], "additionalProperties": false}), json!({"required": ["b"]}));
        let (none, any) = (json!({"type": "string", "enum": []}), json!({"type": "string"}));
        let base = json!({"$ref": "#/components/schemas/Base"});
        let mut document = json!({"components": {"schemas": {
            "Base": closed, "Other": closed, "More": more, "None": none,
            "Cake": {"allOf": [base, closed]}, "Choice": {"oneOf": [closed], "additionalProperties": false},
        }}});
        open(&mut document);
        let expected = json!({"components": {"schemas": {
            "Base": open_part, "Other": closed, "More": open_more, "None": any, "Cake": {"allOf": [base, open_part]}, "Choice": {"oneOf": [closed]},
        }}});
        assert_eq!(document, expected);
    }
}
