//! The fields whose constants distinguish the alternatives of a union.

use std::collections::BTreeSet;

use serde_json::Value;

use super::forms::{Form, without_values};
use super::{Alternative, Union};

/// The fields whose constants select an alternative: those of the discriminators, and each field that has constants in
/// several alternatives, and in no two of them some of the same and some different ones.
pub(super) fn find(alternatives: &[Alternative], discriminators: &[String]) -> Vec<String> {
    let names = alternatives.iter().flat_map(|alternative| &alternative.forms).filter_map(|form| match form {
        Form::Object { fields, .. } => Some(fields.keys()),
        _ => None,
    });
    let names: BTreeSet<&String> = names.flatten().collect();
    let selects = |name: &&String| {
        let constants: Vec<BTreeSet<String>> =
            alternatives.iter().filter_map(|alternative| constants(&alternative.forms, name)).collect();
        let mut differ = false;
        for (index, one) in constants.iter().enumerate() {
            for other in &constants[index + 1..] {
                if !one.is_disjoint(other) && one != other {
                    return false;
                }
                differ |= one != other;
            }
        }
        differ
    };
    let known = discriminators.iter().filter(|name| names.contains(name));
    let found = names.iter().copied().filter(|name| !discriminators.contains(name)).filter(selects);
    let mut tags: Vec<String> = known.chain(found).cloned().collect();
    // `type` before `status`: the fewer constants an alternative has, the more likely they are its name.
    let width =
        |name: &String| alternatives.iter().filter_map(|it| constants(&it.forms, name)).map(|it| it.len()).max();
    tags.sort_by_key(|name| (!discriminators.contains(name), width(name)));
    tags.dedup();
    tags
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
