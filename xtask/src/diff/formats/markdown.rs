//! A difference as Markdown, for a pull request or a changelog.

use std::fmt::Write as _;

use super::super::difference::{Difference, Entry, Site};
use super::super::section::Section;
use super::super::verdict::Verdict;
use super::{left_out, located, met, sections, sentence, summary};

/// The difference as Markdown for a pull request.
pub fn markdown(difference: &Difference) -> String {
    written(difference, sections(difference))
}

/// The difference as Markdown for the changelog of the client, without what the client does not show.
pub fn changelog(difference: &Difference) -> String {
    let mut sections = sections(difference);
    sections.retain(|(section, _)| *section != Section::Note);
    written(difference, sections)
}

fn written(difference: &Difference, sections: Vec<(Section, Vec<&Entry>)>) -> String {
    let mut written = String::new();
    for (section, entries) in sections {
        let _ = writeln!(written, "#### {}\n", section.title());
        for entry in entries {
            print(entry, &mut written);
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
    if let Some(callers) = &difference.callers {
        let _ = writeln!(written, "#### Met by the program in `{}`\n", callers.folder);
        for entry in &difference.entries {
            for site in entry.sites.iter().filter(|site| !site.met.is_empty()) {
                let _ = writeln!(written, "- {}: {} {} (`{}`)", subject(site), entry.part, entry.what, entry.rule);
                for location in &site.met {
                    let _ = writeln!(written, "  - {}", located(location));
                }
            }
        }
        for location in &callers.unattributed {
            let _ = writeln!(written, "- about no change above: {}", located(location));
        }
        for part in &callers.unchecked {
            let _ = writeln!(written, "- not compiled because of the errors above: `{part}`");
        }
        let _ = writeln!(written, "\n{}\n", met(difference));
    }
    let summary = summary(difference);
    let _ = writeln!(written, "{}", summary.join("\n\n"));
    written
}

fn print(entry: &Entry, written: &mut String) {
    let stated = sentence(&entry.part, &entry.what, &entry.why);
    match entry.sites.as_slice() {
        [site] if site.consequences.is_empty() && site.accepted.is_none() => {
            let _ = writeln!(written, "- {}: {stated} (`{}`)", subject(site), entry.rule);
        }
        sites => {
            let _ = writeln!(written, "- {stated} (`{}`)", entry.rule);
            for site in sites {
                let accepted = site.accepted.as_ref().map(|reason| format!("; accepted: {reason}")).unwrap_or_default();
                let _ = writeln!(written, "  - {}{accepted}", subject(site));
                for consequence in &site.consequences {
                    let label = if consequence.verdict == Verdict::Breaking { "**breaks:** " } else { "" };
                    let stated = sentence(&consequence.part, &consequence.what, &consequence.why);
                    let _ = writeln!(written, "    - {label}{stated} (`{}`)", consequence.rule);
                }
            }
        }
    }
}

/// The part that a change concerns.
fn subject(site: &Site) -> String {
    let subject = &site.subject;
    let operation = subject.operation.as_ref().map(|operation| format!(" `{operation}`")).unwrap_or_default();
    let part = if site.part.is_empty() { String::new() } else { format!(", {}", site.part) };
    if subject.name.is_empty() { format!("the document{part}") } else { format!("`{}`{operation}{part}", subject.name) }
}
