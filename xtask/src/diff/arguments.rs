//! Compares two lists of positional arguments, of a method or of `new`.
//!
//! A new name alone does not break a call, because calls pass arguments by position. But if the argument at a position
//! keeps its type and changes its meaning, calls compile and send the wrong value.

use std::collections::BTreeSet;

use super::change::{Change, Spot};
use super::renames::Renames;
use super::rules::Rule;
use crate::client::{Argument, Place};

/// Lists the differences. `optional_before` and `optional_now` return whether a name is an optional field in the old
/// and in the new client.
pub(super) fn compare(
    was: &[Argument],
    is: &[Argument],
    renames: &Renames,
    optional_before: &dyn Fn(&str) -> bool,
    optional_now: &dyn Fn(&str) -> bool,
) -> Vec<Change> {
    let before: Vec<String> = was.iter().map(|argument| renames.within(&argument.kind)).collect();
    let types_are_the_same = before.iter().eq(is.iter().map(|argument| &argument.kind));
    if types_are_the_same {
        return renamed(was, is);
    }
    let mut changes = Vec::new();
    for (argument, kind) in was.iter().zip(&before) {
        let part = part(argument);
        let gone = |rule: Rule, what: &str| Change::new(rule, part.clone(), what).at(spot(argument), Spot::Absent);
        match is.iter().find(|it| it.name == argument.name) {
            None if optional_now(&argument.name) => {
                let (rule, is) = match argument.place {
                    Place::Field => (Rule::FieldBecameOptional, Spot::Field(argument.name.clone())),
                    _ => (Rule::ArgumentBecameOptional, spot(argument)),
                };
                changes.push(
                    gone(rule, "is an optional field now")
                        .at(spot(argument), is)
                        .because(Rule::ArgumentBecameOptional.why()),
                );
            }
            None if is_renamed_path_parameter(argument, was, is) => {
                changes.extend(is.iter().filter(|it| is_renamed_path_parameter(it, is, was)).find_map(|other| {
                    let is_same = position_in_path(argument, was) == position_in_path(other, is);
                    (is_same && other.name != argument.name).then(|| path_parameter_renamed(argument, other))
                }));
            }
            None => changes.push(match argument.place {
                Place::Body => gone(Rule::RequestBodyRemoved, "was removed"),
                Place::QueryStruct => gone(Rule::QueryArgumentRemoved, "was removed"),
                Place::Field => gone(Rule::FieldRemoved, "was removed").because(Rule::ArgumentRemoved.why()),
                _ => gone(Rule::ArgumentRemoved, "was removed"),
            }),
            Some(same) if same.kind != *kind => {
                let what = format!("was `{}`, is `{}`", shown(&argument.kind), shown(&same.kind));
                changes.push(Change::new(Rule::ArgumentTypeChanged, part, what).at(spot(argument), spot(same)));
            }
            Some(_) => {}
        }
    }
    for argument in is.iter().filter(|it| was.iter().all(|old| old.name != it.name)) {
        let (rule, what) = match argument.place {
            Place::Field if optional_before(&argument.name) => (Rule::FieldBecameRequired, "is required now"),
            _ if optional_before(&argument.name) => (Rule::ArgumentBecameRequired, "is required now"),
            Place::Path if is_renamed_path_parameter(argument, was, is) => continue,
            Place::Path => (Rule::ArgumentAdded, "is new in the path"),
            Place::QueryStruct => (Rule::QueryArgumentAdded, "is new: the operation has optional query parameters now"),
            Place::Body => (Rule::RequestBodyAdded, "is new"),
            Place::Field => (Rule::RequestFieldRequired, "is new and required"),
            Place::Query | Place::Header => (Rule::ArgumentAdded, "is new and required"),
        };
        let what = if argument.kind.starts_with("Option<") { what.trim_end_matches(" and required") } else { what };
        let old = if optional_before(&argument.name) { spot(argument) } else { Spot::Absent };
        let change = Change::new(rule, part(argument), format!("{what}: `{}`", shown(&argument.kind)));
        changes.push(change.at(old, spot(argument)));
    }
    if changes.is_empty() {
        changes.push(Change::new(Rule::ArgumentsReordered, "arguments", "are in another order"));
    }
    changes
}

/// The changes if each position has the same type in both lists.
fn renamed(was: &[Argument], is: &[Argument]) -> Vec<Change> {
    let before: Vec<&str> = was.iter().map(|argument| argument.name.as_str()).collect();
    let after: Vec<&str> = is.iter().map(|argument| argument.name.as_str()).collect();
    let same_names = before.iter().collect::<BTreeSet<_>>() == after.iter().collect::<BTreeSet<_>>();
    if same_names && before != after {
        let what = format!("were ({}), are ({})", before.join(", "), after.join(", "));
        return vec![Change::new(Rule::ArgumentsSwapped, "arguments", what)];
    }
    let pairs = was.iter().zip(is).filter(|(old, new)| old.name != new.name);
    let changes = pairs.map(|(old, new)| {
        if old.place == Place::Path && new.place == Place::Path {
            path_parameter_renamed(old, new)
        } else {
            let mut change = Change::new(Rule::ArgumentRenamed, part(new), format!("was `{}`", old.name));
            if new.place == Place::Field {
                change = change.because("calls of `new` compile, and set another field");
            }
            change.at(spot(old), spot(new))
        }
    });
    changes.collect()
}

fn path_parameter_renamed(old: &Argument, new: &Argument) -> Change {
    let change = Change::new(Rule::PathParameterRenamed, part(new), format!("was `{}`", old.name));
    change.at(spot(old), spot(new))
}

/// The part of the document that an argument comes from.
fn spot(argument: &Argument) -> Spot {
    match argument.place {
        Place::Body => Spot::Body,
        Place::QueryStruct => Spot::Whole,
        Place::Field => Spot::Field(argument.name.clone()),
        Place::Path | Place::Query | Place::Header => Spot::Argument(argument.name.clone()),
    }
}

/// The position of an argument among those in the path.
fn position_in_path(argument: &Argument, list: &[Argument]) -> Option<usize> {
    list.iter().filter(|it| it.place == Place::Path).position(|it| it.name == argument.name)
}

/// Whether a path parameter that only one of the paths has was renamed: both paths have parameters of the same types,
/// in the same order.
fn is_renamed_path_parameter(argument: &Argument, was: &[Argument], is: &[Argument]) -> bool {
    let parts = |list: &[Argument]| {
        list.iter().filter(|it| it.place == Place::Path).map(|it| it.kind.clone()).collect::<Vec<_>>()
    };
    argument.place == Place::Path && parts(was) == parts(is)
}

fn part(argument: &Argument) -> String {
    let what = if argument.place == Place::Field { "argument of `new`" } else { "argument" };
    format!("{what} `{}`", argument.name)
}

/// A type without `crate::` before the types that the crate itself defines.
pub(super) fn shown(kind: &str) -> String {
    kind.replace("crate::", "")
}
