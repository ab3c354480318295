//! The overlay: our changes to the vendor's document, each with its reason.
//!
//! `roas-overlay` implements the Overlay Specification 1.0.0. Two rules here are stricter: an action that selects
//! nothing is an error, and so is an action without a description.

use enumset::EnumSet;
use roas_overlay::apply::{Apply, ApplyErrorKind, ApplyOptions};
use roas_overlay::v1_0::{Action, Overlay};
use roas_overlay::validation::Validate;
use serde_json::Value;

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
        "{name}: actions[{index}] selects nothing: {target}\n  hint: the vendor changed this part; adapt the action or remove it"
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
    /// How many of them selected nothing; 0 if strict.
    pub idle: usize,
}

/// Applies the overlay `text` to `document`. If `strict`, every action must select something; otherwise the result
/// counts those that do not.
///
/// # Errors
///
/// When the text is not an overlay, when an action has no description, or, if `strict`, when an action selects nothing.
/// The document is unchanged then.
pub fn apply(name: &str, text: &str, document: &mut Value, strict: bool) -> Result<Applied, OverlayError> {
    let named = || name.to_owned();
    let overlay: Overlay =
        yaml_serde::from_str(text).map_err(|source| OverlayError::Syntax { name: named(), source })?;
    overlay
        .validate(EnumSet::empty())
        .map_err(|error| OverlayError::Invalid { name: named(), what: error.to_string() })?;
    let unexplained = |action: &Action| action.description.as_deref().is_none_or(|reason| reason.trim().is_empty());
    if let Some(index) = overlay.actions.iter().position(unexplained) {
        let target = overlay.actions[index].target.clone();
        return Err(OverlayError::NoReason { name: named(), index, target });
    }
    let options = if strict { ApplyOptions::ErrorOnZeroMatch.into() } else { EnumSet::empty() };
    let report = overlay.apply(document, options).map_err(|source| {
        let (name, index, target) = (named(), source.action_index, source.target.clone());
        match source.kind {
            ApplyErrorKind::ZeroMatch => OverlayError::SelectsNothing { name, index, target },
            _ => OverlayError::Apply { name, source },
        }
    })?;
    let idle = report.actions.iter().filter(|outcome| outcome.matched == 0).count();
    Ok(Applied { actions: report.actions.len(), idle })
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
    fn an_invalid_overlay_is_refused_and_changes_nothing() {
        for (text, expected) in [
            ("a: [".to_owned(), "not an overlay"),
            ("overlay: 2.0.0\ninfo: {title: T, version: '1'}\nactions: []".to_owned(), "overlay"),
            (overlay("{target: $.a, update: {b: 1}}"), "actions[0] ($.a) has no description"),
            (overlay("{target: $.nowhere, description: why, update: {}}"), "actions[0] selects nothing: $.nowhere"),
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
    fn an_overlay_for_another_document_counts_actions_that_select_nothing() {
        let text = overlay("{target: $.nowhere, description: why, update: {}}");
        assert_eq!(apply("o", &text, &mut json!({}), false).unwrap(), Applied { actions: 1, idle: 1 });
    }
}
