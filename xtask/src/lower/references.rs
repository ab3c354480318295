//! In 3.1, a `$ref` may have siblings; in 3.0 they would be ignored, so the reference moves into an
//! `allOf` of one. Path items that are references are put in their place.

use serde_json::{Map, Value, json};

use super::Findings;
use crate::node;
use crate::walk::{self, Kind};

pub(super) fn make_room(document: &mut Value, _: &mut Findings) -> usize {
    let mut count = resolve_path_items(document);
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        if schema.len() < 2 || !schema.contains_key("$ref") {
            return;
        }
        count += 1;
        if let Some(reference) = schema.shift_remove("$ref") {
            node::add_part(schema, json!({"$ref": reference}));
        }
    });
    count
}

fn resolve_path_items(document: &mut Value) -> usize {
    let mut found: Vec<(String, Map<String, Value>)> = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        if let Some(Value::Object(target)) = node::target(item, document) {
            let mut merged = target.clone();
            merged.extend(
                item.as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(key, _)| *key != "$ref")
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
            found.push((path.clone(), merged));
        }
    }
    let count = found.len();
    for (path, item) in found {
        document["paths"][&path] = Value::Object(item);
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.shift_remove("pathItems");
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn siblings_get_a_place_beside_an_all_of() {
        let (schema, _) = schema_after(make_room, json!({"$ref": "#/a", "description": "d"}));
        assert_eq!(schema, json!({"description": "d", "allOf": [{"$ref": "#/a"}]}));
        let alone = json!({"$ref": "#/a"});
        assert_eq!(schema_after(make_room, alone.clone()).0, alone);
    }

    #[test]
    fn a_path_item_elsewhere_is_put_in_its_place() {
        let mut document = json!({
            "paths": {"/a": {"$ref": "#/components/pathItems/A", "summary": "s"}},
            "components": {"pathItems": {"A": {"get": {"operationId": "a"}}}},
        });
        assert_eq!(make_room(&mut document, &mut Findings::default()), 1);
        assert_eq!(
            document,
            json!({
                "paths": {"/a": {"get": {"operationId": "a"}, "summary": "s"}},
                "components": {},
            })
        );
    }
}
