//! Moves a `$ref` with siblings into an `allOf` of one. 3.1 allows siblings of a `$ref`, and 3.0 ignores them.

use serde_json::{Value, json};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self, Kind, Place};

pub(super) fn move_references(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        if schema.len() < 2 || !schema.contains_key("$ref") {
            return;
        }
        count += 1;
        if let Some(reference) = schema.shift_remove("$ref") {
            references::add_part(schema, json!({"$ref": reference}));
        }
    });
    count
}

/// Refuses a reference whose target has another kind than its position requires. The last pass checks the references of
/// schemas, because their targets may be definitions that a pass moves.
pub(super) fn refuse(document: &Value, report: &mut Report) {
    walk::visit(document, &mut |kind, place, node| {
        if kind != Kind::Schema {
            refuse_one(kind, place, node, report);
        }
    });
}

/// progenitor reads only the name in a reference, and finds it in the section of the kind that it expects.
pub(super) fn refuse_one(kind: Kind, place: &Place<'_>, node: &Value, report: &mut Report) {
    let (section, what) = match kind {
        Kind::Schema => ("schemas", "schema"),
        Kind::Response => ("responses", "response"),
        Kind::Parameter => ("parameters", "parameter"),
        Kind::RequestBody => ("requestBodies", "request body"),
        Kind::Header => ("headers", "header"),
        _ => return,
    };
    let Some(reference) = node.get("$ref") else { return };
    let target = reference.as_str().and_then(Pointer::from_reference);
    let fits = target.is_some_and(|target| match target.tokens() {
        [components, of, name] => components == "components" && of == section && !name.is_empty(),
        _ => false,
    });
    if !fits {
        report.refuse(
            &place.child("$ref"),
            format!("the target of the reference is not a {what} in `components`"),
            "change the reference with an overlay action",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn siblings_stay_beside_an_all_of() {
        let (schema, _) = schema_after(move_references, json!({"$ref": "#/a", "description": "d"}));
        assert_eq!(schema, json!({"description": "d", "allOf": [{"$ref": "#/a"}]}));
        let alone = json!({"$ref": "#/a"});
        assert_eq!(schema_after(move_references, alone.clone()).0, alone);
    }

    #[test]
    fn a_target_of_another_kind_is_refused() {
        let mut report = Report::default();
        let document = json!({"paths": {"/a": {"get": {
            "parameters": [{"$ref": "#/components/parameters/P"}, {"$ref": "#/components/schemas/P"}],
            "responses": {"200": {"$ref": "other.yaml#/components/responses/R"}, "201": {"$ref": "#/components/responses/R"}},
        }}}});
        refuse(&document, &mut report);
        let places: Vec<_> = report.problems.iter().map(|problem| problem.place.to_string()).collect();
        assert_eq!(places, ["#/paths/~1a/get/parameters/1/$ref", "#/paths/~1a/get/responses/200/$ref"]);
    }
}
