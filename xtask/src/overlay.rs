//! The overlay: our changes to the vendor's document, each with its reason.
//!
//! `roas-overlay` implements the Overlay Specification 1.0.0. Two rules here are stricter: an action that selects
//! nothing is an error, unless it has `x-where-it-exists: true`, and so is an action without a description.

use enumset::EnumSet;
use roas_overlay::apply::{Apply, ApplyErrorKind, ApplyOptions};
use roas_overlay::v1_0::{Action, Overlay};
use roas_overlay::validation::Validate;
use serde_json::Value;

use crate::read;

/// Why an overlay was not applied.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// The text is not YAML, or not an overlay.
    #[error("{name}: not an overlay")]
    Syntax {
        /// The file.
        name: String,
        /// The error of the parser.
        source: yaml_serde::Error,
    },
    /// The overlay breaks a rule of the specification.
    #[error("{name}: not a valid Overlay 1.0.0 document: {what}")]
    Invalid {
        /// The file.
        name: String,
        /// Which rule.
        what: String,
    },
    /// An action has no `description`.
    #[error("{name}: actions[{index}] ({target}) has no description; say why the document is changed")]
    NoReason {
        /// The file.
        name: String,
        /// Which action, from 0.
        index: usize,
        /// Its target.
        target: String,
    },
    /// An action selects nothing.
    #[error(
        "{name}: actions[{index}] selects nothing: {target}\n  hint: the vendor changed this part; adapt the action or remove it; if only some documents have this part, add `x-where-it-exists: true`"
    )]
    SelectsNothing {
        /// The file.
        name: String,
        /// Which action, from 0.
        index: usize,
        /// Its target.
        target: String,
    },
    /// An action cannot be applied.
    #[error("{name}: an action cannot be applied")]
    Apply {
        /// The file.
        name: String,
        /// Which action, and why.
        source: roas_overlay::apply::ApplyError,
    },
}

/// The result of an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// How many actions there are.
    pub actions: usize,
    /// How many of them selected nothing; if strict, only actions that may.
    pub idle: usize,
}

/// The extension of an action that may select nothing, because only some documents have the part that it changes.
const WHERE_IT_EXISTS: &str = "x-where-it-exists";

/// Whether an action may select nothing.
pub(crate) fn may_select_nothing(action: &Action) -> bool {
    extension(action) == Some(&Value::Bool(true))
}

fn extension(action: &Action) -> Option<&Value> {
    action.extensions.as_ref()?.get(WHERE_IT_EXISTS)
}

/// Applies the overlay `text` to `document`. If `strict`, every action must select something, except those with
/// `x-where-it-exists: true`. The result counts those that select nothing.
///
/// # Errors
///
/// When the text is not an overlay, when an action has no description, or, if `strict`, when an action selects nothing.
/// The document is unchanged then.
pub fn apply(name: &str, text: &str, document: &mut Value, strict: bool) -> Result<Applied, OverlayError> {
    let named = || name.to_owned();
    let mut overlay: Overlay = yaml_serde::from_str(read::without_bom(text))
        .map_err(|source| OverlayError::Syntax { name: named(), source })?;
    overlay
        .validate(EnumSet::empty())
        .map_err(|error| OverlayError::Invalid { name: named(), what: error.to_string() })?;
    let unexplained = |action: &Action| action.description.as_deref().is_none_or(|reason| reason.trim().is_empty());
    if let Some(index) = overlay.actions.iter().position(unexplained) {
        let target = overlay.actions[index].target.clone();
        return Err(OverlayError::NoReason { name: named(), index, target });
    }
    if let Some(index) = overlay.actions.iter().position(|action| extension(action).is_some_and(|it| !it.is_boolean()))
    {
        let what = format!("actions[{index}].{WHERE_IT_EXISTS} is neither true nor false");
        return Err(OverlayError::Invalid { name: named(), what });
    }
    let options = if strict { ApplyOptions::ErrorOnZeroMatch.into() } else { EnumSet::empty() };
    let actions = overlay.actions.len();
    let mut indices: Vec<usize> = (0..actions).collect();
    loop {
        let source = match overlay.apply(document, options) {
            Ok(report) => {
                let idle = report.actions.iter().filter(|outcome| outcome.matched == 0).count();
                return Ok(Applied { actions, idle: idle + actions - overlay.actions.len() });
            }
            Err(source) => source,
        };
        // Nothing has changed. An action that may select nothing is left out, and the others are applied again.
        let (position, target) = (source.action_index, source.target.clone());
        match source.kind {
            ApplyErrorKind::ZeroMatch if may_select_nothing(&overlay.actions[position]) => {
                overlay.actions.remove(position);
                indices.remove(position);
            }
            ApplyErrorKind::ZeroMatch => {
                return Err(OverlayError::SelectsNothing { name: named(), index: indices[position], target });
            }
            _ => return Err(OverlayError::Apply { name: named(), source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn overlay(action: &str) -> String {
        format!("overlay: 1.0.0\ninfo: {{title: T, version: '1'}}\nactions: [{action}]\n")
    }

    #[test]
    fn an_action_changes_what_it_selects() {
        let mut document = json!({"a": {"type": "string"}});
        let text = overlay("{target: $.a, description: why, update: {format: password}}");
        assert_eq!(apply("o", &text, &mut document, true).unwrap(), Applied { actions: 1, idle: 0 });
        assert_eq!(document, json!({"a": {"type": "string", "format": "password"}}));
    }

    #[test]
    fn an_overlay_may_begin_with_a_byte_order_mark() {
        let text = format!("\u{feff}{}", overlay("{target: $.a, description: why, update: {b: 1}}"));
        assert_eq!(apply("o", &text, &mut json!({"a": {}}), true).unwrap().idle, 0);
    }

    #[test]
    fn an_invalid_overlay_is_refused_and_changes_nothing() {
        for (text, expected) in [
            ("a: [".to_owned(), "not an overlay"),
            ("overlay: 2.0.0\ninfo: {title: T, version: '1'}\nactions: []".to_owned(), "overlay"),
            (overlay("{target: $.a, update: {b: 1}}"), "actions[0] ($.a) has no description"),
            (overlay("{target: $.nowhere, description: why, update: {}}"), "actions[0] selects nothing: $.nowhere"),
            (
                overlay("{target: $.nowhere, description: why, update: {}, x-where-it-exists: false}"),
                "actions[0] selects nothing: $.nowhere",
            ),
            (
                overlay("{target: $.a, description: why, update: {}, x-where-it-exists: 'yes'}"),
                "actions[0].x-where-it-exists is neither true nor false",
            ),
            (overlay("{target: '$[', description: why, update: {}}"), "invalid JSONPath"),
        ] {
            let before = json!({"a": {"b": 0}});
            let mut document = before.clone();
            let message = format!("{:#}", anyhow::Error::from(apply("o", &text, &mut document, true).unwrap_err()));
            assert!(message.contains(expected), "{text:?} gave {message:?}, not {expected:?}");
            assert_eq!(document, before);
        }
    }

    #[test]
    fn a_marked_action_may_select_nothing() {
        let text = overlay("{target: $.nowhere, description: why, update: {}, x-where-it-exists: true}");
        assert_eq!(apply("o", &text, &mut json!({}), true).unwrap(), Applied { actions: 1, idle: 1 });
        // The other actions still must select something.
        let text = text.replace("}]", "}, {target: $.a, description: why, update: {b: 1}}]");
        let mut document = json!({"a": {}});
        assert_eq!(apply("o", &text, &mut document, true).unwrap(), Applied { actions: 2, idle: 1 });
        assert_eq!(document, json!({"a": {"b": 1}}));
        let error = apply("o", &text, &mut json!({}), true).unwrap_err().to_string();
        assert!(error.contains("actions[1] selects nothing: $.a"), "{error}");
    }

    #[test]
    fn an_overlay_for_another_document_counts_actions_that_select_nothing() {
        let text = overlay("{target: $.nowhere, description: why, update: {}}");
        assert_eq!(apply("o", &text, &mut json!({}), false).unwrap(), Applied { actions: 1, idle: 1 });
    }
}
