//! The last pass: whatever progenitor would drop, misread or panic on is refused here, with its place.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Report, ref_siblings};
use crate::document::pointer::Pointer;
use crate::document::references::{self, says};
use crate::document::walk::{self, Kind};
use crate::names;

const HINT: &str = "no pass lowers this yet: add one to xtask/src/lower, or change it with an action in the overlay";

/// What a schema may hold in the 3.0 dialect, and progenitor reads.
const SCHEMA_KEYWORDS: &[&str] = &[
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "description",
    "enum",
    "example",
    "externalDocs",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "xml",
];

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

pub(super) fn what_is_left(document: &mut Value, report: &mut Report) -> usize {
    let mut refusals = Refusals { document, report };
    walk::visit(document, &mut |kind, place, node| refusals.node(kind, place, node));
    0
}

struct Refusals<'a> {
    document: &'a Value,
    report: &'a mut Report,
}

impl Refusals<'_> {
    fn refuse(&mut self, place: &Pointer, what: impl Into<String>) {
        self.report.refuse(place, what, HINT);
    }

    fn refuse_keys(&mut self, place: &Pointer, node: &Value, keys: &[&str]) {
        for key in keys {
            if node.get(key).is_some() {
                self.refuse(&place.child(key), format!("`{key}` is not lowered"));
            }
        }
    }

    fn node(&mut self, kind: Kind, place: &Pointer, node: &Value) {
        if !node.is_object() {
            let what = if kind == Kind::Schema && node.is_boolean() {
                "a boolean schema is not lowered".to_owned()
            } else {
                format!("an object was expected, not {}", shorten(node))
            };
            // `additionalProperties` is the one place where 3.0 knows a boolean.
            let flag = place.tokens().last().is_some_and(|last| last == "additionalProperties");
            if !(flag && node.is_boolean()) {
                self.refuse(place, what);
            }
            return;
        }
        match kind {
            Kind::PathItem => self.refuse_keys(place, node, &["$ref", "servers"]),
            Kind::Operation => self.operation(place, node),
            Kind::Parameter => self.parameter(place, node),
            Kind::RequestBody => self.content(place, node, true),
            Kind::Response => self.content(place, node, false),
            Kind::Schema => self.schema(place, node),
            Kind::Document | Kind::Components | Kind::Callback | Kind::Header | Kind::MediaType => {}
        }
    }

    fn operation(&mut self, place: &Pointer, node: &Value) {
        self.refuse_keys(place, node, &["servers"]);
        self.arguments(place, node);
        self.path(place, node);
        let responses = place.child("responses");
        let Some(answers) = node.get("responses").and_then(Value::as_object) else {
            self.refuse(&responses, "the operation documents no responses");
            return;
        };
        for (name, wanted) in [("success", ["1", "2"]), ("error", ["4", "5"])] {
            let of_kind = |status: &str| status == "default" || wanted.iter().any(|digit| status.starts_with(digit));
            let bodies: HashSet<String> = answers
                .iter()
                .filter(|(status, _)| of_kind(status))
                .map(|(_, response)| {
                    references::resolved(response, self.document).get("content").unwrap_or(&Value::Null).to_string()
                })
                .collect();
            if bodies.len() > 1 {
                self.refuse(&responses, format!("{} different {name} bodies in one operation", bodies.len()));
            }
        }
    }

    /// Two arguments of a method cannot have one name.
    fn arguments(&mut self, place: &Pointer, node: &Value) {
        let mut taken: HashSet<String> = node.get("requestBody").map(|_| "body".to_owned()).into_iter().collect();
        let parameters = node.get("parameters").and_then(Value::as_array).into_iter().flatten();
        for (index, parameter) in parameters.enumerate() {
            let name =
                references::resolved(parameter, self.document).get("name").and_then(Value::as_str).unwrap_or_default();
            let argument = names::argument_name(name);
            if !taken.insert(argument.clone()) {
                let what = format!("two arguments would be called `{argument}`");
                self.refuse(&place.child("parameters").child(index), what);
            }
        }
    }

    /// What stands in braces in the path, and the path parameters, are the same.
    fn path(&mut self, place: &Pointer, node: &Value) {
        let [_, path, _] = place.tokens() else { return };
        let parts = path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name);
        let in_path: Vec<&str> = parts.collect();
        let parameters = node.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let named: Vec<&str> = parameters
            .map(|parameter| references::resolved(parameter, self.document))
            .filter(|parameter| says(parameter, "in", "path"))
            .filter_map(|parameter| parameter.get("name").and_then(Value::as_str))
            .collect();
        for name in in_path.iter().filter(|name| !named.contains(name)) {
            self.refuse(place, format!("the path has `{{{name}}}`, and there is no such path parameter"));
        }
        for name in named.iter().filter(|name| !in_path.contains(name)) {
            self.refuse(place, format!("there is a path parameter `{name}`, and no `{{{name}}}` in the path"));
        }
        if in_path.len() != in_path.iter().collect::<HashSet<_>>().len() {
            self.refuse(place, "the path has one name twice in braces");
        }
        if !path.starts_with('/')
            || path.matches('{').count() != in_path.len()
            || path.matches('}').count() != in_path.len()
        {
            self.refuse(place, "the path does not begin with a slash, or its braces do not match");
        }
    }

    fn parameter(&mut self, place: &Pointer, node: &Value) {
        if node.get("$ref").is_some() {
            return;
        }
        let position = node.get("in").and_then(Value::as_str).unwrap_or_default();
        let style = match position {
            "path" | "header" => "simple",
            "query" => "form",
            other => {
                self.refuse(&place.child("in"), format!("a parameter in {other:?} is not lowered"));
                return;
            }
        };
        if node.get("name").and_then(Value::as_str).is_none_or(str::is_empty) {
            self.refuse(place, "the parameter has no name");
        }
        if node.get("style").is_some_and(|stated| stated != style) {
            self.refuse(&place.child("style"), format!("only the style `{style}` is lowered here"));
        }
        if node.get("schema").is_none() {
            self.refuse(place, "a parameter without a `schema` is not lowered");
        }
        if position == "path" && !says(node, "required", true) {
            self.refuse(place, "a path parameter must have `required: true`");
        }
    }

    fn content(&mut self, place: &Pointer, node: &Value, request: bool) {
        let Some(content) = node.get("content").and_then(Value::as_object) else { return };
        let place = place.child("content");
        for (media_type, body) in content {
            if request && body.get("schema").is_none() {
                self.refuse(&place.child(media_type), "a request body without a `schema` is not lowered");
            }
        }
    }

    fn schema(&mut self, place: &Pointer, node: &Value) {
        ref_siblings::refuse_one(Kind::Schema, place, node, self.report);
        let Some(fields) = node.as_object() else { return };
        if fields.contains_key("$ref") {
            let siblings: Vec<_> = fields.keys().filter(|key| *key != "$ref").cloned().collect();
            if !siblings.is_empty() {
                self.refuse(place, format!("`$ref` with {} beside it is not lowered", siblings.join(", ")));
            }
            return;
        }
        for key in fields.keys() {
            if !SCHEMA_KEYWORDS.contains(&key.as_str()) && !key.starts_with("x-") {
                self.refuse(&place.child(key), format!("the keyword `{key}` is not lowered"));
            }
        }
        match fields.get("type") {
            None => {}
            Some(Value::String(name)) if TYPES.contains(&name.as_str()) => {}
            Some(other) => self.refuse(&place.child("type"), format!("the type {} is not lowered", shorten(other))),
        }
        if fields.get("type") == Some(&json!("array")) && !fields.contains_key("items") {
            self.refuse(place, "an array without `items` is not lowered");
        }
        self.default(place, fields);
    }

    /// typify refuses a default that does not fit its schema, without saying where it stands.
    fn default(&mut self, place: &Pointer, fields: &Map<String, Value>) {
        let Some(default) = fields.get("default") else { return };
        let fits = match fields.get("type").and_then(Value::as_str) {
            _ if default.is_null() => fields.get("nullable") == Some(&json!(true)),
            Some("string") => default.is_string(),
            Some("integer") => default.is_i64() || default.is_u64(),
            Some("number") => default.is_number(),
            Some("boolean") => default.is_boolean(),
            Some("array") => default.is_array(),
            Some("object") => default.is_object(),
            _ => false,
        };
        if !fits {
            self.refuse(&place.child("default"), format!("the default {} does not fit its schema", shorten(default)));
        }
    }
}

/// A value, cut to what fits into a message.
fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(schema: &Value) -> Vec<String> {
        let mut report = Report::default();
        what_is_left(&mut json!({"components": {"schemas": {"S": schema}}}), &mut report);
        report.problems.iter().map(|problem| format!("{}: {}", problem.place, problem.what)).collect()
    }

    #[test]
    fn what_the_dialect_knows_passes() {
        for schema in [
            json!({"title": "Input"}),
            json!({"type": "object", "properties": {"const": {"type": "string", "default": ""}}}),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"type": "object", "additionalProperties": false}),
            json!({"type": "string", "nullable": true, "default": null, "x-own": 1}),
        ] {
            assert_eq!(refusals(&schema), Vec::<String>::new(), "{schema}");
        }
    }

    #[test]
    fn what_it_does_not_know_is_refused_by_place() {
        for (schema, expected) in [
            (json!({"const": false}), "#/components/schemas/S/const: the keyword `const`"),
            (json!({"type": ["string", "null"]}), "#/components/schemas/S/type: the type [\"string\",\"null\"]"),
            (json!({"type": "array", "items": true}), "#/components/schemas/S/items: a boolean schema"),
            (json!({"type": "number", "exclusiveMinimum": 0}), "S/exclusiveMinimum: the keyword"),
            (json!({"type": "integer", "default": "0"}), "S/default: the default \"0\" does not fit"),
            (json!({"$ref": "#/components/schemas/S", "title": "T"}), "S: `$ref` with title beside it"),
            (json!({"type": "array"}), "S: an array without `items`"),
        ] {
            let found = refusals(&schema);
            assert!(found.len() == 1 && found[0].contains(expected), "{schema} gave {found:?}");
        }
    }

    #[test]
    fn several_error_bodies_are_refused_because_progenitor_panics_on_them() {
        let mut report = Report::default();
        let body = |name| json!({"description": "", "content": {"application/json": {"schema": {"title": name}}}});
        let mut document = json!({"paths": {"/a": {"get": {"responses": {"400": body("A"), "422": body("B")}}}}});
        what_is_left(&mut document, &mut report);
        assert_eq!(report.problems[0].place.to_string(), "#/paths/~1a/get/responses");
        assert!(report.problems[0].what.contains("2 different error bodies"));
    }
}
