//! What the passes report besides the document that they change.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::document::pointer::Pointer;
use crate::document::problem::Problem;

/// A document feature that the client does not support. No data is lost with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where in the document.
    pub place: Pointer,
    /// What the client does not support, and what that means.
    pub what: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What the passes have reported so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// What cannot be lowered: the document is refused.
    pub(super) problems: Vec<Problem>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The components that got another name, with that name.
    pub(super) renamed: HashMap<String, String>,
    /// The responses by operation id.
    pub(super) responses: BTreeMap<String, Responses>,
    /// The media type of a request body that is sent as bytes, by operation id.
    pub(super) sent_as: BTreeMap<String, String>,
}

/// The responses of an operation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Responses {
    /// The names of the bodies by status.
    pub(super) bodies: BTreeMap<String, String>,
    /// The descriptions of the errors by status.
    pub(super) errors: BTreeMap<String, String>,
}

impl Report {
    /// Refuses the document because of `place`.
    pub(super) fn refuse(&mut self, place: &Pointer, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::new(place, what, hint));
    }

    /// Reports a feature that the client does not support.
    pub(super) fn warn(&mut self, place: &Pointer, what: impl Into<String>) {
        self.diagnostics.push(Diagnostic { place: place.clone(), what: what.into() });
    }
}
