//! The error for a document that is refused.

use std::fmt;

use super::Rest;
use crate::document::problem::{Problem, Problems};

/// Why no client can be generated from a document, and what leaves out the refused parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The document.
    name: String,
    problems: Vec<Problem>,
    /// The overlay actions, as the items of a YAML list; empty if there are none.
    actions: String,
}

impl Refusal {
    pub(crate) fn new(name: &str, rest: Rest) -> Self {
        let actions = rest.actions();
        // Strings always have a YAML form.
        let actions =
            if actions.is_empty() { String::new() } else { yaml_serde::to_string(&actions).unwrap_or_default() };
        Self { name: name.to_owned(), problems: rest.problems, actions }
    }

    /// The problems, in the order in which the stages found them.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The overlay actions that remove the refused parts, as the items of a YAML list; empty if none does.
    pub fn actions(&self) -> &str {
        &self.actions
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no client can be generated from {}", self.name)?;
        if let Err(problems) = Problems::none(self.problems.clone()) {
            write!(f, "\n{problems}")?;
        }
        if !self.actions.is_empty() {
            let what = "To generate the client without these parts, pass --skip-unsupported, or add these actions to";
            write!(f, "\n{what} the overlay (for another document: --overlay FILE):\n{}", self.actions.trim_end())?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
