//! The difference as a person reads it, on a terminal or in a pull request.

use std::fmt::Write as _;

use super::difference::{Change, Difference, Entry, Fate, Verdict};

/// For a terminal.
pub fn text(difference: &Difference) -> String {
    let mut told = String::new();
    for (title, entries) in [("operations", &difference.operations), ("types", &difference.types)] {
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(told, "{title}");
        for entry in entries {
            let _ = writeln!(told, "  {} {}", sign(entry.fate), subject(entry, ""));
            for change in entry.changes.iter().filter(|_| !says_itself(entry)) {
                let label = label(change.verdict);
                let _ = writeln!(told, "      {label:<8}  {}", sentence(change, ""));
            }
        }
        told.push('\n');
    }
    let _ = writeln!(told, "{}", counts(difference));
    let _ = writeln!(told, "{}", step(difference));
    told
}

/// For a pull request or a changelog: what breaks first.
pub fn markdown(difference: &Difference) -> String {
    let mut told = String::new();
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
        let _ = writeln!(told, "#### {title}\n");
        for entry in entries {
            let _ = write!(told, "- {}", subject(entry, "`"));
            match entry.changes.as_slice() {
                _ if entry.fate == Fate::Added => told.push('\n'),
                [change] => {
                    let _ = writeln!(told, ": {}", sentence(change, "**"));
                }
                changes => {
                    told.push('\n');
                    for change in changes {
                        let _ = writeln!(told, "  - {}", sentence(change, "**"));
                    }
                }
            }
        }
        told.push('\n');
    }
    let _ = writeln!(told, "{}\n", counts(difference));
    let _ = writeln!(told, "{}", step(difference));
    told
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

/// What is added says so by its sign.
fn says_itself(entry: &Entry) -> bool {
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
    // On a terminal, a column of its own says whether it breaks.
    let said = match change.verdict {
        Verdict::Breaking if !mark.is_empty() => format!("{mark}breaks:{mark} "),
        Verdict::Silent if !mark.is_empty() => format!("{mark}breaks in silence:{mark} "),
        _ => String::new(),
    };
    let part = if change.part.is_empty() { String::new() } else { format!("{} ", change.part) };
    format!("{said}{part}{}; {}", change.what, change.why)
}

fn counts(difference: &Difference) -> String {
    let told = |entries: &[Entry]| {
        let fates = [
            (Fate::Added, "added"),
            (Fate::Removed, "removed"),
            (Fate::Renamed, "renamed"),
            (Fate::Moved, "moved"),
            (Fate::Changed, "changed"),
        ];
        let some = fates.iter().map(|(fate, word)| (entries_of(entries, *fate).len(), word));
        let some: Vec<String> =
            some.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        if some.is_empty() { "none".to_owned() } else { some.join(", ") }
    };
    format!(
        "operations: {}; types: {}; schemas of the document: {} added, {} removed",
        told(&difference.operations),
        told(&difference.types),
        difference.schemas.added.len(),
        difference.schemas.removed.len()
    )
}

fn step(difference: &Difference) -> String {
    let breaking = difference.entries().filter(|entry| entry.verdict > Verdict::Compatible).count();
    let why = match breaking {
        0 if difference.verdict() == Verdict::Compatible => "nothing breaks a caller".to_owned(),
        0 if difference.documents_differ => "the client is the same but for what is said about it".to_owned(),
        0 => "the client is the same".to_owned(),
        1 => "1 entry breaks callers".to_owned(),
        count => format!("{count} entries break callers"),
    };
    let step = difference.step();
    format!("version step: {} (from 1.0 on: {}); {why}", step.before_one(), step.from_one())
}
