//! Media types, and the choice of the one that the client uses for a body.

use serde_json::{Map, Value};

pub(crate) const JSON: &str = "application/json";
/// A form whose fields are strings.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const MULTIPART: &str = "multipart/form-data";
pub(crate) const TEXT: &str = "text/plain";
pub(crate) const BYTES: &str = "application/octet-stream";

/// The media type of `content` that the client requests for a response.
pub(crate) fn chosen_response(content: &Map<String, Value>) -> Option<&String> {
    content.keys().find(|name| is_json(name)).or_else(|| content.keys().next())
}

/// The media type of `content` in which the client sends a request body.
pub(crate) fn chosen_request(content: &Map<String, Value>) -> Option<&String> {
    let named = |wanted: &'static str| content.keys().find(move |name| bare(name) == wanted);
    let chosen = content.keys().find(|name| is_json(name));
    chosen.or_else(|| named(FORM)).or_else(|| named(TEXT)).or_else(|| content.keys().next())
}

/// Whether a media type is JSON or a format based on it, such as `application/problem+json`.
pub(crate) fn is_json(name: &str) -> bool {
    bare(name) == JSON || bare(name).ends_with("+json")
}

/// A media type without its parameters.
pub(crate) fn bare(name: &str) -> &str {
    name.split(';').next().unwrap_or(name).trim()
}
