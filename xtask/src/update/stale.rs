//! Reports the actions of the overlay that select nothing in a new document, each with the places that its target may
//! have moved to.

use std::fmt::Write as _;

use roas_overlay::v1_0::Overlay;
use serde_json::Value;
use similar::get_close_matches;

use crate::document::pointer::json_path_step;
use crate::overlay;
use crate::pipeline::Input;
use crate::read;

/// The number of candidates of one kind that are reported.
const MAX_CANDIDATES: usize = 3;

/// The report on each action that selects nothing in `document`; empty when every action selects something.
///
/// # Errors
///
/// When the text is not an overlay, or an action fails.
pub(super) fn report(input: &Input, document: &Value) -> anyhow::Result<String> {
    let overlay: Overlay = yaml_serde::from_str(read::without_bom(&input.text))?;
    let mut report = String::new();
    // One action at a time, in order, because an action may select what an earlier one added.
    let mut changed = document.clone();
    for (index, action) in overlay.actions.iter().enumerate() {
        let single = yaml_serde::to_string(&Overlay { actions: vec![action.clone()], ..overlay.clone() })?;
        let applied = overlay::apply(&input.name, &single, &mut changed, false)?;
        if applied.idle > 0 && !overlay::may_select_nothing(action) {
            writeln!(report, "{}: actions[{index}] selects nothing: {}", input.name, action.target)?;
            report.push_str(&candidates(&action.target, &changed));
        }
    }
    Ok(report)
}

/// The names in a path such as `$.a.b['c d']`; `None` for a path with other selectors, such as a filter.
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
        return "  no candidates, because the target has selectors other than names\n".to_owned();
    };
    let mut report = String::new();
    let mut node = document;
    let mut parent = "$".to_owned();
    for (index, step) in steps.iter().enumerate() {
        let Some(next) = node.get(step) else {
            let keys: Vec<&str> = node.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
            let similar = get_close_matches(step.as_str(), &keys, MAX_CANDIDATES, 0.5);
            let rest = &steps[index + 1..];
            let similar: Vec<String> =
                similar.into_iter().map(|key| path(&parent, [key].into_iter().chain(names(rest)))).collect();
            let _ = writeln!(report, "  {parent} has no `{step}`{}", list("; similar: ", &similar));
            break;
        };
        parent = path(&parent, [step.as_str()]);
        node = next;
    }
    // A field that moved to another schema keeps its name.
    if let [.., parent, last] = steps.as_slice() {
        let mut found = Vec::new();
        search(document, "$", parent, last, &mut found);
        found.truncate(MAX_CANDIDATES);
        if !found.is_empty() {
            let _ = writeln!(report, "{}", list("  same name elsewhere: ", &found));
        }
    }
    report
}

fn names(steps: &[String]) -> impl Iterator<Item = &str> {
    steps.iter().map(String::as_str)
}

fn list(before: &str, paths: &[String]) -> String {
    if paths.is_empty() { String::new() } else { format!("{before}{}", paths.join(", ")) }
}

fn path<'a>(parent: &str, steps: impl IntoIterator<Item = &'a str>) -> String {
    steps.into_iter().fold(parent.to_owned(), |path, step| path + &json_path_step(step))
}

/// Finds the objects with the key `parent` that have a field `last`.
fn search(node: &Value, location: &str, parent: &str, last: &str, found: &mut Vec<String>) {
    let Some(fields) = node.as_object() else { return };
    for (key, value) in fields {
        let location = path(location, [key.as_str()]);
        if key == parent && value.get(last).is_some() {
            found.push(path(&location, [last]));
        }
        search(value, &location, parent, last, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report_on(target: &str) -> String {
        let document = json!({"components": {"schemas": {
            "AuthItemIn": {"properties": {"clientId": {}}}, "Other": {"properties": {"clientSecret": {}}},
        }}});
        let text = format!(
            "overlay: 1.0.0\ninfo: {{title: T, version: '1'}}\nactions: [{{target: \"{target}\", description: why, update: {{a: 1}}}}]\n"
        );
        report(&Input { name: "overlay.yaml".to_owned(), text }, &document).unwrap()
    }

    #[test]
    fn an_action_that_selects_something_is_not_reported() {
        assert_eq!(report_on("$.components.schemas.Other"), "");
    }

    #[test]
    fn an_action_that_may_select_nothing_is_not_reported() {
        let text = "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions: [{target: $.nowhere, description: why, \
                    update: {a: 1}, x-where-it-exists: true}]";
        let input = Input { name: "overlay.yaml".to_owned(), text: text.to_owned() };
        assert_eq!(report(&input, &json!({})).unwrap(), "");
    }

    #[test]
    fn a_renamed_schema_and_a_moved_field_are_candidates() {
        assert_eq!(
            report_on("$.components.schemas.AuthItem.properties.clientSecret"),
            "overlay.yaml: actions[0] selects nothing: $.components.schemas.AuthItem.properties.clientSecret\n  \
             $.components.schemas has no `AuthItem`; similar: \
             $.components.schemas.AuthItemIn.properties.clientSecret\n  \
             same name elsewhere: $.components.schemas.Other.properties.clientSecret\n"
        );
        let field = report_on("$.components.schemas.AuthItemIn.properties.client_id");
        assert!(field.contains("similar: $.components.schemas.AuthItemIn.properties.clientId\n"), "{field}");
    }

    #[test]
    fn a_target_with_a_filter_has_no_candidates() {
        assert!(report_on("$.components.schemas[?@.a == 1]").contains("selectors other than names"));
    }
}
