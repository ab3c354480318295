//! The difference as values, which are printed as text, as Markdown or as JSON.

use serde::Serialize;

/// What differs between two clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Methods, in the order of their names.
    pub operations: Vec<Entry>,
    /// Generated types, in the order of their names.
    pub types: Vec<Entry>,
    /// Component schemas of the documents themselves, whether or not the client has a type for them.
    pub schemas: Schemas,
    /// Whether the documents differ at all, if only in a description.
    pub documents_differ: bool,
}

/// Names of component schemas that only one of the documents has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Schemas {
    /// Only in the new one.
    pub added: Vec<String>,
    /// Only in the old one.
    pub removed: Vec<String>,
}

/// What happened to an operation or a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is new.
    Added,
    /// It was removed.
    Removed,
    /// It has another name in Rust.
    Renamed,
    /// An operation has another method or path.
    Moved,
    /// Something about it differs.
    Changed,
}

/// An operation or a type that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The name in Rust: in the new client, or in the old one where it was removed.
    pub name: String,
    /// The name in the old client, where it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Method and path of an operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The method and path in the old document, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_was: Option<String>,
    /// What happened to it.
    pub fate: Fate,
    /// What it means for a caller: the most severe of the changes.
    pub verdict: Verdict,
    /// The single changes.
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
    /// The argument, field, variant or other part; empty for the whole.
    pub part: String,
    /// What happened to it.
    pub what: String,
    /// What it means for a caller.
    pub verdict: Verdict,
    /// Why it means that.
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

    pub(super) fn fine(part: impl Into<String>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Verdict::Compatible, part, what, why)
    }

    pub(super) fn breaking(part: impl Into<String>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Verdict::Breaking, part, what, why)
    }
}

/// What a change means for a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The client is the same; the server's rules or the documentation differ.
    Note,
    /// Callers compile, and do the same.
    Compatible,
    /// Callers compile, and do something else.
    Silent,
    /// Callers no longer compile.
    Breaking,
}

/// The version step that a difference requires, from 1.0 on; before 1.0, Cargo reads the minor number as the major
/// one, and the patch as the minor one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// There is nothing to release.
    None,
    /// Only documentation differs.
    Patch,
    /// The client has additions, or differs where callers do not depend on it.
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
