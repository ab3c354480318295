//! Decides each union: finds the tags, and puts the alternatives in the order in which the client considers them.

use serde_json::Value;

use super::{Alternative, Noted, Union, forms, tags};
use crate::document::marker;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self, Kind};
use crate::lower::Report;
use crate::names;

pub(in crate::lower) fn decide(document: &mut Value, report: &mut Report) -> usize {
    let components = document.pointer("/components/schemas").and_then(Value::as_object);
    let mut decided = Vec::new();
    for (name, schema) in components.into_iter().flatten() {
        let Some(list) = schema.get("oneOf").and_then(Value::as_array).filter(|list| list.len() > 1) else { continue };
        let noted = schema.get(marker::PLACE).and_then(Value::as_str).and_then(|place| report.noted.get(place));
        let found: Vec<Alternative> = list.iter().map(|it| alternative(it, noted, document, report)).collect();
        let mut union = Union { alternatives: found, ..Union::default() };
        union.tags = tags::find(&union.alternatives, noted.map(|it| it.discriminators.as_slice()).unwrap_or_default());
        tags::keep_only(&mut union.alternatives, &union.tags);
        let order = order(&union.alternatives);
        union.alternatives = order.iter().filter_map(|index| union.alternatives.get(*index).cloned()).collect();
        let list: Vec<Value> = order.iter().filter_map(|index| list.get(*index).cloned()).collect();
        decided.push((name.clone(), union, list));
    }
    let count = decided.len();
    for (name, mut union, list) in decided {
        let place = Pointer::root().child("components").child("schemas").child(&name);
        report_ambiguous(&mut union, &list, &place, report);
        tags::drop_other_fields(&mut union);
        document["components"]["schemas"][&name]["oneOf"] = Value::Array(list);
        report.unions.insert(names::type_name(&name), union);
    }
    walk::change(document, &mut |kind, _, node| {
        if let (Kind::Schema, Value::Object(schema)) = (kind, node) {
            schema.shift_remove(marker::PLACE);
        }
    });
    count
}

/// What is known about an alternative: what was noted, or else what its schema states now.
fn alternative(schema: &Value, noted: Option<&Noted>, document: &Value, report: &Report) -> Alternative {
    let place = |schema: &Value| schema.get(marker::PLACE).and_then(Value::as_str).map(str::to_owned);
    let part = schema.get("allOf").and_then(|parts| parts.get(0)).unwrap_or(schema);
    let component = references::component(schema).or_else(|| references::component(part));
    let found = noted.and_then(|noted| {
        let by_place = [place(schema), place(part), place(references::resolved(part, document))];
        let by_place = by_place.into_iter().flatten().find_map(|place| noted.by_place.get(&place));
        by_place.or_else(|| {
            let name = names::type_name(component?);
            let is_it = |reference: &str| {
                let old = reference.rsplit('/').next().unwrap_or_default();
                names::type_name(report.renamed.get(old).map_or(old, String::as_str)) == name
            };
            noted.by_reference.iter().find(|(reference, _)| is_it(reference)).map(|(_, it)| it)
        })
    });
    found.cloned().unwrap_or_else(|| Alternative { forms: forms::of(schema, document), place: None })
}

/// The order of the alternatives: an alternative stands before those that accept its values too.
fn order(alternatives: &[Alternative]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    for (index, alternative) in alternatives.iter().enumerate() {
        let accepts =
            |other: &usize| covers(&alternatives[*other], alternative) && !covers(alternative, &alternatives[*other]);
        let at = order.iter().position(accepts).unwrap_or(order.len());
        order.insert(at, index);
    }
    order
}

/// Whether every value with only what `other` requires is also a value of `one`.
pub(super) fn covers(one: &Alternative, other: &Alternative) -> bool {
    !other.forms.is_empty() && other.forms.iter().all(|form| forms::covers(&one.forms, form))
}

/// Records the alternatives that an earlier one may take the values of, and reports what a value is read as then.
fn report_ambiguous(union: &mut Union, list: &[Value], place: &Pointer, report: &mut Report) {
    let name = |index: usize| {
        let part = list.get(index).map(|it| it.get("allOf").and_then(|parts| parts.get(0)).unwrap_or(it));
        let component = part.and_then(references::component).map(names::type_name);
        component.unwrap_or_else(|| format!("alternative {}", index + 1))
    };
    let Union { tags, alternatives, ambiguous } = union;
    let mut needs_tag = false;
    for (index, alternative) in alternatives.iter().enumerate() {
        let may_be =
            |earlier: &Alternative| covers(earlier, alternative) && !tags::always_separate(earlier, alternative, tags);
        let earlier: Vec<usize> = (0..index).filter(|earlier| may_be(&alternatives[*earlier])).collect();
        ambiguous.extend(earlier.iter().map(|earlier| (index, *earlier)));
        let is_undecided = |earlier: &&usize| !tags::separate(&alternatives[**earlier], alternative, tags);
        if let Some(first) = earlier.iter().find(is_undecided) {
            let (first, this) = (name(*first), name(index));
            let what = format!(
                "no tag and no required field distinguishes `{this}` from `{first}`; a value is read as the one that has more of its fields, and else as `{first}`"
            );
            report.warn(&place.child("oneOf"), what);
        }
        needs_tag |= !earlier.is_empty();
    }
    if needs_tag && !tags.is_empty() {
        let tags = tags.iter().map(|tag| format!("`{tag}`")).collect::<Vec<_>>().join(" or ");
        let what = format!(
            "no alternative is certain without {tags}, which may be absent; such a value is read as the alternative that has most of its fields"
        );
        report.warn(&place.child("oneOf"), what);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::note;
    use super::*;

    /// The tags, and the first required field or constant of each alternative.
    #[allow(clippy::needless_pass_by_value)]
    fn decided(schemas: Value) -> (Vec<String>, Vec<String>, Vec<String>) {
        let mut document = json!({"components": {"schemas": schemas}});
        let mut report = Report::default();
        note::note(&mut document, &mut report);
        decide(&mut document, &mut report);
        assert!(!document.to_string().contains(marker::PLACE), "{document}");
        let union = &report.unions["U"];
        let list = document["components"]["schemas"]["U"]["oneOf"].as_array().unwrap();
        assert_eq!(union.alternatives.len(), list.len());
        let names = list.iter().map(|it| it["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect();
        (union.tags.clone(), names, report.diagnostics.iter().map(|it| it.what.clone()).collect())
    }

    fn union(names: &[&str]) -> Value {
        let list: Vec<Value> =
            names.iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
        json!({"oneOf": list})
    }

    #[test]
    fn a_discriminator_is_a_tag_with_the_values_of_its_mapping_or_the_names() {
        let pet = json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}});
        let mut pets = union(&["Cat", "Dog"]);
        pets["discriminator"] =
            json!({"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "tom": "Cat"}});
        let mut document = json!({"components": {"schemas": {"U": pets, "Cat": pet, "Dog": pet}}});
        let mut report = Report::default();
        note::note(&mut document, &mut report);
        decide(&mut document, &mut report);
        let union = &report.unions["U"];
        assert_eq!(union.tags, ["kind"]);
        let constants = |index: usize| union.alternatives[index].forms[0].constants("kind").unwrap();
        assert_eq!((constants(0), constants(1)), (vec![&json!("cat"), &json!("tom")], vec![&json!("Dog")]));
        assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    }

    #[test]
    fn a_tag_that_may_be_null_has_its_constants() {
        let schema = |tag: &str| {
            json!({"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"}, "v": {"anyOf": [{"type": "string", "enum": [tag]}, {"type": "null"}]},
            }})
        };
        let mut choice = union(&["A", "B"]);
        choice["discriminator"] = json!({"propertyName": "v"});
        let mut document = json!({"components": {"schemas": {"U": choice, "A": schema("of_a"), "B": schema("of_b")}}});
        let mut report = Report::default();
        note::note(&mut document, &mut report);
        decide(&mut document, &mut report);
        let constants = |index: usize| report.unions["U"].alternatives[index].forms[0].constants("v").unwrap();
        assert_eq!((constants(0), constants(1)), (vec![&json!("of_a")], vec![&json!("of_b")]));
    }

    #[test]
    fn constants_of_any_type_are_tags_and_nothing_is_ambiguous() {
        for (one, other) in [(json!("a"), json!("b")), (json!(1), json!(2)), (json!(true), json!(false))] {
            let schema =
                |value: &Value| json!({"type": "object", "required": ["v"], "properties": {"v": {"const": value}}});
            let (tags, names, ambiguous) =
                decided(json!({"U": union(&["A", "B"]), "A": schema(&one), "B": schema(&other)}));
            assert_eq!((tags, names, ambiguous), (vec!["v".to_owned()], vec!["A".to_owned(), "B".to_owned()], vec![]));
        }
    }

    #[test]
    fn a_tag_that_may_be_absent_is_reported_once() {
        let schema = |tag: &str| json!({"type": "object", "properties": {"v": {"const": tag}}});
        let (tags, _, ambiguous) =
            decided(json!({"U": union(&["A", "B", "C"]), "A": schema("a"), "B": schema("b"), "C": schema("c")}));
        assert_eq!((tags, ambiguous.len()), (vec!["v".to_owned()], 1), "{ambiguous:?}");
        assert!(ambiguous[0].contains("without `v`, which may be absent"), "{ambiguous:?}");
    }

    #[test]
    fn alternatives_that_differ_only_in_the_items_of_a_list_have_different_forms() {
        let schema = |kind: &str| {
            let choice = json!({"type": "object", "required": ["value"], "properties": {"value": {"type": kind}}});
            json!({"type": "object", "required": ["choices"], "properties": {"choices": {"type": "array", "items": choice}}})
        };
        let (_, names, ambiguous) =
            decided(json!({"U": union(&["A", "B"]), "A": schema("number"), "B": schema("integer")}));
        assert_eq!((names, ambiguous), (vec!["B".to_owned(), "A".to_owned()], vec![]));
    }

    #[test]
    fn alternatives_that_differ_only_in_a_list_among_other_values_have_different_forms() {
        let list = |tag: &str| json!({"type": "array", "items": {"type": "object", "required": ["t"], "properties": {"t": {"const": tag}}}});
        let schema =
            |values: Value| json!({"type": "object", "required": ["v"], "properties": {"v": {"oneOf": values}}});
        let mut document = json!({"components": {"schemas": {
            "U": union(&["A", "B"]),
            "A": schema(json!([{"type": "string"}, list("a")])),
            "B": schema(json!([{"type": "string"}, {"type": "integer"}, list("b")])),
        }}});
        let mut report = Report::default();
        note::note(&mut document, &mut report);
        decide(&mut document, &mut report);
        let forms = report.unions["U"].alternatives.iter().map(|it| format!("{:?}", it.forms));
        assert!(forms.zip(["a", "b"]).all(|(forms, tag)| forms.contains(&format!("Constant(String({tag:?}))"))));
    }

    #[test]
    fn the_alternative_that_requires_more_comes_first_and_equal_ones_are_reported() {
        let schema = |required: &[&str]| json!({"type": "object", "required": required});
        let (_, names, ambiguous) = decided(json!({
            "U": union(&["A", "B", "C", "D"]),
            "A": schema(&[]), "B": schema(&["x"]), "C": schema(&["x", "y"]), "D": schema(&["x"]),
        }));
        assert_eq!(names, ["C", "B", "D", "A"]);
        assert_eq!(ambiguous.len(), 1, "{ambiguous:?}");
        assert!(ambiguous[0].contains("distinguishes `D` from `B`"), "{ambiguous:?}");
    }
}
