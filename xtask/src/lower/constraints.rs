//! Removes the keywords that only check a value and that neither 3.0 nor a Rust type can express. The server checks the
//! requests, and the client must not lose a response because of a check.

use serde_json::Value;

use super::Report;
use crate::document::keywords::{self, Role};
use crate::document::walk::{self, Kind};

pub(super) fn leave_to_the_server(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let Value::Object(fields) = node else { return };
        match kind {
            Kind::Schema => fields.retain(|key, _| match keywords::role(key) {
                Some(Role::Check) => {
                    report.warn(&place.child(key), "the client does not check this");
                    count += 1;
                    false
                }
                Some(Role::Ignored) => false,
                _ => true,
            }),
            Kind::Parameter | Kind::MediaType | Kind::Header => {
                fields.retain(|key, _| !["example", "examples"].contains(&key.as_str()));
            }
            _ => {}
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
    fn a_check_is_removed_and_reported_and_a_field_of_the_same_name_stays() {
        let given =
            json!({"type": "array", "uniqueItems": true, "examples": [1], "items": {"properties": {"not": {}}}});
        let (schema, report) = schema_after(leave_to_the_server, given);
        assert_eq!(schema, json!({"type": "array", "items": {"properties": {"not": {}}}}));
        assert_eq!(
            report.diagnostics[0].to_string(),
            "#/components/schemas/S/uniqueItems: the client does not check this"
        );
    }
}
