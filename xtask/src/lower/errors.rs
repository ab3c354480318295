//! Gives all operations one error type, and an operation with several success types one type for them. progenitor
//! supports one error type and one success type per operation, and panics on a document with several.
//!
//! The error responses of each operation become one response for `4XX` and `5XX`. Its schema is the component `ApiError`,
//! a `oneOf` of `{name: body}` objects for the bodies of all operations. The operation and the status select the name, and
//! the name selects the type: the generated module `operations` contains the names, and the client's hook wraps each body
//! in an object with its name. A status that the document does not list, or a body that does not match its schema, gets
//! the name `Undocumented`, whose type keeps the body.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value, json};

use super::Report;
use super::diagnostics::Responses;
use crate::document::operations::UNDOCUMENTED;
use crate::document::pointer::Pointer;
use crate::document::walk;
use crate::document::{marker, references};
use crate::names;

/// The names for the type of all errors; the second is for a document that has a component of the first name.
const ERROR_NAMES: [&str; 2] = ["ApiError", "ErrorBody"];

/// The name of a success without a body.
const NO_CONTENT: &str = "NoContent";

pub(super) fn gather(document: &mut Value, report: &mut Report) -> usize {
    let schemas = document["components"]["schemas"].as_object();
    let taken: BTreeSet<String> = schemas.into_iter().flatten().map(|(name, _)| names::type_name(name)).collect();
    let is_taken = |name: &str| taken.contains(name);
    let [preferred, other] = ERROR_NAMES;
    let error_name = if is_taken(preferred) { names::free_name(other, is_taken) } else { preferred.to_owned() };
    let mut errors = Choices::new();
    let mut sets: BTreeMap<String, Value> = BTreeMap::new();
    let mut moves: BTreeMap<Pointer, Pointer> = BTreeMap::new();
    walk::change_operations(document, &mut |path, method, operation, document| {
        let id = references::operation_id(operation).to_owned();
        let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
        let mut bodies = BTreeMap::new();
        let set = gather_successes(responses, &id, document, &mut bodies).map(|choices| {
            let set = one_of(&choices, "The result of a call. The operation and the status select the variant.");
            let is_another = |name: &str| is_taken(name) || sets.get(name).is_some_and(|it| *it != set);
            let name = names::free_name(&format!("{}Success", joined(&choices)), is_another);
            sets.insert(name.clone(), set);
            name
        });
        if let Some(set) = &set {
            for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
                *response = json!({"description": "The call succeeded.", "content": content(set)});
            }
        }
        // The range covers them, and they have the same content.
        if responses.contains_key("2XX") {
            responses.retain(|status, _| status == "2XX" || !status.starts_with('2'));
        }
        let mut gathered = Responses { bodies, errors: BTreeMap::new() };
        gather_errors(responses, &id, document, &mut gathered, &mut errors);
        for range in ["4XX", "5XX"] {
            responses
                .insert(range.to_owned(), json!({"description": "The call failed.", "content": content(&error_name)}));
        }
        report.responses.insert(id, gathered);
        // The components that this operation is the first to use.
        let place = Pointer::root().child("paths").child(path).child(method).child("responses");
        for set in set.iter().chain([&error_name]) {
            moves.entry(Pointer::root().child("components").child("schemas").child(set)).or_insert(place.clone());
        }
    });
    if report.responses.is_empty() {
        return 0;
    }
    let mut all = one_of(&errors, "The body of an error response. The operation and the status select the variant.");
    if let Some(Value::Array(variants)) = all.get_mut("oneOf") {
        variants.push(variant(UNDOCUMENTED, &json!({marker::KEY: marker::UNDOCUMENTED})));
    }
    sets.insert(error_name, all);
    report.origins.record(moves);
    references::add_components(document, sets);
    report.responses.len()
}

/// Takes the error responses out of `responses`, and adds their bodies to `choices`.
fn gather_errors(
    responses: &mut Map<String, Value>,
    operation: &str,
    document: &Value,
    gathered: &mut Responses,
    choices: &mut Choices,
) {
    // If no other response is a success, progenitor treats `default` as one.
    if let Some(default) = responses.get("default").filter(|_| !responses.keys().any(|it| it.starts_with('2'))) {
        responses.insert("2XX".to_owned(), default.clone());
    }
    let statuses: Vec<String> = responses.keys().filter(|status| !status.starts_with('2')).cloned().collect();
    for status in statuses {
        let Some(response) = responses.shift_remove(&status) else { continue };
        let description = references::resolved(&response, document)["description"].as_str().unwrap_or_default();
        gathered.errors.insert(status.clone(), description.to_owned());
        let Some(schema) = references::json_schema(&response, document) else { continue };
        let name = name_of(schema, operation, &status);
        choices.insert(name.clone(), schema.clone());
        gathered.bodies.insert(status, name);
    }
}

/// Returns the success bodies, if they have several types, and adds their names by status to `names`.
fn gather_successes(
    responses: &Map<String, Value>,
    operation: &str,
    document: &Value,
    names: &mut BTreeMap<String, String>,
) -> Option<Choices> {
    let statuses: Vec<&String> = responses.keys().filter(|status| status.starts_with('2')).collect();
    let content = |status: &str| references::resolved(&responses[status], document).get("content");
    let kinds: HashSet<String> = statuses.iter().map(|it| content(it).unwrap_or(&Value::Null).to_string()).collect();
    let all_json = statuses
        .iter()
        .all(|status| content(status).is_none() || references::json_schema(&responses[*status], document).is_some());
    // The last pass refuses an operation that has both bytes and JSON.
    if kinds.len() < 2 || !all_json {
        return None;
    }
    let mut choices = Choices::new();
    for status in statuses {
        let (name, schema) = match references::json_schema(&responses[status], document) {
            Some(schema) => (name_of(schema, operation, status), schema.clone()),
            None => (NO_CONTENT.to_owned(), json!({"nullable": true})),
        };
        choices.insert(name.clone(), schema);
        names.insert(status.clone(), name);
    }
    Some(choices)
}

/// The schemas of bodies, by name.
type Choices = BTreeMap<String, Value>;

fn joined(choices: &Choices) -> String {
    choices.keys().map(|name| names::type_name(name)).collect::<Vec<_>>().join("Or")
}

/// The content of a response with this component.
fn content(component: &str) -> Value {
    json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{component}")}}})
}

/// The schema of one of `choices`, each in an object with its name.
fn one_of(choices: &Choices, description: &str) -> Value {
    let variants: Vec<Value> = choices.iter().map(|(name, schema)| variant(name, schema)).collect();
    json!({"description": description, "oneOf": variants})
}

fn variant(name: &str, schema: &Value) -> Value {
    json!({"type": "object", "required": [name], "properties": {name: schema}, "additionalProperties": false})
}

fn name_of(schema: &Value, operation: &str, status: &str) -> String {
    match schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => name.replace("~1", "/").replace("~0", "~"),
        None => format!("{}{status}", names::type_name(operation)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_successes_covers_the_others() {
        let mut document = json!({"paths": {"/a": {"get": {"responses": {"200": {}, "2XX": {}, "204": {}}}}}});
        gather(&mut document, &mut Report::default());
        let statuses: Vec<_> = document["paths"]["/a"]["get"]["responses"].as_object().unwrap().keys().collect();
        assert_eq!(statuses, ["2XX", "4XX", "5XX"]);
    }

    #[test]
    fn the_status_selects_the_name_and_the_name_selects_the_type() {
        let response = |name: &str| json!({"description": "", "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
        let mut document = json!({"paths": {"/a": {"get": {
            "operationId": "get_a",
            "responses": {"200": response("A"), "400": response("Bad"), "404": response("Bad"), "422": response("Invalid"), "500": {"description": "Sorry"}},
        }}}});
        let mut report = Report::default();
        assert_eq!(gather(&mut document, &mut report), 1);
        let by_status = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(status, text)| ((*status).to_owned(), (*text).to_owned())).collect()
        };
        let expected = Responses {
            bodies: by_status(&[("400", "Bad"), ("404", "Bad"), ("422", "Invalid")]),
            errors: by_status(&[("400", ""), ("404", ""), ("422", ""), ("500", "Sorry")]),
        };
        assert_eq!(report.responses["get_a"], expected);
        let operation = &document["paths"]["/a"]["get"];
        let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
        assert_eq!(statuses, ["200", "4XX", "5XX"]);
        assert_eq!(variants(&document, "ApiError"), ["Bad", "Invalid", "Undocumented"]);
    }

    fn variants<'a>(document: &'a Value, set: &str) -> Vec<&'a str> {
        let variants = document["components"]["schemas"][set]["oneOf"].as_array().unwrap();
        variants.iter().map(|choice| choice["required"][0].as_str().unwrap()).collect()
    }

    #[test]
    fn the_types_for_all_bodies_replace_no_component_of_the_document() {
        let response = |name: &str| json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
        let own = json!({"type": "object", "description": "The vendor's own."});
        let mut document = json!({
            "components": {"schemas": {"ApiError": own, "A": {}, "B": {}, "AOrBSuccess": own}},
            "paths": {"/a": {"get": {
                "operationId": "get_a",
                "responses": {"200": response("A"), "202": response("B"), "400": response("ApiError")},
            }}},
        });
        gather(&mut document, &mut Report::default());
        assert_eq!(document["components"]["schemas"]["ApiError"], own);
        assert_eq!(document["components"]["schemas"]["AOrBSuccess"], own);
        assert_eq!(variants(&document, "ErrorBody"), ["ApiError", "Undocumented"]);
        assert_eq!(variants(&document, "AOrBSuccess2"), ["A", "B"]);
        let responses = &document["paths"]["/a"]["get"]["responses"];
        assert_eq!(responses["202"]["content"], content("AOrBSuccess2"));
        assert_eq!(responses["4XX"]["content"], content("ErrorBody"));
    }
}
