//! Reads what documents write in place of what `OpenAPI` requires, where the meaning is clear: an entry without a value
//! (`description:` in YAML), a response without a description, a JSON body of the media type `*/*`, `required: true` on a
//! field, a list of `items`, as in older drafts of JSON Schema, an exclusive limit as in 3.0, a field that is required
//! twice, an alternative `nullable: true`, a security scheme without a list of scopes, or a path parameter that is not
//! declared or not required.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Report, limits};
use crate::document::media_types;
use crate::document::references;
use crate::document::walk::{self, Kind};

pub(super) fn repair(document: &mut Value, _: &mut Report) -> usize {
    // A repaired node may contain schemas that were not schemas by their position before.
    let steps = std::iter::from_fn(|| Some(step(document)).filter(|count| *count > 0));
    let count: usize = steps.take(references::HOPS).sum();
    count + exclusive_limits(document) + declare_path_parameters(document)
}

/// Declares the path parameters that a path names and nothing declares, as strings. If another path parameter is declared
/// that the path does not name, one of the two names is a mistake, and a later pass refuses the operation.
fn declare_path_parameters(document: &mut Value) -> usize {
    let shared: Map<String, Value> = document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(path, item)| Some((path.clone(), item.get("parameters")?.clone())))
        .collect();
    let mut count = 0;
    walk::change_operations(document, &mut |path, _, operation, document| {
        let lists = [shared.get(path), operation.get("parameters")];
        let declared: BTreeSet<&str> = lists
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
            .map(|parameter| references::resolved(parameter, document))
            .filter(|parameter| references::has_value(parameter, "in", "path"))
            .filter_map(|parameter| parameter.get("name")?.as_str())
            .collect();
        let named: BTreeSet<&str> = references::path_parameters(path).collect();
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
        if !declared.is_subset(&named) || !named.iter().all(|name| is_name(name)) {
            return;
        }
        let missing: Vec<Value> = named
            .difference(&declared)
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        count += missing.len();
        match operation.get_mut("parameters") {
            _ if missing.is_empty() => {}
            Some(Value::Array(parameters)) => parameters.extend(missing),
            Some(_) => {}
            None => operation["parameters"] = Value::Array(missing),
        }
    });
    count
}

fn step(document: &mut Value) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if node.is_null() && kind != Kind::Document {
            *node = json!({});
            count += 1;
        }
        let Value::Object(fields) = node else { return };
        count += remove_nulls(fields);
        match kind {
            Kind::Schema => count += schema(fields),
            Kind::Response => count += usize::from(describe(fields)),
            Kind::Parameter => count += usize::from(require_in_path(fields)),
            _ => {}
        }
        for (key, value) in fields {
            count += match (key.as_str(), value) {
                ("security", Value::Array(requirements)) => list_scopes(requirements),
                ("content", Value::Object(content)) => usize::from(name_json(content)),
                ("description" | "title" | "summary", value) if value.is_number() || value.is_boolean() => {
                    *value = json!(value.to_string());
                    1
                }
                _ => 0,
            };
        }
    });
    count
}

fn remove_nulls(fields: &mut Map<String, Value>) -> usize {
    const DATA: [&str; 6] = ["default", "const", "enum", "example", "examples", "value"];
    let before = fields.len();
    fields.retain(|key, value| !value.is_null() || DATA.contains(&key.as_str()));
    before - fields.len()
}

fn require_in_path(parameter: &mut Map<String, Value>) -> bool {
    let is_optional =
        parameter.get("in").is_some_and(|it| it == "path") && parameter.get("required") != Some(&json!(true));
    if is_optional {
        parameter.insert("required".to_owned(), json!(true));
    }
    is_optional
}

fn list_scopes(requirements: &mut [Value]) -> usize {
    let mut count = 0;
    let schemes = requirements.iter_mut().filter_map(Value::as_object_mut).flat_map(|it| it.iter_mut());
    for (_, scopes) in schemes.filter(|(_, scopes)| scopes.is_null()) {
        *scopes = json!([]);
        count += 1;
    }
    count
}

fn describe(response: &mut Map<String, Value>) -> bool {
    let needs_description = !response.contains_key("$ref") && !response.contains_key("description");
    if needs_description {
        response.insert("description".to_owned(), json!(""));
    }
    needs_description
}

/// Gives a body of any media type whose schema is not a string the type JSON: only JSON has such a schema.
fn name_json(content: &mut Map<String, Value>) -> bool {
    const STRUCTURED: [&str; 6] = ["$ref", "allOf", "anyOf", "oneOf", "properties", "items"];
    let is_structured = |media_type: &Value| {
        let Some(schema) = media_type.get("schema") else { return false };
        let kind = schema.get("type").and_then(Value::as_str);
        STRUCTURED.iter().any(|key| schema.get(key).is_some()) || kind.is_some_and(|kind| kind != "string")
    };
    let any = content.keys().find(|name| ["*/*", "application/*"].contains(&media_types::bare(name))).cloned();
    let Some(any) = any.filter(|name| is_structured(&content[name]) && !content.contains_key(media_types::JSON)) else {
        return false;
    };
    if let Some(body) = content.shift_remove(&any) {
        content.shift_insert(0, media_types::JSON.to_owned(), body);
    }
    true
}

/// Writes the exclusive limits of a document of 3.1 that are written as in 3.0.
fn exclusive_limits(document: &mut Value) -> usize {
    if references::is_3_0(document) {
        return 0;
    }
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let is_boolean = |key: &&str| schema.get(*key).is_some_and(Value::is_boolean);
        let booleans: Vec<&str> = ["exclusiveMinimum", "exclusiveMaximum"].into_iter().filter(is_boolean).collect();
        limits::state_exclusive_limits(schema);
        // One that is false, or has no limit beside it, states nothing.
        schema.retain(|key, value| !(booleans.contains(&key.as_str()) && value.is_boolean()));
        count += booleans.len();
    });
    count
}

fn schema(fields: &mut Map<String, Value>) -> usize {
    let mut count = 0;
    if let Some(Value::Array(_)) = fields.get("items") {
        let items = fields.shift_remove("items").unwrap_or_default();
        fields.entry("prefixItems").or_insert(items);
        count += 1;
    }
    // In draft 3, a field stated whether it was required.
    if fields.get("required").is_some_and(Value::is_boolean) {
        fields.shift_remove("required");
        count += 1;
    }
    for key in ["anyOf", "oneOf"] {
        let alternatives = fields.get_mut(key).and_then(Value::as_array_mut).filter(|list| list.len() > 1);
        // Some generators write null so in 3.0.
        let only_nullable = |it: &&mut Value| it.as_object().is_some_and(|it| it.len() == 1) && it["nullable"] == true;
        for alternative in alternatives.into_iter().flatten().filter(only_nullable) {
            *alternative = json!({"type": "null"});
            count += 1;
        }
    }
    if let Some(Value::Array(required)) = fields.get_mut("required") {
        let mut seen = BTreeSet::new();
        let before = required.len();
        required.retain(|name| seen.insert(name.to_string()));
        count += usize::from(required.len() < before);
    }
    match fields.get("type").and_then(Value::as_str) {
        Some("any") => {
            fields.shift_remove("type");
            count += 1;
        }
        // In Swagger 2.
        Some("file") => {
            fields.insert("type".to_owned(), json!("string"));
            fields.insert("format".to_owned(), json!("binary"));
            count += 1;
        }
        _ => {}
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn entries_without_a_value_are_removed_and_nodes_without_one_are_empty() {
        let mut document = json!({"paths": {"/a": {"get": {
            "description": null, "parameters": null, "security": [{"oauth": null}],
            "responses": {"200": {"description": 200, "content": {"application/json": {"schema": null}}}, "204": null},
        }}}});
        repair(&mut document, &mut Report::default());
        let responses = json!({
            "200": {"description": "200", "content": {"application/json": {"schema": {}}}}, "204": {"description": ""},
        });
        assert_eq!(document["paths"]["/a"]["get"], json!({"security": [{"oauth": []}], "responses": responses}));
    }

    #[test]
    fn a_structured_body_of_any_media_type_is_json() {
        let content = |name: &str, schema: Value| json!({"description": "", "content": {name: {"schema": schema}}});
        for (schema, expected) in [
            (json!({"$ref": "#/components/schemas/Cake"}), "application/json"),
            (json!({"type": "array"}), "application/json"),
            (json!({"type": "string"}), "*/*"),
            (json!({}), "*/*"),
        ] {
            let mut document = json!({"components": {"responses": {"R": content("*/*", schema.clone())}}});
            repair(&mut document, &mut Report::default());
            assert_eq!(document["components"]["responses"]["R"], content(expected, schema));
        }
    }

    #[test]
    fn an_exclusive_limit_of_3_0_is_read_in_3_1() {
        let schema = json!({"minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false});
        let repaired = |version: &str| {
            let mut document = json!({"openapi": version, "components": {"schemas": {"S": schema}}});
            repair(&mut document, &mut Report::default());
            document["components"]["schemas"]["S"].take()
        };
        assert_eq!(repaired("3.1.0"), json!({"exclusiveMinimum": 0, "maximum": 9}));
        assert_eq!(repaired("3.0.3"), schema);
    }

    #[test]
    fn a_path_parameter_is_required_and_one_that_nothing_declares_is_a_string() {
        let declared =
            |name: &str| json!([{"name": name, "in": "path", "required": true, "schema": {"type": "integer"}}]);
        let text = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
        let mut document = json!({"paths": {
            "/a/{id}/{b}/{b}": {"parameters": declared("id"), "get": {}, "post": {"parameters": [text("b")]}},
            "/b/{id}": {"get": {"parameters": declared("key")}},
            "/c/{?page}": {"get": {}},
        }});
        let mut expected = document.clone();
        document["paths"]["/b/{id}"]["get"]["parameters"][0]["required"] = json!(false);
        assert_eq!(repair(&mut document, &mut Report::default()), 2);
        expected["paths"]["/a/{id}/{b}/{b}"]["get"]["parameters"] = json!([text("b")]);
        assert_eq!(document, expected);
    }

    #[test]
    fn older_spellings_of_schemas_are_read() {
        for (given, expected) in [
            (json!({"items": [{"type": "any"}]}), json!({"prefixItems": [{}]})),
            (json!({"type": "string", "required": true}), json!({"type": "string"})),
            (json!({"required": ["a", "b", "a"]}), json!({"required": ["a", "b"]})),
            (
                json!({"anyOf": [{"type": "string"}, {"nullable": true}]}),
                json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            ),
            (json!({"type": "any"}), json!({})),
            (json!({"type": "file"}), json!({"type": "string", "format": "binary"})),
            (json!({"properties": {"a": null}}), json!({"properties": {"a": {}}})),
            (json!({"default": null, "enum": [null]}), json!({"default": null, "enum": [null]})),
        ] {
            assert_eq!(schema_after(repair, given).0, expected);
        }
    }
}
