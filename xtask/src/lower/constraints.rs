//! Keywords that only check a value, and have no counterpart in 3.0 or in a Rust type: the server checks what
//! it gets, and an answer must not be lost over them.

use serde_json::Value;

use super::Report;
use crate::document::walk::{self, Kind};

const CHECKS: &[&str] = &[
    "uniqueItems",
    "propertyNames",
    "contains",
    "minContains",
    "maxContains",
    "unevaluatedProperties",
    "unevaluatedItems",
    "dependentRequired",
    "dependentSchemas",
    "not",
    "if",
    "then",
    "else",
    "patternProperties",
];

/// What is said to other programs, and checks nothing.
const SILENT: &[&str] =
    &["examples", "example", "$comment", "contentSchema", "$id", "$schema", "$anchor", "discriminator", "xml"];

pub(super) fn leave_to_the_server(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let Value::Object(fields) = node else { return };
        if !matches!(kind, Kind::Schema | Kind::Parameter | Kind::MediaType | Kind::Header) {
            return;
        }
        for key in SILENT.iter().filter(|key| kind == Kind::Schema || key.starts_with("example")) {
            fields.shift_remove(*key);
        }
        for key in CHECKS.iter().filter(|_| kind == Kind::Schema) {
            if fields.shift_remove(*key).is_some() {
                report.warn(&place.child(key), "this is not checked by the client");
                count += 1;
            }
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn a_check_goes_with_a_warning_and_a_field_of_that_name_stays() {
        let given =
            json!({"type": "array", "uniqueItems": true, "examples": [1], "items": {"properties": {"not": {}}}});
        let (schema, report) = schema_after(leave_to_the_server, given);
        assert_eq!(schema, json!({"type": "array", "items": {"properties": {"not": {}}}}));
        assert_eq!(
            report.diagnostics[0].to_string(),
            "#/components/schemas/S/uniqueItems: this is not checked by the client"
        );
    }
}
