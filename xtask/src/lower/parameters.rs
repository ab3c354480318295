//! Gathers the parameters of an operation in one list: adds those of its path item, resolves references, and removes
//! parameters that the client does not send.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::keywords;
use crate::document::pointer::Pointer;
use crate::document::references::{self, has_value};
use crate::document::walk::{self, Kind};

pub(super) fn gather(document: &mut Value, report: &mut Report) -> usize {
    let shared: Map<String, Value> = document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .filter_map(|(path, item)| Some((path.clone(), item.as_object_mut()?.shift_remove("parameters")?)))
        .collect();
    let mut count = 0;
    let mut moves = Vec::new();
    walk::change_operations(document, &mut |path, method, operation, document| {
        let item = Pointer::root().child("paths").child(path);
        let place = item.child(method).child("parameters");
        let listed = |list: Option<&Value>, place: &Pointer| -> Vec<(Pointer, Value)> {
            let list = list.and_then(Value::as_array).into_iter().flatten().enumerate();
            list.map(|(index, parameter)| (place.child(index), parameter.clone())).collect()
        };
        let shared = listed(shared.get(path), &item.child("parameters"));
        let own = listed(operation.get("parameters"), &place);
        let mut parameters: Vec<(Pointer, Value)> = Vec::new();
        for (origin, parameter) in shared.into_iter().chain(own) {
            let mut parameter = references::resolved(&parameter, document).clone();
            if is_sent(&parameter, &origin, report) {
                as_text(&mut parameter);
                parameters.retain(|(_, known)| !is_same(known, &parameter));
                parameters.push((origin, parameter));
            }
        }
        moves.extend(parameters.iter().enumerate().map(|(index, (origin, _))| (place.child(index), origin.clone())));
        let parameters: Value = parameters.into_iter().map(|(_, parameter)| parameter).collect();
        if operation.get("parameters").unwrap_or(&json!([])) != &parameters {
            operation["parameters"] = parameters;
            count += 1;
        }
    });
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.shift_remove("parameters");
    }
    report.origins.record(moves.into_iter().filter(|(place, origin)| place != origin));
    count
}

/// Whether the client sends a parameter. Reports a parameter that it does not send.
fn is_sent(parameter: &Value, place: &Pointer, report: &mut Report) -> bool {
    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
    // OpenAPI, Parameter Object: the definition of a header with one of these names is ignored.
    let known = ["accept", "content-type", "authorization"];
    if has_value(parameter, "in", "header") && known.contains(&name.to_lowercase().as_str()) {
        let what = "is not an argument: OpenAPI ignores a definition of this header";
        report.warn(place, format!("the header `{name}` {what}"));
        return false;
    }
    if has_value(parameter, "in", "cookie") {
        let what = "is not an argument: the HTTP client sends cookies, from its cookie store or as a default header";
        report.warn(place, format!("the cookie `{name}` {what}"));
        return false;
    }
    true
}

/// Whether two definitions are of one parameter. RFC 9110, section 5.1: the name of a header is case-insensitive.
fn is_same(one: &Value, other: &Value) -> bool {
    let name = |parameter: &Value| {
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        if has_value(parameter, "in", "header") { name.to_lowercase() } else { name.to_owned() }
    };
    one["in"] == other["in"] && name(one) == name(other)
}

/// Gives the numbers of a parameter the format `double`: only a number in JSON keeps its exact digits.
fn as_text(parameter: &mut Value) {
    // A parameter without a type in a path or a header is a string. As a JSON value, a string would be sent in quotes.
    let is_string = ["path", "header"].iter().any(|place| has_value(parameter, "in", *place));
    let Some(schema) = parameter.get_mut("schema") else { return };
    if is_string && schema.is_object() && schema.get("type").is_none() && !keywords::describes_values(schema) {
        schema["type"] = json!("string");
    }
    walk::change_from(Kind::Schema, schema, &mut |kind, _, node| {
        if kind == Kind::Schema && has_value(node, "type", "number") && node.get("format").is_none() {
            node["format"] = json!("double");
        }
    });
}

/// Makes nullable parameters optional, because a URL and a header cannot contain null.
pub(super) fn leave_out_null(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if kind != Kind::Parameter {
            return;
        }
        let schema = node.get_mut("schema").and_then(Value::as_object_mut);
        if schema.is_some_and(|schema| schema.shift_remove("nullable") == Some(json!(true))) {
            // A path parameter is always required.
            node["required"] = json!(has_value(node, "in", "path"));
            count += 1;
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_gathered_in_one_list_and_those_that_cannot_be_sent_are_removed() {
        let parameter = |name: &str, place: &str| json!({"name": name, "in": place, "schema": {"type": "number"}});
        let mut document = json!({
            "components": {"parameters": {"P": parameter("p", "query")}},
            "paths": {"/a": {
                "parameters": [parameter("q", "query"), parameter("r", "query")],
                "get": {"parameters": [
                    {"$ref": "#/components/parameters/P"}, parameter("c", "cookie"), parameter("Accept", "header"),
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                    parameter("X-Key", "header"), parameter("x-key", "header"),
                ]},
            }},
        });
        let mut report = Report::default();
        assert_eq!(gather(&mut document, &mut report), 1);
        let double = |name: &str, place: &str| json!({"name": name, "in": place, "schema": {"type": "number", "format": "double"}});
        let string = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
        assert_eq!(
            document["paths"]["/a"],
            json!({"get": {"parameters": [double("r", "query"), double("p", "query"), string, double("x-key", "header")]}})
        );
        let places: Vec<String> = report.diagnostics.iter().map(|it| it.place.to_string()).collect();
        assert_eq!(places, ["#/paths/~1a/get/parameters/1", "#/paths/~1a/get/parameters/2"]);
        // The index of the parameter in the document, where it has another one.
        let last = Pointer::root().child("paths").child("/a").child("get").child("parameters").child(2);
        assert_eq!(report.origins.of(&last.child("schema")).to_string(), "#/paths/~1a/get/parameters/3/schema");
    }

    #[test]
    fn a_parameter_without_a_type_is_a_string_in_a_path_or_a_header() {
        for (place, expected) in [
            ("path", json!({"title": "Id", "type": "string"})),
            ("header", json!({"title": "Id", "type": "string"})),
            ("query", json!({"title": "Id"})),
        ] {
            let parameter = json!({"name": "id", "in": place, "schema": {"title": "Id"}});
            let mut document = json!({"paths": {"/{id}": {"get": {"parameters": [parameter]}}}});
            gather(&mut document, &mut Report::default());
            assert_eq!(document["paths"]["/{id}"]["get"]["parameters"][0]["schema"], expected);
        }
    }

    #[test]
    fn a_nullable_parameter_becomes_optional() {
        let given =
            json!({"name": "q", "in": "query", "required": true, "schema": {"type": "string", "nullable": true}});
        let mut document = json!({"paths": {"/a": {"get": {"parameters": [given]}}}});
        assert_eq!(leave_out_null(&mut document, &mut Report::default()), 1);
        let expected = json!({"name": "q", "in": "query", "required": false, "schema": {"type": "string"}});
        assert_eq!(document["paths"]["/a"]["get"]["parameters"][0], expected);
    }
}
