//! Removes the keywords that neither JSON Schema nor `OpenAPI` defines (Chift's document once had a `desciption`). They
//! do not describe the data: by JSON Schema 2020-12 (core, section 6.5), they are ignored. A vendor's `x-…` keyword is
//! removed as well: the generator matches schemas by value, so an extension beside `format: password` would prevent the
//! redaction.

use serde_json::Value;

use super::Report;
use crate::document::walk::{self, Kind};
use crate::document::{keywords, marker};

pub(super) fn ignore(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let before = schema.len();
        schema.retain(|key, value| {
            let is_known = keywords::role(key).is_some() || marker::is_mark(key, value);
            if !is_known && !key.starts_with("x-") {
                report.warn(&place.child(key), "neither JSON Schema nor OpenAPI has this keyword; it is ignored");
            }
            is_known
        });
        count += before - schema.len();
    });
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn an_unknown_keyword_is_ignored_and_a_property_of_that_name_is_not() {
        let given = json!({"desciption": "d", "x-own": 1, "properties": {"desciption": {"type": "string"}}});
        let (schema, report) = schema_after(ignore, given);
        assert_eq!(schema, json!({"properties": {"desciption": {"type": "string"}}}));
        assert_eq!(report.diagnostics.len(), 1);
    }

    #[test]
    fn an_extension_of_the_vendor_does_not_prevent_the_redaction() {
        for (given, expected) in [
            (
                json!({"type": "string", "format": "password", "x-own": 1}),
                json!({"type": "string", "format": "password"}),
            ),
            // A key of the vendor's that happens to have our name.
            (
                json!({"type": "string", "format": "password", marker::KEY: "secret"}),
                json!({"type": "string", "format": "password"}),
            ),
            (json!({"x-own": 1, marker::KEY: marker::REDACTED}), json!({marker::KEY: marker::REDACTED})),
        ] {
            assert_eq!(schema_after(ignore, given).0, expected);
        }
    }
}
