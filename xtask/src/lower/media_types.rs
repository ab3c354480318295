//! progenitor takes one media type a body, and knows JSON, forms, plain text and bytes. So JSON is chosen where
//! it is offered, whatever else is; and what it does not know is bytes, with the media type's name for the
//! header of a request.

use serde_json::{Map, Value, json};

use super::Findings;
use crate::node;
use crate::pointer::Pointer;
use crate::problem::Problem;
use crate::walk::{self, Kind};

/// Where the media type is left that a request's bytes are sent as.
pub const SENT_AS: &str = "x-sent-as";

/// Texts by name, written as in an address.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

pub(super) fn choose(document: &mut Value, findings: &mut Findings) -> usize {
    let before = document.clone();
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let chosen = match kind {
            Kind::RequestBody => of_request(node, place, &before, findings),
            Kind::Response => of_response(node, place, findings),
            _ => false,
        };
        count += usize::from(chosen);
    });
    count
}

fn of_response(node: &mut Value, place: &Pointer, findings: &mut Findings) -> bool {
    let Some(Value::Object(content)) = node.get("content") else {
        // FastAPI says nothing of the body of a file or a stream; what came must not be lost.
        let silent = place.tokens().last().is_some_and(|status| status == "200") && node.get("$ref").is_none();
        if silent && node.is_object() {
            node["content"] = json!({BYTES: {}});
        }
        return silent;
    };
    let Some(chosen) = chosen_response(content).cloned() else { return false };
    leave_out(content, &chosen, "is not asked for", place, findings);
    let body = if is_json(&chosen) {
        json!({"application/json": {"schema": content[&chosen].get("schema").cloned().unwrap_or_else(|| json!({}))}})
    } else {
        json!({BYTES: {}})
    };
    let changed = *content != *body.as_object().unwrap_or(&Map::new());
    node["content"] = body;
    changed
}

fn of_request(node: &mut Value, place: &Pointer, document: &Value, findings: &mut Findings) -> bool {
    let Some(Value::Object(content)) = node.get("content") else { return false };
    let Some(chosen) = chosen_request(content).cloned() else { return false };
    leave_out(content, &chosen, "is not sent", place, findings);
    let schema = content[&chosen].get("schema").cloned().unwrap_or_else(|| json!({}));
    let inner = place.child("content").child(&chosen);
    let body = match bare(&chosen) {
        _ if is_json(&chosen) => json!({"application/json": {"schema": schema}}),
        FORM => {
            findings.refused.extend(what_no_form_holds(&schema, &inner.child("schema"), document));
            json!({FORM: {"schema": schema}})
        }
        MULTIPART => {
            findings.refuse(
                &inner,
                "a body in parts (`multipart/form-data`) is not lowered",
                "remove the operation with an overlay action, or add a pass for it to xtask/src/lower",
            );
            return false;
        }
        TEXT => json!({TEXT: {"schema": {"type": "string"}}}),
        _ => json!({BYTES: {"schema": {"type": "string", "format": "binary"}}}),
    };
    let changed = *content != *body.as_object().unwrap_or(&Map::new());
    node["content"] = body;
    if !is_json(&chosen) && ![FORM, TEXT, BYTES].contains(&bare(&chosen)) {
        node[SENT_AS] = json!(chosen);
    }
    changed
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
    node::is_json(name) || bare(name).ends_with("+json")
}

/// A media type without its parameters.
fn bare(name: &str) -> &str {
    name.split(';').next().unwrap_or(name).trim()
}

fn leave_out(content: &Map<String, Value>, chosen: &str, what: &str, place: &Pointer, findings: &mut Findings) {
    for name in content.keys().filter(|name| *name != chosen) {
        findings.warn(&place.child("content").child(name), format!("{what}, as `{chosen}` is"));
    }
}

/// Lists and objects have no place among the texts of a form.
fn what_no_form_holds(schema: &Value, place: &Pointer, document: &Value) -> Vec<Problem> {
    let fields = node::resolved_schema(schema, document).get("properties").and_then(Value::as_object);
    let structured = |field: &Value| {
        let field = node::resolved_schema(field, document);
        ["array", "object"].iter().any(|name| node::says(field, "type", *name)) || field.get("properties").is_some()
    };
    let refused = fields.into_iter().flatten().filter(|(_, field)| structured(field)).map(|(name, _)| {
        let what = format!("the field `{name}` of a form is a list or an object, which is not lowered");
        Problem::new(place, what, "change its type to `string` with an overlay action")
    });
    refused.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of the content of a response, and of a request, and how much was warned of or refused.
    fn after(node: &str, content: &Value) -> (Value, usize, usize) {
        let place = if node == "requestBody" { "/paths/~1a/post/requestBody" } else { "/paths/~1a/post/responses/200" };
        let holder = json!({"content": content});
        let mut document = json!({"paths": {"/a": {"post": {"requestBody": holder, "responses": {"200": holder}}}}});
        let mut findings = Findings::default();
        choose(&mut document, &mut findings);
        let of = |place: &Pointer| place.to_string()[1..].starts_with(place_of(node));
        let warned = findings.warnings.iter().filter(|warning| of(&warning.place)).count();
        let refused = findings.refused.iter().filter(|problem| of(&problem.place)).count();
        (document.pointer(place).unwrap()["content"].clone(), warned, refused)
    }

    fn place_of(node: &str) -> &'static str {
        if node == "requestBody" { "/paths/~1a/post/requestBody" } else { "/paths/~1a/post/responses" }
    }

    #[test]
    fn json_is_chosen_and_the_rest_is_warned_of() {
        let content = json!({"text/html": {}, "application/geo+json": {"schema": {"type": "object"}}});
        let expected = json!({"application/json": {"schema": {"type": "object"}}});
        assert_eq!(after("response", &content), (expected.clone(), 1, 0));
        assert_eq!(after("requestBody", &content), (expected, 1, 0));
    }

    #[test]
    fn what_is_no_json_is_bytes() {
        assert_eq!(after("response", &json!({"image/png": {}})), (json!({BYTES: {}}), 0, 0));
        let (content, ..) = after("requestBody", &json!({"image/png": {}}));
        assert_eq!(content, json!({BYTES: {"schema": {"type": "string", "format": "binary"}}}));
    }

    #[test]
    fn a_form_holds_texts_only_and_parts_are_refused() {
        let form = |kind: &str| json!({FORM: {"schema": {"properties": {"a": {"type": kind}}}}});
        assert_eq!(after("requestBody", &form("string")).2, 0);
        assert_eq!(after("requestBody", &form("array")).2, 1);
        assert_eq!(after("requestBody", &json!({MULTIPART: {"schema": {}}})).2, 1);
    }
}
