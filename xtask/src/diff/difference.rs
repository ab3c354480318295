//! What was found: values that are printed as text, as Markdown or as JSON.

use serde::Serialize;

/// What differs between two clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Methods, in the order of their names.
    pub operations: Vec<Entry>,
    /// Generated types, in the order of their names.
    pub types: Vec<Entry>,
    /// Component schemas of the documents themselves, whatever the client makes of them.
    pub schemas: Schemas,
    /// Whether the documents differ in anything at all, if only in a description.
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

/// What became of an operation or of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It was not there.
    Added,
    /// It is not there any more.
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
    /// The name in Rust: in the new client, or where it was removed in the old one.
    pub name: String,
    /// The name it had in the old client, where that was another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Method and path of an operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The method and path it had in the old document, where they were others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_was: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// What it means for a caller: the gravest of the changes.
    pub verdict: Verdict,
    /// Each thing that differs.
    pub changes: Vec<Change>,
}

/// Adds a change to what is told of `name`, in the order of the names.
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

/// One thing that differs.
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
    /// The client is the same; the server, or what is said, differs.
    Note,
    /// What compiled still compiles, and does the same.
    Compatible,
    /// What compiled still compiles, and does something else.
    Silent,
    /// What compiled no longer does.
    Breaking,
}

/// The step of the version that a difference asks for, from 1.0 on; before that, Cargo takes the minor
/// number for the major and the patch for the minor one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// There is nothing to release.
    None,
    /// Only what is said about the client differs.
    Patch,
    /// There is more of it, or it differs where callers do not look.
    Minor,
    /// Callers break.
    Major,
}

impl Step {
    /// What it is before 1.0.
    pub fn before_one(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch | Self::Minor => "patch",
            Self::Major => "minor",
        }
    }

    /// What it is from 1.0 on.
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
    /// All that differs, operations first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.operations.iter().chain(&self.types)
    }

    /// The gravest of the verdicts.
    pub fn verdict(&self) -> Verdict {
        self.entries().map(|entry| entry.verdict).max().unwrap_or(Verdict::Note)
    }

    /// Whether callers break, at compile time or in silence.
    pub fn is_breaking(&self) -> bool {
        self.verdict() > Verdict::Compatible
    }

    /// The step of the version that it asks for.
    pub fn step(&self) -> Step {
        match self.verdict() {
            Verdict::Silent | Verdict::Breaking => Step::Major,
            Verdict::Compatible => Step::Minor,
            Verdict::Note if self.documents_differ => Step::Patch,
            Verdict::Note => Step::None,
        }
    }
}
