//! progenitor gives an operation one error type, and panics on a document that gives it several. So the
//! errors of an operation become one response, for all of 4XX and 5XX, whose schema is a choice by name: the status
//! decides the name, and the name the type. Which status has which name is in the generated table, and the
//! hook puts the name around the answer's body; a status that the document does not give, or a body that is
//! not what it promises, is `Undocumented`, which keeps what came.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::pointer::Pointer;
use crate::problem::Problem;
use crate::walk::{self, Kind};

/// Where the table for the hook is left: status to name, for each operation.
pub const NAMES: &str = "x-error-names";

/// The name of what is not documented.
pub const UNDOCUMENTED: &str = "Undocumented";

pub(super) fn gather(document: &mut Value, _: &mut Vec<Problem>) -> usize {
    let before = document.clone();
    let mut sets: BTreeMap<String, Value> = BTreeMap::new();
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if kind != Kind::Operation || place.tokens().first().is_none_or(|root| root != "paths") {
            return;
        }
        let operation = node.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(Value::Object(responses)) = node.get_mut("responses") else { return };
        let statuses: Vec<String> = responses.keys().filter(|status| !status.starts_with('2')).cloned().collect();
        let mut names = Map::new();
        let mut choices: BTreeMap<String, Value> = BTreeMap::new();
        for status in statuses {
            let Some(response) = responses.shift_remove(&status) else { continue };
            let Some(schema) = body(&response, &before) else { continue };
            let name = name_of(&schema, &operation, &status);
            choices.insert(name.clone(), schema);
            names.insert(status, json!(name));
        }
        let set = match choices.len() {
            0 => UNDOCUMENTED.to_owned(),
            _ => choices.keys().map(|name| pascal(name)).collect::<Vec<_>>().join("Or"),
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
    if count == 0 {
        return 0;
    }
    if !document["components"]["schemas"].is_object() {
        document["components"]["schemas"] = json!({});
    }
    if let Value::Object(schemas) = &mut document["components"]["schemas"] {
        schemas.extend(sets);
    }
    count
}

/// The schema of a response's JSON body.
fn body(response: &Value, document: &Value) -> Option<Value> {
    let response = response
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(Pointer::from_reference)
        .and_then(|target| target.find(document))
        .unwrap_or(response);
    let content = response.get("content")?.as_object()?;
    let (_, media_type) = content.iter().find(|(name, _)| name.split(';').next() == Some("application/json"))?;
    media_type.get("schema").cloned()
}

fn name_of(schema: &Value, operation: &str, status: &str) -> String {
    match schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => name.replace("~1", "/").replace("~0", "~"),
        None => format!("{}{status}", pascal(operation)),
    }
}

/// `a_name` as `AName`.
pub(super) fn pascal(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
        })
        .collect()
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
        assert_eq!(gather(&mut document, &mut Vec::new()), 1);
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
