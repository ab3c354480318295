//! A keyword that neither JSON Schema nor OpenAPI knows (Chift's document once had a `desciption`) says
//! nothing about the data: by JSON Schema 2020-12, section 6.5 of the core, it is ignored.

use serde_json::Value;

use super::Report;
use crate::document::walk::{self, Kind};

/// The vocabularies of JSON Schema 2020-12 and of draft 4, and OpenAPI's own.
#[rustfmt::skip]
const KNOWN: &[&str] = &[
    "$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema", "$vocabulary",
    "additionalItems", "additionalProperties", "allOf", "anyOf", "const", "contains", "contentEncoding",
    "contentMediaType", "contentSchema", "default", "definitions", "dependencies", "dependentRequired",
    "dependentSchemas", "deprecated", "description", "discriminator", "else", "enum", "example", "examples",
    "exclusiveMaximum", "exclusiveMinimum", "externalDocs", "format", "if", "items", "maxContains", "maxItems",
    "maxLength", "maxProperties", "maximum", "minContains", "minItems", "minLength", "minProperties", "minimum",
    "multipleOf", "not", "nullable", "oneOf", "pattern", "patternProperties", "prefixItems", "properties",
    "propertyNames", "readOnly", "required", "then", "title", "type", "unevaluatedItems", "unevaluatedProperties",
    "uniqueItems", "writeOnly", "xml",
];

pub(super) fn ignore(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let before = schema.len();
        schema.retain(|key, _| {
            let known = KNOWN.contains(&key.as_str()) || key.starts_with("x-");
            if !known {
                report.warn(&place.child(key), "neither JSON Schema nor OpenAPI knows this keyword; it is ignored");
            }
            known
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
    fn a_keyword_that_nobody_knows_is_ignored_and_a_property_of_that_name_is_not() {
        let given = json!({"desciption": "d", "x-own": 1, "properties": {"desciption": {"type": "string"}}});
        let expected = json!({"x-own": 1, "properties": {"desciption": {"type": "string"}}});
        assert_eq!(schema_after(ignore, given).0, expected);
    }
}
