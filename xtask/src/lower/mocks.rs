//! For the mocks only: progenitor's bindings compile for a body that is required and passed by reference, and for
//! a parameter that has a text. So a body is always something to match, a number or a truth value is any JSON,
//! and of a list in an address one item is matched.

use serde_json::{Value, json};

use super::Report;
use crate::document::references::{self, says};
use crate::document::walk::{self, Kind};

pub(super) fn simplify(document: &mut Value, _: &mut Report) -> usize {
    let before = document.clone();
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let changed = match kind {
            Kind::RequestBody if node.get("content").is_some() => {
                let optional = !says(node, "required", true);
                node["required"] = json!(true);
                by_reference(node, &before) || optional
            }
            Kind::Response => by_reference(node, &before),
            Kind::Parameter => one_item(node, &before),
            _ => false,
        };
        count += usize::from(changed);
    });
    count
}

fn by_reference(node: &mut Value, document: &Value) -> bool {
    let Some(schema) = node.pointer_mut("/content/application~1json/schema") else { return false };
    let mut changed = schema.as_object_mut().is_some_and(|schema| schema.shift_remove("nullable").is_some());
    let target = references::resolved_schema(schema, document);
    let by_value = ["integer", "number", "boolean"].iter().any(|name| says(target, "type", *name));
    if by_value || says(target, "nullable", true) {
        *schema = json!({});
        changed = true;
    }
    changed
}

fn one_item(parameter: &mut Value, document: &Value) -> bool {
    let found = parameter.get("schema").is_some_and(|schema| may_be_several(schema, document));
    if found {
        parameter["schema"] = json!({"type": "string"});
    }
    found
}

/// Whether a value may be a list or an object.
fn may_be_several(schema: &Value, document: &Value) -> bool {
    let schema = references::resolved_schema(schema, document);
    let alternatives = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    let mut kinds = alternatives.map(|part| references::resolved_schema(part, document)).chain([schema]);
    kinds.any(|kind| ["array", "object"].iter().any(|name| says(kind, "type", *name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_required_and_by_reference_and_lists_are_one_item() {
        let body = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
        let mut document = json!({"paths": {"/a": {"post": {
            "requestBody": body(json!({"type": "object", "nullable": true})),
            "responses": {"200": body(json!({"type": "integer"}))},
            "parameters": [
                {"in": "query", "schema": {"type": "array", "items": {}}},
                {"in": "query", "schema": {"anyOf": [{"type": "string"}, {"type": "array", "items": {}}]}},
                {"in": "query", "schema": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
            ],
        }}}});
        assert_eq!(simplify(&mut document, &mut Report::default()), 4);
        let operation = &document["paths"]["/a"]["post"];
        assert_eq!(operation["requestBody"]["required"], json!(true));
        assert_eq!(operation["requestBody"]["content"]["application/json"]["schema"], json!({"type": "object"}));
        assert_eq!(operation["responses"]["200"], body(json!({})));
        assert_eq!(operation["parameters"][0]["schema"], json!({"type": "string"}));
        assert_eq!(operation["parameters"][1]["schema"], json!({"type": "string"}));
        assert!(operation["parameters"][2]["schema"].get("anyOf").is_some());
    }
}
