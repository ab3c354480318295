//! Makes the optional query parameters of an operation the fields of one struct with `Default`: a caller names the ones
//! that it sets, and a new one breaks no caller. A required parameter becomes a field too if another argument has the
//! same name, such as an `id` in the path. The request does not change: an exploded object of the style `form` is sent
//! as one parameter per field.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references::{self, has_value};
use crate::document::walk;
use crate::names;

pub(super) fn gather(document: &mut Value, report: &mut Report) -> usize {
    let schemas = document["components"]["schemas"].as_object();
    let types: HashSet<String> = schemas.into_iter().flatten().map(|(name, _)| names::type_name(name)).collect();
    let mut made = Map::new();
    let mut moves = Vec::new();
    walk::change_operations(document, &mut |path, method, operation, document| {
        let id = references::operation_id(operation).to_owned();
        let has_body = operation.get("requestBody").is_some();
        let Some(Value::Array(parameters)) = operation.get_mut("parameters") else { return };
        let mut used: HashMap<String, usize> = HashMap::new();
        for parameter in parameters.iter() {
            *used.entry(argument_name(parameter)).or_default() += 1;
        }
        let argument = names::query_argument(used.keys());
        *used.entry("body".to_owned()).or_default() += usize::from(has_body);
        // A field may have the same name as an argument.
        let clashes = |parameter: &Value| used.get(&argument_name(parameter)).is_some_and(|count| *count > 1);
        let (optional, others): (Vec<_>, Vec<_>) =
            std::mem::take(parameters).into_iter().enumerate().partition(|(_, parameter)| {
                fits(parameter, document) && (clashes(parameter) || !has_value(parameter, "required", true))
            });
        let place = Pointer::root().child("paths").child(path).child(method).child("parameters");
        moves.extend(others.iter().enumerate().map(|(new, (old, _))| (place.child(new), place.child(old))));
        *parameters = others.into_iter().map(|(_, parameter)| parameter).collect();
        if optional.is_empty() {
            return;
        }
        let mut properties = Map::new();
        let required: Vec<&Value> = optional
            .iter()
            .map(|(_, it)| it)
            .filter(|it| has_value(it, "required", true))
            .map(|it| &it["name"])
            .collect();
        for (_, parameter) in &optional {
            let mut schema = parameter["schema"].clone();
            if let (Some(text), Some(schema)) = (parameter.get("description"), schema.as_object_mut()) {
                if let Some(reference) = schema.shift_remove("$ref") {
                    references::add_part(schema, json!({"$ref": reference}));
                }
                schema.insert("description".to_owned(), text.clone());
            }
            properties.insert(parameter["name"].as_str().unwrap_or_default().to_owned(), schema);
        }
        let taken = |name: &str| types.contains(name) || made.contains_key(name);
        let name = names::free_name(&format!("{}Query", names::type_name(&id)), taken);
        let component = Pointer::root().child("components").child("schemas").child(&name);
        moves.extend(optional.iter().map(|(old, parameter)| {
            let field = component.child("properties").child(parameter["name"].as_str().unwrap_or_default());
            (field, place.child(old).child("schema"))
        }));
        moves.push((component, place));
        let optional = if required.is_empty() { "optional " } else { "" };
        let description = format!("The {optional}query parameters of `{id}`.");
        let mut schema = json!({"type": "object", "description": description, "properties": properties});
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        made.insert(name.clone(), schema);
        report.query_structs.insert(id, argument.clone());
        parameters.push(json!({
            "name": argument, "in": "query", "required": true, "style": "form", "explode": true,
            "schema": {"$ref": format!("#/components/schemas/{name}")},
        }));
    });
    report.origins.record(moves);
    let count = made.len();
    if count > 0 {
        references::add_components(document, made);
    }
    count
}

fn argument_name(parameter: &Value) -> String {
    names::argument_name(parameter["name"].as_str().unwrap_or_default())
}

/// Whether a parameter is a query parameter with a single value: an array, which is repeated, stays an argument.
fn fits(parameter: &Value, document: &Value) -> bool {
    let schema = parameter.get("schema").unwrap_or(&Value::Null);
    let target = references::resolved_schema(schema, document);
    has_value(parameter, "in", "query")
        && parameter.get("style").is_none_or(|style| style == "form")
        && target.get("type").and_then(Value::as_str).is_some_and(|name| name != "array" && name != "object")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_single_values_are_gathered_and_the_rest_stays() {
        let parameter = |name: &str, place: &str, required: bool, kind: &str| json!({"name": name, "in": place, "required": required, "schema": {"type": kind}});
        let mut document = json!({"paths": {"/a": {"get": {"operationId": "list_a", "parameters": [
            parameter("id", "path", true, "string"),
            parameter("page", "query", false, "integer"),
            parameter("needed", "query", true, "string"),
            parameter("tags", "query", false, "array"),
        ]}}}});
        let mut report = Report::default();
        assert_eq!(gather(&mut document, &mut report), 1);
        let origin = |place| report.origins.of(&Pointer::from_reference(place).unwrap_or_default()).to_string();
        let list = "#/paths/~1a/get/parameters";
        assert_eq!(origin("#/components/schemas/ListAQuery/properties/page/type"), format!("{list}/1/schema/type"));
        assert_eq!(origin(&format!("{list}/1")), format!("{list}/2"));
        let names: Vec<_> = document["paths"]["/a"]["get"]["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["id", "needed", "tags", "query"]);
        assert_eq!(document["components"]["schemas"]["ListAQuery"]["properties"], json!({"page": {"type": "integer"}}));
    }

    #[test]
    fn two_parameters_of_one_name_become_an_argument_and_a_field() {
        let parameter = |name: &str, place: &str| json!({"name": name, "in": place, "required": true, "schema": {"type": "string"}});
        let mut document = json!({"paths": {"/a/{id}": {"post": {"operationId": "add", "requestBody": {}, "parameters": [
            parameter("id", "path"), parameter("Id", "query"), parameter("body", "query"), parameter("query", "query"),
        ]}}}});
        gather(&mut document, &mut Report::default());
        let parameters = &document["paths"]["/a/{id}"]["post"]["parameters"];
        assert_eq!([&parameters[0]["name"], &parameters[1]["name"], &parameters[2]["name"]], ["id", "query", "query2"]);
        assert_eq!(document["components"]["schemas"]["AddQuery"]["required"], json!(["Id", "body"]));
    }
}
