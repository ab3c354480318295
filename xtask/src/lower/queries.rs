//! The optional query parameters of an operation become the fields of one struct with `Default`: they are
//! named where they are given, and a new one breaks no caller. On the wire nothing changes: an object of
//! the style `form`, exploded, is one parameter per field.

use heck::ToPascalCase as _;
use serde_json::{Map, Value, json};

use super::Findings;
use crate::node::{self, says};
use crate::walk;

pub(super) fn gather(document: &mut Value, _: &mut Findings) -> usize {
    let before = document.clone();
    let mut made = Map::new();
    walk::change(document, &mut |kind, place, node| {
        if !node::is_call(kind, place) {
            return;
        }
        let id = node::operation_id(node).to_owned();
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
                    node::add_part(schema, json!({"$ref": reference}));
                }
                schema.insert("description".to_owned(), text.clone());
            }
            properties.insert(parameter["name"].as_str().unwrap_or_default().to_owned(), schema);
        }
        let taken = |name: &str| before["components"]["schemas"].get(name).is_some() || made.contains_key(name);
        let name = node::free_name(&format!("{}Query", id.to_pascal_case()), taken);
        let description = format!("The optional query parameters of `{id}`.");
        made.insert(name.clone(), json!({"type": "object", "description": description, "properties": properties}));
        parameters.push(json!({
            "name": "query", "in": "query", "required": true, "style": "form", "explode": true,
            "schema": {"$ref": format!("#/components/schemas/{name}")},
        }));
    });
    let count = made.len();
    if count > 0 {
        node::add_components(document, made);
    }
    count
}

/// An optional query parameter whose value is one text: an array is repeated, and stays on its own.
fn fits(parameter: &Value, document: &Value) -> bool {
    let schema = parameter.get("schema").unwrap_or(&Value::Null);
    let target = node::resolved_schema(schema, document);
    says(parameter, "in", "query")
        && !says(parameter, "required", true)
        && parameter.get("style").is_none_or(|style| style == "form")
        && target.get("type").and_then(Value::as_str).is_some_and(|name| name != "array" && name != "object")
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
        assert_eq!(gather(&mut document, &mut Findings::default()), 1);
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
