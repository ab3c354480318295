//! The data types of a difference, which the formats print and `serde` writes as JSON.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::rules::Rule;
use super::verdict::{Step, Verdict};
use crate::document::pointer::Pointer;
use crate::document::positions::{Position, positions};
use crate::pipeline::Input;
use crate::skip::Part;

/// The differences between two clients and their documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// The old document.
    pub old: Document,
    /// The new document.
    pub new: Document,
    /// The changes, the most severe first.
    pub entries: Vec<Entry>,
    /// Component schemas of the documents themselves, whether or not the client has a type for them.
    pub schemas: Schemas,
    /// The operations that the clients do not have although the documents do.
    pub left_out: Sides,
    /// Whether the documents differ, even if only in a description.
    pub documents_differ: bool,
    /// The program that was compiled against both clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callers: Option<Callers>,
}

/// A program that was compiled against both clients. The changes that it meets have the locations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Callers {
    /// The folder of the program, as on the command line.
    pub folder: String,
    /// The compiler's errors with the new client that are about no reported change.
    pub unattributed: Vec<Location>,
    /// The parts of the program that were not compiled with the new client, because a library that they use has errors.
    pub unchecked: Vec<String>,
}

/// A place in a program, with what the compiler reports there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Location {
    /// The file, relative to the program's repository, with `/` as the separator.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The compiler's code, such as `E0599`.
    pub code: Option<String>,
    /// The compiler's message, in one line.
    pub message: String,
    /// Whether it is an error with the new client. Otherwise, a part of the program that could not be compiled uses what
    /// changes.
    pub is_error: bool,
}

/// A compared document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Document {
    /// The name of its file, or `REVISION:PATH`, as on the command line.
    pub name: String,
    /// Its `info.version`.
    pub version: Option<String>,
}

/// The operations that are left out of each client, because a part of the document is not supported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sides {
    /// Of the old one.
    pub old: Vec<Part>,
    /// Of the new one.
    pub new: Vec<Part>,
}

/// Names of component schemas that only one of the documents has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Schemas {
    /// Only in the new one.
    pub added: Vec<String>,
    /// Only in the old one.
    pub removed: Vec<String>,
}

/// A change, with all places in which it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entry {
    /// The kind of change.
    #[serde(rename = "id")]
    pub rule: Rule,
    /// The effect on callers: the most severe verdict of the change and its consequences.
    pub verdict: Verdict,
    /// The argument, field, variant or other part; empty for the whole operation, type or document.
    pub part: String,
    /// The change, as the predicate of a sentence about `part`.
    pub what: String,
    /// The reason for the verdict.
    pub why: String,
    /// The operations, types and other parts in which it occurs, in the order of their names.
    pub sites: Vec<Site>,
}

/// A place in which a change occurs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Site {
    /// The operation, type or other part.
    #[serde(flatten)]
    pub subject: Subject,
    /// The part of it, if it is not the part of the entry.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// The place in the old document; `null` if it has no such place.
    pub old: Option<Place>,
    /// The place in the new document; `null` if it has no such place.
    pub new: Option<Place>,
    /// What else changes in the client as a result.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub consequences: Vec<Consequence>,
    /// The reason for which the change is accepted here, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// Where the program of `--callers` meets the change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub met: Vec<Location>,
    /// Where a reader of the new document looks for the change: at its place, or around the place that was removed.
    #[serde(skip)]
    pub nearest: Option<Position>,
}

/// The part of a client or a document that a change concerns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Subject {
    /// The kind of part.
    pub kind: SubjectKind,
    /// The name in Rust of an operation or a type, in the new client or, if it was removed, in the old one. The name in
    /// the document of another part; empty for the document itself.
    pub name: String,
    /// The name in the old client, if it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The method and path of an operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The method and path in the old document, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_was: Option<String>,
}

/// A kind of part of a client or a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// The document itself.
    Document,
    /// An operation, which a method of the client calls.
    Operation,
    /// A generated type.
    Type,
    /// A part of the document that the client has no operation or type for.
    Component,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Place {
    /// The JSON pointer (RFC 6901), as a URI fragment: `#/components/schemas/Thing`.
    pub pointer: Pointer,
    /// The line and the column. If an overlay added the place, those of the innermost place around it.
    #[serde(flatten)]
    pub position: Option<Position>,
}

/// A change of the client that results from another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Consequence {
    /// The kind of change.
    #[serde(rename = "id")]
    pub rule: Rule,
    /// The effect on callers.
    pub verdict: Verdict,
    /// The part of the operation or type.
    pub part: String,
    /// The change, as the predicate of a sentence about `part`.
    pub what: String,
    /// The reason for the verdict.
    pub why: String,
}

impl Subject {
    /// Its name in a report.
    pub(super) fn title(&self) -> &str {
        if self.name.is_empty() { "document" } else { &self.name }
    }
}

impl Entry {
    /// Whether callers of the old client may not compile because of it.
    pub fn breaks_compilation(&self) -> bool {
        let consequences = self.sites.iter().flat_map(|site| &site.consequences).map(|it| it.rule);
        consequences.chain([self.rule]).any(|rule| rule.verdict() == Verdict::Breaking)
    }

    /// The part that changes in one of the places.
    pub(super) fn part_in<'a>(&'a self, site: &'a Site) -> &'a str {
        if site.part.is_empty() { &self.part } else { &site.part }
    }

    /// Where the program of `--callers` meets it, without the places in which it is accepted.
    pub fn met(&self) -> impl Iterator<Item = &Location> {
        self.sites.iter().filter(|site| site.accepted.is_none()).flat_map(|site| &site.met)
    }

    /// Whether it is accepted everywhere it occurs.
    pub fn is_accepted(&self) -> bool {
        self.sites.iter().all(|site| site.accepted.is_some())
    }
}

impl Difference {
    /// The most severe verdict.
    pub fn verdict(&self) -> Verdict {
        self.entries.iter().map(|entry| entry.verdict).max().unwrap_or(Verdict::Note)
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

    /// Sets the names of the documents, and finds the lines and columns of all places.
    pub fn locate(&mut self, old: &Input, new: &Input) {
        self.old.name.clone_from(&old.name);
        self.new.name.clone_from(&new.name);
        let sites = || self.entries.iter().flat_map(|entry| &entry.sites);
        let pointers = |side: fn(&Site) -> Option<&Place>| -> BTreeSet<Pointer> {
            sites().filter_map(side).map(|place| place.pointer.clone()).collect()
        };
        let wanted = pointers(|site| site.old.as_ref());
        let old = positions(&old.text, &wanted);
        let new = positions(&new.text, &(&pointers(|site| site.new.as_ref()) | &wanted));
        for site in self.entries.iter_mut().flat_map(|entry| &mut entry.sites) {
            let nearest = site.new.as_ref().or(site.old.as_ref());
            site.nearest = nearest.and_then(|place| new.get(&place.pointer)).copied();
            for (place, positions) in [(&mut site.old, &old), (&mut site.new, &new)] {
                if let Some(place) = place {
                    place.position = positions.get(&place.pointer).copied();
                }
            }
        }
    }

    /// How many operations or types were added, removed, renamed, moved, or changed otherwise.
    pub(super) fn counts(&self, kind: SubjectKind) -> Vec<(&'static str, usize)> {
        let is_status = |rule: Rule| STATUSES.iter().any(|(_, rules)| rules.contains(&rule));
        let subjects = |is_of: &dyn Fn(&Entry) -> bool| -> BTreeSet<&str> {
            let entries = self.entries.iter().filter(|entry| is_of(entry));
            let sites = entries.flat_map(|entry| &entry.sites).filter(|site| site.subject.kind == kind);
            sites.map(|site| site.subject.name.as_str()).collect()
        };
        let mut known = BTreeSet::new();
        let mut counts = Vec::new();
        for (word, rules) in STATUSES {
            let found = &subjects(&|entry| rules.contains(&entry.rule)) - &known;
            counts.push((*word, found.len()));
            known.extend(found);
        }
        let changed = &subjects(&|entry| !is_status(entry.rule)) - &known;
        counts.push(("changed", changed.len()));
        counts.retain(|(_, count)| *count > 0);
        counts
    }
}

/// The changes that concern an operation or a type as a whole.
const STATUSES: &[(&str, &[Rule])] = &[
    ("added", &[Rule::OperationAdded, Rule::TypeAdded]),
    ("removed", &[Rule::OperationRemoved, Rule::OperationLeftOut, Rule::TypeRemoved]),
    ("renamed", &[Rule::OperationRenamed, Rule::OperationNameReused, Rule::TypeRenamed]),
    ("moved", &[Rule::OperationMoved]),
];
