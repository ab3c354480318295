//! `true` as a schema takes anything, as `{}` does; `false` takes nothing, and has no counterpart.

use serde_json::{Value, json};

use super::Report;
use crate::document::walk::{self, Kind};

pub(super) fn open_up(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        // There 3.0 knows booleans as well, and they say something about the object around them.
        let flag = place.tokens().last().is_some_and(|last| last == "additionalProperties");
        if kind != Kind::Schema || flag {
            return;
        }
        match node {
            Value::Bool(true) => {
                *node = json!({});
                count += 1;
            }
            Value::Bool(false) => report.refuse(
                place,
                "the schema `false` takes no value at all",
                "remove what has this schema with an overlay action",
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
    fn true_takes_anything_and_false_is_refused() {
        let (schema, report) = schema_after(open_up, json!({"items": true, "additionalProperties": true}));
        assert_eq!(schema, json!({"items": {}, "additionalProperties": true}));
        assert!(report.problems.is_empty());
        let (_, report) = schema_after(open_up, json!({"properties": {"a": false}}));
        assert_eq!(report.problems[0].place.to_string(), "#/components/schemas/S/properties/a");
    }
}
