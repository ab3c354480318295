//! The report of the passes: problems, diagnostics, and the information that later stages need.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::EnumValues;
use super::arguments::Parameters;
use super::unions::{Noted, Union};
use crate::document::origins::Origins;
use crate::document::pointer::Pointer;
use crate::document::problem::Problem;

/// What the passes report about a place: a document feature that the client does not support, without loss of data, or a
/// secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The place in the document.
    pub place: Pointer,
    /// The feature, and the consequence for the client; or why the place is a secret.
    pub what: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// The reports of the passes that have run.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The places that cannot be lowered. If there are any, the document is refused.
    pub(super) problems: Vec<Problem>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The places that are secrets because of their name or `x-secret`.
    pub(super) secrets: Vec<Diagnostic>,
    /// The new names of renamed components, by their old names.
    pub(super) renamed: HashMap<String, String>,
    pub(super) enum_values: EnumValues,
    /// The unions of the document before the passes, by place.
    pub(super) noted: BTreeMap<String, Noted>,
    /// How the client decides each union, by the name of its type.
    pub(super) unions: BTreeMap<String, Union>,
    /// The responses by operation id.
    pub(super) responses: BTreeMap<String, Responses>,
    /// The media type of a request body that is sent as bytes, by operation id.
    pub(super) sent_as: BTreeMap<String, String>,
    /// The argument of the struct of query parameters, by operation id.
    pub(super) query_structs: BTreeMap<String, String>,
    /// The parameters that progenitor cannot write itself.
    pub(super) parameters: Parameters,
    /// The same for the mocks.
    pub(super) mock_parameters: Parameters,
    /// Where the nodes come from that the passes moved.
    pub(super) origins: Origins,
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
        self.problems.push(Problem::new(&self.origins.of(place), what, hint));
    }

    /// Reports a feature that the client does not support.
    pub(super) fn warn(&mut self, place: &Pointer, what: impl Into<String>) {
        self.diagnostics.push(Diagnostic { place: self.origins.of(place), what: what.into() });
    }
}
