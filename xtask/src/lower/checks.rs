//! Refuses nodes of an unexpected shape, references without a target, and operation ids that are not strings, before the
//! first pass that relies on them. An overlay can mend them, so they are not checked when a document is read.

use serde_json::Value;

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::walk::{self, Kind};

pub(super) fn refuse_shapes(document: &Value, report: &mut Report) {
    for (place, expected) in walk::misshapen(document) {
        report.refuse(&place, format!("{expected} was expected here"), "fix it with an overlay action");
    }
}

pub(super) fn refuse_references(document: &Value, report: &mut Report) {
    walk::visit(document, &mut |kind, place, node| {
        // An id that is not a string would look like a missing one, which OpenAPI allows.
        if kind == Kind::Operation && node.get("operationId").is_some_and(|id| !id.is_string()) {
            let hint = "make it a string, or remove it";
            report.refuse(&place.child("operationId"), "the operationId is not a string", hint);
        }
        let Some(reference) = node.get("$ref") else { return };
        let here = || place.child("$ref");
        let Some(reference) = reference.as_str() else {
            report.refuse(&here(), "the reference is not a string", "write `$ref: '#/components/…'`");
            return;
        };
        match Pointer::from_reference(reference) {
            None => report.refuse(
                &here(),
                format!("the target of `{reference}` is outside the document"),
                "bundle the document into one file first",
            ),
            Some(target) if target.find(document).is_none() => report.refuse(
                &here(),
                format!("`{reference}` leads nowhere"),
                "add the target, or remove the reference with an overlay action",
            ),
            Some(_) => {}
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_without_a_target_and_ids_that_are_not_strings_are_refused_with_their_place() {
        let document = json!({
            "paths": {"/a": {"get": {"operationId": 7}, "put": {}}},
            "components": {"schemas": {
                "A": {"items": {"$ref": "#/components/schemas/B"}}, "C": {"$ref": "other.yaml#/C"}, "D": {"$ref": 7},
            }},
        });
        let mut report = Report::default();
        refuse_references(&document, &mut report);
        let found: Vec<String> = report.problems.iter().map(|it| format!("{}: {}", it.place, it.what)).collect();
        assert_eq!(
            found,
            [
                "#/paths/~1a/get/operationId: the operationId is not a string",
                "#/components/schemas/A/items/$ref: `#/components/schemas/B` leads nowhere",
                "#/components/schemas/C/$ref: the target of `other.yaml#/C` is outside the document",
                "#/components/schemas/D/$ref: the reference is not a string",
            ]
        );
    }
}
