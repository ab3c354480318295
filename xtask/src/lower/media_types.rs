//! progenitor takes one media type a body, and knows JSON, forms, plain text and bytes. So JSON is chosen where
//! it is offered, whatever else is; and what it does not know is bytes, with the media type's name for the
//! header of a request. A body in parts is bytes, too, whose parts are told in words.

use serde_json::{Map, Value, json};

use super::Diagnostics;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self, Kind};

/// Where the media type is left that a request's bytes are sent as.
pub const SENT_AS: &str = "x-sent-as";

/// Texts by name, written as in an address.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const MULTIPART: &str = "multipart/form-data";
const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

pub(super) fn choose(document: &mut Value, diagnostics: &mut Diagnostics) -> usize {
    let before = document.clone();
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let chosen = match kind {
            Kind::Operation => tell_parts(node, place, &before),
            Kind::RequestBody => of_request(node, place, &before, diagnostics),
            Kind::Response => of_response(node, place, diagnostics),
            _ => false,
        };
        count += usize::from(chosen);
    });
    count
}

fn of_response(node: &mut Value, place: &Pointer, diagnostics: &mut Diagnostics) -> bool {
    let Some(Value::Object(content)) = node.get("content") else {
        // FastAPI says nothing of the body of a file or a stream; what came must not be lost.
        let silent = place.tokens().last().is_some_and(|status| status == "200") && node.get("$ref").is_none();
        if silent && node.is_object() {
            node["content"] = json!({BYTES: {}});
        }
        return silent;
    };
    let Some(chosen) = chosen_response(content).cloned() else { return false };
    leave_out(content, &chosen, "is not asked for", place, diagnostics);
    let body = if is_json(&chosen) {
        json!({"application/json": {"schema": content[&chosen].get("schema").cloned().unwrap_or_else(|| json!({}))}})
    } else {
        json!({BYTES: {}})
    };
    let changed = *content != *body.as_object().unwrap_or(&Map::new());
    node["content"] = body;
    changed
}

fn of_request(node: &mut Value, place: &Pointer, document: &Value, diagnostics: &mut Diagnostics) -> bool {
    let Some(Value::Object(content)) = node.get("content") else { return false };
    let Some(chosen) = chosen_request(content).cloned() else { return false };
    leave_out(content, &chosen, "is not sent", place, diagnostics);
    let schema = content[&chosen].get("schema").cloned().unwrap_or_else(|| json!({}));
    let bytes = || json!({BYTES: {"schema": {"type": "string", "format": "binary"}}});
    let structured = structured_fields(&schema, document);
    let body = match bare(&chosen) {
        _ if is_json(&chosen) => json!({"application/json": {"schema": schema}}),
        FORM if structured.is_empty() => json!({FORM: {"schema": schema}}),
        FORM => {
            let fields = structured.join("`, `");
            let what =
                format!("`{fields}` of this form are lists or objects: its body is bytes, written by the caller");
            diagnostics.warn(&place.child("content").child(&chosen), what);
            bytes()
        }
        TEXT => json!({TEXT: {"schema": {"type": "string"}}}),
        _ => bytes(),
    };
    let changed = *content != *body.as_object().unwrap_or(&Map::new());
    let is_bytes = body.get(BYTES).is_some();
    node["content"] = body;
    if is_bytes && bare(&chosen) != BYTES {
        node[SENT_AS] = json!(chosen);
    }
    changed
}

/// Says what the parts of an operation's body are, where it is sent in parts; `before` is the document as it was.
fn tell_parts(operation: &mut Value, place: &Pointer, before: &Value) -> bool {
    let body = place.child("requestBody").find(before).map(|body| references::resolved(body, before));
    let Some(Value::Object(content)) = body.and_then(|body| body.get("content")) else { return false };
    let Some(chosen) = chosen_request(content).filter(|chosen| bare(chosen) == MULTIPART) else { return false };
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

/// The media type of a response that is asked for, among those of its content.
pub(crate) fn chosen_response(content: &Map<String, Value>) -> Option<&String> {
    content.keys().find(|name| is_json(name)).or_else(|| content.keys().next())
}

/// The media type that a request's body is sent as, among those of its content.
pub(crate) fn chosen_request(content: &Map<String, Value>) -> Option<&String> {
    let named = |wanted: &'static str| content.keys().find(move |name| bare(name) == wanted);
    let chosen = content.keys().find(|name| is_json(name));
    chosen.or_else(|| named(FORM)).or_else(|| named(TEXT)).or_else(|| content.keys().next())
}

/// JSON, and what is JSON with a meaning, as `application/problem+json`.
pub(crate) fn is_json(name: &str) -> bool {
    references::is_json(name) || bare(name).ends_with("+json")
}

/// A media type without its parameters.
fn bare(name: &str) -> &str {
    name.split(';').next().unwrap_or(name).trim()
}

fn leave_out(content: &Map<String, Value>, chosen: &str, what: &str, place: &Pointer, diagnostics: &mut Diagnostics) {
    for name in content.keys().filter(|name| *name != chosen) {
        diagnostics.warn(&place.child("content").child(name), format!("{what}, as `{chosen}` is"));
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

    /// What becomes of the content of a response, and of a request, and how much was warned of.
    fn after(node: &str, content: &Value) -> (Value, usize) {
        let place = if node == "requestBody" { "/paths/~1a/post/requestBody" } else { "/paths/~1a/post/responses/200" };
        let holder = json!({"content": content});
        let mut document = json!({"paths": {"/a": {"post": {"requestBody": holder, "responses": {"200": holder}}}}});
        let mut diagnostics = Diagnostics::default();
        choose(&mut document, &mut diagnostics);
        let of = |place: &Pointer| place.to_string()[1..].starts_with(place_of(node));
        let warned = diagnostics.warnings.iter().filter(|warning| of(&warning.place)).count();
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
            "paths": {"/a": {"post": {"requestBody": {"content": {MULTIPART: {"schema": {"$ref": "#/components/schemas/Body"}}}}}}},
            "components": {"schemas": {"Body": {"required": ["file"], "properties": {
                "file": {"type": "string", "format": "binary"},
                "more": {"items": {"contentMediaType": "image/png"}},
                "note": {"type": "string"},
            }}}},
        });
        choose(&mut document, &mut Diagnostics::default());
        let operation = &document["paths"]["/a"]["post"];
        assert_eq!(operation["requestBody"][SENT_AS], MULTIPART);
        let told = "The body is a [`Multipart`](crate::Multipart) of `file` (a file), `more` (a file, optional), `note` (a text, optional).";
        assert_eq!(operation["description"], told);
    }
}
