//! The parameters of an operation, in one list and one form: those of its path item are its own, references
//! are followed, and what no client can send goes.

use serde_json::{Value, json};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references::{self, says};
use crate::document::walk::{self, Kind};

pub(super) fn gather(document: &mut Value, report: &mut Report) -> usize {
    let before = document.clone();
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if !references::is_call(kind, place) {
            return;
        }
        let [_, path, _] = place.tokens() else { return };
        let item = before["paths"][path].get("parameters").and_then(Value::as_array);
        let mut parameters: Vec<Value> = Vec::new();
        let own = node.get("parameters").and_then(Value::as_array);
        for (index, parameter) in item.into_iter().chain(own).flatten().enumerate() {
            let mut parameter = references::resolved(parameter, &before).clone();
            if is_sent(&parameter, &place.child("parameters").child(index), report) {
                as_text(&mut parameter);
                parameters.retain(|known| known["name"] != parameter["name"] || known["in"] != parameter["in"]);
                parameters.push(parameter);
            }
        }
        let parameters = json!(parameters);
        if node.get("parameters").unwrap_or(&json!([])) != &parameters {
            node["parameters"] = parameters;
            count += 1;
        }
    });
    for (_, item) in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(item) = item.as_object_mut() {
            item.shift_remove("parameters");
        }
    }
    count
}

fn is_sent(parameter: &Value, place: &Pointer, report: &mut Report) -> bool {
    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
    // OpenAPI, Parameter Object: with these names, a header's definition is to be ignored.
    let known = ["accept", "content-type", "authorization"];
    if says(parameter, "in", "header") && known.contains(&name.to_lowercase().as_str()) {
        report.warn(place, format!("the header `{name}` is not an argument: OpenAPI has its definition ignored"));
        return false;
    }
    if says(parameter, "in", "cookie") {
        let what = "is no argument: cookies are the HTTP client's matter, by its cookie store or a default header";
        report.warn(place, format!("the cookie `{name}` {what}"));
        return false;
    }
    let schema = &parameter["schema"];
    let alternatives = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    let is_list = std::iter::once(schema).chain(alternatives).any(|schema| says(schema, "type", "array"));
    if says(parameter, "in", "header") && !says(parameter, "required", true) && is_list {
        report.warn(place, format!("the optional header `{name}`, which is a list, is not sent"));
        return false;
    }
    true
}

/// What says something of the kind of a value.
const SAYS: [&str; 7] = ["$ref", "type", "enum", "const", "anyOf", "oneOf", "allOf"];

/// An amount is exact in JSON; in an address there is no JSON, and a number is its text.
fn as_text(parameter: &mut Value) {
    // In a path and in a header there is nothing but texts: one of which nothing is said is one, without quotes.
    let is_text = ["path", "header"].iter().any(|place| says(parameter, "in", *place));
    let Some(schema) = parameter.get_mut("schema") else { return };
    if is_text && SAYS.iter().all(|keyword| schema.get(*keyword).is_none()) && schema.is_object() {
        schema["type"] = json!("string");
    }
    walk::change_from(Kind::Schema, schema, &mut |kind, _, node| {
        if kind == Kind::Schema && says(node, "type", "number") && node.get("format").is_none() {
            node["format"] = json!("double");
        }
    });
}

/// In an address and in a header there is no null: what may be null may be left out.
pub(super) fn leave_out_null(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if kind != Kind::Parameter {
            return;
        }
        let schema = node.get_mut("schema").and_then(Value::as_object_mut);
        if schema.is_some_and(|schema| schema.shift_remove("nullable") == Some(json!(true))) {
            // A part of the path is always there.
            node["required"] = json!(says(node, "in", "path"));
            count += 1;
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_stand_in_one_list_and_what_cannot_be_sent_goes() {
        let parameter = |name: &str, place: &str| json!({"name": name, "in": place, "schema": {"type": "number"}});
        let mut document = json!({
            "components": {"parameters": {"P": parameter("p", "query")}},
            "paths": {"/a": {
                "parameters": [parameter("q", "query"), parameter("r", "query")],
                "get": {"parameters": [
                    {"$ref": "#/components/parameters/P"}, parameter("c", "cookie"), parameter("Accept", "header"),
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                ]},
            }},
        });
        let mut report = Report::default();
        assert_eq!(gather(&mut document, &mut report), 1);
        let double =
            |name: &str| json!({"name": name, "in": "query", "schema": {"type": "number", "format": "double"}});
        let string = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
        assert_eq!(document["paths"]["/a"], json!({"get": {"parameters": [double("r"), double("p"), string]}}));
        assert_eq!(report.diagnostics.len(), 2);
    }

    #[test]
    fn what_has_no_type_is_a_text_where_there_are_only_texts() {
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
    fn what_may_be_null_may_be_left_out() {
        let given =
            json!({"name": "q", "in": "query", "required": true, "schema": {"type": "string", "nullable": true}});
        let mut document = json!({"paths": {"/a": {"get": {"parameters": [given]}}}});
        assert_eq!(leave_out_null(&mut document, &mut Report::default()), 1);
        let expected = json!({"name": "q", "in": "query", "required": false, "schema": {"type": "string"}});
        assert_eq!(document["paths"]["/a"]["get"]["parameters"][0], expected);
    }
}
