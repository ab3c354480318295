//! progenitor takes one media type per body, and knows JSON, forms, plain text and bytes. So a body is JSON where
//! the document offers JSON, and bytes where it offers nothing that progenitor knows; a request then states the
//! media type in its header. A multipart body is bytes too, and the documentation of the operation lists its parts.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::media_types::{
    BYTES, FORM, JSON, MULTIPART, TEXT, bare, chosen_request, chosen_response, is_json,
};
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self, Kind};

pub(super) fn choose(document: &mut Value, report: &mut Report) -> usize {
    let before = document.clone();
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let chosen = match kind {
            Kind::Operation => operation(node, place, &before, report),
            Kind::RequestBody => request_body(node, place, &before, report),
            Kind::Response => response(node, place, report),
            _ => false,
        };
        count += usize::from(chosen);
    });
    count
}

fn response(node: &mut Value, place: &Pointer, report: &mut Report) -> bool {
    let Some(Value::Object(content)) = node.get("content") else {
        // FastAPI says nothing of the body of a file or a stream; what came must not be lost.
        let silent = place.tokens().last().is_some_and(|status| status == "200") && node.get("$ref").is_none();
        if silent && node.is_object() {
            node["content"] = json!({BYTES: {}});
        }
        return silent;
    };
    let Some(chosen) = chosen_response(content).cloned() else { return false };
    leave_out(content, &chosen, "is not asked for", place, report);
    let body = if is_json(&chosen) {
        json!({JSON: {"schema": content[&chosen].get("schema").cloned().unwrap_or_else(|| json!({}))}})
    } else {
        json!({BYTES: {}})
    };
    let changed = *content != *body.as_object().unwrap_or(&Map::new());
    node["content"] = body;
    changed
}

fn request_body(node: &mut Value, place: &Pointer, document: &Value, report: &mut Report) -> bool {
    let Some(Value::Object(content)) = node.get("content") else { return false };
    let Some(chosen) = chosen_request(content).cloned() else { return false };
    leave_out(content, &chosen, "is not sent", place, report);
    let schema = content[&chosen].get("schema").cloned().unwrap_or_else(|| json!({}));
    let structured = structured_fields(&schema, document);
    if bare(&chosen) == FORM && !structured.is_empty() {
        let fields = structured.join("`, `");
        let what = format!("`{fields}` of this form are lists or objects: its body is bytes, written by the caller");
        report.warn(&place.child("content").child(&chosen), what);
    }
    let body = match written_as(&chosen, &structured) {
        TEXT => json!({TEXT: {"schema": {"type": "string"}}}),
        BYTES => json!({BYTES: {"schema": {"type": "string", "format": "binary"}}}),
        other => json!({other: {"schema": schema}}),
    };
    let changed = *content != *body.as_object().unwrap_or(&Map::new());
    node["content"] = body;
    changed
}

/// The media type, among those that progenitor knows, of a request body of the type `chosen`.
fn written_as(chosen: &str, structured_fields: &[String]) -> &'static str {
    match bare(chosen) {
        _ if is_json(chosen) => JSON,
        FORM if structured_fields.is_empty() => FORM,
        TEXT => TEXT,
        _ => BYTES,
    }
}

/// Records the media type of an operation's body that is sent as bytes, and documents the parts of a multipart
/// body; `before` is the document before this pass.
fn operation(operation: &mut Value, place: &Pointer, before: &Value, report: &mut Report) -> bool {
    let body = place.child("requestBody").find(before).map(|body| references::resolved(body, before));
    let Some(Value::Object(content)) = body.and_then(|body| body.get("content")) else { return false };
    let Some(chosen) = chosen_request(content) else { return false };
    let structured = structured_fields(content[chosen].get("schema").unwrap_or(&Value::Null), before);
    if written_as(chosen, &structured) == BYTES && bare(chosen) != BYTES {
        report.sent_as.insert(references::operation_id(operation).to_owned(), chosen.clone());
    }
    if bare(chosen) != MULTIPART {
        return false;
    }
    let Some(operation) = operation.as_object_mut() else { return false };
    let schema = references::resolved_schema(content[chosen].get("schema").unwrap_or(&Value::Null), before);
    let required = schema.get("required").and_then(Value::as_array);
    let parts = schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, part)| {
        let part = references::resolved_schema(part, before);
        let one = part.get("items").map_or(part, |items| references::resolved_schema(items, before));
        let is_file = references::says(one, "format", "binary") || one.get("contentMediaType").is_some();
        let is_required = required.is_some_and(|list| list.iter().any(|needed| needed == name));
        let kind = if is_file { "a file" } else { "a text" };
        format!("`{name}` ({kind}{})", if is_required { "" } else { ", optional" })
    });
    let parts: Vec<String> = parts.collect();
    let of = if parts.is_empty() { String::new() } else { format!(" of {}", parts.join(", ")) };
    references::describe(operation, format!("The body is a [`Multipart`](crate::Multipart){of}."));
    true
}

fn leave_out(content: &Map<String, Value>, chosen: &str, what: &str, place: &Pointer, report: &mut Report) {
    for name in content.keys().filter(|name| *name != chosen) {
        report.warn(&place.child("content").child(name), format!("{what}, as `{chosen}` is"));
    }
}

/// The fields that are lists or objects: these have no place among the texts of a form.
fn structured_fields(schema: &Value, document: &Value) -> Vec<String> {
    let fields = references::resolved_schema(schema, document).get("properties").and_then(Value::as_object);
    let is_structured = |field: &Value| {
        let field = references::resolved_schema(field, document);
        ["array", "object"].iter().any(|name| references::says(field, "type", *name))
            || field.get("properties").is_some()
    };
    fields.into_iter().flatten().filter(|(_, field)| is_structured(field)).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The content of a response or a request after the pass, and the number of diagnostics for it.
    fn after(node: &str, content: &Value) -> (Value, usize) {
        let place = if node == "requestBody" { "/paths/~1a/post/requestBody" } else { "/paths/~1a/post/responses/200" };
        let holder = json!({"content": content});
        let mut document = json!({"paths": {"/a": {"post": {"requestBody": holder, "responses": {"200": holder}}}}});
        let mut report = Report::default();
        choose(&mut document, &mut report);
        let of = |place: &Pointer| place.to_string()[1..].starts_with(place_of(node));
        let warned = report.diagnostics.iter().filter(|warning| of(&warning.place)).count();
        (document.pointer(place).unwrap()["content"].clone(), warned)
    }

    fn place_of(node: &str) -> &'static str {
        if node == "requestBody" { "/paths/~1a/post/requestBody" } else { "/paths/~1a/post/responses" }
    }

    #[test]
    fn json_is_chosen_and_the_rest_is_warned_of() {
        let content = json!({"text/html": {}, "application/geo+json": {"schema": {"type": "object"}}});
        let expected = json!({"application/json": {"schema": {"type": "object"}}});
        assert_eq!(after("response", &content), (expected.clone(), 1));
        assert_eq!(after("requestBody", &content), (expected, 1));
    }

    #[test]
    fn what_is_no_json_is_bytes() {
        assert_eq!(after("response", &json!({"image/png": {}})), (json!({BYTES: {}}), 0));
        let (content, ..) = after("requestBody", &json!({"image/png": {}}));
        assert_eq!(content, json!({BYTES: {"schema": {"type": "string", "format": "binary"}}}));
    }

    #[test]
    fn a_form_holds_texts_only_and_any_other_is_bytes() {
        let form = |kind: &str| json!({FORM: {"schema": {"properties": {"a": {"type": kind}}}}});
        assert_eq!(after("requestBody", &form("string")), (form("string"), 0));
        let bytes = json!({BYTES: {"schema": {"type": "string", "format": "binary"}}});
        assert_eq!(after("requestBody", &form("array")), (bytes, 1));
    }

    #[test]
    fn a_body_in_parts_is_bytes_and_its_parts_are_told() {
        let mut document = json!({
            "paths": {"/a": {"post": {"operationId": "add", "requestBody": {"content": {MULTIPART: {"schema": {"$ref": "#/components/schemas/Body"}}}}}}},
            "components": {"schemas": {"Body": {"required": ["file"], "properties": {
                "file": {"type": "string", "format": "binary"},
                "more": {"items": {"contentMediaType": "image/png"}},
                "note": {"type": "string"},
            }}}},
        });
        let mut report = Report::default();
        choose(&mut document, &mut report);
        let operation = &document["paths"]["/a"]["post"];
        assert_eq!(report.sent_as["add"], MULTIPART);
        let told = "The body is a [`Multipart`](crate::Multipart) of `file` (a file), `more` (a file, optional), `note` (a text, optional).";
        assert_eq!(operation["description"], told);
    }
}
