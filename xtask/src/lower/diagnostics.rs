//! What the passes find: what cannot be kept, and what is left out because only a check or a way of
//! asking is lost with it.

use std::collections::HashMap;
use std::fmt;

use crate::document::pointer::Pointer;
use crate::document::problem::Problem;

/// Something that the client does without, while no data is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where in the document.
    pub place: Pointer,
    /// What is done without, and what that means.
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    pub(crate) refused: Vec<Problem>,
    pub(crate) warnings: Vec<Warning>,
    /// The components that got another name, with that name.
    pub(crate) renamed: HashMap<String, String>,
}

impl Diagnostics {
    pub(crate) fn refuse(&mut self, place: &Pointer, what: impl Into<String>, hint: impl Into<String>) {
        self.refused.push(Problem::new(place, what, hint));
    }

    pub(crate) fn warn(&mut self, place: &Pointer, what: impl Into<String>) {
        self.warnings.push(Warning { place: place.clone(), what: what.into() });
    }
}
