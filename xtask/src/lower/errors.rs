//! progenitor gives an operation one error type, and panics on a document that gives it several. So the
//! errors of an operation become one response, for all of 4XX and 5XX, whose schema is a choice by name: the status
//! decides the name, and the name the type. Which status has which name is in the generated table, and the
//! hook puts the name around the answer's body; a status that the document does not give, or a body that is
//! not what it promises, is `Undocumented`, which keeps what came.

use std::collections::BTreeMap;

use heck::ToPascalCase as _;
use serde_json::{Map, Value, json};

use super::Findings;
use crate::node;
use crate::walk;

/// Where the table for the hook is left: status to name, for each operation.
pub const NAMES: &str = "x-error-names";

/// The name of what is not documented.
pub const UNDOCUMENTED: &str = "Undocumented";

pub(super) fn gather(document: &mut Value, _: &mut Findings) -> usize {
    let before = document.clone();
    let mut sets: BTreeMap<String, Value> = BTreeMap::new();
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if !node::is_call(kind, place) {
            return;
        }
        let operation = node::operation_id(node).to_owned();
        let Some(Value::Object(responses)) = node.get_mut("responses") else { return };
        let statuses: Vec<String> = responses.keys().filter(|status| !status.starts_with('2')).cloned().collect();
        let mut names = Map::new();
        let mut choices: BTreeMap<String, Value> = BTreeMap::new();
        for status in statuses {
            let Some(response) = responses.shift_remove(&status) else { continue };
            let Some(schema) = node::json_schema(&response, &before) else { continue };
            let name = name_of(schema, &operation, &status);
            choices.insert(name.clone(), schema.clone());
            names.insert(status, json!(name));
        }
        let set = match choices.len() {
            0 => UNDOCUMENTED.to_owned(),
            _ => choices.keys().map(|name| name.to_pascal_case()).collect::<Vec<_>>().join("Or"),
        };
        let set = format!("{set}Failure");
        choices.insert(UNDOCUMENTED.to_owned(), json!({"x-chift-seam": "undocumented"}));
        sets.entry(set.clone()).or_insert_with(|| {
            let variants = choices.iter().map(|(name, schema)| {
                json!({"type": "object", "required": [name], "properties": {name: schema}, "additionalProperties": false})
            });
            json!({
                "description": "How a call fails, by the status of the answer.",
                "oneOf": variants.collect::<Vec<_>>(),
            })
        });
        let content = json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{set}")}}});
        for range in ["4XX", "5XX"] {
            responses.insert(range.to_owned(), json!({"description": "The call failed.", "content": content}));
        }
        node[NAMES] = Value::Object(names);
        count += 1;
    });
    if count > 0 {
        node::add_components(document, sets);
    }
    count
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
            "responses": {"200": answer("A"), "400": answer("Bad"), "404": answer("Bad"), "422": answer("Invalid"), "500": {"description": ""}},
        }}}});
        assert_eq!(gather(&mut document, &mut Findings::default()), 1);
        let operation = &document["paths"]["/a"]["get"];
        assert_eq!(operation[NAMES], json!({"400": "Bad", "404": "Bad", "422": "Invalid"}));
        let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
        assert_eq!(statuses, ["200", "4XX", "5XX"]);
        let set = &document["components"]["schemas"]["BadOrInvalidFailure"]["oneOf"];
        let names: Vec<_> =
            set.as_array().unwrap().iter().map(|choice| choice["required"][0].as_str().unwrap()).collect();
        assert_eq!(names, ["Bad", "Invalid", "Undocumented"]);
    }
}
