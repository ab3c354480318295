//! A schema that is itself, or a part of itself without anything between, has no values of a size that ends:
//! neither a Rust type nor the generator comes to an end with it. A list or an object between is fine.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Report;
use crate::document::pointer::Pointer;

pub(super) fn refuse(document: &Value, report: &mut Report) {
    let all = Pointer::root().child("components").child("schemas");
    let schemas = all.find(document).and_then(Value::as_object);
    let mut is: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, schema) in schemas.into_iter().flatten() {
        targets(schema, is.entry(name).or_default());
    }
    for name in is.keys() {
        let mut open: Vec<&str> = is[name].iter().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(is.get(next).into_iter().flatten());
            }
        }
        if seen.contains(name) {
            let hint = "break the circle with an overlay action";
            report.refuse(&all.child(name), "the schema is defined by nothing but itself", hint);
        }
    }
}

/// What a schema is made of on the same level.
fn targets<'a>(schema: &'a Value, found: &mut BTreeSet<&'a str>) {
    found.extend(schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/components/schemas/")));
    for key in ["allOf", "anyOf", "oneOf", "not"] {
        for part in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
            targets(part, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_only_itself_is_refused_and_what_contains_itself_is_not() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let document = json!({"components": {"schemas": {
            "Self": reference("Self"), "A": {"allOf": [reference("B")]}, "B": {"oneOf": [{"type": "string"}, reference("A")]},
            "User": reference("A"), "Tree": {"properties": {"parent": reference("Tree")}, "items": reference("Tree")},
        }}});
        let mut report = Report::default();
        refuse(&document, &mut report);
        let places: Vec<String> = report.problems.iter().map(|problem| problem.place.to_string()).collect();
        assert_eq!(places, ["A", "B", "Self"].map(|name| format!("#/components/schemas/{name}")));
    }
}
