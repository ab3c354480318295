//! Finds the part of a document that makes progenitor fail. progenitor's messages do not contain the place, so each
//! part is tried alone.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};
use syn::File;

use super::progenitor::{GAP, read};
use crate::document::pointer::Pointer;
use crate::document::problem::{Problem, Problems};
use crate::document::references;
use crate::document::walk;

/// Generates source from a document.
pub(super) type Make = fn(&OpenAPI) -> Result<File, Problem>;

/// The components from which `make` alone fails, or else the operations, each as a problem. If none fails alone, the
/// given problem.
pub(super) fn locate(document: &Value, make: Make, problem: Problem) -> Problems {
    let mut found = components(document, make);
    if found.is_empty() {
        found = operations(document, make);
    }
    Problems::none(found).err().unwrap_or_else(|| problem.into())
}

/// The error of `make` for a document, if there is one.
fn refusal(document: &Value, make: Make) -> Option<String> {
    match read(document) {
        Ok(spec) => make(&spec).err().map(|problem| problem.what),
        Err(error) => Some(error.to_string()),
    }
}

fn components(document: &Value, make: Make) -> Vec<Problem> {
    let all = Pointer::root().child("components").child("schemas");
    let schemas = all.find(document).and_then(Value::as_object).cloned().unwrap_or_default();
    let referenced: BTreeMap<&String, BTreeSet<String>> =
        schemas.iter().map(|(name, schema)| (name, referenced(schema))).collect();
    let mut failing: BTreeMap<&String, (BTreeSet<String>, String)> = BTreeMap::new();
    for name in schemas.keys() {
        let reached = references::reachable([name.clone()], |name| referenced.get(name).cloned().unwrap_or_default());
        let part: Map<String, Value> = schemas
            .iter()
            .filter(|(name, _)| reached.contains(*name))
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect();
        if let Some(why) = refusal(&with(document, json!({}), &json!(part)), make) {
            failing.insert(name, (reached, why));
        }
    }
    // A component that refers to another failing one is not the cause, unless each refers to the other.
    let is_cause = |name: &String, reached: &BTreeSet<String>| {
        failing.iter().all(|(other, (others, _))| *other == name || !reached.contains(*other) || others == reached)
    };
    failing
        .iter()
        .filter(|(name, (reached, _))| is_cause(name, reached))
        .map(|(name, (_, why))| Problem::new(&all.child(name), why.clone(), GAP))
        .collect()
}

fn operations(document: &Value, make: Make) -> Vec<Problem> {
    let mut found = Vec::new();
    walk::visit(document, &mut |kind, place, operation| {
        let Some((path, method)) = references::call(kind, place) else { return };
        let paths = json!({path: {method: operation}});
        if let Some(why) = refusal(&with(document, paths, &document["components"]["schemas"]), make) {
            found.push(Problem::new(&place.pointer(), why, GAP));
        }
    });
    found
}

/// The document with only these paths and schemas.
fn with(document: &Value, paths: Value, schemas: &Value) -> Value {
    let mut part = document.clone();
    part["paths"] = paths;
    part["components"]["schemas"] = schemas.clone();
    part
}

/// The components that a schema refers to.
fn referenced(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk::visit(&json!({"components": {"schemas": {"": schema}}}), &mut |_, _, node| {
        found.extend(references::component(node).map(str::to_owned));
    });
    found
}

/// Finds the parts of a document that the parser of `openapiv3` refuses. Its error does not contain the place, so each
/// part is tried alone.
pub(super) fn misread(document: &Value, error: &serde_json::Error) -> Problems {
    const HINT: &str = "this violates OpenAPI 3.0; change it with an overlay action";
    let mut found = Vec::new();
    for place in parts(document) {
        let mut alone = json!({"openapi": "3.0.3", "info": {"title": "", "version": ""}, "paths": {}});
        let Some(part) = place.find(document) else { continue };
        if let Some((last, parents)) = place.tokens().split_last() {
            parents.iter().fold(&mut alone, |node, token| &mut node[token])[last] = part.clone();
        }
        if let Err(error) = read(&alone) {
            found.push(Problem::new(&place, error.to_string(), HINT));
        }
    }
    match Problems::none(found) {
        Err(problems) => problems,
        Ok(()) => Problem::new(&Pointer::root(), error.to_string(), HINT).into(),
    }
}

/// The smallest parts of a document that can form a document alone.
fn parts(document: &Value) -> Vec<Pointer> {
    let children = |place: Pointer| -> Vec<Pointer> {
        match place.find(document) {
            Some(Value::Object(fields)) => fields.keys().map(|name| place.child(name)).collect(),
            _ => vec![place],
        }
    };
    let sections = children(Pointer::root()).into_iter().flat_map(|place| {
        let is_map = place.tokens().first().is_some_and(|name| name == "paths" || name == "components");
        if is_map { children(place).into_iter().flat_map(children).collect() } else { vec![place] }
    });
    sections.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::parsed;
    use crate::generate::progenitor::client;

    #[test]
    fn the_component_or_the_operation_that_fails_alone_is_named() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let document = |schemas: Value, paths: Value| json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths, "components": {"schemas": schemas}});
        let make: Make = |spec| client(spec).and_then(|tokens| parsed("client.rs", tokens));
        let located =
            |document: &Value| locate(document, make, Problem::new(&Pointer::root(), "somewhere", "")).to_string();
        let bad = json!({"type": "string", "enum": ["a"], "default": "b"});
        let schemas = json!({"Good": {"type": "string"}, "User": {"type": "object", "properties": {"bad": reference("Bad")}}, "Bad": bad});
        let message = located(&document(schemas, json!({})));
        assert!(message.starts_with("#/components/schemas/Bad: "), "{message}");
        assert!(!message.contains("User"), "{message}");
        let operation = json!({"operationId": "a", "parameters": [
            {"name": "b", "in": "query", "schema": {"type": "string", "enum": ["a"], "default": "b"}},
        ], "responses": {"200": {"description": ""}}});
        let message = located(&document(json!({}), json!({"/a": {"get": operation}})));
        assert!(message.starts_with("#/paths/~1a/get: "), "{message}");
        let message = located(&document(json!({}), json!({})));
        assert!(message.contains("somewhere"), "{message}");
    }

    #[test]
    fn a_part_that_cannot_be_parsed_is_named() {
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {},
            "components": {"schemas": {"Good": {}, "Bad": {"type": "string", "maxLength": -1}}},
        });
        let error = read(&document).unwrap_err();
        let message = misread(&document, &error).to_string();
        assert!(message.starts_with("#/components/schemas/Bad: "), "{message}");
    }
}
