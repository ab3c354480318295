//! Finds the changes that a team's program meets: compiles it against both clients, and adds what the compiler reports
//! to the places of the changes.

use std::collections::BTreeMap;
use std::path::Path;

use super::change;
use super::difference::{Callers, Difference, Entry, Location, Site, SubjectKind};
use super::rules::Rule;
use crate::callers::{self, Breaking, Clients, Diagnostic, Folders, Use};
use crate::client::Client;
use crate::pipeline::Outcome;
use crate::template::Template;

/// The rules whose changes also change the constructor of a type.
const CONSTRUCTORS: [Rule; 6] = [
    Rule::RequestFieldRequired,
    Rule::ResponseFieldRequired,
    Rule::FieldBecameRequired,
    Rule::FieldBecameOptional,
    Rule::FieldRemoved,
    Rule::ConstructorChanged,
];

/// Compiles the program in `dir`, and adds what it meets to the difference.
///
/// # Errors
///
/// When the program cannot be compiled with the old client.
pub(super) fn add(
    template: &Template,
    dir: &Path,
    folders: &Folders,
    (old, new): (&Outcome, &Outcome),
    difference: &mut Difference,
) -> anyhow::Result<()> {
    let renamed: BTreeMap<String, String> = difference
        .entries
        .iter()
        .filter(|entry| entry.rule == Rule::TypeRenamed)
        .flat_map(|entry| &entry.sites)
        .filter_map(|site| Some((site.subject.was.clone()?, site.subject.name.clone())))
        .collect();
    let clients = Clients { old, new, renamed: &renamed };
    let checked = callers::check(template, dir, clients, folders)?;

    let mut places: Vec<(usize, usize)> = Vec::new();
    let mut changes: Vec<Breaking> = Vec::new();
    for (index, entry) in difference.entries.iter().enumerate().filter(|(_, entry)| entry.breaks_compilation()) {
        for (position, site) in entry.sites.iter().enumerate() {
            places.push((index, position));
            changes.push(breaking(entry, site, &old.client, &new.client));
        }
    }
    let attribution = callers::attribute(checked.errors.iter().map(|error| &error.concerns), &changes);
    let uses = callers::attribute_uses(&checked.uses, &changes);
    for (((index, position), errors), uses) in places.into_iter().zip(attribution.met).zip(uses) {
        let errors = errors.into_iter().filter_map(|at| checked.errors.get(at)).map(error);
        let uses = uses.into_iter().filter_map(|at| checked.uses.get(at)).map(possible_error);
        difference.entries[index].sites[position].met = errors.chain(uses).collect();
    }
    let unattributed = attribution.unattributed.into_iter().filter_map(|at| checked.errors.get(at)).map(error);
    difference.callers = Some(Callers {
        folder: dir.display().to_string(),
        unattributed: unattributed.collect(),
        unchecked: checked.unchecked,
    });
    Ok(())
}

/// The names that the compiler's errors about a change can contain.
fn breaking(entry: &Entry, site: &Site, old: &Client, new: &Client) -> Breaking {
    let subject = &site.subject;
    let rules: Vec<Rule> = site.consequences.iter().map(|it| it.rule).chain([entry.rule]).collect();
    let part = change::named(entry.part_in(site));
    let sides = [(old, subject.was.as_ref().unwrap_or(&subject.name)), (new, &subject.name)];
    let mut breaking = Breaking::default();
    for (client, name) in sides {
        match subject.kind {
            SubjectKind::Operation => {
                let Some(method) = client.methods.values().find(|method| method.call() == **name) else { continue };
                breaking = breaking.method(method, part);
                if rules.iter().any(|rule| matches!(rule, Rule::ResponseTypeChanged | Rule::ErrorTypeChanged)) {
                    breaking = breaking.response(method);
                }
                if rules.iter().any(|rule| matches!(rule, Rule::QueryArgumentAdded | Rule::QueryArgumentRemoved)) {
                    breaking = breaking.query(method).method(method, None);
                }
            }
            SubjectKind::Type => {
                let Some(kind) = client.types.get(name) else { continue };
                breaking = breaking.named_type(name, kind, part);
                if rules.iter().any(|rule| CONSTRUCTORS.contains(rule)) {
                    breaking = breaking.constructor(name, kind);
                }
            }
            SubjectKind::Document | SubjectKind::Component => {}
        }
    }
    breaking
}

fn error(error: &Diagnostic) -> Location {
    let Diagnostic { file, line, column, code, message, .. } = error.clone();
    Location { file, line, column, code, message, is_error: true }
}

/// The location of a use in a part that was not compiled with the new client.
fn possible_error(used: &Use) -> Location {
    let Use { file, line, column, .. } = used.clone();
    let message = "uses it; not compiled yet because of the errors in what it depends on".to_owned();
    Location { file, line, column, code: None, message, is_error: false }
}
