//! Makes limits and defaults documentation of the field: the server checks the limits and sets the defaults. A client
//! that enforced a limit would lose a whole page of a list because of one string that is too long.

use serde_json::{Map, Value};

use super::Report;
use crate::document::keywords::{self, Role};
use crate::document::references;
use crate::document::walk::{self, Kind, Place};

/// Each keyword, and the words before and after its value in the documentation.
const LIMITS: &[(&str, &str, &str)] = &[
    ("minLength", "At least", "characters."),
    ("maxLength", "At most", "characters."),
    ("minItems", "At least", "items."),
    ("maxItems", "At most", "items."),
    ("minProperties", "At least", "entries."),
    ("maxProperties", "At most", "entries."),
    ("minimum", "At least", "."),
    ("maximum", "At most", "."),
    ("exclusiveMinimum", "More than", "."),
    ("exclusiveMaximum", "Less than", "."),
    ("multipleOf", "A multiple of", "."),
    ("pattern", "Matches", "."),
    ("contentEncoding", "Encoded as", "."),
    ("contentMediaType", "Contains", "."),
    ("default", "Default:", "."),
];

pub(super) fn describe(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if let (Kind::Schema, Value::Object(fields)) = (kind, node) {
            count += describe_one(fields, place, report);
        }
    });
    count
}

fn describe_one(schema: &mut Map<String, Value>, place: &Place<'_>, report: &mut Report) -> usize {
    // Most schemas have no such keyword.
    if !schema.keys().any(|key| keywords::role(key) == Some(Role::Limit)) {
        return 0;
    }
    state_exclusive_limits(schema);
    let mut sentences = Vec::new();
    for (keyword, before, after) in LIMITS {
        let Some(value) = schema.shift_remove(*keyword) else { continue };
        // A default of null is the same as an absent field.
        if value.is_null() || value.is_boolean() && keyword.starts_with("exclusive") {
            continue;
        }
        if !["default", "contentEncoding", "contentMediaType"].contains(keyword) {
            report.warn(&place.child(keyword), "the client documents this and does not check it");
        }
        let space = if after.len() > 1 { " " } else { "" };
        let value = plain(&value);
        let after = if value == "1" { singular(after) } else { after };
        sentences.push(format!("{before} `{value}`{space}{after}"));
    }
    if sentences.is_empty() {
        return 0;
    }
    references::describe(schema, sentences.join(" "));
    1
}

/// In 3.0, an exclusive limit is a boolean beside the limit; in 3.1, it is the limit.
pub(super) fn state_exclusive_limits(schema: &mut Map<String, Value>) {
    for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if schema.get(exclusive) == Some(&Value::Bool(true))
            && let Some(value) = schema.shift_remove(limit)
        {
            schema.insert(exclusive.to_owned(), value);
        }
    }
}

/// A value as a person writes it: an integral number has no decimal point.
fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace('`', "'");
    match text.strip_suffix(".0") {
        Some(integral) if value.is_number() => integral.to_owned(),
        _ => text,
    }
}

fn singular(unit: &'static str) -> &'static str {
    match unit {
        "characters." => "character.",
        "items." => "item.",
        "entries." => "entry.",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn a_limit_is_documented() {
        for (given, expected) in [
            (
                json!({"maxLength": 5, "description": "A code."}),
                json!({"description": "A code.\n\nAt most `5` characters."}),
            ),
            (json!({"exclusiveMinimum": 0}), json!({"description": "More than `0`."})),
            (json!({"exclusiveMinimum": true, "minimum": 0}), json!({"description": "More than `0`."})),
            (json!({"exclusiveMinimum": false, "minimum": 1.0}), json!({"description": "At least `1`."})),
            (
                json!({"minLength": 1, "maxLength": 2}),
                json!({"description": "At least `1` character. At most `2` characters."}),
            ),
            (json!({"default": "0", "type": "number"}), json!({"type": "number", "description": "Default: `0`."})),
            (json!({"default": null}), json!({})),
            (json!({"default": false}), json!({"description": "Default: `false`."})),
            (
                json!({"properties": {"default": {"type": "string"}}}),
                json!({"properties": {"default": {"type": "string"}}}),
            ),
        ] {
            assert_eq!(schema_after(describe, given).0, expected);
        }
    }

    #[test]
    fn every_limit_has_words_for_the_documentation() {
        for (keyword, ..) in LIMITS {
            assert_eq!(keywords::role(keyword), Some(Role::Limit), "{keyword}");
        }
        assert_eq!(keywords::with(Role::Limit).count(), LIMITS.len());
    }
}
