//! What became of each generated type, and what differs about its fields, variants, ways to be made and
//! traits.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::{self, shown};
use super::difference::{Change, Entry, Fate, Verdict};
use super::renames::Renames;
use super::surface::{Argument, Field, Kind, Making, Shape, Surface, Variant};

/// What became of each type that differs, except those named in `elsewhere`, which are told with their
/// operation.
pub(super) fn compare(old: &Surface, new: &Surface, renames: &Renames, elsewhere: &BTreeSet<&str>) -> Vec<Entry> {
    let told = |name: &&String| !elsewhere.contains(name.as_str());
    let mut entries = Vec::new();
    for name in old.types.keys().filter(told) {
        let (was, now) = (&old.types[name], renames.of(name));
        if let Some(is) = new.types.get(now) {
            entries.extend(compare_pair((name, was), (now, is), renames));
        } else {
            let gone = Change::breaking("", "is gone", "callers that name it no longer compile");
            entries.push(entry(name, Fate::Removed, vec![gone]));
        }
    }
    let kept: BTreeSet<&str> = old.types.keys().map(|name| renames.of(name)).collect();
    for name in new.types.keys().filter(told).filter(|name| !kept.contains(name.as_str())) {
        entries.push(entry(name, Fate::Added, vec![Change::fine("", "is new", "nobody names it yet")]));
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

fn entry(name: &str, fate: Fate, changes: Vec<Change>) -> Entry {
    Entry {
        name: name.to_owned(),
        was: None,
        place: None,
        place_was: None,
        fate,
        verdict: changes.iter().map(|change| change.verdict).max().unwrap_or(Verdict::Compatible),
        changes,
    }
}

fn compare_pair((old_name, was): (&str, &Shape), (name, is): (&str, &Shape), renames: &Renames) -> Option<Entry> {
    let mut changes = Vec::new();
    if old_name != name {
        changes.push(Change::breaking("", format!("was `{old_name}`"), "callers that name it no longer compile"));
    }
    changes.extend(compare_shapes(was, is, renames));
    if changes.is_empty() {
        return None;
    }
    let fate = if old_name == name { Fate::Changed } else { Fate::Renamed };
    let was = (fate == Fate::Renamed).then(|| old_name.to_owned());
    Some(Entry { was, ..entry(name, fate, changes) })
}

/// What differs between two types that are meant to be the same one.
pub(super) fn compare_shapes(was: &Shape, is: &Shape, renames: &Renames) -> Vec<Change> {
    let mut changes = match (&was.kind, &is.kind) {
        (Kind::Struct(before), Kind::Struct(after)) => fields((was, before), (is, after), renames),
        (Kind::Wrapper(before), Kind::Wrapper(after)) if renames.within(before) == *after => Vec::new(),
        (Kind::Wrapper(before), Kind::Wrapper(after)) => {
            let what = format!("held `{}`, holds `{}`", shown(before), shown(after));
            vec![Change::breaking("", what, "callers that take it out, or make one, no longer compile")]
        }
        (Kind::Enum(before), Kind::Enum(after)) if was.kind.name() == is.kind.name() => {
            variants((was, before), (is, after), renames)
        }
        (before, after) => {
            let what = format!("was {}, is {}", before.name(), after.name());
            return vec![Change::breaking("", what, "whatever callers do with it no longer compiles")];
        }
    };
    let lost: Vec<&str> = was
        .traits
        .iter()
        // Callers do not make what only answers hold.
        .filter(|told| told.as_str() != "Default" && (was.is_sent || !told.contains("From<")))
        .filter(|told| !is.traits.contains(&renames.within(told)))
        .map(String::as_str)
        .collect();
    if !lost.is_empty() {
        let what = format!("no longer there: {}", shown(&lost.join(", ")));
        changes.push(Change::breaking("traits", what, "callers that use them no longer compile"));
    }
    changes
}

type Of<'a, T> = (&'a Shape, &'a BTreeMap<String, T>);

fn fields((was, before): Of<'_, Field>, (is, after): Of<'_, Field>, renames: &Renames) -> Vec<Change> {
    let mut changes = making(was, is, after, renames);
    let told: BTreeSet<String> = changes.iter().map(|change| change.part.clone()).collect();
    let part = |name: &str| format!("field `{name}`");
    for (name, field) in before {
        let Some(same) = after.get(name) else {
            let renamed =
                after.iter().find(|(other, it)| it.wire == field.wire && !before.contains_key(other.as_str()));
            let what = renamed.map_or("is gone".to_owned(), |(other, _)| format!("is called `{other}` now"));
            let why = match (was.is_sent, was.is_answered) {
                (true, false) => "callers that set it no longer compile",
                _ => "callers that read it no longer compile",
            };
            changes.push(Change::breaking(part(name), what, why));
            continue;
        };
        if renames.within(&field.kind) != same.kind {
            let what = format!("was `{}`, is `{}`", shown(&field.kind), shown(&same.kind));
            changes.push(Change::breaking(part(name), what, why_of_type(&field.kind, &same.kind, was)));
        } else if field.wire != same.wire {
            let what = format!("is `{}` in JSON, was `{}`", same.wire, field.wire);
            changes.push(Change::fine(part(name), what, "its name in Rust is the same"));
        }
    }
    let wires: BTreeSet<&str> = before.values().map(|field| field.wire.as_str()).collect();
    for (name, field) in after.iter().filter(|(name, _)| !before.contains_key(name.as_str())) {
        let is_known = wires.contains(field.wire.as_str()) || told.contains(&format!("argument of `new` `{name}`"));
        if is_known {
            continue;
        }
        let what = format!("is new: `{}`", shown(&field.kind));
        changes.push(match (is.is_sent, &is.making) {
            (false, _) => Change::fine(part(name), what, "callers read answers and do not make them"),
            (true, Making::New(arguments)) if arguments.iter().any(|it| it.name == *name) => continue,
            (true, Making::New(_)) => Change::fine(part(name), what, "it is optional; `new` leaves it unset"),
            (true, Making::Default) => Change::fine(part(name), what, "it is optional; `Default` leaves it unset"),
            (true, Making::Literal) => {
                Change::breaking(part(name), what, "the type has neither `new` nor `Default`: callers name every field")
            }
        });
    }
    changes
}

/// How callers make a value. What only answers hold they do not make.
fn making(was: &Shape, is: &Shape, after: &BTreeMap<String, Field>, renames: &Renames) -> Vec<Change> {
    if !was.is_sent {
        return Vec::new();
    }
    let list =
        |arguments: &[Argument]| arguments.iter().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(", ");
    match (&was.making, &is.making) {
        (Making::New(before), Making::New(now)) => {
            let mut changes = arguments::compare(before, now, renames, &|_| false, &|name| after.contains_key(name));
            // The field itself is told to have another type.
            changes.retain(|change| !change.what.starts_with("was `") || change.verdict == Verdict::Silent);
            changes
        }
        (_, Making::Literal) if was.making != Making::Literal && !is.is_sent => {
            vec![Change::breaking("making", "has no constructor any more", "no request holds it now")]
        }
        (Making::New(before), Making::Default) => {
            let what = format!("is `default()` now, was `new`, which took {}", list(before));
            vec![Change::breaking("making", what, "nothing is required any more; calls of `new` no longer compile")]
        }
        (Making::Default, Making::New(now)) => {
            let what = format!("is `new` now, which takes {}", list(now));
            vec![Change::breaking("making", what, "these are required now; calls of `default()` no longer compile")]
        }
        (before, now) if before != now && *now == Making::Literal => {
            vec![Change::breaking(
                "making",
                "has neither `new` nor `Default` any more",
                "calls of it no longer compile",
            )]
        }
        _ => Vec::new(),
    }
}

/// Why another type of a field breaks callers: by what stands around it, and by the direction.
fn why_of_type(was: &str, is: &str, shape: &Shape) -> &'static str {
    let wrapped = |outer: &str, inner: &str, name: &str| outer == format!("{name}<{inner}>");
    let only_sent = shape.is_sent && !shape.is_answered;
    if wrapped(was, is, "Option") {
        return if only_sent {
            "it is required now; callers that give `Some` or `None` no longer compile"
        } else {
            "it is always there now; callers that look whether it is no longer compile"
        };
    }
    if wrapped(is, was, "Option") {
        return if only_sent {
            "it is optional now; callers that give a bare value no longer compile"
        } else {
            "it may be absent now; callers that take it for granted no longer compile"
        };
    }
    let without = |kind: &str, name: &str| kind.replace(name, "").replace('>', "");
    if without(is, "crate::Nullable<").replace("Option<", "") == without(was, "crate::Nullable<").replace("Option<", "")
    {
        return "a PATCH tells absent, null and a value apart on one side only";
    }
    if without(is, "crate::Open<") == without(was, "crate::Open<") {
        return "answers hold it on one side only, and there an unknown value is kept";
    }
    "callers that use it as what it was no longer compile"
}

fn variants((was, before): Of<'_, Variant>, (is, after): Of<'_, Variant>, renames: &Renames) -> Vec<Change> {
    let mut changes = Vec::new();
    let plain = is.kind.name() == "an enum";
    let noun = if plain { "value" } else { "alternative" };
    for (name, variant) in before {
        let part = format!("{noun} `{name}`");
        match after.get(name) {
            None => {
                let renamed = after.iter().find(|(_, it)| plain && it.wire == variant.wire);
                let what = renamed.map_or("is gone".to_owned(), |(other, _)| format!("is called `{other}` now"));
                changes.push(Change::breaking(part, what, "callers that name it no longer compile"));
            }
            Some(same) if renames.within(&variant.content) != same.content => {
                let what = format!("held `{}`, holds `{}`", shown(&variant.content), shown(&same.content));
                changes.push(Change::breaking(part, what, "callers that make or match it no longer compile"));
            }
            Some(same) if plain && variant.wire != same.wire => {
                let what = format!("is `{}` in JSON, was `{}`", same.wire, variant.wire);
                changes.push(Change::fine(part, what, "its name in Rust is the same"));
            }
            Some(_) => {}
        }
    }
    let texts: BTreeSet<&str> = before.values().map(|variant| variant.wire.as_str()).collect();
    for (name, _) in after.iter().filter(|(name, _)| !before.contains_key(name.as_str())) {
        if plain && texts.contains(after[name].wire.as_str()) {
            continue;
        }
        let part = format!("{noun} `{name}`");
        changes.push(match (plain, was.is_answered) {
            (true, true) => Change::fine(part, "is new", "answers hold it as `Open`, which is never matched in full"),
            (true, false) => Change::fine(part, "is new", "callers give values of it and need not give this one"),
            (false, true) => {
                Change::breaking(part, "is new", "callers that match all alternatives of an answer no longer compile")
            }
            (false, false) => Change::fine(part, "is new", "callers give one of them and need not give this one"),
        });
    }
    changes
}
