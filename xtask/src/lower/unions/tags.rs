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

/// If the tags select each alternative, removes the fields that are not tags.
pub(super) fn drop_other_fields(union: &mut Union) {
    let mut rest = union.alternatives.as_slice();
    while let Some((one, others)) = rest.split_first() {
        if !others.iter().all(|other| separate(one, other, &union.tags)) {
            return;
        }
        rest = others;
    }
    for form in union.alternatives.iter_mut().flat_map(|alternative| &mut alternative.forms) {
        if let Form::Object { fields, is_closed } = form {
            fields.retain(|name, _| union.tags.contains(name));
            *is_closed = false;
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
