//! Merges the parts of an `allOf` into one schema, and the keywords beside an `anyOf` or a `oneOf` into each of its
//! alternatives. The generator merges them too, but panics on some, and makes types without a value of others.
//!
//! An `allOf` of one reference stays: it is how a reference has annotations beside it.

mod merge;

use serde_json::{Map, Value, json};

use self::merge::{Conflict, Merge};
use super::Report;
use crate::document::keywords::{self, Role};
use crate::document::walk::{self, Kind};
use crate::document::{marker, references};

/// How much a document may grow, as a factor and in values: merged schemas are copies, and schemas that contain each
/// other have copies of copies.
const GROWTH: (usize, usize) = (16, 50_000);

pub(super) fn merge(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    let mut total = size(document);
    let limit = total.saturating_mul(GROWTH.0).saturating_add(GROWTH.1);
    // A merged schema contains parts of components as they were before; those are merged the next time.
    for _ in 0..references::HOPS {
        if !needs_any_merge(document) {
            break;
        }
        let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
        walk::change(document, &mut |kind, place, node| {
            if kind != Kind::Schema || !needs_merge(node) {
                return;
            }
            let hint = "change this place with an overlay action";
            if total > limit {
                let what = "the parts of this schema cannot be merged: they contain each other";
                report.refuse(&place.pointer(), what, hint);
                *node = json!({});
                return;
            }
            let before = size(node);
            let mut merge = Merge::new(&schemas);
            let mut normal = merge.normal(node);
            // A type that the combined schemas do not have is a mistake: they say in more detail what the value is.
            if let Err(Conflict(why)) = &normal
                && let Some(without) = without_type(node)
            {
                merge = Merge::new(&schemas);
                let what = format!("no value fulfills all parts of this schema: {why}; its own `type` is ignored");
                normal = merge.normal(&without).inspect(|_| report.warn(&place.pointer(), what));
            }
            match normal {
                Ok(schema) => {
                    *node = schema;
                    count += 1;
                }
                Err(Conflict(why)) => {
                    report.refuse(&place.pointer(), format!("the parts of this schema cannot be merged: {why}"), hint);
                    *node = json!({});
                }
            }
            total = (total + size(node)).saturating_sub(before);
            for why in merge.contradictions {
                report.warn(&place.pointer(), format!("no value fulfills all parts of this schema; {why}"));
            }
            if merge.left_out {
                report.warn(&place.pointer(), "the client does not check which combinations of fields are required");
            }
        });
    }
    count
}

/// The number of values in a value.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

fn needs_any_merge(document: &Value) -> bool {
    let mut found = false;
    walk::visit(document, &mut |kind, _, node| found |= kind == Kind::Schema && needs_merge(node));
    found
}

/// Whether a schema has keywords that only a merge expresses in one type.
fn needs_merge(schema: &Value) -> bool {
    let Some(fields) = schema.as_object() else { return false };
    let combined = |key: &str| fields.get(key).and_then(Value::as_array);
    let has_others = || fields.keys().any(|key| is_own(key));
    let unions = ["anyOf", "oneOf"].iter().filter(|key| fields.contains_key(**key)).count();
    match combined("allOf") {
        Some(parts) => match parts.as_slice() {
            [only] if references::component(only).is_some() => has_others() || unions > 0,
            _ => true,
        },
        None => unions > 1 || unions > 0 && has_others(),
    }
}

/// A combined schema without its own `type`; `None` if it has none, or combines nothing.
fn without_type(schema: &Value) -> Option<Value> {
    let mut fields = schema.as_object()?.clone();
    let is_combined = ["allOf", "anyOf", "oneOf"].iter().any(|key| fields.contains_key(*key));
    (is_combined && fields.shift_remove("type").is_some()).then_some(Value::Object(fields))
}

/// The keywords of a schema that restrict its values, without those that combine schemas; `None` if there are none.
fn own(fields: &Map<String, Value>) -> Option<Value> {
    let own: Map<String, Value> =
        fields.iter().filter(|(key, _)| is_own(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    (!own.is_empty()).then_some(Value::Object(own))
}

/// Whether a keyword restricts the values of a schema itself.
fn is_own(key: &str) -> bool {
    !["allOf", "anyOf", "oneOf"].contains(&key) && restricts(key)
}

/// Whether a keyword may restrict values: a keyword that is not known counts, the others describe values.
fn restricts(key: &str) -> bool {
    keywords::role(key) != Some(Role::Annotation) && key != marker::PLACE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::marker;

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// The schema `S` after the pass, beside components of a bakery.
    #[allow(clippy::needless_pass_by_value)]
    fn merged(schema: Value) -> (Value, Report) {
        let mut document = json!({"components": {"schemas": {
            "S": schema,
            "Cake": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "kind": reference("Kind")}},
            "Price": {"type": "object", "properties": {"price": {"type": "number"}}, "additionalProperties": false},
            "Kind": {"type": "string", "enum": ["tart", "pie"]},
            "Round": {"type": "object", "required": ["radius"], "properties": {"radius": {"type": "integer"}}},
            "Square": {"type": "object", "required": ["side"], "properties": {"side": {"type": "integer"}}},
            "Shape": {"description": "A shape.", "oneOf": [reference("Round"), reference("Square")]},
            "Tree": {"type": "object", "properties": {"child": reference("Tree")}},
            "Maybe": {"type": "string", "nullable": true},
        }}});
        let mut report = Report::default();
        merge(&mut document, &mut report);
        (document["components"]["schemas"]["S"].take(), report)
    }

    fn check(cases: &[(Value, Value)]) {
        for (given, expected) in cases {
            let (schema, report) = merged(given.clone());
            assert_eq!(&schema, expected, "{given}");
            assert!(report.problems.is_empty(), "{given}: {:?}", report.problems);
        }
    }

    #[test]
    fn subtypes_that_contain_a_union_of_themselves_are_refused_before_they_fill_the_memory() {
        let inner = json!({"type": "object", "properties": {"price": {"type": "number"}}, "oneOf": [reference("Tart"), reference("Bun")]});
        let subtype = |field: &str| json!({"allOf": [reference("Pastry"), {"type": "object", "properties": {field: {"type": "string"}}}]});
        let mut document = json!({"components": {"schemas": {
            "Pastry": {"type": "object", "properties": {"inner": inner}}, "Tart": subtype("fruit"), "Bun": subtype("glaze"),
        }}});
        let mut report = Report::default();
        merge(&mut document, &mut report);
        let problem = report.problems.first().unwrap().to_string();
        assert!(problem.contains("/properties/inner") && problem.contains("they contain each other"), "{problem}");
    }

    #[test]
    fn objects_have_the_fields_of_all_parts() {
        let name = json!({"type": "string"});
        check(&[
            (
                json!({"allOf": [reference("Cake"), reference("Price")], "description": "Sold."}),
                json!({"description": "Sold.", "type": "object", "required": ["name"], "properties": {"name": name, "kind": reference("Kind"), "price": {"type": "number"}}}),
            ),
            (
                json!({"allOf": [reference("Cake"), {"required": ["kind"], "properties": {"kind": {"type": "string", "enum": ["tart", "bun"]}}}]}),
                json!({"type": "object", "required": ["name", "kind"], "properties": {"name": name, "kind": {"type": "string", "enum": ["tart"]}}}),
            ),
            (
                json!({"properties": {"name": {"description": "Its name."}, "size": {}}, "allOf": [reference("Cake")]}),
                json!({"type": "object", "properties": {"name": {"type": "string", "description": "Its name."}, "size": {}, "kind": reference("Kind")}, "required": ["name"]}),
            ),
        ]);
    }

    #[test]
    fn a_part_that_adds_nothing_leaves_the_reference() {
        for (beside, expected) in [
            (json!({"type": "object"}), reference("Price")),
            (json!({"additionalProperties": false}), reference("Price")),
            (json!({"required": []}), reference("Price")),
            (json!({"nullable": true, "type": "object"}), json!({"nullable": true, "allOf": [reference("Price")]})),
        ] {
            let mut given = beside.clone();
            given["allOf"] = json!([reference("Price")]);
            check(&[(given, expected)]);
        }
        let annotated = json!({"description": "d", "allOf": [reference("Price")]});
        check(&[(annotated.clone(), annotated)]);
        check(&[(json!({"type": "string", "allOf": [reference("Kind"), {}]}), reference("Kind"))]);
    }

    #[test]
    fn scalars_have_the_rules_of_all_parts() {
        let text = |format: &str| json!({"type": "string", "format": format});
        check(&[
            (
                json!({"allOf": [{"type": "string"}, {"format": "password"}], "title": "T"}),
                json!({"title": "T", "type": "string", "format": "password"}),
            ),
            (json!({"allOf": [text("uuid"), text("password")]}), text("password")),
            (
                json!({"allOf": [{"type": "number", "format": "double"}, {"type": "integer"}]}),
                json!({"type": "integer"}),
            ),
            (
                json!({"type": "string", "enum": ["pie"], "allOf": [reference("Kind")]}),
                json!({"type": "string", "enum": ["pie"]}),
            ),
            (json!({"allOf": [reference("Maybe"), reference("Maybe")]}), reference("Maybe")),
            (json!({"allOf": [reference("Maybe"), {"type": "string"}]}), json!({"type": "string"})),
            (
                json!({"type": "array", "allOf": [{"items": {"type": "string"}}]}),
                json!({"type": "array", "items": {"type": "string"}}),
            ),
        ]);
    }

    #[test]
    fn what_stands_beside_a_union_applies_to_each_alternative() {
        let part = |name: &str, field: &str| json!({"title": name, "type": "object", "required": ["name", field], "properties": {"name": {"type": "string"}, "kind": reference("Kind"), field: {"type": "integer"}}});
        check(&[
            (
                json!({"allOf": [reference("Cake"), reference("Shape")]}),
                json!({"oneOf": [part("Round", "radius"), part("Square", "side")]}),
            ),
            (
                json!({"type": "object", "oneOf": [reference("Round"), reference("Square")]}),
                json!({"oneOf": [reference("Round"), reference("Square")]}),
            ),
            (
                json!({"type": "string", "anyOf": [{"format": "date"}, {"format": "uuid"}], "nullable": true}),
                json!({"nullable": true, "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "uuid"}]}),
            ),
            // An alternative that contradicts the rest can have no value.
            (json!({"type": "object", "anyOf": [reference("Round"), {"type": "string"}]}), reference("Round")),
            (json!({"type": "string", "anyOf": [{}, {}]}), json!({"type": "string"})),
        ]);
    }

    #[test]
    fn alternatives_that_only_require_fields_are_left_out() {
        let fields = json!({"type": "object", "properties": {"a": {}, "b": {}}});
        let mut given = fields.clone();
        given["anyOf"] = json!([{"required": ["a"]}, {"required": ["b"]}]);
        let (schema, report) = merged(given);
        assert_eq!(schema, fields);
        assert_eq!(report.diagnostics.len(), 1);
    }

    #[test]
    fn a_contradiction_is_refused_with_its_place() {
        for (given, expected) in [
            (json!({"allOf": [{"type": "string"}, {"type": "integer"}]}), "the types `string` and `integer`"),
            (json!({"allOf": [reference("Kind"), {"enum": ["bun"]}]}), "no value is in both enums"),
            (
                json!({"required": ["radius"], "properties": {"radius": {"type": "string"}}, "oneOf": [reference("Round")]}),
                "in the field `radius`: ",
            ),
        ] {
            let (_, report) = merged(given);
            let problem = report.problems[0].to_string();
            assert!(problem.starts_with("#/components/schemas/S: ") && problem.contains(expected), "{problem}");
        }
    }

    #[test]
    fn a_field_without_a_valid_value_accepts_any_value_and_is_not_printed_if_it_is_a_secret() {
        let secret = json!({"type": "string", "format": "password"});
        for (field, expected) in
            [(json!({"type": "integer"}), json!({})), (secret, json!({marker::KEY: marker::REDACTED}))]
        {
            let parts = json!([{"properties": {"a": {"type": "boolean"}}}, {"properties": {"a": field}}]);
            let (schema, report) = merged(json!({"allOf": parts}));
            assert_eq!(schema, json!({"type": "object", "properties": {"a": expected}}));
            assert_eq!(report.diagnostics.len(), 1);
        }
    }

    #[test]
    fn a_recursive_part_ends() {
        let child = json!({"type": "object", "properties": {"child": reference("Tree"), "leaf": {"type": "boolean"}}});
        check(&[(json!({"allOf": [reference("Tree"), {"properties": {"leaf": {"type": "boolean"}}}]}), child)]);
    }

    #[test]
    fn a_type_that_no_alternative_has_is_ignored_and_reported() {
        let (schema, report) = merged(json!({"type": "object", "oneOf": [reference("Kind"), {"type": "integer"}]}));
        assert_eq!(schema, json!({"oneOf": [reference("Kind"), {"type": "integer"}]}));
        assert!(report.diagnostics[0].what.contains("its own `type` is ignored"), "{:?}", report.diagnostics);
        assert_eq!(merged(json!({"type": "object", "allOf": [reference("Kind")]})).0, reference("Kind"));
    }
}
