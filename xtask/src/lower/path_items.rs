//! Replaces a path item that is a reference, which may have siblings, with its target, and removes
//! `components/pathItems`.

use serde_json::{Map, Value};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references;

pub(super) fn inline(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    for _ in 0..references::HOPS {
        match step(document, report) {
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
fn step(document: &mut Value, report: &mut Report) -> usize {
    let mut moves = Vec::new();
    let mut found: Vec<(String, Map<String, Value>)> = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        if let (Some(Value::Object(target)), Some(own)) = (references::target(item, document), item.as_object()) {
            let target_place = item.get("$ref").and_then(Value::as_str).and_then(Pointer::from_reference);
            let place = Pointer::root().child("paths").child(path);
            let inherited = target.keys().filter(|key| !own.contains_key(*key));
            moves.extend(inherited.filter_map(|key| Some((place.child(key), target_place.as_ref()?.child(key)))));
            let own = own.iter().filter(|(key, _)| *key != "$ref").map(|(key, value)| (key.clone(), value.clone()));
            found.push((path.clone(), target.clone().into_iter().chain(own).collect()));
        }
    }
    report.origins.record(moves);
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
        let mut report = Report::default();
        assert!(inline(&mut document, &mut report) >= 2);
        let get = Pointer::root().child("paths").child("/a").child("get");
        assert_eq!(report.origins.of(&get).to_string(), "#/components/pathItems/B/get");
        assert_eq!(document["paths"]["/a"], json!({"get": {"operationId": "a"}, "summary": "s"}));
        assert_eq!(document["components"], json!({}));
    }
}
