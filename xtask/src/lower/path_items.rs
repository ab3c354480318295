//! Replaces a path item that is a reference, which may have siblings, with its target, and removes
//! `components/pathItems`.

use serde_json::{Map, Value};

use super::Report;
use crate::document::references;

pub(super) fn inline(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    for _ in 0..references::HOPS {
        match step(document) {
            0 => break,
            inlined => count += inlined,
        }
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.shift_remove("pathItems");
    }
    count
}

/// Replaces each reference with its target once, and returns the number of references.
fn step(document: &mut Value) -> usize {
    let mut found: Vec<(String, Map<String, Value>)> = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        if let (Some(Value::Object(target)), Some(own)) = (references::target(item, document), item.as_object()) {
            let own = own.iter().filter(|(key, _)| *key != "$ref").map(|(key, value)| (key.clone(), value.clone()));
            found.push((path.clone(), target.clone().into_iter().chain(own).collect()));
        }
    }
    let count = found.len();
    for (path, item) in found {
        document["paths"][&path] = Value::Object(item);
    }
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_to_a_path_item_is_replaced_with_its_target() {
        let mut document = json!({
            "paths": {"/a": {"$ref": "#/components/pathItems/A", "summary": "s"}, "/b": {"$ref": "#/paths/~1b"}},
            "components": {"pathItems": {"A": {"$ref": "#/components/pathItems/B"}, "B": {"get": {"operationId": "a"}}}},
        });
        assert!(inline(&mut document, &mut Report::default()) >= 2);
        assert_eq!(document["paths"]["/a"], json!({"get": {"operationId": "a"}, "summary": "s"}));
        assert_eq!(document["components"], json!({}));
    }
}
