//! Compares the generated types: their names, fields, variants, constructors and traits.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::{self, shown};
use super::difference::{Change, Entry, Fate, Verdict};
use super::renames::Renames;
use crate::client::{Argument, Client, Construction, Field, Kind, NamedType, Variant};

/// An entry for each type that differs, except those in `elsewhere`, which are reported with their operation.
pub(super) fn compare(old: &Client, new: &Client, renames: &Renames, elsewhere: &BTreeSet<&str>) -> Vec<Entry> {
    let is_reported = |name: &&String| !elsewhere.contains(name.as_str());
    let mut entries = Vec::new();
    for name in old.types.keys().filter(is_reported) {
        let (was, now) = (&old.types[name], renames.of(name));
        if let Some(is) = new.types.get(now) {
            entries.extend(compare_pair((name, was), (now, is), renames));
        } else {
            let removed = Change::breaking("", "was removed", "callers that name it no longer compile");
            entries.push(entry(name, Fate::Removed, vec![removed]));
        }
    }
    let kept: BTreeSet<&str> = old.types.keys().map(|name| renames.of(name)).collect();
    for name in new.types.keys().filter(is_reported).filter(|name| !kept.contains(name.as_str())) {
        entries.push(entry(name, Fate::Added, vec![Change::compatible("", "is new", "no caller names it yet")]));
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

fn compare_pair(
    (old_name, was): (&str, &NamedType),
    (name, is): (&str, &NamedType),
    renames: &Renames,
) -> Option<Entry> {
    let mut changes = Vec::new();
    if old_name != name {
        changes.push(Change::breaking("", format!("was `{old_name}`"), "callers that name it no longer compile"));
    }
    changes.extend(compare_kinds(was, is, renames));
    if changes.is_empty() {
        return None;
    }
    let fate = if old_name == name { Fate::Changed } else { Fate::Renamed };
    let was = (fate == Fate::Renamed).then(|| old_name.to_owned());
    Some(Entry { was, ..entry(name, fate, changes) })
}

/// Lists the differences between the old and the new form of a type.
pub(super) fn compare_kinds(was: &NamedType, is: &NamedType, renames: &Renames) -> Vec<Change> {
    let mut changes = match (&was.kind, &is.kind) {
        (Kind::Struct(before), Kind::Struct(after)) => fields((was, before), (is, after), renames),
        (Kind::Wrapper(before), Kind::Wrapper(after)) if renames.within(before) == *after => Vec::new(),
        (Kind::Wrapper(before), Kind::Wrapper(after)) => {
            let what = format!("held `{}`, holds `{}`", shown(before), shown(after));
            vec![Change::breaking("", what, "callers that construct or unwrap it no longer compile")]
        }
        (Kind::Enum(before), Kind::Enum(after)) if was.kind.name() == is.kind.name() => {
            variants((was, before), (is, after), renames)
        }
        (before, after) => {
            let what = format!("was {}, is {}", before.name(), after.name());
            return vec![Change::breaking("", what, "callers that use it no longer compile")];
        }
    };
    let lost: Vec<&str> = was
        .traits
        .iter()
        // Callers do not construct a type that only responses contain.
        .filter(|name| name.as_str() != "Default" && (was.is_sent || !name.contains("From<")))
        .filter(|name| !is.traits.contains(&renames.within(name)))
        .map(String::as_str)
        .collect();
    if !lost.is_empty() {
        let what = format!("no longer implemented: {}", shown(&lost.join(", ")));
        changes.push(Change::breaking("traits", what, "callers that use them no longer compile"));
    }
    changes
}

type Of<'a, T> = (&'a NamedType, &'a BTreeMap<String, T>);

fn fields((was, before): Of<'_, Field>, (is, after): Of<'_, Field>, renames: &Renames) -> Vec<Change> {
    let mut changes = construction(was, is, after, renames);
    let reported: BTreeSet<String> = changes.iter().map(|change| change.part.clone()).collect();
    let part = |name: &str| format!("field `{name}`");
    for (name, field) in before {
        let Some(same) = after.get(name) else {
            let renamed =
                after.iter().find(|(other, it)| it.wire == field.wire && !before.contains_key(other.as_str()));
            let what = renamed.map_or("was removed".to_owned(), |(other, _)| format!("was renamed to `{other}`"));
            let why = match (was.is_sent, was.is_received) {
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
            changes.push(Change::compatible(part(name), what, "its name in Rust is the same"));
        }
    }
    let wires: BTreeSet<&str> = before.values().map(|field| field.wire.as_str()).collect();
    for (name, field) in after.iter().filter(|(name, _)| !before.contains_key(name.as_str())) {
        let is_known = wires.contains(field.wire.as_str()) || reported.contains(&format!("argument of `new` `{name}`"));
        if is_known {
            continue;
        }
        let what = format!("is new: `{}`", shown(&field.kind));
        changes.push(match &is.construction {
            construction if construction.requires(name) => continue,
            Construction::New(_) | Construction::Named { .. } => {
                Change::compatible(part(name), what, "it is optional; `new` leaves it unset")
            }
            Construction::Default => Change::compatible(part(name), what, "it is optional; `Default` leaves it unset"),
            Construction::Literal => Change::breaking(
                part(name),
                what,
                "the type has neither `new` nor `Default`, so callers name every field",
            ),
        });
    }
    changes
}

/// The changes in how callers construct a value: of a request in programs, of a response in tests.
fn construction(was: &NamedType, is: &NamedType, after: &BTreeMap<String, Field>, renames: &Renames) -> Vec<Change> {
    let breaking = |what: String, why: &'static str| vec![Change::breaking("constructor", what, why)];
    match (&was.construction, &is.construction) {
        (Construction::New(before), Construction::New(now)) => {
            let mut changes = arguments::compare(before, now, renames, &|_| false, &|name| after.contains_key(name));
            // The change of the field's type is reported with the field.
            changes.retain(|change| !change.what.starts_with("was `") || change.verdict == Verdict::Silent);
            changes
        }
        (Construction::Named { fields: before, .. }, Construction::Named { fields: now, .. }) => {
            required(before, now, was, after)
        }
        (Construction::New(_) | Construction::Named { .. }, Construction::Default) => breaking(
            format!("is `default()` now, was {}", was.construction),
            "no field is required now; calls to `new` no longer compile",
        ),
        (Construction::Default, Construction::New(_) | Construction::Named { .. }) => breaking(
            format!("is {} now", is.construction),
            "these are required now; calls to `default()` no longer compile",
        ),
        (Construction::New(_), Construction::Named { .. }) | (Construction::Named { .. }, Construction::New(_)) => {
            breaking(
                format!("is {} now, was {}", is.construction, was.construction),
                "calls to `new` no longer compile",
            )
        }
        (before, now) if before != now && *now == Construction::Literal => {
            vec![Change::breaking("", "no longer has `new` or `Default`", "calls to them no longer compile")]
        }
        _ => Vec::new(),
    }
}

/// The changes of the struct of the required fields. A change of a field itself is reported with the field.
fn required(before: &[Argument], now: &[Argument], was: &NamedType, after: &BTreeMap<String, Field>) -> Vec<Change> {
    let has = |list: &[Argument], name: &str| list.iter().any(|argument| argument.name == name);
    let part = |name: &str| format!("required field `{name}`");
    let was_a_field = |name: &str| matches!(&was.kind, Kind::Struct(fields) if fields.contains_key(name));
    let mut changes = Vec::new();
    for Argument { name, .. } in before.iter().filter(|it| !has(now, &it.name) && after.contains_key(&it.name)) {
        let why = "callers that name it in the argument of `new` no longer compile; set the field instead";
        changes.push(Change::breaking(part(name), "is optional now", why));
    }
    for Argument { name, kind, .. } in now.iter().filter(|it| !has(before, &it.name)) {
        let what = if was_a_field(name) { "is required now" } else { "is new" };
        let why = if was.is_sent {
            "callers must name it in the argument of `new`"
        } else {
            "callers that make a response, as tests do, must name it in the argument of `new`"
        };
        changes.push(Change::breaking(part(name), format!("{what}: `{}`", shown(kind)), why));
    }
    changes
}

/// The reason why a new type of a field breaks callers. It depends on the wrapper around the type, and on whether
/// requests or responses contain the field.
fn why_of_type(was: &str, is: &str, kind: &NamedType) -> &'static str {
    let wrapped = |outer: &str, inner: &str, name: &str| outer == format!("{name}<{inner}>");
    let only_sent = kind.is_sent && !kind.is_received;
    if wrapped(was, is, "Option") {
        return if only_sent {
            "it is required now; callers that pass `Some` or `None` no longer compile"
        } else {
            "it is always present now; callers that check for its presence no longer compile"
        };
    }
    if wrapped(is, was, "Option") {
        return if only_sent {
            "it is optional now; callers that pass a bare value no longer compile"
        } else {
            "it may be absent now; callers that assume it is present no longer compile"
        };
    }
    let without = |kind: &str, name: &str| kind.replace(name, "").replace('>', "");
    if without(is, "crate::Nullable<").replace("Option<", "") == without(was, "crate::Nullable<").replace("Option<", "")
    {
        return "only one of the two is in the body of a PATCH, which distinguishes absent, null and a value";
    }
    if without(is, "crate::Open<") == without(was, "crate::Open<") {
        return "only one of the two is in a response, which keeps unknown values";
    }
    "callers that use the old type no longer compile"
}

fn variants((was, before): Of<'_, Variant>, (is, after): Of<'_, Variant>, renames: &Renames) -> Vec<Change> {
    let mut changes = Vec::new();
    let plain = is.kind.name() == "an enum";
    let noun = if plain { "value" } else { "variant" };
    for (name, variant) in before {
        let part = format!("{noun} `{name}`");
        match after.get(name) {
            None => {
                let renamed = after.iter().find(|(_, it)| plain && it.wire == variant.wire);
                let what = renamed.map_or("was removed".to_owned(), |(other, _)| format!("was renamed to `{other}`"));
                changes.push(Change::breaking(part, what, "callers that name it no longer compile"));
            }
            Some(same) if renames.within(held(variant)) != held(same) => {
                let content = |variant| match held(variant) {
                    "" => "nothing".to_owned(),
                    kind => format!("`{}`", shown(kind)),
                };
                let what = format!("held {}, holds {}", content(variant), content(same));
                changes.push(Change::breaking(part, what, "callers that construct or match it no longer compile"));
            }
            Some(same) if same.content.is_none() && variant.wire != same.wire => {
                let what = format!("is `{}` in JSON, was `{}`", same.wire, variant.wire);
                changes.push(Change::compatible(part, what, "its name in Rust is the same"));
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
        changes.push(match (plain, was.is_received) {
            (true, true) => Change::compatible(
                part,
                "is new",
                "responses contain it as `Open`, which callers cannot match exhaustively",
            ),
            (_, false) => Change::compatible(part, "is new", "callers need not send it"),
            (false, true) if was.is_growing => {
                Change::compatible(part, "is new", "the type is `#[non_exhaustive]`, so callers expect more variants")
            }
            (false, true) => {
                Change::breaking(part, "is new", "callers that match all variants of a response no longer compile")
            }
        });
    }
    changes
}

fn held(variant: &Variant) -> &str {
    variant.holds().unwrap_or_default()
}
