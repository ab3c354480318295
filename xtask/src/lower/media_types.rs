//! Chooses one media type for each body. progenitor supports one per body: JSON, a form, plain text or bytes. So a body
//! is JSON if the document allows JSON, and bytes if it allows no media type that progenitor supports; the header of a
//! request then states the media type. A multipart body is bytes too, and the documentation of the operation lists its
//! parts.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::media_types::{
    BYTES, FORM, JSON, MULTIPART, TEXT, bare, chosen_request, chosen_response, is_json,
};
use crate::document::references;
use crate::document::walk::{self, Kind, Place};

pub(super) fn choose_for_responses(document: &mut Value, report: &mut Report) -> usize {
    walk::replace(document, &mut |kind, place, node, _| match kind {
        Kind::Response => response(node, place, report),
        _ => None,
    })
}

pub(super) fn choose_for_requests(document: &mut Value, report: &mut Report) -> usize {
    walk::replace(document, &mut |kind, place, node, document| match kind {
        Kind::Operation => operation(node, document, report),
        Kind::RequestBody => request_body(node, place, document, report),
        _ => None,
    })
}

fn response(node: &Value, place: &Place<'_>, report: &mut Report) -> Option<Value> {
    let content = node.get("content")?.as_object()?;
    let chosen = chosen_response(content)?;
    report_others(content, chosen, "requests", place, report);
    let body = if is_json(chosen) {
        json!({JSON: {"schema": content[chosen].get("schema").unwrap_or(&json!({}))}})
    } else {
        json!({BYTES: {}})
    };
    (node["content"] != body).then(|| with_content(node, body))
}

fn request_body(node: &Value, place: &Place<'_>, document: &Value, report: &mut Report) -> Option<Value> {
    let content = node.get("content")?.as_object()?;
    let chosen = chosen_request(content)?;
    report_others(content, chosen, "sends", place, report);
    let schema = content[chosen].get("schema").cloned().unwrap_or_else(|| json!({}));
    let structured = structured_fields(&schema, document);
    if bare(chosen) == FORM && !structured.is_empty() {
        let fields = structured.join("`, `");
        let what =
            format!("the fields `{fields}` of this form are lists or objects, so callers pass the body as bytes");
        report.warn(&place.child("content").child(chosen), what);
    }
    let body = match written_as(chosen, &structured) {
        TEXT => json!({TEXT: {"schema": {"type": "string"}}}),
        BYTES => json!({BYTES: {"schema": {"type": "string", "format": "binary"}}}),
        other => json!({other: {"schema": schema}}),
    };
    (node["content"] != body).then(|| with_content(node, body))
}

fn with_content(node: &Value, content: Value) -> Value {
    let mut node = node.clone();
    node["content"] = content;
    node
}

/// The media type that progenitor supports for a request body of the type `chosen`.
fn written_as(chosen: &str, structured_fields: &[String]) -> &'static str {
    match bare(chosen) {
        _ if is_json(chosen) => JSON,
        FORM if structured_fields.is_empty() => FORM,
        TEXT => TEXT,
        _ => BYTES,
    }
}

/// Records the media type of an operation's body that is sent as bytes, and documents the parts of a multipart
/// body.
fn operation(operation: &Value, document: &Value, report: &mut Report) -> Option<Value> {
    let content = references::resolved(operation.get("requestBody")?, document).get("content")?.as_object()?;
    let chosen = chosen_request(content)?;
    let schema = content[chosen].get("schema").unwrap_or(&Value::Null);
    let structured = structured_fields(schema, document);
    if written_as(chosen, &structured) == BYTES && bare(chosen) != BYTES {
        report.sent_as.insert(references::operation_id(operation).to_owned(), chosen.clone());
    }
    if bare(chosen) != MULTIPART {
        return None;
    }
    let schema = references::resolved_schema(schema, document);
    let required = schema.get("required").and_then(Value::as_array);
    let parts = schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, part)| {
        let part = references::resolved_schema(part, document);
        let one = part.get("items").map_or(part, |items| references::resolved_schema(items, document));
        let is_file = references::has_value(one, "format", "binary") || one.get("contentMediaType").is_some();
        let is_required = required.is_some_and(|list| list.iter().any(|needed| needed == name));
        let kind = if is_file { "a file" } else { "a string" };
        format!("`{name}` ({kind}{})", if is_required { "" } else { ", optional" })
    });
    let parts: Vec<String> = parts.collect();
    let of = if parts.is_empty() { String::new() } else { format!(" of {}", parts.join(", ")) };
    let mut described = operation.as_object()?.clone();
    references::describe(&mut described, format!("The body is a [`Multipart`](crate::Multipart){of}."));
    Some(Value::Object(described))
}

/// Reports the media types of a body that the client does not use.
fn report_others(content: &Map<String, Value>, chosen: &str, verb: &str, place: &Place<'_>, report: &mut Report) {
    for name in content.keys().filter(|name| *name != chosen) {
        let what = format!("the client {verb} `{chosen}` instead of this media type");
        report.warn(&place.child("content").child(name), what);
    }
}

/// The fields that are lists or objects, which a form of strings cannot contain.
fn structured_fields(schema: &Value, document: &Value) -> Vec<String> {
    let fields = references::resolved_schema(schema, document).get("properties").and_then(Value::as_object);
    let is_structured = |field: &Value| {
        let field = references::resolved_schema(field, document);
        ["array", "object"].iter().any(|name| references::has_value(field, "type", *name))
            || field.get("properties").is_some()
    };
    fields.into_iter().flatten().filter(|(_, field)| is_structured(field)).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::pointer::Pointer;

    /// The content of a response or a request after the pass, and the number of diagnostics for it.
    fn after(node: &str, content: &Value) -> (Value, usize) {
        let place = if node == "requestBody" { "/paths/~1a/post/requestBody" } else { "/paths/~1a/post/responses/200" };
        let holder = json!({"content": content});
        let mut document = json!({"paths": {"/a": {"post": {"requestBody": holder, "responses": {"200": holder}}}}});
        let mut report = Report::default();
        choose_for_responses(&mut document, &mut report);
        choose_for_requests(&mut document, &mut report);
        let of = |place: &Pointer| place.to_string()[1..].starts_with(place_of(node));
        let reported = report.diagnostics.iter().filter(|diagnostic| of(&diagnostic.place)).count();
        (document.pointer(place).unwrap()["content"].clone(), reported)
    }

    fn place_of(node: &str) -> &'static str {
        if node == "requestBody" { "/paths/~1a/post/requestBody" } else { "/paths/~1a/post/responses" }
    }

    #[test]
    fn json_is_chosen_and_the_rest_is_reported() {
        let content = json!({"text/html": {}, "application/geo+json": {"schema": {"type": "object"}}});
        let expected = json!({"application/json": {"schema": {"type": "object"}}});
        assert_eq!(after("response", &content), (expected.clone(), 1));
        assert_eq!(after("requestBody", &content), (expected, 1));
    }

    #[test]
    fn other_media_types_are_bytes() {
        assert_eq!(after("response", &json!({"image/png": {}})), (json!({BYTES: {}}), 0));
        let (content, ..) = after("requestBody", &json!({"image/png": {}}));
        assert_eq!(content, json!({BYTES: {"schema": {"type": "string", "format": "binary"}}}));
    }

    #[test]
    fn a_form_of_strings_stays_and_any_other_is_bytes() {
        let form = |kind: &str| json!({FORM: {"schema": {"properties": {"a": {"type": kind}}}}});
        assert_eq!(after("requestBody", &form("string")), (form("string"), 0));
        let bytes = json!({BYTES: {"schema": {"type": "string", "format": "binary"}}});
        assert_eq!(after("requestBody", &form("array")), (bytes, 1));
    }

    #[test]
    fn a_multipart_body_is_bytes_and_its_parts_are_documented() {
        let mut document = json!({
            "paths": {"/a": {"post": {"operationId": "add", "requestBody": {"content": {MULTIPART: {"schema": {"$ref": "#/components/schemas/Body"}}}}}}},
            "components": {"schemas": {"Body": {"required": ["file"], "properties": {
                "file": {"type": "string", "format": "binary"},
                "more": {"items": {"contentMediaType": "image/png"}},
                "note": {"type": "string"},
            }}}},
        });
        let mut report = Report::default();
        choose_for_requests(&mut document, &mut report);
        let operation = &document["paths"]["/a"]["post"];
        assert_eq!(report.sent_as["add"], MULTIPART);
        let expected = "The body is a [`Multipart`](crate::Multipart) of `file` (a file), `more` (a file, optional), `note` (a string, optional).";
        assert_eq!(operation["description"], expected);
    }
}
