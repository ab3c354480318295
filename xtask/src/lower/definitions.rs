//! Moves the `$defs` of a schema to `components`, and changes the references to them accordingly.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self, Kind};
use crate::names;

pub(super) fn lift(document: &mut Value, report: &mut Report) -> usize {
    let mut taken: Vec<String> =
        document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let mut moved: HashMap<String, String> = HashMap::new();
    let mut lifted = Map::new();
    walk::change(document, &mut |kind, place, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        for keyword in ["$defs", "definitions"] {
            let Some(Value::Object(definitions)) = schema.shift_remove(keyword) else { continue };
            for (name, definition) in definitions {
                let free = names::free_name(&name, |name| taken.iter().any(|it| it == name));
                moved.insert(place.child(keyword).child(&name).to_string(), format!("#/components/schemas/{free}"));
                taken.push(free.clone());
                lifted.insert(free, definition);
            }
        }
    });
    let count = lifted.len();
    if count == 0 {
        return 0;
    }
    report.origins.record(
        moved.iter().filter_map(|(old, new)| Some((Pointer::from_reference(new)?, Pointer::from_reference(old)?))),
    );
    references::add_components(document, lifted);
    walk::change(document, &mut |_, _, node| {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return };
        // Compared in canonical form, because a reference may escape more characters than necessary.
        let target = Pointer::from_reference(reference).map(|target| target.to_string());
        if let Some(new) = target.and_then(|target| moved.get(&target)) {
            node["$ref"] = json!(new);
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_becomes_a_component_with_a_free_name() {
        let mut document = json!({"components": {"schemas": {
            "A": {"$defs": {"Part": {"type": "string"}}, "items": {"$ref": "#/components/schemas/A/$defs/Part"}},
            "Part": {"type": "integer"},
        }}});
        let mut report = Report::default();
        assert_eq!(lift(&mut document, &mut report), 1);
        let part = Pointer::root().child("components").child("schemas").child("Part2");
        assert_eq!(report.origins.of(&part).to_string(), "#/components/schemas/A/$defs/Part");
        assert_eq!(
            document["components"]["schemas"],
            json!({
                "A": {"items": {"$ref": "#/components/schemas/Part2"}},
                "Part": {"type": "integer"},
                "Part2": {"type": "string"},
            })
        );
    }
}
