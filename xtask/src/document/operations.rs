//! The operations of a document, with their security and response bodies, and the fields that a PATCH may clear.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::references::{self, has_value};
use crate::document::{security, walk};

/// The name of a response body that the document does not describe, beside the names in [`Operation::bodies`].
pub const UNDOCUMENTED: &str = "Undocumented";

/// An operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The first of its tags.
    pub tag: Option<String>,
    /// Whether a request carries the bearer token: one of the operation's security schemes is a bearer.
    pub needs_bearer: bool,
    /// The names of the error bodies by status, which is a number, a range such as `4XX`, or `default`. If the
    /// successful responses have several types, the names of their bodies too.
    pub bodies: BTreeMap<String, String>,
    /// The descriptions of the errors by status; a description may be empty.
    pub errors: BTreeMap<String, String>,
    /// The media type of a request body that the client sends as bytes, unless it is `application/octet-stream`.
    pub sent_as: Option<String>,
}

impl Operation {
    /// The name of the body of a response with this status, a range or `default`: that of the status, else of its range,
    /// else of all other statuses.
    pub fn body(&self, status: &str) -> Option<&str> {
        let range = format!("{}XX", status.get(..1).unwrap_or_default());
        [status, &range, "default"].iter().find_map(|key| self.bodies.get(*key)).map(String::as_str)
    }

    /// Whether the successful responses have several types.
    pub fn has_several_successes(&self) -> bool {
        self.bodies.keys().any(|status| status.starts_with('2'))
    }
}

/// Whether a method, in any case, and a path are those of the operation that requests a token.
pub(crate) fn is_token(method: &str, path: &str) -> bool {
    method.eq_ignore_ascii_case("post") && path == "/token"
}

/// The URL of the first server, with its variables replaced by their defaults; `None` if it is not an absolute URL.
pub fn base_url(document: &Value) -> Option<String> {
    let url = server_url(document.get("servers")?.get(0)?)?;
    url.contains("://").then(|| url.trim_end_matches('/').to_owned())
}

/// The URL of a server, which may be relative, with its variables replaced by their defaults.
pub(crate) fn server_url(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    Some(url)
}

/// The operations under `paths`, ordered by id. `bodies`, `errors` and `sent_as` are empty; lowering sets them.
pub fn list(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        let Some((path, method)) = references::call(kind, place) else { return };
        let (effective, _) = security::effective(node, document);
        operations.push(Operation {
            id: references::operation_id(node).to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            tag: node.get("tags").and_then(|tags| tags.get(0)?.as_str()).map(str::to_owned),
            needs_bearer: security::credentials(effective, document).bearer,
            ..Operation::default()
        });
    });
    operations.sort();
    operations
}

/// For each PATCH operation of a lowered document, the fields of its body that may be absent, null or a value.
pub(crate) fn patched_fields(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut patched = BTreeMap::new();
    walk::visit(document, &mut |kind, place, node| {
        let Some((_, "patch")) = references::call(kind, place) else { return };
        let request = node.get("requestBody");
        let Some(schema) = request.and_then(|request| references::json_schema(request, document)) else { return };
        let mut fields = BTreeSet::new();
        for body in bodies(schema, document) {
            let required = body.get("required").and_then(Value::as_array);
            let is_required = |name: &str| required.is_some_and(|list| list.iter().any(|needed| needed == name));
            let all = body.get("properties").and_then(Value::as_object).into_iter().flatten();
            let nullable = all.filter(|(name, field)| has_value(field, "nullable", true) && !is_required(name));
            fields.extend(nullable.map(|(name, _)| name.clone()));
        }
        patched.insert(references::operation_id(node).to_owned(), fields);
    });
    patched
}

/// The objects that a body can be: itself, an item of a list or a value of a map, and the alternatives of a union.
fn bodies<'a>(schema: &'a Value, document: &'a Value) -> Vec<&'a Value> {
    let mut found: Vec<&Value> = Vec::new();
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        let schema = body(schema, document);
        // A union can be one of its own alternatives.
        if !found.iter().any(|known| std::ptr::eq(*known, schema)) {
            found.push(schema);
            let alternatives = ["anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array());
            open.extend(alternatives.flatten());
        }
    }
    found
}

/// The schema of the object in a body, which is the body itself, an item of a list or a value of a map.
fn body<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    references::follow(references::resolved_schema(schema, document), document, |schema, document| {
        let values =
            schema.get("additionalProperties").filter(|it| it.is_object() && schema.get("properties").is_none());
        Some(references::resolved_schema(schema.get("items").or(values)?, document))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_security_of_an_operation_overrides_that_of_the_document() {
        let document = json!({
            "security": [{"bearerAuth": []}],
            "paths": {
                "/token": {"post": {"operationId": "d_token", "security": []}},
                "/inherits": {"get": {"operationId": "b_inherits"}},
                "/undefined": {"get": {"operationId": "a_undefined", "security": [{"mcp_auth": []}]}},
            },
        });
        let found = list(&document);
        let summary: Vec<_> = found.iter().map(|o| (o.id.as_str(), o.method.as_str(), o.needs_bearer)).collect();
        assert_eq!(summary, [("a_undefined", "GET", true), ("b_inherits", "GET", true), ("d_token", "POST", false)]);
    }

    #[test]
    fn a_patch_can_clear_the_fields_of_each_alternative_of_its_body() {
        let field = |nullable: bool| json!({"type": "string", "nullable": nullable});
        let body = json!({"items": {"oneOf": [
            {"required": ["kind"], "properties": {"kind": field(true), "flour": field(true), "name": field(false)}},
            {"$ref": "#/components/schemas/Cake"},
        ]}});
        let document = json!({
            "paths": {"/a": {
                "patch": {"operationId": "change", "requestBody": {"content": {"application/json": {"schema": body}}}},
                "put": {"operationId": "replace", "requestBody": {"content": {"application/json": {"schema": body}}}},
            }, "/b": {
                "patch": {"operationId": "change_by_key", "requestBody": {"content": {"application/json": {"schema": {
                    "type": "object", "additionalProperties": {"properties": {"topping": field(true)}},
                }}}}},
            }},
            "components": {"schemas": {"Cake": {"anyOf": [
                {"properties": {"topping": field(true)}},
                {"$ref": "#/components/schemas/Cake"},
            ]}}},
        });
        let fields = patched_fields(&document);
        assert_eq!(fields["change"], ["flour", "topping"].map(str::to_owned).into());
        assert_eq!(fields["change_by_key"], ["topping".to_owned()].into());
        assert_eq!(fields.len(), 2);
    }

    #[test]
    fn the_base_url_is_the_first_server_with_its_defaults() {
        let document =
            json!({"servers": [{"url": "https://{env}.example/", "variables": {"env": {"default": "api"}}}]});
        assert_eq!(base_url(&document).unwrap(), "https://api.example");
        assert_eq!(base_url(&json!({"servers": [{"url": "/"}]})), None);
        assert_eq!(base_url(&json!({})), None);
    }

    #[test]
    fn an_operation_without_security_needs_no_bearer_token() {
        let document = json!({"paths": {"/a": {"get": {"operationId": "a"}}}});
        assert!(!list(&document)[0].needs_bearer);
    }
}
