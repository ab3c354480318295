//! A difference as workflow commands of GitHub Actions, which become annotations at the places in the new document.
//!
//! The commands and their escapes are described in "Workflow commands for GitHub Actions". GitHub shows ten annotations
//! of each level for a step, so the most severe come first, and what affects no caller is one annotation for each entry.

use std::fmt::Write as _;

use super::super::difference::{Difference, Entry, Location, Site};
use super::super::section::{self, Section};
use super::{sentence, summary};
use crate::revision;

/// The difference as workflow commands.
pub(super) fn github(difference: &Difference) -> String {
    let mut written = String::new();
    let mut in_program = |location: &Location, title: &str, message: &str| {
        let Location { file, line, column, is_error, .. } = location;
        let level = if *is_error { "error" } else { "warning" };
        let (file, title, message) = (property(file), property(title), data(message));
        // Writing to a string cannot fail.
        let _ = writeln!(written, "::{level} file={file},line={line},col={column},title={title}::{message}");
    };
    for entry in &difference.entries {
        for site in &entry.sites {
            for location in &site.met {
                let message = format!("{}\n{}", location.message, message(entry, site));
                in_program(location, entry.rule.id(), &message);
            }
        }
    }
    for location in difference.callers.iter().flat_map(|callers| &callers.unattributed) {
        in_program(location, "callers", &location.message);
    }
    let file = revision::path_of(&difference.new.name);
    for entry in &difference.entries {
        let level = level(entry);
        for (index, site) in entry.sites.iter().enumerate() {
            let rest = entry.sites.len() - 1;
            if level == "notice" && index > 0 {
                break;
            }
            let more = if level == "notice" && rest > 0 { format!(" (and {rest} more places)") } else { String::new() };
            let position = site.nearest.map_or(String::new(), |at| format!(",line={},col={}", at.line, at.column));
            let message = format!("{}{more}", message(entry, site));
            let _ = writeln!(
                written,
                "::{level} file={}{position},title={}::{}",
                property(file),
                property(entry.rule.id()),
                data(&message)
            );
        }
    }
    for line in summary(difference) {
        let _ = writeln!(written, "{line}");
    }
    written
}

fn level(entry: &Entry) -> &'static str {
    match section::of(entry) {
        Section::Server | Section::Silent | Section::Breaking if !entry.is_accepted() => "error",
        Section::Deprecated => "warning",
        _ => "notice",
    }
}

/// The part that changes, the change, and what results from it.
fn message(entry: &Entry, site: &Site) -> String {
    let stated = sentence(entry.part_in(site), &entry.what, &entry.why);
    let mut message = format!("{}: {stated}", site.subject.title());
    for consequence in &site.consequences {
        let stated = sentence(&consequence.part, &consequence.what, &consequence.why);
        let _ = write!(message, "\n{}: {stated}", consequence.rule);
    }
    if let Some(reason) = &site.accepted {
        let _ = write!(message, "\naccepted: {reason}");
    }
    message
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_end_the_command() {
        assert_eq!(data("a\n::error::b%"), "a%0A::error::b%25");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }
}
