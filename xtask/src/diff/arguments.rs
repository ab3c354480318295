//! Compares two lists of positional arguments, of a method or of `new`.
//!
//! A new name alone does not break a call, because calls pass arguments by position. But if the argument at a position
//! keeps its type and changes its meaning, calls compile and send the wrong value.

use std::collections::BTreeSet;

use super::difference::{Change, Verdict};
use super::renames::Renames;
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
        match is.iter().find(|it| it.name == argument.name) {
            None if optional_now(&argument.name) => changes.push(Change::breaking(
                part,
                "is an optional field now",
                "calls pass one argument too many; set the field instead",
            )),
            None if is_renamed_path_parameter(argument, was, is) => {}
            None => changes.push(Change::breaking(part, "was removed", "calls pass one argument too many")),
            Some(same) if same.kind != *kind => {
                let what = format!("was `{}`, is `{}`", shown(&argument.kind), shown(&same.kind));
                changes.push(Change::breaking(part, what, "calls pass a value of the old type"));
            }
            Some(_) => {}
        }
    }
    for argument in is.iter().filter(|it| was.iter().all(|old| old.name != it.name)) {
        let (what, why) = match argument.place {
            _ if optional_before(&argument.name) => {
                ("is required now", "calls must pass it; before, it was an optional field")
            }
            Place::Path if is_renamed_path_parameter(argument, was, is) => continue,
            Place::Path => ("is new in the path", "calls must pass it"),
            Place::QueryStruct => (
                "is new: the operation has optional query parameters now",
                "calls must pass it; its `Default` sets no parameter",
            ),
            Place::Body => ("is new", "calls must pass a body"),
            Place::Query | Place::Header | Place::Field => ("is new and required", "calls must pass it"),
        };
        changes.push(Change::breaking(part(argument), format!("{what}: `{}`", shown(&argument.kind)), why));
    }
    if changes.is_empty() {
        changes.push(Change::breaking("arguments", "are in another order", "calls pass values of other types"));
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
        let why = "the types are the same in both orders: calls compile, and send the wrong values";
        return vec![Change::new(Verdict::Silent, "arguments", what, why)];
    }
    let pairs = was.iter().zip(is).filter(|(old, new)| old.name != new.name);
    let changes = pairs.map(|(old, new)| {
        let what = format!("was `{}`", old.name);
        if old.place == Place::Path && new.place == Place::Path {
            Change::compatible(part(new), what, "arguments are positional; callers do not name them")
        } else {
            let why = "the type is the same: calls compile, and send the value as another argument";
            Change::new(Verdict::Silent, part(new), what, why)
        }
    });
    changes.collect()
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
