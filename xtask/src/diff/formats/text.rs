//! A difference as text for a terminal.

use std::fmt::Write as _;

use super::super::difference::{Callers, Difference, Entry, Place, Site};
use super::super::verdict::Verdict;
use super::{left_out, located, met, sections, sentence, summary};

/// The difference as text for a terminal.
pub fn text(difference: &Difference) -> String {
    let mut written = String::new();
    for (section, entries) in sections(difference) {
        let _ = writeln!(written, "{}", section.title().to_uppercase());
        for entry in entries {
            print(entry, &mut written);
        }
        written.push('\n');
    }
    let left_out = left_out(difference, "");
    if !left_out.is_empty() {
        let _ = writeln!(written, "OPERATIONS LEFT OUT");
        for line in left_out {
            let _ = writeln!(written, "  {line}");
        }
        written.push('\n');
    }
    if let Some(callers) = &difference.callers {
        program(callers, difference, &mut written);
    }
    for line in summary(difference) {
        let _ = writeln!(written, "{line}");
    }
    written
}

/// The changes that a program meets.
fn program(callers: &Callers, difference: &Difference, written: &mut String) {
    let _ = writeln!(written, "MET BY THE PROGRAM IN {}", callers.folder);
    for entry in difference.entries.iter().filter(|entry| entry.sites.iter().any(|site| !site.met.is_empty())) {
        for site in entry.sites.iter().filter(|site| !site.met.is_empty()) {
            let name = &site.subject.name;
            let _ = writeln!(written, "  {}: {name}: {} {}", entry.rule, entry.part, entry.what);
            for location in &site.met {
                let _ = writeln!(written, "      {}", located(location));
            }
        }
    }
    if !callers.unattributed.is_empty() {
        let _ = writeln!(written, "  errors that are about no change above:");
        for location in &callers.unattributed {
            let _ = writeln!(written, "      {}", located(location));
        }
    }
    for part in &callers.unchecked {
        let _ = writeln!(written, "  not compiled because of the errors above: {part}");
    }
    let _ = writeln!(written, "  {}\n", met(difference));
}

fn print(entry: &Entry, written: &mut String) {
    let _ = writeln!(written, "  {}: {}", entry.rule, sentence(&entry.part, &entry.what, &entry.why));
    for site in &entry.sites {
        let sign = match (&site.old, &site.new) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        };
        let _ = writeln!(written, "    {sign} {}", subject(site));
        for consequence in &site.consequences {
            let label = if consequence.verdict == Verdict::Breaking { "BREAKING " } else { "" };
            let stated = sentence(&consequence.part, &consequence.what, &consequence.why);
            let _ = writeln!(written, "          {label}{}: {stated}", consequence.rule);
        }
        if let Some(reason) = &site.accepted {
            let _ = writeln!(written, "          accepted: {reason}");
        }
    }
}

/// The part that a change concerns, and its places.
fn subject(site: &Site) -> String {
    let subject = &site.subject;
    let operation = subject.operation.as_ref().map(|operation| format!("  {operation}")).unwrap_or_default();
    let name = subject.title();
    let part = if site.part.is_empty() { String::new() } else { format!("  {}", site.part) };
    let position = |side: &str, place: &Option<Place>| {
        let position = place.as_ref()?.position?;
        Some(format!("{side} {}:{}", position.line, position.column))
    };
    let positions = [position("old", &site.old), position("new", &site.new)];
    let positions: Vec<String> = positions.into_iter().flatten().collect();
    let positions = if positions.is_empty() { String::new() } else { format!("  ({})", positions.join(", ")) };
    format!("{name}{operation}{part}{positions}")
}
