//! The data types of a difference, which [`report`](super::report) prints and `serde` writes as JSON.

use serde::Serialize;

use crate::skip::Part;

/// The differences between two clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Methods, in the order of their names.
    pub operations: Vec<Entry>,
    /// Generated types, in the order of their names.
    pub types: Vec<Entry>,
    /// Component schemas of the documents themselves, whether or not the client has a type for them.
    pub schemas: Schemas,
    /// The operations that the clients do not have although the documents do.
    pub left_out: Sides,
    /// Whether the documents differ, even if only in a description.
    pub documents_differ: bool,
}

/// The operations that are left out of each client, because a part of the document is not supported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sides {
    /// Of the old one.
    pub old: Vec<Part>,
    /// Of the new one.
    pub new: Vec<Part>,
}

/// Names of component schemas that only one of the documents has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Schemas {
    /// Only in the new one.
    pub added: Vec<String>,
    /// Only in the old one.
    pub removed: Vec<String>,
}

/// How an operation or a type differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is new.
    Added,
    /// It was removed.
    Removed,
    /// Its name in Rust differs.
    Renamed,
    /// The method or path of an operation differs.
    Moved,
    /// It has the same name and place, and differs otherwise.
    Changed,
}

/// An operation or a type that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The name in Rust: in the new client, or in the old one if it was removed.
    pub name: String,
    /// The name in the old client, if it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Method and path of an operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The method and path in the old document, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_was: Option<String>,
    /// How it differs.
    pub fate: Fate,
    /// The effect on callers: the most severe verdict of the changes.
    pub verdict: Verdict,
    /// The individual changes.
    pub changes: Vec<Change>,
}

/// Adds a change to the entry for `name`; entries are in the order of their names.
pub(super) fn add(entries: &mut Vec<Entry>, name: &str, place: Option<String>, change: Change) {
    match entries.binary_search_by(|entry| entry.name.as_str().cmp(name)) {
        Ok(index) => entries[index].changes.push(change),
        Err(index) => entries.insert(
            index,
            Entry {
                name: name.to_owned(),
                was: None,
                place,
                place_was: None,
                fate: Fate::Changed,
                verdict: change.verdict,
                changes: vec![change],
            },
        ),
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The argument, field, variant or other part; empty for the whole operation or type.
    pub part: String,
    /// The change, as the predicate of a sentence about `part`.
    pub what: String,
    /// The effect on callers.
    pub verdict: Verdict,
    /// The reason for the verdict.
    pub why: String,
}

impl Change {
    pub(super) fn new(
        verdict: Verdict,
        part: impl Into<String>,
        what: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self { part: part.into(), what: what.into(), verdict, why: why.into() }
    }

    pub(super) fn compatible(part: impl Into<String>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Verdict::Compatible, part, what, why)
    }

    pub(super) fn breaking(part: impl Into<String>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Verdict::Breaking, part, what, why)
    }
}

/// The effect of a change on callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The client is the same; only the server's rules or the documentation differ.
    Note,
    /// Callers compile, and behave as before.
    Compatible,
    /// Callers compile, and behave differently.
    Silent,
    /// Callers no longer compile.
    Breaking,
}

/// The version step that a difference requires, from version 1.0 on. Before 1.0, Cargo treats a new minor version as
/// incompatible, and a new patch version as compatible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// No release is needed.
    None,
    /// Only documentation differs.
    Patch,
    /// The client has additions, or other changes that break no caller.
    Minor,
    /// Callers break.
    Major,
}

impl Step {
    /// The step before 1.0.
    pub fn before_one(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch | Self::Minor => "patch",
            Self::Major => "minor",
        }
    }

    /// The step from 1.0 on.
    pub fn from_one(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl Difference {
    /// All entries, operations first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.operations.iter().chain(&self.types)
    }

    /// The most severe verdict.
    pub fn verdict(&self) -> Verdict {
        self.entries().map(|entry| entry.verdict).max().unwrap_or(Verdict::Note)
    }

    /// Whether callers break, at compile time or silently.
    pub fn is_breaking(&self) -> bool {
        self.verdict() > Verdict::Compatible
    }

    /// The version step that the difference requires.
    pub fn step(&self) -> Step {
        match self.verdict() {
            Verdict::Silent | Verdict::Breaking => Step::Major,
            Verdict::Compatible => Step::Minor,
            Verdict::Note if self.documents_differ => Step::Patch,
            Verdict::Note => Step::None,
        }
    }
}
