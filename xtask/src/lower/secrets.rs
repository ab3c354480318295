//! Makes strings `Secret` whose name means a secret: they get `format: password`, as if the vendor had stated it.
//!
//! An overlay decides otherwise with `x-secret` on a schema or a parameter. `x-secret: false` keeps the string as it is.
//! `x-secret: true` makes a string `Secret` whatever its name is, and any other value a `Redacted`.

use serde_json::{Map, Value, json};

use super::secret_names::is_secret;
use super::{Diagnostic, Report};
use crate::document::pointer::Pointer;
use crate::document::walk::{self, Kind};
use crate::document::{marker, references};

/// The extension that decides whether a string is a secret.
const EXTENSION: &str = "x-secret";

const PASSWORD: &str = "password";

/// The formats of strings that are no secrets: a file, and points and lengths of time.
const OTHER_FORMATS: [&str; 5] = ["binary", "date", "date-time", "duration", "time"];

/// Why a schema is to be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Name,
    Extension,
    /// The extension of the parameter that has the schema.
    Parameter,
}

/// A pass before the one that removes the vendor's extensions.
pub(super) fn hide(document: &mut Value, report: &mut Report) -> usize {
    let mut found = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        if !matches!(kind, Kind::Schema | Kind::Parameter) {
            return;
        }
        if node.get(EXTENSION).is_some_and(|value| !value.is_boolean()) {
            report.warn(&place.child(EXTENSION), "neither true nor false; it is ignored");
        }
        if kind == Kind::Schema {
            if stated(node) == Some(true) {
                found.push((place.pointer(), place.last().unwrap_or("it").to_owned(), Reason::Extension));
            }
            for (name, schema) in node.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if stated(schema).is_none() && is_secret(name) {
                    found.push((place.child("properties").child(name), name.clone(), Reason::Name));
                }
            }
        } else {
            let name = node.get("name").and_then(Value::as_str).unwrap_or_default();
            let reason = match stated(node) {
                Some(true) => Reason::Parameter,
                None if is_secret(name) => Reason::Name,
                _ => return,
            };
            let of_content = node.get("content").and_then(Value::as_object).into_iter().flatten();
            let of_content = of_content.map(|(name, _)| place.child("content").child(name).child("schema"));
            found.extend(of_content.chain([place.child("schema")]).map(|schema| (schema, name.to_owned(), reason)));
        }
    });
    found.into_iter().filter(|(place, name, reason)| hide_at(place, name, *reason, document, report)).count()
}

/// Makes the schema of `name` at `place` a secret; returns whether it changed.
fn hide_at(place: &Pointer, name: &str, reason: Reason, document: &mut Value, report: &mut Report) -> bool {
    let Some(schema) = place.find(document) else { return false };
    let hidden = match (hidden(schema, document), reason) {
        (Some(hidden), _) => hidden,
        (None, Reason::Extension) if !is_hidden(schema) => redacted(schema),
        (None, Reason::Parameter) if !is_hidden(schema) => {
            report.warn(place, format!("`{EXTENSION}` has no effect: the parameter is not a string"));
            return false;
        }
        (None, _) => return false,
    };
    if let Some(node) = place.find_mut(document) {
        *node = hidden;
    }
    let why = if reason == Reason::Name { "its name" } else { "`x-secret`" };
    report.secrets.push(Diagnostic { place: place.clone(), what: format!("`{name}` is a secret because of {why}") });
    true
}

/// The value of the extension of a node.
fn stated(node: &Value) -> Option<bool> {
    node.get(EXTENSION)?.as_bool()
}

/// `schema` with its strings made secrets; `None` if it has none, or all of them are secrets already.
fn hidden(schema: &Value, document: &Value) -> Option<Value> {
    let fields = schema.as_object()?;
    // The values of an enum are in the document, and so in the generated code.
    if stated(schema) == Some(false) || fields.contains_key("enum") || fields.contains_key("const") {
        return None;
    }
    if fields.contains_key("$ref") {
        return inlined(fields, references::resolved(schema, document), document);
    }
    let mut changed = fields.clone();
    if is_text(fields) && !is_hidden(schema) {
        changed.insert("format".to_owned(), json!(PASSWORD));
    }
    for key in ["allOf", "anyOf", "oneOf", "prefixItems"] {
        for part in changed.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            replace(part, document);
        }
    }
    // The values of a map. An object with fields of its own is not one.
    let values = (!fields.contains_key("properties")).then_some("additionalProperties");
    for key in ["items"].into_iter().chain(values) {
        if let Some(part) = changed.get_mut(key) {
            replace(part, document);
        }
    }
    (changed != *fields).then_some(Value::Object(changed))
}

fn replace(part: &mut Value, document: &Value) {
    if let Some(hidden) = hidden(part, document) {
        *part = hidden;
    }
}

/// A copy of the plain string that a schema refers to, as a secret, with what stands beside the reference. The component
/// itself stays as it is, because other schemas may refer to it.
fn inlined(fields: &Map<String, Value>, target: &Value, document: &Value) -> Option<Value> {
    let is_composed =
        ["$ref", "items", "additionalProperties", "allOf", "prefixItems"].iter().any(|key| target.get(key).is_some());
    let is_string_or_null =
        |part: &Value| references::has_value(part, "type", "null") || part.as_object().is_some_and(is_text);
    let alternatives = ["anyOf", "oneOf"].into_iter().filter_map(|key| target.get(key)?.as_array()).flatten();
    if is_composed || !alternatives.into_iter().all(is_string_or_null) {
        return None;
    }
    let mut copy = hidden(target, document)?;
    if let Value::Object(copy) = &mut copy {
        copy.extend(fields.iter().filter(|(key, _)| *key != "$ref").map(|(key, value)| (key.clone(), value.clone())));
    }
    Some(copy)
}

/// Whether a schema describes strings that can be a secret.
fn is_text(schema: &Map<String, Value>) -> bool {
    let is_string = match schema.get("type") {
        Some(Value::String(name)) => name == "string",
        Some(Value::Array(names)) => names.iter().any(|name| name == "string"),
        _ => false,
    };
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let is_other = OTHER_FORMATS.iter().any(|other| format.eq_ignore_ascii_case(other));
    is_string && !is_other && !schema.contains_key("contentMediaType")
}

/// Whether a schema is a secret already.
fn is_hidden(schema: &Value) -> bool {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    format.eq_ignore_ascii_case(PASSWORD) || references::has_value(schema, marker::KEY, marker::REDACTED)
}

/// A schema for any value that is not printed, with the documentation of `schema`.
fn redacted(schema: &Value) -> Value {
    let mut fields = Map::new();
    for key in ["title", "description", "deprecated"] {
        fields.extend(schema.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    fields.insert(marker::KEY.to_owned(), json!(marker::REDACTED));
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Value {
        json!({"type": "string", "format": "password"})
    }

    /// The schema of a property called `api_key` after the pass, and the report.
    #[allow(clippy::needless_pass_by_value)]
    fn key_after(schema: Value) -> (Value, Report) {
        let mut document = json!({"components": {"schemas": {
            "S": {"properties": {"api_key": schema}},
            "Text": {"type": "string", "minLength": 3, "description": "A text."},
            "Maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "Kept": {"type": "string", "x-secret": false},
            "Union": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "Object": {"type": "object", "properties": {"a": {"type": "string"}}},
        }}});
        let before = document.clone();
        let mut report = Report::default();
        let count = hide(&mut document, &mut report);
        assert_eq!(count, report.secrets.len());
        let key = document["components"]["schemas"]["S"]["properties"]["api_key"].take();
        document["components"]["schemas"]["S"] = before["components"]["schemas"]["S"].clone();
        assert_eq!(document, before, "another schema changed");
        (key, report)
    }

    #[test]
    fn each_form_of_a_string_becomes_a_secret() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let nothing = json!({"type": "null"});
        for (given, expected) in [
            (json!({"type": "string"}), secret()),
            (json!({"type": "string", "format": "uuid"}), secret()),
            (
                json!({"type": "string", "nullable": true}),
                json!({"type": "string", "nullable": true, "format": "password"}),
            ),
            (json!({"type": ["string", "null"]}), json!({"type": ["string", "null"], "format": "password"})),
            (json!({"anyOf": [{"type": "string"}, nothing]}), json!({"anyOf": [secret(), nothing]})),
            (
                json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
                json!({"oneOf": [secret(), {"type": "integer"}]}),
            ),
            (json!({"allOf": [{"type": "string"}]}), json!({"allOf": [secret()]})),
            (json!({"type": "array", "items": {"type": "string"}}), json!({"type": "array", "items": secret()})),
            (
                json!({"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, nothing]}}),
                json!({"type": "object", "additionalProperties": {"anyOf": [secret(), nothing]}}),
            ),
            (
                reference("Text"),
                json!({"type": "string", "minLength": 3, "description": "A text.", "format": "password"}),
            ),
            (
                json!({"$ref": "#/components/schemas/Text", "description": "A key."}),
                json!({"type": "string", "minLength": 3, "description": "A key.", "format": "password"}),
            ),
            (reference("Maybe"), json!({"anyOf": [secret(), nothing]})),
            (
                json!({"allOf": [reference("Text")], "nullable": true}),
                json!({
                    "allOf": [{"type": "string", "minLength": 3, "description": "A text.", "format": "password"}],
                    "nullable": true,
                }),
            ),
        ] {
            assert_eq!(key_after(given.clone()).0, expected, "{given}");
        }
    }

    #[test]
    fn other_values_stay_as_they_are() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        for given in [
            json!({"type": "integer"}),
            json!({"type": "boolean"}),
            json!({"type": "string", "enum": ["a"]}),
            json!({"const": "a"}),
            json!({"type": "string", "format": "date-time"}),
            json!({"type": "string", "format": "binary"}),
            json!({"type": "string", "contentMediaType": "application/octet-stream"}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "string"}}),
            json!({}),
            json!(true),
            secret(),
            reference("Kept"),
            reference("Union"),
            reference("Object"),
            reference("Missing"),
            json!({"type": "string", "x-secret": false}),
            json!({"type": "array", "items": {"type": "string", "x-secret": false}}),
        ] {
            let (after, report) = key_after(given.clone());
            assert_eq!(after, given);
            assert!(report.secrets.is_empty() && report.diagnostics.is_empty());
        }
    }

    #[test]
    fn the_extension_makes_any_schema_a_secret() {
        let mut document = json!({"components": {"schemas": {"S": {"properties": {
            "value": {"type": "string", "x-secret": true},
            "pin": {"type": "integer", "title": "Pin", "x-secret": true},
            "named_password": {"type": "string", "x-secret": true},
            "odd": {"type": "string", "x-secret": "yes"},
        }}}}});
        let mut report = Report::default();
        assert_eq!(hide(&mut document, &mut report), 3);
        let fields = &document["components"]["schemas"]["S"]["properties"];
        assert_eq!(fields["value"]["format"], PASSWORD);
        assert_eq!(fields["pin"], json!({"title": "Pin", marker::KEY: marker::REDACTED}));
        assert_eq!(fields["named_password"]["format"], PASSWORD);
        assert_eq!(fields["odd"].get("format"), None);
        let place = "#/components/schemas/S/properties";
        let reported: Vec<String> = report.secrets.iter().map(ToString::to_string).collect();
        assert_eq!(reported[0], format!("{place}/value: `value` is a secret because of `x-secret`"));
        assert_eq!(
            report.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [format!("{place}/odd/x-secret: neither true nor false; it is ignored")]
        );
    }

    #[test]
    fn a_parameter_is_a_secret_by_its_name_or_the_extension() {
        let text = json!({"type": "string"});
        let parameter = |name: &str| json!({"name": name, "in": "query", "schema": text});
        let with = |name: &str, value: bool| {
            let mut parameter = parameter(name);
            parameter["x-secret"] = json!(value);
            parameter
        };
        let mut number = with("pin", true);
        number["schema"] = json!({"type": "integer"});
        let mut document = json!({
            "paths": {"/a": {"get": {"parameters": [
                parameter("X-API-Key"), parameter("page_token"), with("token", false), with("code", true), number,
                {"name": "password", "in": "query", "content": {"application/json": {"schema": text}}},
            ]}}},
            "components": {"parameters": {"P": parameter("token")}},
        });
        let mut report = Report::default();
        assert_eq!(hide(&mut document, &mut report), 4);
        let parameters = &document["paths"]["/a"]["get"]["parameters"];
        let formats: Vec<&str> =
            (0..4).map(|index| parameters[index]["schema"]["format"].as_str().unwrap_or_default()).collect();
        assert_eq!(formats, ["password", "", "", "password"]);
        assert_eq!(parameters[5]["content"]["application/json"]["schema"], secret());
        assert_eq!(document["components"]["parameters"]["P"]["schema"], secret());
        assert_eq!(
            report.diagnostics[0].to_string(),
            "#/paths/~1a/get/parameters/4/schema: `x-secret` has no effect: the parameter is not a string"
        );
    }
}
