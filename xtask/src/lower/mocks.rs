//! Simplifies the document for the mocks only. The functions that progenitor generates for mocks compile only if a body
//! is required and passed by reference. So every body becomes required, and a number, a boolean or an enum becomes any
//! JSON value.
//!
//! The mocks use the types of the client by their names, and progenitor needs most of its time for what is in them. So
//! the fields of all structs are removed.

use serde_json::{Value, json};

use super::Report;
use crate::document::marker;
use crate::document::media_types::JSON;
use crate::document::references::{self, has_value};
use crate::document::walk::{self, Kind};

pub(super) fn simplify(document: &mut Value, _: &mut Report) -> usize {
    walk::replace(document, &mut |kind, _, node, document| match kind {
        Kind::RequestBody if node.get("content").is_some() => {
            let by_reference = by_reference(node, document);
            let is_optional = !has_value(node, "required", true);
            (is_optional || by_reference.is_some()).then(|| {
                let mut node = by_reference.unwrap_or_else(|| node.clone());
                node["required"] = json!(true);
                node
            })
        }
        Kind::Response => by_reference(node, document),
        _ => None,
    })
}

/// Removes the fields of the components that become structs, and returns the number of these components.
pub(super) fn remove_fields(document: &mut Value, _: &mut Report) -> usize {
    let Some(Value::Object(components)) = document.pointer_mut("/components/schemas") else { return 0 };
    let mut count = 0;
    for schema in components.values_mut().filter(|schema| is_struct(schema)) {
        *schema = json!({"type": "object", "additionalProperties": false});
        count += 1;
    }
    count
}

/// Whether a lowered component becomes a struct, and not another type for an object.
fn is_struct(schema: &Value) -> bool {
    let is_plain =
        ["allOf", "anyOf", "enum", "not", "nullable", "oneOf", marker::KEY].iter().all(|key| schema.get(key).is_none());
    is_plain && has_value(schema, "type", "object") && schema.get("properties").is_some()
}

/// The node, changed so that its body is passed by reference; `None` if it already is.
fn by_reference(node: &Value, document: &Value) -> Option<Value> {
    let schema = node.get("content")?.get(JSON)?.get("schema")?;
    let is_nullable = schema.get("nullable").is_some();
    let mut own = schema.clone();
    own.as_object_mut()?.shift_remove("nullable");
    let target = references::resolved_schema(&own, document);
    let is_by_value = target.get("enum").is_some()
        || ["integer", "number", "boolean"].iter().any(|name| has_value(target, "type", *name));
    let changed = if is_by_value || has_value(target, "nullable", true) {
        json!({})
    } else if is_nullable {
        own
    } else {
        return None;
    };
    let mut node = node.clone();
    node["content"][JSON]["schema"] = changed;
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_become_required_and_passed_by_reference() {
        let body = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
        let mut document = json!({"paths": {"/a": {"post": {
            "requestBody": body(json!({"type": "object", "nullable": true})),
            "responses": {"200": body(json!({"type": "integer"}))},
        }}}});
        assert_eq!(simplify(&mut document, &mut Report::default()), 2);
        let operation = &document["paths"]["/a"]["post"];
        assert_eq!(operation["requestBody"]["required"], json!(true));
        assert_eq!(operation["requestBody"]["content"]["application/json"]["schema"], json!({"type": "object"}));
        assert_eq!(operation["responses"]["200"], body(json!({})));
    }

    #[test]
    fn structs_lose_their_fields_and_other_types_stay() {
        let mut components = json!({
            "Order": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
            "Map": {"type": "object", "additionalProperties": {"type": "integer"}},
            "Secret": {"type": "object", "properties": {"a": {}}, "x-chift-type": "redacted"},
            "Color": {"type": "string", "enum": ["red"]},
        });
        let mut document = json!({"components": {"schemas": components}});
        assert_eq!(remove_fields(&mut document, &mut Report::default()), 1);
        components["Order"] = json!({"type": "object", "additionalProperties": false});
        assert_eq!(document["components"]["schemas"], components);
    }
}
