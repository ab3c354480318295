//! Removes the keywords that neither JSON Schema nor `OpenAPI` defines (Chift's document once had a `desciption`). They
//! do not describe the data: by JSON Schema 2020-12 (core, section 6.5), they are ignored. A vendor's `x-…` keyword is
//! removed as well, from every node: the generator matches schemas by value, so an extension beside `format: password`
//! would prevent the redaction, and it knows some extensions of operations itself.

use serde_json::{Map, Value};

use super::Report;
use crate::document::walk::{self, Kind};
use crate::document::{keywords, marker};

pub(super) fn ignore(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let Value::Object(schema) = node else { return };
        if kind != Kind::Schema {
            count += remove_extensions(schema);
            for key in ["info", "paths", "responses"] {
                // Under these keys of `components`, any name is one of a component.
                if kind != Kind::Components
                    && let Some(Value::Object(entries)) = schema.get_mut(key)
                {
                    count += remove_extensions(entries);
                }
            }
            return;
        }
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

fn remove_extensions(fields: &mut Map<String, Value>) -> usize {
    let before = fields.len();
    fields.retain(|key, _| !key.starts_with("x-"));
    before - fields.len()
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
    fn an_extension_may_stand_in_any_node() {
        let mut document = json!({
            "x-a": 1, "info": {"x-a": 1, "title": "T"},
            "paths": {"x-a": "text", "/a": {"x-a": 1, "get": {"x-a": 1, "responses": {"x-a": [], "200": {"x-a": 1}}}}},
            "components": {"responses": {"x-named": {"x-a": 1}}},
        });
        ignore(&mut document, &mut Report::default());
        let expected = json!({
            "info": {"title": "T"}, "paths": {"/a": {"get": {"responses": {"200": {}}}}},
            "components": {"responses": {"x-named": {}}},
        });
        assert_eq!(document, expected);
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
