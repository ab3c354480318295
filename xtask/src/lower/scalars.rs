//! Gives each schema the keywords of its type only. A hand-written type replaces the generated one if the schema is
//! exactly the one that selects it, so nothing may stand beside `type: string, format: password`.
//!
//! A secret stays a secret: a `format: password` on a value that is not a string selects a type that keeps any value
//! and does not print it; and beside a secret in a union, a string may be the secret.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::keywords::{self, Role};
use crate::document::marker;
use crate::document::references;
use crate::document::walk::{self, Kind};

pub(super) fn reduce(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if let (Kind::Schema, Value::Object(schema)) = (kind, node) {
            count += usize::from(reduce_one(schema));
        }
    });
    count + hide_beside_secrets(document)
}

const PASSWORD: &str = "password";

fn is_combined(schema: &Map<String, Value>) -> bool {
    ["$ref", "allOf", "anyOf", "oneOf"].iter().any(|key| schema.contains_key(*key))
}

fn reduce_one(schema: &mut Map<String, Value>) -> bool {
    if is_combined(schema) || schema.is_empty() {
        return false;
    }
    let is_mark = schema.iter().any(|(key, value)| marker::is_mark(key, value));
    let format = schema.get("format").and_then(Value::as_str).map(str::to_lowercase);
    let is_secret = format.as_deref() == Some(PASSWORD);
    let mut changed = state_type(schema, format.as_deref());
    let mut state = |schema: &mut Map<String, Value>, key: &str, value: &str| {
        changed |= schema.insert(key.to_owned(), json!(value)).is_none_or(|old| old != value);
    };
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let keys: &[&str] = match kind.as_str() {
        _ if is_mark => &[marker::KEY],
        "string" if is_secret => {
            state(schema, "format", PASSWORD);
            &["type", "format"]
        }
        _ if is_secret => {
            state(schema, marker::KEY, marker::REDACTED);
            &[marker::KEY]
        }
        "string" if schema.contains_key("enum") => &["type", "enum"],
        "string" => {
            if format.as_deref() == Some("date-time") {
                state(schema, "format", "date-time");
            }
            &["type", "format"]
        }
        "number" | "integer" => &["type", "format"],
        "boolean" => &["type"],
        "array" => &["type", "items"],
        "object" => &["type", "properties", "required", "additionalProperties"],
        "" => &[],
        // The last pass refuses it.
        _ => return changed,
    };
    let stays =
        |key: &str| keys.contains(&key) || keywords::role(key) == Some(Role::Annotation) || key == marker::PLACE;
    let before = schema.len();
    schema.retain(|key, _| stays(key));
    changed || schema.len() < before
}

/// Adds the type that the other keywords imply, and returns whether there is one.
fn state_type(schema: &mut Map<String, Value>, format: Option<&str>) -> bool {
    let implied = match format {
        _ if schema.contains_key("type") => return false,
        _ if schema.contains_key("properties") => "object",
        _ if schema.contains_key("items") => "array",
        Some(PASSWORD | "date-time") => "string",
        _ if schema.get("additionalProperties").is_some_and(Value::is_object) => "object",
        _ => return false,
    };
    schema.insert("type".to_owned(), json!(implied));
    true
}

/// Makes the strings of a union secrets if one of its alternatives is a secret: nothing distinguishes them.
fn hide_beside_secrets(document: &mut Value) -> usize {
    walk::replace(document, &mut |kind, _, node, document| {
        let keyword = ["anyOf", "oneOf"].into_iter().find(|key| kind == Kind::Schema && node.get(key).is_some())?;
        let alternatives = node[keyword].as_array()?;
        let whole = |alternative: &Value| references::resolved_schema(alternative, document).clone();
        let is_secret = |schema: &Value| references::has_value(schema, "format", PASSWORD);
        let is_string =
            |schema: &Value| references::has_value(schema, "type", "string") && schema.get("enum").is_none();
        if !alternatives.iter().any(|alternative| is_secret(&whole(alternative))) {
            return None;
        }
        let hidden = alternatives.iter().map(|alternative| {
            let whole = whole(alternative);
            if is_string(&whole) && !is_secret(&whole) {
                json!({"type": "string", "format": PASSWORD})
            } else {
                alternative.clone()
            }
        });
        let mut union = node.clone();
        union[keyword] = hidden.collect();
        (union != *node).then_some(union)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn each_type_has_its_own_keywords_only() {
        for (given, expected) in [
            (
                json!({"type": "number", "format": "float", "properties": {}}),
                json!({"type": "number", "format": "float"}),
            ),
            (json!({"type": "string", "items": {}, "title": "T"}), json!({"type": "string", "title": "T"})),
            (json!({"type": "string", "enum": ["a"], "format": "date"}), json!({"type": "string", "enum": ["a"]})),
            (json!({"type": "string", "format": "Date-Time"}), json!({"type": "string", "format": "date-time"})),
            (json!({"format": "date-time"}), json!({"format": "date-time", "type": "string"})),
            (json!({"format": "int64"}), json!({})),
            (json!({"type": "array", "items": {}, "format": "csv"}), json!({"type": "array", "items": {}})),
            (json!({"items": {}}), json!({"items": {}, "type": "array"})),
            (json!({"required": ["a"]}), json!({})),
            (
                json!({"type": "boolean", "format": "flag", "nullable": true}),
                json!({"type": "boolean", "nullable": true}),
            ),
        ] {
            assert_eq!(schema_after(reduce, given.clone()).0, expected, "{given}");
        }
    }

    #[test]
    fn a_secret_stays_a_secret() {
        let secret = json!({"type": "string", "format": "password"});
        let redacted = json!({marker::KEY: marker::REDACTED});
        for (given, expected) in [
            (json!({"format": "password"}), secret.clone()),
            (json!({"type": "string", "format": "Password", "enum": ["a"]}), secret.clone()),
            (json!({"type": "string", "format": "password", "items": {}}), secret.clone()),
            (json!({"type": "integer", "format": "password"}), redacted.clone()),
            (json!({"type": "array", "items": {"type": "string"}, "format": "password"}), redacted.clone()),
            (json!({"properties": {"a": {}}, "format": "password"}), redacted.clone()),
            (json!({"type": "string", "format": "password", marker::KEY: marker::REDACTED}), redacted),
            (json!({"anyOf": [{"type": "string"}, secret]}), json!({"anyOf": [secret, secret]})),
            (
                json!({"oneOf": [secret, {"type": "string", "format": "uuid"}, {"type": "integer"}]}),
                json!({"oneOf": [secret, secret, {"type": "integer"}]}),
            ),
        ] {
            assert_eq!(schema_after(reduce, given.clone()).0, expected, "{given}");
        }
    }
}
