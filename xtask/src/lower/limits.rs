//! Limits on values, and defaults, are the server's to check and to fill in. A client that enforced them
//! would lose a whole page of answers because one text is a character too long; so they are told in words
//! where the field is documented, and nothing but a check is lost.

use serde_json::{Map, Value};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self, Kind};

/// The keyword, and what it says before and after its value.
const LIMITS: &[(&str, &str, &str)] = &[
    ("minLength", "At least", "characters."),
    ("maxLength", "At most", "characters."),
    ("minItems", "At least", "items."),
    ("maxItems", "At most", "items."),
    ("minProperties", "At least", "entries."),
    ("maxProperties", "At most", "entries."),
    ("minimum", "Not less than", "."),
    ("maximum", "Not more than", "."),
    ("exclusiveMinimum", "More than", "."),
    ("exclusiveMaximum", "Less than", "."),
    ("multipleOf", "A multiple of", "."),
    ("pattern", "Matches", "."),
    ("contentEncoding", "Encoded as", "."),
    ("contentMediaType", "Contains", "."),
    ("default", "Default:", "."),
];

pub(super) fn tell(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if let (Kind::Schema, Value::Object(fields)) = (kind, node) {
            count += tell_one(fields, place, report);
        }
    });
    count
}

fn tell_one(schema: &mut Map<String, Value>, place: &Pointer, report: &mut Report) -> usize {
    let mut told = Vec::new();
    for (keyword, before, after) in LIMITS {
        let Some(value) = schema.shift_remove(*keyword) else { continue };
        // null as a default is what an absent field is anyway, and 3.0's flags belong to their limits.
        if value.is_null() || value.is_boolean() && keyword.starts_with("exclusive") {
            continue;
        }
        if !["default", "contentEncoding", "contentMediaType"].contains(keyword) {
            report.warn(&place.child(keyword), "this is told in words, and not checked by the client");
        }
        let space = if after.len() > 1 { " " } else { "" };
        told.push(format!("{before} `{}`{space}{after}", plain(&value)));
    }
    if told.is_empty() {
        return 0;
    }
    references::describe(schema, told.join(" "));
    1
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace('`', "'")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn a_limit_is_told_in_words() {
        for (given, expected) in [
            (
                json!({"maxLength": 5, "description": "A code."}),
                json!({"description": "A code.\n\nAt most `5` characters."}),
            ),
            (json!({"exclusiveMinimum": 0}), json!({"description": "More than `0`."})),
            (json!({"exclusiveMinimum": true, "minimum": 0}), json!({"description": "Not less than `0`."})),
            (json!({"default": "0", "type": "number"}), json!({"type": "number", "description": "Default: `0`."})),
            (json!({"default": null}), json!({})),
            (json!({"default": false}), json!({"description": "Default: `false`."})),
            (
                json!({"properties": {"default": {"type": "string"}}}),
                json!({"properties": {"default": {"type": "string"}}}),
            ),
        ] {
            assert_eq!(schema_after(tell, given).0, expected);
        }
    }
}
