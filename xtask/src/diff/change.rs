//! A change while the clients and documents are compared, before the places in which it occurs are grouped.

use super::difference::Subject;
use super::rules::Rule;
use super::verdict::Verdict;
use crate::document::pointer::Pointer;

/// A change of an operation, a type or another part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) rule: Rule,
    /// The argument, field, variant or other part; empty for the whole.
    pub(super) part: String,
    /// The change, as the predicate of a sentence about `part`.
    pub(super) what: String,
    /// The reason for the verdict.
    pub(super) why: String,
    /// The part in the old client.
    pub(super) old: Spot,
    /// The part in the new client.
    pub(super) new: Spot,
    /// What else changes as a result.
    pub(super) consequences: Vec<Change>,
}

/// A part of an operation or a type, of which the place in the document is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    /// It does not exist on this side.
    Absent,
    /// The operation or type itself.
    Whole,
    /// The argument with this name in Rust.
    Argument(String),
    /// The request body.
    Body,
    /// The response with this status.
    Response(String),
    /// The field with this name in JSON.
    Field(String),
    /// The value of an enum with this string, or the variant of a union with this name.
    Value(String),
}

impl Change {
    /// A change of the whole.
    pub(super) fn new(rule: Rule, part: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            rule,
            part: part.into(),
            what: what.into(),
            why: rule.why().to_owned(),
            old: Spot::Whole,
            new: Spot::Whole,
            consequences: Vec::new(),
        }
    }

    /// Sets a more specific reason.
    pub(super) fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Sets the part on both sides.
    pub(super) fn at(mut self, old: Spot, new: Spot) -> Self {
        (self.old, self.new) = (old, new);
        self
    }

    /// The most severe verdict of the change and its consequences.
    pub(super) fn verdict(&self) -> Verdict {
        let consequences = self.consequences.iter().map(Self::verdict);
        consequences.chain([self.rule.verdict()]).max().unwrap_or(Verdict::Note)
    }
}

/// The name in a part such as "field `note`"; `None` for a part without a name.
pub(super) fn named(part: &str) -> Option<&str> {
    part.strip_suffix('`')?.rsplit('`').next()
}

/// A change with the subject that it concerns, and its place in each document.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) subject: Subject,
    pub(super) change: Change,
    pub(super) old: Option<Pointer>,
    pub(super) new: Option<Pointer>,
}
