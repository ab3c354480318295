//! Pairs the operations of the old and the new document, and compares their methods.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::{self, shown};
use super::difference::{Change, Entry, Fate, Verdict};
use super::renames::Renames;
use super::types;
use crate::client::{Client, Kind, Method};
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

/// An entry for each operation that differs.
pub(super) fn compare(old: &Client, new: &Client, pairs: &[Pair<'_>], renames: &Renames) -> Vec<Entry> {
    let mut entries: Vec<Entry> = pairs.iter().filter_map(|pair| compare_pair(pair, old, new, renames)).collect();
    let kept: BTreeSet<&str> = pairs.iter().map(|((name, _), _)| *name).collect();
    let known: BTreeSet<&str> = pairs.iter().map(|(_, (name, _))| *name).collect();
    for (_, method) in old.methods.iter().filter(|(name, _)| !kept.contains(name.as_str())) {
        let removed = Change::breaking("", "was removed", "calls to it no longer compile");
        entries.push(entry(method, Fate::Removed, vec![removed]));
    }
    for (_, method) in new.methods.iter().filter(|(name, _)| !known.contains(name.as_str())) {
        let added = Change::compatible("", "is new", "no caller uses it yet");
        entries.push(entry(method, Fate::Added, vec![added]));
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

/// States the reason for an operation that only one client has because it is left out of the other.
pub(super) fn explain_left_out(entries: &mut [Entry], old: &LeftOut, new: &LeftOut) {
    for entry in entries {
        let of = |side: &LeftOut| side.operations.iter().find(|part| Some(&part.name) == entry.place.as_ref()).cloned();
        let what = match entry.fate {
            Fate::Removed => of(new).map(|part| format!("is left out: {} at {}", part.why, part.place)),
            Fate::Added => of(old).map(|_| "is new: it was left out before".to_owned()),
            Fate::Renamed | Fate::Moved | Fate::Changed => None,
        };
        if let (Some(what), Some(change)) = (what, entry.changes.first_mut()) {
            change.what = what;
        }
    }
}

fn entry(method: &Method, fate: Fate, changes: Vec<Change>) -> Entry {
    Entry {
        name: method.call(),
        was: None,
        place: Some(place(method)),
        place_was: None,
        fate,
        verdict: changes.iter().map(|change| change.verdict).max().unwrap_or(Verdict::Compatible),
        changes,
    }
}

fn place(method: &Method) -> String {
    format!("{} {}", method.operation.method, method.operation.path)
}

fn compare_pair(pair: &Pair<'_>, old: &Client, new: &Client, renames: &Renames) -> Option<Entry> {
    let ((_, was), (_, is)) = *pair;
    let (old_name, name) = (was.call(), is.call());
    let mut changes = Vec::new();
    if old_name != name {
        changes.push(renamed(&old_name, was, new, renames));
    }
    if place(was) != place(is) {
        let what = format!("was {}", place(was));
        changes.push(Change::compatible("", what, "the method sends its request to the new place"));
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
    for (part, before, after, why) in [
        (
            "response",
            &was.success.plain,
            &is.success.plain,
            "callers that name the type, or read its fields, no longer compile",
        ),
        ("error", &was.failure.plain, &is.failure.plain, "callers that name the type, or match it, no longer compile"),
    ] {
        if renames.within(before) != *after {
            changes.push(Change::breaking(part, format!("was `{}`, is `{}`", shown(before), shown(after)), why));
        }
    }
    changes.extend(bodies(pair, old, new, renames));
    if was.operation.needs_bearer != is.operation.needs_bearer {
        let what = if is.operation.needs_bearer { "is sent now" } else { "is no longer sent" };
        changes.push(Change::compatible("bearer token", what, "callers need no change"));
    }
    if changes.is_empty() {
        return None;
    }
    let (renamed, moved) = (old_name != name, place(was) != place(is));
    let fate = match (renamed, moved) {
        (true, _) => Fate::Renamed,
        (false, true) => Fate::Moved,
        (false, false) => Fate::Changed,
    };
    Some(Entry { was: renamed.then_some(old_name), place_was: moved.then(|| place(was)), ..entry(is, fate, changes) })
}

/// The change of a name. Calls to the old name compile only if another operation has that name now, with the same
/// signature.
fn renamed(old_name: &str, was: &Method, new: &Client, renames: &Renames) -> Change {
    let what = format!("was `{old_name}`");
    let Some(other) = new.methods.values().find(|method| method.call() == old_name) else {
        return Change::breaking("", what, "calls to the old name no longer compile");
    };
    let what = format!("{what}, and `{old_name}` is {} now", place(other));
    let kinds = |method: &Method| method.arguments.iter().map(|it| renames.within(&it.kind)).collect::<Vec<_>>();
    let looks_the_same = kinds(was) == other.arguments.iter().map(|it| it.kind.clone()).collect::<Vec<_>>()
        && renames.within(&was.success.plain) == other.success.plain
        && renames.within(&was.failure.plain) == other.failure.plain;
    if looks_the_same {
        Change::new(Verdict::Silent, "", what, "calls to the old name compile, and call the other operation")
    } else {
        Change::breaking("", what, "calls to the old name no longer compile")
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
            let why = "callers that match the variant of the old body compile, and no longer see that body";
            changes.push(Change::new(Verdict::Silent, format!("body of {status}"), what, why));
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
    let is_argument = |change: &Change| {
        was.arguments.iter().chain(&is.arguments).any(|it| change.part == format!("field `{}`", it.name))
    };
    changes.retain(|change| !is_argument(change));
    for change in &mut changes {
        change.part = change.part.replace("field", "query parameter");
    }
    changes
}
