//! Replaces the schema `true` with `{}`, which accepts any value too. Refuses the schema `false`, which accepts no
//! value and has no equivalent in 3.0.

use serde_json::{Value, json};

use super::Report;
use crate::document::walk::{self, Kind};

pub(super) fn replace(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        // `additionalProperties` may be a boolean in 3.0 too.
        let flag = place.last() == Some("additionalProperties");
        if kind != Kind::Schema || flag {
            return;
        }
        match node {
            Value::Bool(true) => {
                *node = json!({});
                count += 1;
            }
            Value::Bool(false) => report.refuse(
                &place.pointer(),
                "the schema `false` accepts no value",
                "use an overlay action to remove the part that has this schema",
            ),
            _ => {}
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn true_accepts_any_value_and_false_is_refused() {
        let (schema, report) = schema_after(replace, json!({"items": true, "additionalProperties": true}));
        assert_eq!(schema, json!({"items": {}, "additionalProperties": true}));
        assert!(report.problems.is_empty());
        let (_, report) = schema_after(replace, json!({"properties": {"a": false}}));
        assert_eq!(report.problems[0].place.to_string(), "#/components/schemas/S/properties/a");
    }
}
