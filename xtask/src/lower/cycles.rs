//! Refuses a schema that refers to itself, directly or through `allOf`, `anyOf`, `oneOf` or `not`: it has no finite
//! value, and the generator does not terminate on it. Recursion through a list or an object is allowed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references;

pub(super) fn refuse(document: &Value, report: &mut Report) {
    let all = Pointer::root().child("components").child("schemas");
    let schemas = all.find(document).and_then(Value::as_object);
    let mut parts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, schema) in schemas.into_iter().flatten() {
        targets(schema, parts.entry(name).or_default());
    }
    for (name, of_it) in &parts {
        let reached =
            references::reachable(of_it.iter().copied(), |part| parts.get(part).into_iter().flatten().copied());
        if reached.contains(name) {
            let hint = "break the cycle with an overlay action";
            report.refuse(&all.child(name), "the schema refers to itself, so it has no finite value", hint);
        }
    }
}

/// The components that a schema refers to, directly or through these keywords.
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
    fn a_schema_that_refers_to_itself_is_refused_and_one_that_contains_itself_is_not() {
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
