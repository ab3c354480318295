//! The last pass: refuses every construct that progenitor would drop, misread or panic on, with its place.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Report, ref_siblings};
use crate::document::keywords::{self, Role};
use crate::document::marker;
use crate::document::pointer::Pointer;
use crate::document::references::{self, has_value};
use crate::document::walk::{self, Kind, Place};
use crate::names;

const HINT: &str = "no pass lowers this: add one to xtask/src/lower, or change this place with an overlay action";

pub(super) fn rest(document: &Value, report: &mut Report) {
    let mut refusals = Refusals { document, report };
    walk::visit(document, &mut |kind, place, node| refusals.node(kind, place, node));
}

struct Refusals<'a> {
    document: &'a Value,
    report: &'a mut Report,
}

impl Refusals<'_> {
    fn refuse(&mut self, place: &Pointer, what: impl Into<String>) {
        self.report.refuse(place, what, HINT);
    }

    fn refuse_keys(&mut self, place: &Place<'_>, node: &Value, keys: &[&str]) {
        for key in keys {
            if node.get(key).is_some() {
                self.refuse(&place.child(key), format!("`{key}` cannot be lowered"));
            }
        }
    }

    fn node(&mut self, kind: Kind, place: &Place<'_>, node: &Value) {
        if !node.is_object() {
            let what = if kind == Kind::Schema && node.is_boolean() {
                "a boolean schema cannot be lowered".to_owned()
            } else {
                format!("an object was expected, not {}", shorten(node))
            };
            // In 3.0, `additionalProperties` is the only schema that may be a boolean.
            let is_flag = place.last() == Some("additionalProperties");
            if !(is_flag && node.is_boolean()) {
                self.refuse(&place.pointer(), what);
            }
            return;
        }
        match kind {
            Kind::PathItem => self.refuse_keys(place, node, &["$ref"]),
            Kind::Operation => self.operation(place, node),
            Kind::Parameter => self.parameter(place, node),
            Kind::RequestBody => self.content(place, node, true),
            Kind::Response => self.content(place, node, false),
            Kind::Schema => self.schema(place, node),
            Kind::Document | Kind::Components | Kind::Callback | Kind::Header | Kind::MediaType => {}
        }
    }

    fn operation(&mut self, place: &Place<'_>, node: &Value) {
        self.arguments(place, node);
        self.path(place, node);
        let responses = place.child("responses");
        let Some(documented) = node.get("responses").and_then(Value::as_object) else {
            self.refuse(&responses, "the operation has no responses");
            return;
        };
        for (name, wanted) in [("success", ["1", "2"]), ("error", ["4", "5"])] {
            let of_kind = |status: &str| status == "default" || wanted.iter().any(|digit| status.starts_with(digit));
            let bodies: HashSet<String> = documented
                .iter()
                .filter(|(status, _)| of_kind(status))
                .map(|(_, response)| {
                    references::resolved(response, self.document).get("content").unwrap_or(&Value::Null).to_string()
                })
                .collect();
            if bodies.len() > 1 {
                self.refuse(&responses, format!("one operation has {} different {name} bodies", bodies.len()));
            }
        }
    }

    /// Refuses two arguments of a method with the same name.
    fn arguments(&mut self, place: &Place<'_>, node: &Value) {
        let mut taken: HashSet<String> = node.get("requestBody").map(|_| "body".to_owned()).into_iter().collect();
        let parameters = node.get("parameters").and_then(Value::as_array).into_iter().flatten();
        for (index, parameter) in parameters.enumerate() {
            let name =
                references::resolved(parameter, self.document).get("name").and_then(Value::as_str).unwrap_or_default();
            let argument = names::argument_name(name);
            if !taken.insert(argument.clone()) {
                let what = format!("two arguments would have the name `{argument}`");
                self.refuse(&place.child("parameters").child(index), what);
            }
        }
    }

    /// Refuses a path whose names in braces are not the names of the path parameters.
    fn path(&mut self, place: &Place<'_>, node: &Value) {
        let Some([_, path, _]) = place.keys() else { return };
        let in_path: Vec<&str> = references::path_parameters(path).collect();
        let parameters = node.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let named: Vec<&str> = parameters
            .map(|parameter| references::resolved(parameter, self.document))
            .filter(|parameter| has_value(parameter, "in", "path"))
            .filter_map(|parameter| parameter.get("name").and_then(Value::as_str))
            .collect();
        for name in in_path.iter().filter(|name| !named.contains(name)) {
            self.refuse(
                &place.pointer(),
                format!("the path has `{{{name}}}`, and there is no path parameter of that name"),
            );
        }
        for name in named.iter().filter(|name| !in_path.contains(name)) {
            self.refuse(
                &place.pointer(),
                format!("there is a path parameter `{name}`, and no `{{{name}}}` in the path"),
            );
        }
        if in_path.len() != in_path.iter().collect::<HashSet<_>>().len() {
            self.refuse(&place.pointer(), "the path has the same name twice in braces");
        }
        if !path.starts_with('/')
            || path.matches('{').count() != in_path.len()
            || path.matches('}').count() != in_path.len()
        {
            self.refuse(&place.pointer(), "the path does not start with a slash, or its braces do not match");
        }
    }

    fn parameter(&mut self, place: &Place<'_>, node: &Value) {
        if node.get("$ref").is_some() {
            return;
        }
        let position = node.get("in").and_then(Value::as_str).unwrap_or_default();
        if !["path", "header", "query"].contains(&position) {
            self.refuse(&place.child("in"), format!("a parameter in {position:?} cannot be lowered"));
            return;
        }
        if node.get("name").and_then(Value::as_str).is_none_or(str::is_empty) {
            self.refuse(&place.pointer(), "the parameter has no name");
        }
        let name = node.get("name").and_then(Value::as_str).unwrap_or_default();
        if position == "header" && !is_header_name(name) {
            self.refuse(&place.child("name"), format!("`{name}` is not the name of a header"));
        }
        if node.get("schema").is_none() {
            self.refuse(&place.pointer(), "a parameter without a `schema` cannot be lowered");
        }
    }

    fn content(&mut self, place: &Place<'_>, node: &Value, request: bool) {
        let Some(content) = node.get("content").and_then(Value::as_object) else { return };
        let place = place.child("content");
        for (media_type, body) in content {
            if request && body.get("schema").is_none() {
                self.refuse(&place.child(media_type), "a request body without a `schema` cannot be lowered");
            }
        }
    }

    fn schema(&mut self, place: &Place<'_>, node: &Value) {
        ref_siblings::refuse_one(Kind::Schema, place, node, self.report);
        let Some(fields) = node.as_object() else { return };
        if fields.contains_key("$ref") {
            let siblings: Vec<_> = fields.keys().filter(|key| *key != "$ref").cloned().collect();
            if !siblings.is_empty() {
                self.refuse(
                    &place.pointer(),
                    format!("`$ref` with {} beside it cannot be lowered", siblings.join(", ")),
                );
            }
            return;
        }
        for key in fields.keys() {
            if !matches!(keywords::role(key), Some(Role::Type | Role::Annotation)) && key != marker::KEY {
                self.refuse(&place.child(key), format!("the keyword `{key}` cannot be lowered"));
            }
        }
        match fields.get("type") {
            None => {}
            Some(Value::String(name)) if keywords::TYPES.contains(&name.as_str()) => {}
            Some(other) => self.refuse(&place.child("type"), format!("the type {} cannot be lowered", shorten(other))),
        }
        if fields.get("type") == Some(&json!("array")) && !fields.contains_key("items") {
            self.refuse(&place.pointer(), "an array without `items` cannot be lowered");
        }
    }
}

/// Whether a header can have this name. RFC 9110, section 5.6.2: a token.
fn is_header_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// A value, shortened for a message.
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
        rest(&mut json!({"components": {"schemas": {"S": schema}}}), &mut report);
        report.problems.iter().map(|problem| format!("{}: {}", problem.place, problem.what)).collect()
    }

    #[test]
    fn keywords_of_the_dialect_are_accepted() {
        for schema in [
            json!({"title": "Input"}),
            json!({"type": "object", "properties": {"const": {"type": "string"}}}),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"type": "object", "additionalProperties": false}),
            json!({"type": "string", "nullable": true}),
            json!({marker::KEY: marker::REDACTED}),
        ] {
            assert_eq!(refusals(&schema), Vec::<String>::new(), "{schema}");
        }
    }

    #[test]
    fn other_keywords_are_refused_with_their_place() {
        for (schema, expected) in [
            (json!({"const": false}), "#/components/schemas/S/const: the keyword `const`"),
            (json!({"type": ["string", "null"]}), "#/components/schemas/S/type: the type [\"string\",\"null\"]"),
            (json!({"type": "array", "items": true}), "#/components/schemas/S/items: a boolean schema"),
            (json!({"type": "number", "exclusiveMinimum": 0}), "S/exclusiveMinimum: the keyword"),
            (json!({"type": "integer", "default": "0"}), "S/default: the keyword `default`"),
            (json!({"$ref": "#/components/schemas/S", "title": "T"}), "S: `$ref` with title beside it"),
            (json!({"type": "array"}), "S: an array without `items`"),
        ] {
            let found = refusals(&schema);
            assert!(found.len() == 1 && found[0].contains(expected), "{schema} gave {found:?}");
        }
    }

    #[test]
    fn several_error_bodies_are_refused() {
        let mut report = Report::default();
        let body = |name| json!({"description": "", "content": {"application/json": {"schema": {"title": name}}}});
        let document = json!({"paths": {"/a": {"get": {"responses": {"400": body("A"), "422": body("B")}}}}});
        rest(&document, &mut report);
        assert_eq!(report.problems[0].place.to_string(), "#/paths/~1a/get/responses");
        assert!(report.problems[0].what.contains("2 different error bodies"));
    }
}
