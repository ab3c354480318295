//! Moves `nullable` from a component to the references to it: the generator would make two types of one name for a
//! nullable component, one for the value and one for the value or null.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Report;
use crate::document::references::{self, has_value};
use crate::document::walk::{self, Kind};

pub(super) fn move_to_references(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    // A component that is a reference to a nullable one becomes nullable itself.
    for _ in 0..references::HOPS {
        raise_from_alternatives(document);
        let nullable = take_nullable(document);
        if nullable.is_empty() {
            break;
        }
        count += nullable.len();
        walk::change(document, &mut |kind, _, node| {
            if kind != Kind::Schema {
                return;
            }
            let refers = |part: &Value| references::component(part).is_some_and(|name| nullable.contains(name));
            if refers(node) {
                *node = json!({"nullable": true, "allOf": [node.take()]});
                return;
            }
            // A schema is visited after its parts: a reference among them is nullable already.
            let parts = node.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten();
            let unwrapped = parts.filter_map(|part| {
                let inner = part.get("allOf").and_then(|parts| parts.get(0)).filter(|inner| refers(inner)).cloned()?;
                *part = inner;
                Some(())
            });
            if unwrapped.count() > 0 {
                node["nullable"] = json!(true);
            }
        });
    }
    count
}

/// Makes a union nullable instead of its alternatives.
fn raise_from_alternatives(document: &mut Value) {
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let mut is_nullable = false;
        for keyword in ["anyOf", "oneOf"] {
            for alternative in schema.get_mut(keyword).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Value::Object(fields) = alternative {
                    is_nullable |= fields.shift_remove("nullable") == Some(json!(true));
                    if fields.len() == 1
                        && let Some(Value::Array(parts)) = fields.get_mut("allOf")
                        && parts.len() == 1
                    {
                        *alternative = parts.remove(0);
                    }
                }
            }
        }
        if is_nullable {
            schema.insert("nullable".to_owned(), json!(true));
        }
    });
}

/// Removes `nullable` from the components, and returns the names of those that had it.
fn take_nullable(document: &mut Value) -> BTreeSet<String> {
    let mut nullable = BTreeSet::new();
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        if has_value(schema, "nullable", true)
            && let Some(fields) = schema.as_object_mut()
        {
            fields.shift_remove("nullable");
            nullable.insert(name.clone());
        }
    }
    nullable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_references_to_a_nullable_component_are_nullable() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let nullable = |name: &str| json!({"nullable": true, "allOf": [reference(name)]});
        let mut document = json!({"components": {"schemas": {
            "Topping": {"type": "string", "nullable": true},
            "Alias": reference("Topping"),
            "Either": {"oneOf": [reference("Topping"), {"type": "integer"}]},
            "Cake": {"properties": {"or": reference("Either"), "top": reference("Alias"), "all": {"type": "array", "items": reference("Topping")}, "noted": {"description": "d", "allOf": [reference("Topping")]}}},
        }}});
        assert_eq!(move_to_references(&mut document, &mut Report::default()), 3);
        let expected = json!({
            "Topping": {"type": "string"},
            "Alias": {"allOf": [reference("Topping")]},
            "Either": {"oneOf": [reference("Topping"), {"type": "integer"}]},
            "Cake": {"properties": {"or": nullable("Either"), "top": nullable("Alias"), "all": {"type": "array", "items": nullable("Topping")}, "noted": {"description": "d", "allOf": [reference("Topping")], "nullable": true}}},
        });
        assert_eq!(document["components"]["schemas"], expected);
    }
}
