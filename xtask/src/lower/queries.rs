//! The optional query parameters of an operation become the fields of one struct with `Default`: they are
//! named where they are given, and a new one breaks no caller. On the wire nothing changes: an object of
//! the style `form`, exploded, is one parameter per field.

use serde_json::{Map, Value, json};

use super::errors::pascal;
use crate::pointer::Pointer;
use crate::problem::Problem;
use crate::walk::{self, Kind};

pub(super) fn gather(document: &mut Value, _: &mut Vec<Problem>) -> usize {
    let before = document.clone();
    let mut made = Map::new();
    walk::change(document, &mut |kind, place, node| {
        if kind != Kind::Operation || place.tokens().first().is_none_or(|root| root != "paths") {
            return;
        }
        let id = node.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(Value::Array(parameters)) = node.get_mut("parameters") else { return };
        let (optional, others): (Vec<Value>, Vec<Value>) =
            std::mem::take(parameters).into_iter().partition(|parameter| fits(parameter, &before));
        *parameters = others;
        if optional.is_empty() {
            return;
        }
        let mut properties = Map::new();
        for parameter in &optional {
            let mut schema = parameter["schema"].clone();
            if let (Some(text), Some(schema)) = (parameter.get("description"), schema.as_object_mut()) {
                if let Some(reference) = schema.shift_remove("$ref") {
                    schema.insert("allOf".to_owned(), json!([{"$ref": reference}]));
                }
                schema.insert("description".to_owned(), text.clone());
            }
            properties.insert(parameter["name"].as_str().unwrap_or_default().to_owned(), schema);
        }
        let name = free(&format!("{}Query", pascal(&id)), &before, &made);
        let description = format!("The optional query parameters of `{id}`.");
        made.insert(name.clone(), json!({"type": "object", "description": description, "properties": properties}));
        parameters.push(json!({
            "name": "query", "in": "query", "required": true, "style": "form", "explode": true,
            "schema": {"$ref": format!("#/components/schemas/{name}")},
        }));
    });
    let count = made.len();
    if count > 0 {
        if !document["components"]["schemas"].is_object() {
            document["components"]["schemas"] = json!({});
        }
        if let Value::Object(schemas) = &mut document["components"]["schemas"] {
            schemas.extend(made);
        }
    }
    count
}

/// An optional query parameter whose value is one text: an array is repeated, and stays on its own.
fn fits(parameter: &Value, document: &Value) -> bool {
    let schema = parameter.get("schema").unwrap_or(&Value::Null);
    let target = schema
        .get("$ref")
        .or_else(|| schema.get("allOf")?.get(0)?.get("$ref"))
        .and_then(Value::as_str)
        .and_then(Pointer::from_reference)
        .and_then(|target| target.find(document))
        .unwrap_or(schema);
    parameter.get("in") == Some(&json!("query"))
        && parameter.get("required") != Some(&json!(true))
        && parameter.get("style").is_none_or(|style| style == "form")
        && target.get("type").and_then(Value::as_str).is_some_and(|name| name != "array" && name != "object")
}

fn free(name: &str, document: &Value, made: &Map<String, Value>) -> String {
    let taken = |name: &str| document["components"]["schemas"].get(name).is_some() || made.contains_key(name);
    let mut free = name.to_owned();
    while taken(&free) {
        free.push('2');
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_texts_are_gathered_and_the_rest_stays() {
        let parameter = |name: &str, place: &str, required: bool, kind: &str| json!({"name": name, "in": place, "required": required, "schema": {"type": kind}});
        let mut document = json!({"paths": {"/a": {"get": {"operationId": "list_a", "parameters": [
            parameter("id", "path", true, "string"),
            parameter("page", "query", false, "integer"),
            parameter("needed", "query", true, "string"),
            parameter("tags", "query", false, "array"),
        ]}}}});
        assert_eq!(gather(&mut document, &mut Vec::new()), 1);
        let names: Vec<_> = document["paths"]["/a"]["get"]["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["id", "needed", "tags", "query"]);
        assert_eq!(document["components"]["schemas"]["ListAQuery"]["properties"], json!({"page": {"type": "integer"}}));
    }
}
