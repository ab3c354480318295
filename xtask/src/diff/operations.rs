//! Which operation became which, and what differs about its method.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::{self, shown};
use super::difference::{Change, Entry, Fate, Verdict};
use super::renames::Renames;
use super::surface::{Call, Kind, Surface};
use super::types;

/// An operation of each document, by its name in Rust, that are the same one.
pub(super) type Pair<'a> = ((&'a str, &'a Call), (&'a str, &'a Call));

/// Pairs the operations: by method and path; what is left, by method and path whatever the parts that vary
/// are called; what is left then, by name.
pub(super) fn pair<'a>(old: &'a Surface, new: &'a Surface) -> Vec<Pair<'a>> {
    type Key = fn(&str, &Call) -> String;
    const KEYS: [Key; 3] = [
        |_, call| format!("{} {}", call.method, call.path),
        |_, call| format!("{} {}", call.method, without_names(&call.path)),
        |name, _| name.to_owned(),
    ];
    let mut pairs = Vec::new();
    let mut left: BTreeMap<&str, &Call> = old.operations.iter().map(|(name, call)| (name.as_str(), call)).collect();
    let mut free: BTreeMap<&str, &Call> = new.operations.iter().map(|(name, call)| (name.as_str(), call)).collect();
    for key in KEYS {
        let by_key: BTreeMap<String, &str> = free.iter().map(|(name, call)| (key(name, call), *name)).collect();
        left.retain(|name, call| {
            let found = by_key.get(&key(name, call)).and_then(|other| free.remove_entry(other));
            pairs.extend(found.map(|found| ((*name, *call), found)));
            found.is_none()
        });
    }
    pairs
}

/// `/a/{}/b` for `/a/{id}/b`.
fn without_names(path: &str) -> String {
    let parts = path.split('/').map(|part| match (part.find('{'), part.rfind('}')) {
        (Some(start), Some(end)) if start < end => format!("{}{{}}{}", &part[..start], &part[end + 1..]),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What became of each operation that differs.
pub(super) fn compare(old: &Surface, new: &Surface, pairs: &[Pair<'_>], renames: &Renames) -> Vec<Entry> {
    let mut entries: Vec<Entry> = pairs.iter().filter_map(|pair| compare_pair(pair, old, new, renames)).collect();
    let kept: BTreeSet<&str> = pairs.iter().map(|((name, _), _)| *name).collect();
    let known: BTreeSet<&str> = pairs.iter().map(|(_, (name, _))| *name).collect();
    for (name, call) in old.operations.iter().filter(|(name, _)| !kept.contains(name.as_str())) {
        let gone = Change::breaking("", "is gone", "calls of it no longer compile");
        entries.push(entry(name, call, Fate::Removed, vec![gone]));
    }
    for (name, call) in new.operations.iter().filter(|(name, _)| !known.contains(name.as_str())) {
        let added = Change::fine("", "is new", "nobody calls it yet");
        entries.push(entry(name, call, Fate::Added, vec![added]));
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

fn entry(name: &str, call: &Call, fate: Fate, changes: Vec<Change>) -> Entry {
    Entry {
        name: name.to_owned(),
        was: None,
        place: Some(place(call)),
        place_was: None,
        fate,
        verdict: changes.iter().map(|change| change.verdict).max().unwrap_or(Verdict::Compatible),
        changes,
    }
}

fn place(call: &Call) -> String {
    format!("{} {}", call.method, call.path)
}

fn compare_pair(pair: &Pair<'_>, old: &Surface, new: &Surface, renames: &Renames) -> Option<Entry> {
    let ((old_name, was), (name, is)) = *pair;
    let mut changes = Vec::new();
    if old_name != name {
        changes.push(renamed(old_name, was, new, renames));
    }
    if place(was) != place(is) {
        let what = format!("was {}", place(was));
        changes.push(Change::fine("", what, "the method knows where to send it"));
    }
    let fields = |surface: &Surface, call: &Call| match call.query().and_then(|name| surface.types.get(name)) {
        Some(shape) => match &shape.kind {
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
    for (part, before, after, what) in [
        ("answer", &was.answer, &is.answer, "callers that name the type, or read what it held, no longer compile"),
        ("error", &was.failure, &is.failure, "callers that name the type, or match it, no longer compile"),
    ] {
        if renames.within(before) != *after {
            changes.push(Change::breaking(part, format!("was `{}`, is `{}`", shown(before), shown(after)), what));
        }
    }
    if was.needs_bearer != is.needs_bearer {
        let what = if is.needs_bearer { "is sent now" } else { "is no longer sent" };
        changes.push(Change::fine("bearer", what, "the client decides by the document"));
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
    Some(Entry {
        was: renamed.then(|| old_name.to_owned()),
        place_was: moved.then(|| place(was)),
        ..entry(name, is, fate, changes)
    })
}

/// Calls by the old name do not compile, unless another operation has it now and looks the same.
fn renamed(old_name: &str, was: &Call, new: &Surface, renames: &Renames) -> Change {
    let what = format!("was `{old_name}`");
    let Some(other) = new.operations.get(old_name) else {
        return Change::breaking("", what, "calls by the old name no longer compile");
    };
    let what = format!("{what}, and `{old_name}` is {} now", place(other));
    let kinds = |call: &Call| call.arguments.iter().map(|it| renames.within(&it.kind)).collect::<Vec<_>>();
    let looks_the_same = kinds(was) == other.arguments.iter().map(|it| it.kind.clone()).collect::<Vec<_>>()
        && renames.within(&was.answer) == other.answer
        && renames.within(&was.failure) == other.failure;
    if looks_the_same {
        Change::new(Verdict::Silent, "", what, "calls by the old name compile and call the other operation")
    } else {
        Change::breaking("", what, "calls by the old name no longer compile")
    }
}

/// The optional query parameters: the fields of one struct.
fn query_fields(pair: &Pair<'_>, old: &Surface, new: &Surface, renames: &Renames) -> Vec<Change> {
    let ((_, was), (_, is)) = *pair;
    let find = |call: &Call, surface: &Surface| surface.types.get(call.query()?).cloned();
    let (Some(before), Some(after)) = (find(was, old), find(is, new)) else { return Vec::new() };
    let mut changes = types::compare_shapes(&before, &after, renames);
    // A parameter that became an argument, or was one, has been told as that.
    let is_argument = |change: &Change| {
        was.arguments.iter().chain(&is.arguments).any(|it| change.part == format!("field `{}`", it.name))
    };
    changes.retain(|change| !is_argument(change));
    for change in &mut changes {
        change.part = change.part.replace("field", "query parameter");
    }
    changes
}
