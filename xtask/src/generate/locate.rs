//! Where progenitor refuses a document, or panics on it: it does not say, so each part is tried alone.

use std::collections::{BTreeMap, BTreeSet};

use progenitor::Generator;
use serde_json::{Map, Value, json};

use super::{GAP, guarded, parsed_document, settings};
use crate::document::pointer::Pointer;
use crate::document::problem::{Problem, Problems};
use crate::document::references;
use crate::document::walk;

/// The places that `problems` are about: the components that fail by themselves, or else the operations that
/// do. Where none does, the problems as they came.
pub(super) fn place(document: &Value, problems: Problems) -> Problems {
    let mut found = components(document);
    if found.is_empty() {
        found = operations(document);
    }
    Problems::none(found).err().unwrap_or(problems)
}

/// Why no client can be generated.
fn refusal(document: &Value) -> Option<String> {
    let spec = match parsed_document(document) {
        Ok(spec) => spec,
        Err(problems) => return Some(what(&problems)),
    };
    guarded(|| Generator::new(&settings()).generate_tokens(&spec)).err().map(|problems| what(&problems))
}

fn what(problems: &Problems) -> String {
    problems.list().iter().map(|problem| problem.what.as_str()).collect::<Vec<_>>().join("; ")
}

fn components(document: &Value) -> Vec<Problem> {
    let all = Pointer::root().child("components").child("schemas");
    let schemas = all.find(document).and_then(Value::as_object).cloned().unwrap_or_default();
    let refers: BTreeMap<&String, BTreeSet<String>> =
        schemas.iter().map(|(name, schema)| (name, targets(schema))).collect();
    let mut failing: BTreeMap<&String, (BTreeSet<String>, String)> = BTreeMap::new();
    for name in schemas.keys() {
        let reached = references::reachable([name.clone()], |next| {
            refers.get(next).into_iter().flatten().cloned().collect::<Vec<_>>()
        });
        let part: Map<String, Value> = schemas
            .iter()
            .filter(|(name, _)| reached.contains(*name))
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect();
        if let Some(why) = refusal(&with(document, json!({}), &json!(part))) {
            failing.insert(name, (reached, why));
        }
    }
    // What only fails with another that fails by itself is not the cause.
    let is_cause = |name: &String, reached: &BTreeSet<String>| {
        failing.iter().all(|(other, (others, _))| *other == name || !reached.contains(*other) || others == reached)
    };
    failing
        .iter()
        .filter(|(name, (reached, _))| is_cause(name, reached))
        .map(|(name, (_, why))| Problem::new(&all.child(name), why.clone(), GAP))
        .collect()
}

fn operations(document: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    walk::visit(document, &mut |kind, place, operation| {
        let Some((path, method)) = references::call(kind, place) else { return };
        let paths = json!({path: {method: operation}});
        if let Some(why) = refusal(&with(document, paths, &document["components"]["schemas"])) {
            found.push(Problem::new(&place.pointer(), why, GAP));
        }
    });
    found
}

/// The document with these paths and these schemas only.
fn with(document: &Value, paths: Value, schemas: &Value) -> Value {
    let mut part = document.clone();
    part["paths"] = paths;
    part["components"]["schemas"] = schemas.clone();
    part
}

/// The components that a schema refers to.
fn targets(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk::visit(&json!({"components": {"schemas": {"": schema}}}), &mut |_, _, node| {
        found.extend(references::component(node).map(str::to_owned));
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_or_the_operation_that_fails_by_itself_is_named() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let document = |schemas: Value, paths: Value| json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths, "components": {"schemas": schemas}});
        let told =
            |document: &Value| place(document, Problem::new(&Pointer::root(), "somewhere", "").into()).to_string();
        let bad = json!({"type": "string", "enum": ["a"], "default": "b"});
        let schemas = json!({"Good": {"type": "string"}, "User": {"type": "object", "properties": {"bad": reference("Bad")}}, "Bad": bad});
        let message = told(&document(schemas, json!({})));
        assert!(message.starts_with("#/components/schemas/Bad: "), "{message}");
        assert!(!message.contains("User"), "{message}");
        let operation = json!({"operationId": "a", "parameters": [
            {"name": "b", "in": "query", "schema": {"type": "string", "enum": ["a"], "default": "b"}},
        ], "responses": {"200": {"description": ""}}});
        let message = told(&document(json!({}), json!({"/a": {"get": operation}})));
        assert!(message.starts_with("#/paths/~1a/get: "), "{message}");
        let message = told(&document(json!({}), json!({})));
        assert!(message.contains("somewhere"), "{message}");
    }
}
