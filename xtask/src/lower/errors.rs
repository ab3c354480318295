//! Combines the errors of an operation into one type, and its success types too. progenitor supports one error type and
//! one success type per operation, and panics on a document with several.
//!
//! The errors of an operation become one response for `4XX` and `5XX` whose schema is a `oneOf` of `{name: body}`
//! objects: the status selects the name, and the name selects the type. The generated module `operations` contains the
//! names by status, and the client's hook wraps each body in an object with its name. A status that the document does
//! not list, or a body that does not match its schema, gets the name `Undocumented`, whose type keeps the body.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::Report;
use super::diagnostics::Responses;
use crate::document::operations::UNDOCUMENTED;
use crate::document::pointer::Pointer;
use crate::document::walk;
use crate::document::{marker, references};
use crate::names;

/// The name of a success without a body.
const NO_CONTENT: &str = "NoContent";

pub(super) fn gather(document: &mut Value, report: &mut Report) -> usize {
    let mut sets: BTreeMap<String, Value> = BTreeMap::new();
    let mut moves: BTreeMap<Pointer, Pointer> = BTreeMap::new();
    walk::change_operations(document, &mut |path, method, operation, document| {
        let id = references::operation_id(operation).to_owned();
        let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
        let bodies = gather_successes(responses, &id, document, &mut sets);
        // The range covers them, and they have the same content.
        if responses.contains_key("2XX") {
            responses.retain(|status, _| status == "2XX" || !status.starts_with('2'));
        }
        let mut gathered = Responses { bodies, errors: BTreeMap::new() };
        gather_errors(responses, &id, document, &mut gathered, &mut sets);
        report.responses.insert(id, gathered);
        // The components that this operation is the first to use.
        if moves.len() < sets.len() {
            let place = Pointer::root().child("paths").child(path).child(method).child("responses");
            for set in sets.keys() {
                moves.entry(Pointer::root().child("components").child("schemas").child(set)).or_insert(place.clone());
            }
        }
    });
    report.origins.record(moves);
    if !sets.is_empty() {
        references::add_components(document, sets);
    }
    report.responses.len()
}

fn gather_errors(
    responses: &mut Map<String, Value>,
    operation: &str,
    document: &Value,
    gathered: &mut Responses,
    sets: &mut BTreeMap<String, Value>,
) {
    let mut choices = Choices::new();
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
    let set = if choices.is_empty() { UNDOCUMENTED.to_owned() } else { joined(&choices) };
    choices.insert(UNDOCUMENTED.to_owned(), json!({marker::KEY: marker::UNDOCUMENTED}));
    let content =
        choice(format!("{set}Failure"), &choices, "The error of a call, selected by the status of the response.", sets);
    for range in ["4XX", "5XX"] {
        responses.insert(range.to_owned(), json!({"description": "The call failed.", "content": content}));
    }
}

/// Returns the names of the success bodies by status, if they have several types.
fn gather_successes(
    responses: &mut Map<String, Value>,
    operation: &str,
    document: &Value,
    sets: &mut BTreeMap<String, Value>,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let statuses: Vec<String> = responses.keys().filter(|status| status.starts_with('2')).cloned().collect();
    let content = |status: &String| references::resolved(&responses[status], document).get("content");
    let kinds: HashSet<String> = statuses.iter().map(|it| content(it).unwrap_or(&Value::Null).to_string()).collect();
    let all_json = statuses
        .iter()
        .all(|status| content(status).is_none() || references::json_schema(&responses[status], document).is_some());
    // The last pass refuses an operation that has both bytes and JSON.
    if kinds.len() < 2 || !all_json {
        return names;
    }
    let mut choices = Choices::new();
    for status in &statuses {
        let (name, schema) = match references::json_schema(&responses[status], document) {
            Some(schema) => (name_of(schema, operation, status), schema.clone()),
            None => (NO_CONTENT.to_owned(), json!({"nullable": true})),
        };
        choices.insert(name.clone(), schema);
        names.insert(status.clone(), name);
    }
    let content = choice(
        format!("{}Success", joined(&choices)),
        &choices,
        "The result of a call, selected by the status of the response.",
        sets,
    );
    for status in statuses {
        responses[&status] = json!({"description": "The call succeeded.", "content": content});
    }
    names
}

/// The schemas of bodies, by name.
type Choices = BTreeMap<String, Value>;

fn joined(choices: &Choices) -> String {
    choices.keys().map(|name| names::type_name(name)).collect::<Vec<_>>().join("Or")
}

/// The content of a response that is one of `choices`. The set of choices becomes a component named `set`.
fn choice(set: String, choices: &Choices, description: &str, sets: &mut BTreeMap<String, Value>) -> Value {
    let content = json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{set}")}}});
    sets.entry(set).or_insert_with(|| {
        let variants = choices.iter().map(|(name, schema)| {
            json!({"type": "object", "required": [name], "properties": {name: schema}, "additionalProperties": false})
        });
        json!({"description": description, "oneOf": variants.collect::<Vec<_>>()})
    });
    content
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
        let set = &document["components"]["schemas"]["BadOrInvalidFailure"]["oneOf"];
        let names: Vec<_> =
            set.as_array().unwrap().iter().map(|choice| choice["required"][0].as_str().unwrap()).collect();
        assert_eq!(names, ["Bad", "Invalid", "Undocumented"]);
    }
}
