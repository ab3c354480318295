//! The compiler's errors in a team's own files as values, with what of the client they are about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::attribute::Concerns;
use super::definitions::Definitions;
use super::messages::{Message, Output, Report, Span, Target};
use super::words;

/// The lint that the stand-ins for removed types cause.
const DEPRECATED: &str = "deprecated";

/// An error of the compiler in a team's own files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, relative to the team's repository, with `/` as the separator.
    pub file: String,
    /// The line; the first is 1.
    pub line: usize,
    /// The column in characters; the first is 1.
    pub column: usize,
    /// The compiler's code, such as `E0599`; or the name of a lint that is an error.
    pub code: Option<String>,
    /// The message, in one line.
    pub message: String,
    /// What of the client the error is about.
    pub concerns: Concerns,
}

impl Diagnostic {
    /// Whether it is about a deprecated item, which a program can make an error.
    pub(super) fn is_deprecation(&self) -> bool {
        self.code.as_deref() == Some(DEPRECATED)
    }

    /// Whether two messages are one error, as those of a library and of its unit tests are.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.file, self.line, self.column, &self.code, &self.message)
            == (&other.file, other.line, other.column, &other.code, &other.message)
    }
}

/// Where the files are that messages name.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    /// The copy of the team's repository.
    pub(super) copy: &'a Path,
    /// The folder of the workspace in the copy. The compiler's paths are relative to it.
    pub(super) workspace: &'a Path,
    /// The folder of the generated crate in the copy.
    pub(super) client: &'a Path,
    /// The generated file with the methods and types, and what its lines belong to.
    pub(super) generated: &'a Path,
    pub(super) definitions: &'a Definitions,
    /// The ids of the team's packages.
    pub(super) packages: &'a [String],
    /// Returns the text of a file.
    pub(super) text: &'a dyn Fn(&Path) -> Option<String>,
}

/// The errors of a check.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Errors {
    /// Those in the team's own packages, in the order of their places.
    pub(super) own: Vec<Diagnostic>,
    /// Those in other packages, as the compiler shows them, by the ids of the packages.
    pub(super) foreign: BTreeMap<String, Vec<String>>,
    /// Those in the team's packages, as the compiler shows them.
    pub(super) rendered: Vec<String>,
}

impl Errors {
    /// The errors in the output of cargo.
    pub(super) fn of(output: &Output, places: &Places<'_>) -> Self {
        let mut errors = Self::default();
        for report in output.reports.iter().filter(|report| report.message.is_error()) {
            let rendered = report.message.rendered.clone().unwrap_or_else(|| report.message.text.clone());
            if places.packages.contains(&report.package_id) {
                if add(&mut errors.own, places.diagnostic(report)) {
                    errors.rendered.push(rendered);
                }
            } else {
                errors.foreign.entry(report.package_id.clone()).or_default().push(rendered);
            }
        }
        sort(&mut errors.own);
        errors
    }
}

/// Adds an error unless it is there already; returns whether it was added.
fn add(errors: &mut Vec<Diagnostic>, error: Diagnostic) -> bool {
    let is_new = !errors.iter().any(|other| other.is_same(&error));
    if is_new {
        errors.push(error);
    }
    is_new
}

/// The uses of deprecated items in the targets of the team's packages for which `is_wanted` returns true, whether they
/// are warnings or errors.
pub(super) fn deprecations(
    output: &Output,
    places: &Places<'_>,
    is_wanted: impl Fn(&(String, Target)) -> bool,
) -> Vec<Diagnostic> {
    let mut uses = Vec::new();
    for report in &output.reports {
        let is_use = report.message.code.as_ref().is_some_and(|code| code.code == DEPRECATED);
        let is_own = places.packages.contains(&report.package_id);
        if is_use && is_own && is_wanted(&(report.package_id.clone(), report.target.clone())) {
            add(&mut uses, places.diagnostic(report));
        }
    }
    sort(&mut uses);
    uses
}

impl Places<'_> {
    fn path(&self, span: &Span) -> PathBuf {
        self.workspace.join(&span.file_name)
    }

    /// The path of one of the team's own files, relative to the repository.
    fn own(&self, path: &Path) -> Option<String> {
        if path.starts_with(self.client) {
            return None;
        }
        Some(path.strip_prefix(self.copy).ok()?.display().to_string().replace('\\', "/"))
    }

    /// The innermost part of a span that is in one of the team's own files.
    fn own_span<'s>(&self, span: &'s Span) -> Option<(&'s Span, String)> {
        span.with_expansions().find_map(|span| Some((span, self.own(&self.path(span))?)))
    }

    fn diagnostic(&self, Report { target, message, .. }: &Report) -> Diagnostic {
        let primary = message.spans.iter().filter(|span| span.is_primary).find_map(|span| self.own_span(span));
        let (file, line, column) = match primary {
            Some((span, file)) => (file, span.line_start, span.column_start),
            None => (self.own(Path::new(&target.src_path)).unwrap_or_else(|| target.src_path.clone()), 1, 1),
        };
        Diagnostic {
            file,
            line,
            column,
            code: message.code.as_ref().map(|code| code.code.clone()),
            message: message.text.lines().next().unwrap_or_default().to_owned(),
            concerns: self.concerns(message),
        }
    }

    fn concerns(&self, message: &Message) -> Concerns {
        let mut concerns = Concerns::default();
        let mut quote = |text: &str| concerns.quoted.extend(words::quoted(text).map(str::to_owned));
        quote(&message.text);
        let notes = || message.children.iter().filter(|child| child.level == "note");
        // The fields of a type that are still there are not what the error is about.
        notes().filter(|note| !note.text.starts_with("available ")).for_each(|note| quote(&note.text));
        let spans = || message.spans.iter().chain(notes().flat_map(|note| &note.spans));
        let spans = || spans().filter(|span| !is_suggestion(span));
        spans().filter_map(|span| span.label.as_deref()).for_each(quote);

        for (span, _) in message.spans.iter().filter_map(|span| self.own_span(span)) {
            for line in &span.text {
                let [before, marked, after] = line.parts();
                concerns.source.extend(words::identifiers(marked).map(str::to_owned));
                // A path is marked up to the segment that the error is about.
                let next = after.strip_prefix("::").and_then(|rest| words::identifiers(rest).next());
                concerns.source.extend(next.map(str::to_owned));
                // A method or field is marked without the dot before it.
                let marked =
                    if before.ends_with('.') { &line.text[before.len() - 1..][..=marked.len()] } else { marked };
                concerns.fields.extend(words::fields(marked).map(str::to_owned));
                concerns.nearby.extend(words::fields(&line.text).map(str::to_owned));
            }
            if let Some(first) = span.text.first() {
                concerns.fields.extend(words::assigned(first.parts()[0]).map(str::to_owned));
            }
            if span.is_primary {
                concerns.source.extend(self.next_call(span));
            }
        }
        for span in spans() {
            self.define(span, message, &mut concerns);
        }
        concerns
    }

    /// The method that is called on the result of the marked call. If a group of methods is gone, the compiler reports
    /// only the method that returns it.
    fn next_call(&self, span: &Span) -> Option<String> {
        let text = (self.text)(&self.path(span))?;
        let lines = || text.lines().skip(span.line_end.saturating_sub(1));
        let first: String = lines().next()?.chars().skip(span.column_end.saturating_sub(1)).collect();
        let after = lines().skip(1).take(3).fold(first, |text, line| text + "\n" + line);
        words::next_call(&after).map(str::to_owned)
    }

    /// Adds the definition in the client that a span shows.
    fn define(&self, span: &Span, message: &Message, concerns: &mut Concerns) {
        let in_client = span.with_expansions().find(|span| self.path(span) == self.generated);
        let Some(definition) = in_client.and_then(|span| self.definitions.at(span.line_start)) else { return };
        let name = definition.name();
        if let [line] = span.text.as_slice() {
            // In the definition of a macro, only names that it does not compute are those of the client.
            let marked = Some(line.parts()[1]).filter(|marked| !marked.contains('$')).unwrap_or_default();
            let parts = words::identifiers(marked).map(|part| name.clone().part(part));
            concerns.defined.extend(parts);
        }
        let labels = message.spans.iter().filter_map(|span| span.label.as_deref());
        let missing = labels.filter_map(missing_argument).filter_map(|at| definition.arguments.get(at));
        concerns.defined.extend(missing.map(|argument| name.clone().part(argument)));
        concerns.defined.insert(name);
    }
}

/// Whether a span shows an item because its name resembles the missing one.
fn is_suggestion(span: &Span) -> bool {
    span.label.as_ref().is_some_and(|label| label.starts_with("similarly named"))
}

/// The position of the argument that a label reports as missing: 1 in "argument #2 of type `i64` is missing".
fn missing_argument(label: &str) -> Option<usize> {
    let (number, rest) = label.strip_prefix("argument #")?.split_once(' ')?;
    rest.ends_with("is missing").then_some(())?;
    number.parse::<usize>().ok()?.checked_sub(1)
}

/// Sorts errors by their places.
pub(super) fn sort(errors: &mut [Diagnostic]) {
    errors.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
}

#[cfg(test)]
mod tests;
