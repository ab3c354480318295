//! The fields whose constants distinguish the alternatives of a union.

use std::collections::BTreeSet;

use serde_json::Value;

use super::forms::{Form, without_values};
use super::{Alternative, Union};

/// The fields whose constants select an alternative: those of the discriminators; each field that has constants in several
/// alternatives, and in no two of them some of the same and some different ones; and each field that is such a field for
/// the alternatives that the others do not distinguish.
pub(super) fn find(alternatives: &[Alternative], discriminators: &[String]) -> Vec<String> {
    let names = alternatives.iter().flat_map(|alternative| &alternative.forms).filter_map(|form| match form {
        Form::Object { fields, .. } => Some(fields.keys()),
        _ => None,
    });
    let names: BTreeSet<&String> = names.flatten().collect();
    let known = discriminators.iter().filter(|name| names.contains(name));
    let (found, others): (Vec<&String>, Vec<&String>) = names
        .iter()
        .copied()
        .filter(|name| !discriminators.contains(name))
        .partition(|name| distinguishes(name, alternatives, &[]));
    let mut tags: Vec<String> = known.chain(found).cloned().collect();
    // `type` before `status`: the fewer constants an alternative has, the more likely they are its name.
    let width =
        |name: &String| alternatives.iter().filter_map(|it| constants(&it.forms, name)).map(|it| it.len()).max();
    tags.sort_by_key(|name| (!discriminators.contains(name), width(name)));
    tags.dedup();
    let mut others: Vec<&String> = others.into_iter().filter(|name| width(name).is_some()).collect();
    others.sort_by_key(|name| width(name));
    for name in others {
        if distinguishes(name, alternatives, &tags) {
            tags.push(name.clone());
        }
    }
    tags
}

/// Whether a field has different constants in two alternatives that `tags` do not distinguish, and in no two of those some
/// of the same and some different ones.
fn distinguishes(name: &str, alternatives: &[Alternative], tags: &[String]) -> bool {
    let with_constants: Vec<(&Alternative, BTreeSet<String>)> =
        alternatives.iter().filter_map(|it| Some((it, constants(&it.forms, name)?))).collect();
    let mut differ = false;
    for (index, (one, constants)) in with_constants.iter().enumerate() {
        for (other, others) in &with_constants[index + 1..] {
            if constants == others || separate(one, other, tags) {
                continue;
            }
            if !constants.is_disjoint(others) {
                return false;
            }
            differ = true;
        }
    }
    differ
}

/// Whether a tag has different constants in two alternatives.
pub(super) fn separate(one: &Alternative, other: &Alternative, tags: &[String]) -> bool {
    tags.iter().any(|tag| match (constants(&one.forms, tag), constants(&other.forms, tag)) {
        (Some(one), Some(other)) => one.is_disjoint(&other),
        _ => false,
    })
}

/// Whether every value states a tag that has different constants in two alternatives. A value without an optional tag may
/// be either of them.
pub(super) fn always_separate(one: &Alternative, other: &Alternative, tags: &[String]) -> bool {
    let requires = |alternative: &Alternative, tag: &String| {
        let is_required = |form: &Form| match form {
            Form::Object { fields, .. } => fields.get(tag).is_some_and(|field| field.is_required),
            _ => false,
        };
        alternative.forms.iter().all(is_required)
    };
    let is_stated = |tag: &&String| requires(one, tag) || requires(other, tag);
    tags.iter().filter(is_stated).any(|tag| separate(one, other, std::slice::from_ref(tag)))
}

/// The constants of a field in all forms of an alternative; `None` if one form does not limit the field to constants.
fn constants(forms: &[Form], name: &str) -> Option<BTreeSet<String>> {
    let lists: Option<Vec<Vec<&Value>>> = forms.iter().map(|form| form.constants(name)).collect();
    lists.filter(|lists| !lists.is_empty()).map(|lists| lists.into_iter().flatten().map(Value::to_string).collect())
}

/// Removes the values of the constants of all other fields. They do not select an alternative, and a value that the
/// document adds later must not prevent the selection.
pub(super) fn keep_only(alternatives: &mut [Alternative], tags: &[String]) {
    for form in alternatives.iter_mut().flat_map(|alternative| &mut alternative.forms) {
        if let Form::Object { fields, .. } = form {
            for (_, field) in fields.iter_mut().filter(|(name, _)| !tags.contains(name)) {
                without_values(&mut field.forms);
            }
        }
    }
}

/// Removes the fields that are not tags from each alternative that the tags always distinguish from all others.
pub(super) fn drop_other_fields(union: &mut Union) {
    let Union { alternatives, tags, .. } = union;
    let decided: Vec<bool> = (0..alternatives.len())
        .map(|index| {
            let mut others = alternatives.iter().enumerate().filter(|(other, _)| *other != index);
            others.all(|(_, other)| always_separate(&alternatives[index], other, tags))
        })
        .collect();
    for (alternative, _) in alternatives.iter_mut().zip(decided).filter(|(_, decided)| *decided) {
        for form in &mut alternative.forms {
            if let Form::Object { fields, is_closed } = form {
                fields.retain(|name, _| tags.contains(name));
                *is_closed = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::forms;
    use super::*;

    fn tags(alternatives: &[Value]) -> Vec<String> {
        let alternatives: Vec<Alternative> = alternatives
            .iter()
            .map(|fields| {
                let schema = json!({"properties": fields});
                Alternative { forms: forms::of(&schema, &json!({})), place: None }
            })
            .collect();
        find(&alternatives, &[])
    }

    #[test]
    fn a_field_distinguishes_the_alternatives_that_share_a_tag() {
        // `type` distinguishes the last one already, so that its roles do not matter.
        let list = |first: Value, second: Value, third: Value| {
            let fields = |kind: &str, role: Value| json!({"type": {"const": kind}, "role": {"enum": role}});
            [fields("message", first), fields("message", second), fields("tools", third)]
        };
        let (assistant, user, any) = (json!(["assistant"]), json!(["user", "system"]), json!(["user", "assistant"]));
        assert_eq!(tags(&list(assistant.clone(), user.clone(), any.clone())), ["type", "role"]);
        assert_eq!(tags(&list(any.clone(), user, assistant)), ["type"]);
        assert_eq!(tags(&list(any.clone(), any, json!(["user"]))), ["type"]);
    }

    #[test]
    fn the_other_fields_distinguish_values_without_an_optional_tag() {
        let alternative = |tag: &str, required: &[&str]| {
            let schema = json!({"properties": {"type": {"const": tag}, tag: {"type": "string"}}, "required": required});
            Alternative { forms: forms::of(&schema, &json!({})), place: None }
        };
        let alternatives = vec![alternative("a", &["type"]), alternative("b", &[]), alternative("c", &[])];
        let mut union = Union { tags: vec!["type".to_owned()], alternatives, ..Union::default() };
        drop_other_fields(&mut union);
        let fields = |index: usize| match &union.alternatives[index].forms[..] {
            [Form::Object { fields, .. }] => fields.keys().map(String::as_str).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!((fields(0), fields(1), fields(2)), (vec!["type"], vec!["b", "type"], vec!["c", "type"]));
    }

    #[test]
    fn a_field_with_different_constants_is_a_tag() {
        for (alternatives, expected) in [
            (vec![json!({"a": {"const": 1}}), json!({"a": {"const": 2}})], vec!["a"]),
            (vec![json!({"a": {"const": "x"}}), json!({"a": {"enum": ["y", "z"]}}), json!({})], vec!["a"]),
            (vec![json!({"a": {"const": "x"}}), json!({"a": {"const": "x"}})], vec![]),
            (vec![json!({"a": {"enum": ["x", "y"]}}), json!({"a": {"enum": ["y", "z"]}})], vec![]),
            (vec![json!({"a": {"const": "x"}}), json!({"a": {"type": "string"}})], vec![]),
            (
                vec![
                    json!({"b": {"enum": ["x", "y"]}, "c": {"const": 1}}),
                    json!({"b": {"const": "z"}, "c": {"const": 2}}),
                ],
                vec!["c", "b"],
            ),
        ] {
            assert_eq!(tags(&alternatives), expected, "{alternatives:?}");
        }
    }
}
