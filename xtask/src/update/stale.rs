//! Actions of the overlay that select nothing in a new document, each with what may have become of the place.

use std::fmt::Write as _;

use roas_overlay::v1_0::Overlay;
use serde_json::Value;
use similar::get_close_matches;

use crate::overlay;
use crate::pipeline::Input;

/// How many candidates are told of one kind.
const SHOWN: usize = 3;

/// What is told of each action that selects nothing in `document`; empty when all of them find something.
///
/// # Errors
///
/// When the overlay is not one, or an action cannot be carried out.
pub(super) fn report(input: &Input, document: &Value) -> anyhow::Result<String> {
    let mut told = String::new();
    if overlay::apply(&input.name, &input.text, &mut document.clone(), false)?.idle == 0 {
        return Ok(told);
    }
    let overlay: Overlay = yaml_serde::from_str(&input.text)?;
    let whole = overlay.actions.clone();
    // One by one and in their order: an action may select what an earlier one has put there.
    let mut changed = document.clone();
    for (index, action) in whole.into_iter().enumerate() {
        let alone = yaml_serde::to_string(&Overlay { actions: vec![action.clone()], ..overlay.clone() })?;
        if overlay::apply(&input.name, &alone, &mut changed, false)?.idle > 0 {
            writeln!(told, "{}: actions[{index}] selects nothing: {}", input.name, action.target)?;
            told.push_str(&candidates(&action.target, &changed));
        }
    }
    Ok(told)
}

/// The steps of a plain path as `$.a.b['c d']`; `None` for one that selects by more than names.
fn steps(target: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = target.strip_prefix('$')?;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('[') {
            let quote = quoted.chars().next().filter(|c| *c == '\'' || *c == '"')?;
            let (name, after) = quoted[1..].split_once(quote)?;
            steps.push(name.to_owned());
            rest = after.strip_prefix(']')?;
        } else {
            let dotted = rest.strip_prefix('.')?;
            let end = dotted.find(['.', '[']).unwrap_or(dotted.len());
            let (name, after) = dotted.split_at(end);
            if name.is_empty() || name == "*" {
                return None;
            }
            steps.push(name.to_owned());
            rest = after;
        }
    }
    Some(steps)
}

fn candidates(target: &str, document: &Value) -> String {
    let Some(steps) = steps(target) else {
        return "  it selects by more than names, so there are no candidates to tell\n".to_owned();
    };
    let mut told = String::new();
    let mut node = document;
    let mut way = "$".to_owned();
    for (index, step) in steps.iter().enumerate() {
        let Some(next) = node.get(step) else {
            let keys: Vec<&str> = node.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
            let near = get_close_matches(step.as_str(), &keys, SHOWN, 0.5);
            let _ = write!(told, "  {way} is there and has no `{step}`");
            let rest = &steps[index + 1..];
            let near: Vec<String> =
                near.into_iter().map(|key| path(&way, [key].into_iter().chain(names(rest)))).collect();
            let _ = writeln!(told, "{}", list("; near it: ", &near));
            break;
        };
        way = path(&way, [step.as_str()]);
        node = next;
    }
    // A field that moved to another schema keeps its name.
    if let [.., parent, last] = steps.as_slice() {
        let mut found = Vec::new();
        search(document, "$", parent, last, &mut found);
        found.truncate(SHOWN);
        if !found.is_empty() {
            let _ = writeln!(told, "{}", list("  elsewhere: ", &found));
        }
    }
    told
}

fn names(steps: &[String]) -> impl Iterator<Item = &str> {
    steps.iter().map(String::as_str)
}

fn list(before: &str, paths: &[String]) -> String {
    if paths.is_empty() { String::new() } else { format!("{before}{}", paths.join(", ")) }
}

fn path<'a>(way: &str, steps: impl IntoIterator<Item = &'a str>) -> String {
    steps.into_iter().fold(way.to_owned(), |way, step| {
        let is_plain = step.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_plain { format!("{way}.{step}") } else { format!("{way}['{step}']") }
    })
}

/// The places where `last` stands in something called `parent`.
fn search(node: &Value, way: &str, parent: &str, last: &str, found: &mut Vec<String>) {
    let Some(fields) = node.as_object() else { return };
    for (key, value) in fields {
        let place = path(way, [key.as_str()]);
        if key == parent && value.get(last).is_some() {
            found.push(path(&place, [last]));
        }
        search(value, &place, parent, last, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(target: &str) -> String {
        let document = json!({"components": {"schemas": {
            "AuthItemIn": {"properties": {"clientId": {}}}, "Other": {"properties": {"clientSecret": {}}},
        }}});
        let text = format!(
            "overlay: 1.0.0\ninfo: {{title: T, version: '1'}}\nactions: [{{target: \"{target}\", description: why, update: {{a: 1}}}}]\n"
        );
        report(&Input { name: "overlay.yaml".to_owned(), text }, &document).unwrap()
    }

    #[test]
    fn what_selects_something_is_not_told() {
        assert_eq!(told("$.components.schemas.Other"), "");
    }

    #[test]
    fn a_renamed_schema_and_a_moved_field_are_candidates() {
        assert_eq!(
            told("$.components.schemas.AuthItem.properties.clientSecret"),
            "overlay.yaml: actions[0] selects nothing: $.components.schemas.AuthItem.properties.clientSecret\n  \
             $.components.schemas is there and has no `AuthItem`; near it: \
             $.components.schemas.AuthItemIn.properties.clientSecret\n  \
             elsewhere: $.components.schemas.Other.properties.clientSecret\n"
        );
        let field = told("$.components.schemas.AuthItemIn.properties.client_id");
        assert!(field.contains("near it: $.components.schemas.AuthItemIn.properties.clientId\n"), "{field}");
    }

    #[test]
    fn a_path_with_a_filter_has_no_candidates() {
        assert!(told("$.components.schemas[?@.a == 1]").contains("by more than names"));
    }
}
