//! Pairs the operations of the old and the new document, and compares their methods.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::{self, shown};
use super::change::{self, Change, Spot};
use super::difference::{Subject, SubjectKind};
use super::renames::Renames;
use super::rules::Rule;
use super::types;
use super::verdict::Verdict;
use crate::client::{Client, Kind, Method, Place};
use crate::skip::LeftOut;

/// An operation in the old and in the new client, with its name in Rust in each.
pub(super) type Pair<'a> = ((&'a str, &'a Method), (&'a str, &'a Method));

/// Pairs the operations by method and path; then the remaining ones by method and path without the names of the path
/// parameters; then the remaining ones by name.
pub(super) fn pair<'a>(old: &'a Client, new: &'a Client) -> Vec<Pair<'a>> {
    type Key = fn(&str, &Method) -> String;
    const KEYS: [Key; 3] = [
        |_, method| place(method),
        |_, method| format!("{} {}", method.operation.method, without_names(&method.operation.path)),
        |name, _| name.to_owned(),
    ];
    let mut pairs = Vec::new();
    let mut left: BTreeMap<&str, &Method> = old.methods.iter().map(|(name, method)| (name.as_str(), method)).collect();
    let mut free: BTreeMap<&str, &Method> = new.methods.iter().map(|(name, method)| (name.as_str(), method)).collect();
    for key in KEYS {
        let by_key: BTreeMap<String, &str> = free.iter().map(|(name, method)| (key(name, method), *name)).collect();
        left.retain(|name, method| {
            let found = by_key.get(&key(name, method)).and_then(|other| free.remove_entry(other));
            pairs.extend(found.map(|found| ((*name, *method), found)));
            found.is_none()
        });
    }
    pairs
}

/// A path without the names of its parameters: `/a/{}/b` for `/a/{id}/b`.
fn without_names(path: &str) -> String {
    let parts = path.split('/').map(|part| match (part.find('{'), part.rfind('}')) {
        (Some(start), Some(end)) if start < end => format!("{}{{}}{}", &part[..start], &part[end + 1..]),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A method of each client that a change concerns; one of them is absent if the operation is new or was removed.
pub(super) type Methods<'a> = (Option<&'a Method>, Option<&'a Method>);

/// The changes of all operations, each with the methods that it concerns. `bases` are the base URLs of the clients.
pub(super) fn compare<'a>(
    (old, old_left_out): (&'a Client, &LeftOut),
    (new, new_left_out): (&'a Client, &LeftOut),
    bases: (&str, &str),
    pairs: &[Pair<'a>],
    renames: &Renames,
) -> Vec<(Methods<'a>, Change)> {
    let mut changes: Vec<(Methods<'_>, Change)> = Vec::new();
    for pair @ ((_, was), (_, is)) in pairs {
        let found = compare_pair(pair, old, new, bases, renames);
        changes.extend(found.into_iter().map(|change| ((Some(*was), Some(*is)), change)));
    }
    let kept: BTreeSet<&str> = pairs.iter().map(|((name, _), _)| *name).collect();
    let known: BTreeSet<&str> = pairs.iter().map(|(_, (name, _))| *name).collect();
    let left_out =
        |side: &LeftOut, method: &Method| side.operations.iter().find(|part| part.name == place(method)).cloned();
    for (_, method) in old.methods.iter().filter(|(name, _)| !kept.contains(name.as_str())) {
        let change = match left_out(new_left_out, method) {
            Some(part) => {
                Change::new(Rule::OperationLeftOut, "", format!("is left out: {} at {}", part.why, part.place))
            }
            None => Change::new(Rule::OperationRemoved, "", "was removed").at(Spot::Whole, Spot::Absent),
        };
        changes.push(((Some(method), None), change));
    }
    for (_, method) in new.methods.iter().filter(|(name, _)| !known.contains(name.as_str())) {
        let what = if left_out(old_left_out, method).is_some() { "is new: it was left out before" } else { "is new" };
        changes.push(((None, Some(method)), Change::new(Rule::OperationAdded, "", what).at(Spot::Absent, Spot::Whole)));
    }
    changes
}

/// The subject of a change of an operation; `None` without a method.
pub(super) fn subject((was, is): Methods<'_>) -> Option<Subject> {
    let method = is.or(was)?;
    let other = was.filter(|was| was.call() != method.call()).map(Method::call);
    let moved = was.filter(|was| place(was) != place(method)).map(place);
    Some(Subject {
        kind: SubjectKind::Operation,
        name: method.call(),
        was: other,
        operation: Some(place(method)),
        operation_was: moved,
    })
}

pub(super) fn place(method: &Method) -> String {
    format!("{} {}", method.operation.method, method.operation.path)
}

fn compare_pair(pair: &Pair<'_>, old: &Client, new: &Client, bases: (&str, &str), renames: &Renames) -> Vec<Change> {
    let ((_, was), (_, is)) = *pair;
    let mut changes = Vec::new();
    if was.call() != is.call() {
        changes.push(renamed(was, is, new, renames));
    }
    let (path_was, path) = (&was.operation.path, &is.operation.path);
    // A server of the operation can be a part of the path.
    let address = |base: &str, path: &str| without_names(&format!("{base}{path}"));
    let is_elsewhere =
        without_names(path_was) != without_names(path) && address(bases.0, path_was) != address(bases.1, path);
    if was.operation.method != is.operation.method || is_elsewhere {
        changes.push(Change::new(Rule::OperationMoved, "", format!("was {}", place(was))));
    }
    let fields = |client: &Client, method: &Method| match method.query().and_then(|name| client.types.get(name)) {
        Some(kind) => match &kind.kind {
            Kind::Struct(fields) => fields.keys().cloned().collect(),
            _ => BTreeSet::new(),
        },
        None => BTreeSet::new(),
    };
    let (before, after) = (fields(old, was), fields(new, is));
    changes.extend(arguments::compare(
        &was.arguments,
        &is.arguments,
        renames,
        &|name| before.contains(name),
        &|name| after.contains(name),
    ));
    changes.extend(query_fields(pair, old, new, renames));
    let mut effects = bodies(pair, old, new, renames);
    for (rule, part, before, after) in [
        (Rule::ResponseTypeChanged, "response", &was.success.plain, &is.success.plain),
        (Rule::ErrorTypeChanged, "error", &was.failure.plain, &is.failure.plain),
    ] {
        if renames.within(before) != *after {
            effects.push(Change::new(rule, part, format!("was `{}`, is `{}`", shown(before), shown(after))));
        }
    }
    changes.extend(effects);
    let breaks = changes.iter().any(|change| change.rule.verdict() == Verdict::Breaking);
    if old.is_in_view(was) && !new.is_in_view(is) && !breaks {
        changes.push(Change::new(Rule::OperationLeftView, "", "is no longer in the view"));
    }
    match (was.operation.needs_bearer, is.operation.needs_bearer) {
        (false, true) => changes.push(Change::new(Rule::BearerTokenAdded, "bearer token", "is sent now")),
        (true, false) => changes.push(Change::new(Rule::BearerTokenRemoved, "bearer token", "is no longer sent")),
        _ => {}
    }
    changes
}

/// The change of a name. Calls to the old name compile only if another operation has that name now, with the same
/// signature.
fn renamed(was: &Method, is: &Method, new: &Client, renames: &Renames) -> Change {
    let old_name = was.call();
    let what = format!("was `{old_name}`");
    let Some(other) = new.methods.values().find(|method| method.call() == old_name) else {
        let what = match (&was.group, &is.group) {
            // One new name of a tag moves all of its operations.
            (Some(group), Some(now)) if was.name == is.name => format!("is in `{now}()`, was in `{group}()`"),
            _ => what,
        };
        return Change::new(Rule::OperationRenamed, "", what);
    };
    let what = format!("{what}, and `{old_name}` is {} now", place(other));
    let kinds = |method: &Method| method.arguments.iter().map(|it| renames.within(&it.kind)).collect::<Vec<_>>();
    let looks_the_same = kinds(was) == other.arguments.iter().map(|it| it.kind.clone()).collect::<Vec<_>>()
        && renames.within(&was.success.plain) == other.success.plain
        && renames.within(&was.failure.plain) == other.failure.plain;
    if looks_the_same {
        Change::new(Rule::OperationNameReused, "", what)
    } else {
        Change::new(Rule::OperationRenamed, "", what)
    }
}

/// The statuses whose body has another type now.
fn bodies(pair: &Pair<'_>, old: &Client, new: &Client, renames: &Renames) -> Vec<Change> {
    let ((_, was), (_, is)) = *pair;
    let statuses = |method: &Method| method.operation.bodies.keys().cloned().collect::<BTreeSet<String>>();
    let shown = |kind: Option<String>| kind.map_or("not documented".to_owned(), |kind| format!("`{}`", shown(&kind)));
    // Otherwise the type of the response differs, which is reported.
    let both_several = was.operation.has_several_successes() && is.operation.has_several_successes();
    let mut changes = Vec::new();
    for status in &statuses(was) | &statuses(is) {
        if status.starts_with('2') && !both_several {
            continue;
        }
        let before = body(was, old, &status).map(|kind| renames.within(kind));
        let after = body(is, new, &status).map(str::to_owned);
        if before != after {
            let what = format!("was {}, is {}", shown(before), shown(after));
            let spot = Spot::Response(status.clone());
            let change = Change::new(Rule::StatusBodyChanged, format!("body of {status}"), what);
            changes.push(change.at(spot.clone(), spot));
        }
    }
    changes
}

/// The type of the body of a response with this status, which may be a range or `default`.
fn body<'a>(method: &Method, client: &'a Client, status: &str) -> Option<&'a str> {
    let name = method.operation.body(status)?;
    let side = if status.starts_with('2') { &method.success } else { &method.failure };
    client.bodies(side).get(name).map(|kind| kind.plain.as_str())
}

/// The changes of the optional query parameters, which are the fields of one struct.
fn query_fields(pair: &Pair<'_>, old: &Client, new: &Client, renames: &Renames) -> Vec<Change> {
    let ((_, was), (_, is)) = *pair;
    let find = |method: &Method, client: &Client| client.types.get(method.query()?).cloned();
    let (Some(before), Some(after)) = (find(was, old), find(is, new)) else { return Vec::new() };
    let mut changes = types::compare_kinds(&before, &after, renames);
    // A parameter that is an argument in one of the clients is reported as an argument.
    // (A path parameter may have the name of another one in the query.)
    let is_argument = |change: &Change| {
        let arguments = was.arguments.iter().chain(&is.arguments).filter(|it| it.place == Place::Query);
        arguments.into_iter().any(|it| change.part == format!("field `{}`", it.name))
    };
    changes.retain(|change| !is_argument(change));
    for change in &mut changes {
        let name = change::named(&change.part).unwrap_or_default().to_owned();
        change.part = change.part.replace("field", "query parameter");
        change.rule = change.rule.of_query_parameter();
        if change.rule == Rule::ParameterWireNameChanged {
            change.what = change.what.replace(" in JSON", " in the query");
            change.rule.why().clone_into(&mut change.why);
        }
        for spot in [&mut change.old, &mut change.new] {
            if *spot != Spot::Absent {
                *spot = Spot::Argument(name.clone());
            }
        }
    }
    changes
}
