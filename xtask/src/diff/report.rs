//! Formats a difference as text for a terminal, and as Markdown for a pull request.

use std::fmt::Write as _;

use super::difference::{Change, Difference, Entry, Fate, Verdict};
use crate::skip::Part;

/// The difference as text for a terminal.
pub fn text(difference: &Difference) -> String {
    let mut written = String::new();
    for (title, entries) in [("operations", &difference.operations), ("types", &difference.types)] {
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(written, "{title}");
        for entry in entries {
            let _ = writeln!(written, "  {} {}", sign(entry.fate), subject(entry, ""));
            for change in entry.changes.iter().filter(|_| !is_evident(entry)) {
                let label = label(change.verdict);
                let _ = writeln!(written, "      {label:<8}  {}", sentence(change, ""));
            }
        }
        written.push('\n');
    }
    let left_out = left_out(difference, "");
    if !left_out.is_empty() {
        let _ = writeln!(written, "operations left out");
        for line in left_out {
            let _ = writeln!(written, "    {line}");
        }
        written.push('\n');
    }
    let _ = writeln!(written, "{}", counts(difference));
    let _ = writeln!(written, "{}", step(difference));
    written
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

/// The difference as Markdown for a pull request or a changelog, breaking changes first.
pub fn markdown(difference: &Difference) -> String {
    let mut written = String::new();
    let is_breaking = |entry: &&Entry| entry.verdict > Verdict::Compatible;
    let breaking: Vec<&Entry> = difference.entries().filter(is_breaking).collect();
    let operations = |fate: Fate| entries_of(&difference.operations, fate);
    let types = |fate: Fate| entries_of(&difference.types, fate);
    let changed: Vec<&Entry> =
        difference.entries().filter(|entry| ![Fate::Added, Fate::Removed].contains(&entry.fate)).collect();
    for (title, entries) in [
        ("Breaking", breaking),
        ("New operations", operations(Fate::Added)),
        ("New types", types(Fate::Added)),
        ("Changed", changed.into_iter().filter(|entry| entry.verdict <= Verdict::Compatible).collect()),
    ] {
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(written, "#### {title}\n");
        for entry in entries {
            let _ = write!(written, "- {}", subject(entry, "`"));
            match entry.changes.as_slice() {
                _ if entry.fate == Fate::Added => written.push('\n'),
                [change] => {
                    let _ = writeln!(written, ": {}", sentence(change, "**"));
                }
                changes => {
                    written.push('\n');
                    for change in changes {
                        let _ = writeln!(written, "  - {}", sentence(change, "**"));
                    }
                }
            }
        }
        written.push('\n');
    }
    let left_out = left_out(difference, "`");
    if !left_out.is_empty() {
        let _ = writeln!(written, "#### Operations left out\n");
        for line in left_out {
            let _ = writeln!(written, "- {line}");
        }
        written.push('\n');
    }
    let _ = writeln!(written, "{}\n", counts(difference));
    let _ = writeln!(written, "{}", step(difference));
    written
}

fn entries_of(entries: &[Entry], fate: Fate) -> Vec<&Entry> {
    entries.iter().filter(|entry| entry.fate == fate).collect()
}

fn sign(fate: Fate) -> char {
    match fate {
        Fate::Added => '+',
        Fate::Removed => '-',
        Fate::Renamed | Fate::Moved | Fate::Changed => '~',
    }
}

/// Whether the sign before the entry is enough, so that its changes need not be listed.
fn is_evident(entry: &Entry) -> bool {
    entry.fate == Fate::Added
}

fn subject(entry: &Entry, quote: &str) -> String {
    let place = entry.place.as_ref().map(|place| format!("  {quote}{place}{quote}")).unwrap_or_default();
    format!("{quote}{}{quote}{place}", entry.name)
}

fn label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Note => "note",
        Verdict::Compatible => "fine",
        Verdict::Silent => "SILENT",
        Verdict::Breaking => "BREAKING",
    }
}

fn sentence(change: &Change, mark: &str) -> String {
    // On a terminal, a separate column shows the verdict.
    let warning = match change.verdict {
        Verdict::Breaking if !mark.is_empty() => format!("{mark}breaks:{mark} "),
        Verdict::Silent if !mark.is_empty() => format!("{mark}breaks silently:{mark} "),
        _ => String::new(),
    };
    let part = if change.part.is_empty() { String::new() } else { format!("{} ", change.part) };
    format!("{warning}{part}{}; {}", change.what, change.why)
}

fn counts(difference: &Difference) -> String {
    let summary = |entries: &[Entry]| {
        let fates = [
            (Fate::Added, "added"),
            (Fate::Removed, "removed"),
            (Fate::Renamed, "renamed"),
            (Fate::Moved, "moved"),
            (Fate::Changed, "changed"),
        ];
        let counts = fates.iter().map(|(fate, word)| (entries_of(entries, *fate).len(), word));
        let counts: Vec<String> =
            counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    };
    format!(
        "operations: {}; types: {}; schemas of the document: {} added, {} removed",
        summary(&difference.operations),
        summary(&difference.types),
        difference.schemas.added.len(),
        difference.schemas.removed.len()
    )
}

fn step(difference: &Difference) -> String {
    let breaking = difference.entries().filter(|entry| entry.verdict > Verdict::Compatible).count();
    let why = match breaking {
        0 if difference.verdict() == Verdict::Compatible => "no change breaks callers".to_owned(),
        0 if difference.documents_differ => "only the documentation of the client differs".to_owned(),
        0 => "the client is the same".to_owned(),
        1 => "1 entry breaks callers".to_owned(),
        count => format!("{count} entries break callers"),
    };
    let step = difference.step();
    format!("version step: {} (from 1.0 on: {}); {why}", step.before_one(), step.from_one())
}
