//! progenitor gives an operation one error type, and one type of success, and panics on a document that gives it
//! several. So the errors of an operation become one response, for all of 4XX and 5XX, whose schema is a choice
//! by name: the status decides the name, and the name the type. Which status has which name is in the generated
//! table, and the hook puts the name around the answer's body; a status that the document does not give, or a
//! body that is not what it promises, is `Undocumented`, which keeps what came. Where there are several kinds of
//! success, they become one in the same way.

use std::collections::{BTreeMap, HashSet};

use heck::ToPascalCase as _;
use serde_json::{Map, Value, json};

use super::Diagnostics;
use crate::document::references;
use crate::document::walk;

/// Where the table for the hook is left: status to name, for each operation's errors, and for its successes
/// where there are several.
pub const NAMES: &str = "x-body-names";

/// Where it is left what the document says of each error, by its status.
pub const TOLD: &str = "x-errors-told";

/// The name of what is not documented.
pub const UNDOCUMENTED: &str = "Undocumented";

/// The name of a success without a body.
const NO_CONTENT: &str = "NoContent";

pub(super) fn gather(document: &mut Value, _: &mut Diagnostics) -> usize {
    let before = document.clone();
    let mut sets: BTreeMap<String, Value> = BTreeMap::new();
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if !references::is_call(kind, place) {
            return;
        }
        let operation = references::operation_id(node).to_owned();
        let Some(Value::Object(responses)) = node.get_mut("responses") else { return };
        let mut names = Map::new();
        gather_successes(responses, &operation, &before, &mut names, &mut sets);
        let told = gather_errors(responses, &operation, &before, &mut names, &mut sets);
        node[NAMES] = Value::Object(names);
        node[TOLD] = Value::Object(told);
        count += 1;
    });
    if count > 0 {
        references::add_components(document, sets);
    }
    count
}

/// Returns what the document says of each error.
fn gather_errors(
    responses: &mut Map<String, Value>,
    operation: &str,
    document: &Value,
    names: &mut Map<String, Value>,
    sets: &mut BTreeMap<String, Value>,
) -> Map<String, Value> {
    let mut choices = Choices::new();
    let mut told = Map::new();
    // Where nothing else is a success, progenitor takes the default for one, too.
    if let Some(default) = responses.get("default").filter(|_| !responses.keys().any(|it| it.starts_with('2'))) {
        responses.insert("2XX".to_owned(), default.clone());
    }
    let statuses: Vec<String> = responses.keys().filter(|status| !status.starts_with('2')).cloned().collect();
    for status in statuses {
        let Some(response) = responses.shift_remove(&status) else { continue };
        told.insert(status.clone(), references::resolved(&response, document)["description"].clone());
        let Some(schema) = references::json_schema(&response, document) else { continue };
        let name = name_of(schema, operation, &status);
        choices.insert(name.clone(), schema.clone());
        names.insert(status, json!(name));
    }
    let set = if choices.is_empty() { UNDOCUMENTED.to_owned() } else { joined(&choices) };
    choices.insert(UNDOCUMENTED.to_owned(), json!({"x-chift-seam": "undocumented"}));
    let content = choice(format!("{set}Failure"), &choices, "How a call fails, by the status of the answer.", sets);
    for range in ["4XX", "5XX"] {
        responses.insert(range.to_owned(), json!({"description": "The call failed.", "content": content}));
    }
    told
}

fn gather_successes(
    responses: &mut Map<String, Value>,
    operation: &str,
    document: &Value,
    names: &mut Map<String, Value>,
    sets: &mut BTreeMap<String, Value>,
) {
    let statuses: Vec<String> = responses.keys().filter(|status| status.starts_with('2')).cloned().collect();
    let content = |status: &String| references::resolved(&responses[status], document).get("content");
    let kinds: HashSet<String> = statuses.iter().map(|it| content(it).unwrap_or(&Value::Null).to_string()).collect();
    let all_json = statuses
        .iter()
        .all(|status| content(status).is_none() || references::json_schema(&responses[status], document).is_some());
    // Bytes beside JSON are left for the last pass to refuse.
    if kinds.len() < 2 || !all_json {
        return;
    }
    let mut choices = Choices::new();
    for status in &statuses {
        let (name, schema) = match references::json_schema(&responses[status], document) {
            Some(schema) => (name_of(schema, operation, status), schema.clone()),
            None => (NO_CONTENT.to_owned(), json!({"nullable": true})),
        };
        choices.insert(name.clone(), schema);
        names.insert(status.clone(), json!(name));
    }
    let content = choice(
        format!("{}Success", joined(&choices)),
        &choices,
        "What a call brings, by the status of the answer.",
        sets,
    );
    for status in statuses {
        responses[&status] = json!({"description": "The call succeeded.", "content": content});
    }
}

/// The schemas of bodies, by name.
type Choices = BTreeMap<String, Value>;

fn joined(choices: &Choices) -> String {
    choices.keys().map(|name| name.to_pascal_case()).collect::<Vec<_>>().join("Or")
}

/// The content of a response that is one of `choices`; the set of them is a component.
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
        None => format!("{}{status}", operation.to_pascal_case()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_decides_the_name_and_the_name_the_type() {
        let answer = |name: &str| json!({"description": "", "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
        let mut document = json!({"paths": {"/a": {"get": {
            "operationId": "get_a",
            "responses": {"200": answer("A"), "400": answer("Bad"), "404": answer("Bad"), "422": answer("Invalid"), "500": {"description": "Sorry"}},
        }}}});
        assert_eq!(gather(&mut document, &mut Diagnostics::default()), 1);
        let operation = &document["paths"]["/a"]["get"];
        assert_eq!(operation[NAMES], json!({"400": "Bad", "404": "Bad", "422": "Invalid"}));
        assert_eq!(operation[TOLD], json!({"400": "", "404": "", "422": "", "500": "Sorry"}));
        let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
        assert_eq!(statuses, ["200", "4XX", "5XX"]);
        let set = &document["components"]["schemas"]["BadOrInvalidFailure"]["oneOf"];
        let names: Vec<_> =
            set.as_array().unwrap().iter().map(|choice| choice["required"][0].as_str().unwrap()).collect();
        assert_eq!(names, ["Bad", "Invalid", "Undocumented"]);
    }
}
