//! The formats in which a difference is printed.

mod github;
mod json;
mod junit;
mod markdown;
mod text;

pub use self::json::schema;
pub use self::markdown::{changelog, markdown};
pub use self::text::text;
use super::difference::{Difference, Entry, Location, SubjectKind};
use super::level::FailOn;
use super::section::{self, Section};
use super::verdict::Verdict;
use crate::skip::Part;

/// A format in which a difference is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text for a terminal
    #[default]
    Text,
    /// Markdown for a pull request
    Markdown,
    /// JSON for a program
    Json,
    /// Workflow commands of GitHub Actions, which become annotations
    Github,
    /// A JUnit report
    Junit,
}

/// The difference as text in the given format. A JUnit report states which entries fail.
///
/// # Errors
///
/// When the difference cannot be serialized, which does not happen: it consists of strings.
pub fn written(difference: &Difference, format: Format, fail_on: FailOn) -> anyhow::Result<String> {
    Ok(match format {
        Format::Text => text(difference),
        Format::Markdown => markdown(difference),
        Format::Json => json::json(difference)?,
        Format::Github => github::github(difference),
        Format::Junit => junit::junit(difference, fail_on)?,
    })
}

/// The sections that have entries, in their order.
fn sections(difference: &Difference) -> Vec<(Section, Vec<&Entry>)> {
    let of = |section| difference.entries.iter().filter(|entry| section::of(entry) == section).collect::<Vec<_>>();
    Section::ALL.into_iter().map(|section| (section, of(section))).filter(|(_, entries)| !entries.is_empty()).collect()
}

/// The change with its reason, as a sentence.
fn sentence(part: &str, what: &str, why: &str) -> String {
    let space = if part.is_empty() { "" } else { " " };
    format!("{part}{space}{what}; {why}")
}

/// The operations that are left out, each with the reason and the clients that do not have it.
fn left_out(difference: &Difference, quote: &str) -> Vec<String> {
    let (old, new) = (&difference.left_out.old, &difference.left_out.new);
    let is_in = |parts: &[Part], name: &str| parts.iter().any(|part| part.name == name);
    let line = |part: &Part, sides: &str| {
        format!("{quote}{}{quote}  {sides}: {} at {quote}{}{quote}", part.name, part.why, part.place)
    };
    let only_old = old.iter().filter(|part| !is_in(new, &part.name)).map(|part| line(part, "of the old client"));
    let sides = |part: &Part| if is_in(old, &part.name) { "of both clients" } else { "of the new client" };
    only_old.chain(new.iter().map(|part| line(part, sides(part)))).collect()
}

/// A place in a program, with the compiler's message.
fn located(location: &Location) -> String {
    let Location { file, line, column, code, message, .. } = location;
    let code = code.as_ref().map_or(String::new(), |code| format!(" [{code}]"));
    format!("{file}:{line}:{column}: {message}{code}")
}

/// How many of the changes that break callers at compile time a program meets.
fn met(difference: &Difference) -> String {
    let breaking = difference.entries.iter().filter(|entry| entry.breaks_compilation());
    let met = breaking.clone().filter(|entry| entry.sites.iter().any(|site| !site.met.is_empty()));
    let silent = difference.entries.iter().filter(|entry| entry.verdict == Verdict::Silent).count();
    format!(
        "it meets {} of the {} entries that the compiler finds; check the {silent} that it does not find by hand",
        met.count(),
        breaking.count()
    )
}

/// The last lines of a report: what was counted, what is silent, and the version step.
fn summary(difference: &Difference) -> Vec<String> {
    let counts = |kind: SubjectKind| {
        let counts = difference.counts(kind);
        let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    };
    let counts = format!(
        "operations: {}; types: {}; schemas of the document: {} added, {} removed",
        counts(SubjectKind::Operation),
        counts(SubjectKind::Type),
        difference.schemas.added.len(),
        difference.schemas.removed.len()
    );
    let mut lines = vec![counts];
    let silent: Vec<String> = difference
        .entries
        .iter()
        .filter(|entry| entry.verdict == Verdict::Silent && !entry.is_accepted())
        .map(|entry| format!("{} ({})", entry.rule, sites(entry)))
        .collect();
    if !silent.is_empty() {
        lines.push(format!("the compiler does not report: {}", silent.join(", ")));
    }
    lines.push(step(difference));
    lines
}

/// The first place of an entry, and the number of the others.
fn sites(entry: &Entry) -> String {
    let first = entry.sites.first().map(|site| &site.subject);
    let name = first.map_or("", |subject| if subject.name.is_empty() { "the document" } else { &subject.name });
    match entry.sites.len() {
        0 | 1 => name.to_owned(),
        count => format!("{name} and {} more", count - 1),
    }
}

fn step(difference: &Difference) -> String {
    let count = |verdict: Verdict| difference.entries.iter().filter(|entry| entry.verdict == verdict).count();
    let (breaking, silent) = (count(Verdict::Breaking), count(Verdict::Silent));
    let why = match (breaking + silent, silent) {
        (0, _) if difference.verdict() == Verdict::Compatible => "no change breaks callers".to_owned(),
        (0, _) if difference.documents_differ => "only the documentation of the client differs".to_owned(),
        (0, _) => "the client is the same".to_owned(),
        (1, 0) => "1 entry breaks callers".to_owned(),
        (1, _) => "1 entry breaks callers silently".to_owned(),
        (count, 0) => format!("{count} entries break callers"),
        (count, silent) => format!("{count} entries break callers, {silent} of them silently"),
    };
    let step = difference.step();
    format!("version step: {} (from 1.0 on: {}); {why}", step.before_one(), step.from_one())
}
