//! Simplifies the document for the mocks only. The functions that progenitor generates for mocks compile only if a body
//! is required and passed by reference, and if a parameter has a `to_string`. So every body becomes required, a number
//! or a boolean becomes any JSON value, and a list or an object in a URL becomes a string.

use serde_json::{Value, json};

use super::Report;
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
        Kind::Parameter if node.get("schema").is_some_and(|schema| may_be_several(schema, document)) => {
            let mut node = node.clone();
            node["schema"] = json!({"type": "string"});
            Some(node)
        }
        _ => None,
    })
}

/// The node, changed so that its body is passed by reference; `None` if it already is.
fn by_reference(node: &Value, document: &Value) -> Option<Value> {
    let schema = node.get("content")?.get(JSON)?.get("schema")?;
    let is_nullable = schema.get("nullable").is_some();
    let mut own = schema.clone();
    own.as_object_mut()?.shift_remove("nullable");
    let target = references::resolved_schema(&own, document);
    let is_by_value = ["integer", "number", "boolean"].iter().any(|name| has_value(target, "type", *name));
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

/// Whether a value may be a list or an object.
fn may_be_several(schema: &Value, document: &Value) -> bool {
    let schema = references::resolved_schema(schema, document);
    let alternatives = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    let mut kinds = alternatives.map(|part| references::resolved_schema(part, document)).chain([schema]);
    kinds.any(|kind| ["array", "object"].iter().any(|name| has_value(kind, "type", *name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_become_required_and_passed_by_reference_and_lists_become_strings() {
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
