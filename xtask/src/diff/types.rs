//! Compares the generated types: their names, fields, variants, constructors and traits.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::{self, shown};
use super::change::{self, Change, Spot};
use super::difference::{Subject, SubjectKind};
use super::renames::Renames;
use super::rules::Rule;
use super::verdict::Verdict;
use crate::client::{self, Argument, Client, Construction, Field, Kind, NamedType, Variant};
use crate::lower::Union;
use crate::lower::unions::Form;

/// The name of a type in each client; one of them is absent if the type is new or was removed.
pub(super) type Names<'a> = (Option<&'a str>, Option<&'a str>);

/// The changes of all types, except those in `elsewhere`, which are reported with their operation.
pub(super) fn compare<'a>(
    old: &'a Client,
    new: &'a Client,
    renames: &'a Renames,
    elsewhere: &BTreeSet<&str>,
) -> Vec<(Names<'a>, Change)> {
    let is_reported = |name: &&String| !elsewhere.contains(name.as_str());
    let mut changes: Vec<(Names<'_>, Change)> = Vec::new();
    for (name, was) in old.types.iter().filter(|(name, _)| is_reported(name)) {
        let now = renames.of(name);
        let Some(is) = new.types.get(now) else {
            let removed = Change::new(Rule::TypeRemoved, "", "was removed").at(Spot::Whole, Spot::Absent);
            changes.push(((Some(name), None), removed));
            continue;
        };
        let names = (Some(name.as_str()), Some(now));
        if name != now {
            changes.push((names, Change::new(Rule::TypeRenamed, "", format!("was `{name}`"))));
        }
        changes.extend(compare_kinds(was, is, renames).into_iter().map(|change| (names, change)));
    }
    let kept: BTreeSet<&str> = old.types.keys().map(|name| renames.of(name)).collect();
    for name in new.types.keys().filter(is_reported).filter(|name| !kept.contains(name.as_str())) {
        let added = Change::new(Rule::TypeAdded, "", "is new").at(Spot::Absent, Spot::Whole);
        changes.push(((None, Some(name)), added));
    }
    changes
}

/// The unions whose variants are distinguished in another way, although no type in `changed` is one of them or of their
/// variants.
pub(super) fn compare_forms<'a>(
    old: &'a Client,
    new: &'a Client,
    renames: &'a Renames,
    changed: &BTreeSet<String>,
) -> Vec<(Names<'a>, Change)> {
    let mut changes: Vec<(Names<'_>, Change)> = Vec::new();
    for (name, was) in &old.unions {
        let now = renames.of(name);
        let (Some(is), Some(kind)) = (new.unions.get(now), new.types.get(now)) else { continue };
        let forms = |union: &'_ Union| -> Vec<Vec<Form>> {
            union.alternatives.iter().map(|alternative| alternative.forms.clone()).collect()
        };
        let is_same = (&was.tags, &was.ambiguous, forms(was)) == (&is.tags, &is.ambiguous, forms(is));
        let parts = kind.kind.held().into_iter().flat_map(client::names).chain([now]);
        if !is_same && !parts.into_iter().any(|part| changed.contains(part)) {
            // An ambiguous value is read as the first variant that fits.
            let is_ambiguous = !was.ambiguous.is_empty() || !is.ambiguous.is_empty();
            let rule = if is_ambiguous { Rule::UnionReadingChanged } else { Rule::UnionFormsChanged };
            let change = Change::new(rule, "variants", "are distinguished in another way");
            changes.push(((Some(name), Some(now)), change));
        }
    }
    changes
}

/// The subject of a change of a type; `None` without a name.
pub(super) fn subject((was, is): Names<'_>) -> Option<Subject> {
    let name = is.or(was)?;
    Some(Subject {
        kind: SubjectKind::Type,
        name: name.to_owned(),
        was: was.filter(|was| *was != name).map(str::to_owned),
        operation: None,
        operation_was: None,
    })
}

/// Lists the differences between the old and the new form of a type.
pub(super) fn compare_kinds(was: &NamedType, is: &NamedType, renames: &Renames) -> Vec<Change> {
    let mut changes = match (&was.kind, &is.kind) {
        (Kind::Struct(before), Kind::Struct(after)) => fields((was, before), (is, after), renames),
        (Kind::Wrapper(before), Kind::Wrapper(after)) if renames.within(before) == *after => Vec::new(),
        (Kind::Wrapper(before), Kind::Wrapper(after)) => {
            let what = format!("held `{}`, holds `{}`", shown(before), shown(after));
            vec![Change::new(Rule::TypeContentChanged, "", what)]
        }
        (Kind::Enum(before), Kind::Enum(after)) if was.kind.name() == is.kind.name() => {
            variants((was, before), (is, after), renames)
        }
        (before, after) => {
            let what = format!("was {}, is {}", before.name(), after.name());
            return vec![Change::new(Rule::TypeKindChanged, "", what)];
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
        let lost = Change::new(Rule::TraitRemoved, "traits", what);
        match changes.iter_mut().find(|change| change.rule.verdict() == Verdict::Breaking) {
            Some(cause) => cause.consequences.push(lost),
            None => changes.push(lost),
        }
    }
    changes
}

type Of<'a, T> = (&'a NamedType, &'a BTreeMap<String, T>);

fn fields((was, before): Of<'_, Field>, (is, after): Of<'_, Field>, renames: &Renames) -> Vec<Change> {
    let spot = |fields: &BTreeMap<String, Field>, name: &str| {
        fields.get(name).map_or(Spot::Absent, |field| Spot::Field(field.wire.clone()))
    };
    let part = |name: &str| format!("field `{name}`");
    let mut changes = Vec::new();
    for (name, field) in before {
        let Some(same) = after.get(name) else {
            let why = match (was.is_sent, was.is_received) {
                (true, false) => "callers that set it no longer compile",
                _ => "callers that read it no longer compile",
            };
            let removed = Change::new(Rule::FieldRemoved, part(name), "was removed").because(why);
            changes.push(removed.at(spot(before, name), Spot::Absent));
            continue;
        };
        let at = (spot(before, name), spot(after, name));
        if renames.within(&field.kind) != same.kind {
            let what = format!("was `{}`, is `{}`", shown(&field.kind), shown(&same.kind));
            let (rule, why) = why_of_type(&field.kind, &same.kind, was);
            changes.push(Change::new(rule, part(name), what).because(why).at(at.0, at.1));
        } else if field.wire != same.wire {
            let what = format!("is `{}` in JSON, was `{}`", same.wire, field.wire);
            changes.push(Change::new(Rule::FieldWireNameChanged, part(name), what).at(at.0, at.1));
        } else if field.is_null_if_unset != same.is_null_if_unset {
            let form = |is_null: bool| if is_null { "null" } else { "left out" };
            let (was, is) = (form(field.is_null_if_unset), form(same.is_null_if_unset));
            let what = format!("is {is} if it has no value, was {was}");
            changes.push(Change::new(Rule::FieldPresenceChanged, part(name), what).at(at.0, at.1));
        }
    }
    let constructors = construction(was, is, after, renames);
    let reported: BTreeSet<&str> = constructors.iter().filter_map(|change| change::named(&change.part)).collect();
    let constructor_changed = constructors.iter().any(|change| change.rule == Rule::ConstructorChanged);
    let mut added = Vec::new();
    for (name, field) in after.iter().filter(|(name, _)| !before.contains_key(name.as_str())) {
        let is_new = |rule: Rule| {
            let change = Change::new(rule, part(name), format!("is new: `{}`", shown(&field.kind)));
            change.at(Spot::Absent, spot(after, name))
        };
        if is.construction.requires(name) {
            // Otherwise the arguments of the constructor are compared one by one.
            if constructor_changed {
                let rule = if was.is_sent { Rule::RequestFieldRequired } else { Rule::ResponseFieldRequired };
                changes.push(is_new(rule));
            }
        } else if !reported.contains(name.as_str()) {
            let by = if is.construction == Construction::Default { "`Default`" } else { "`new`" };
            added.push(is_new(Rule::FieldAdded).because(format!("it is optional; {by} leaves it unset")));
        }
    }
    // Arguments of `new` have the names of the fields in Rust.
    let mut rest = Vec::new();
    for mut change in constructors {
        for (side, fields) in [(&mut change.old, before), (&mut change.new, after)] {
            if let Spot::Field(name) = side {
                *side = spot(fields, name);
            }
        }
        let cause = changes.iter_mut().find(|cause| match (change.rule, change::named(&cause.part)) {
            (Rule::ConstructorChanged, Some(name)) => was.construction.requires(name) != is.construction.requires(name),
            (rule, name) => {
                rule.verdict() == Verdict::Breaking && name.is_some() && name == change::named(&change.part)
            }
        });
        match cause {
            Some(cause) => cause.consequences.push(change),
            None => rest.push(change),
        }
    }
    rest.extend(changes);
    rest.extend(added);
    rest
}

/// The changes in how callers construct a value: of a request in programs, of a response in tests.
fn construction(was: &NamedType, is: &NamedType, after: &BTreeMap<String, Field>, renames: &Renames) -> Vec<Change> {
    let changed =
        |what: String, why: &str| vec![Change::new(Rule::ConstructorChanged, "constructor", what).because(why)];
    match (&was.construction, &is.construction) {
        (Construction::New(before), Construction::New(now)) => {
            let was_a_field = |name: &str| matches!(&was.kind, Kind::Struct(fields) if fields.contains_key(name));
            let is_a_field = |name: &str| after.contains_key(name);
            let mut changes = arguments::compare(before, now, renames, &was_a_field, &is_a_field);
            // The change of the field's type is reported with the field.
            changes.retain(|change| change.rule != Rule::ArgumentTypeChanged);
            for change in &mut changes {
                if change.rule == Rule::RequestFieldRequired && !was.is_sent {
                    *change = required_in_response(change.clone());
                }
            }
            changes
        }
        (Construction::Named { fields: before, .. }, Construction::Named { fields: now, .. }) => {
            required(before, now, was, after)
        }
        (Construction::New(_) | Construction::Named { .. }, Construction::Default) => changed(
            format!("is `default()` now, was {}", was.construction),
            "no field is required now; calls to `new` no longer compile",
        ),
        (Construction::Default, Construction::New(_) | Construction::Named { .. }) => changed(
            format!("is {} now", is.construction),
            "these are required now; calls to `default()` no longer compile",
        ),
        (Construction::New(_), Construction::Named { .. }) | (Construction::Named { .. }, Construction::New(_)) => {
            changed(format!("is {} now, was {}", is.construction, was.construction), "calls to `new` no longer compile")
        }
        (before, now) if before != now && *now == Construction::Literal => changed(
            "is a literal now".to_owned(),
            "the type no longer has `new` or `Default`; calls to them no longer compile",
        ),
        _ => Vec::new(),
    }
}

/// The changes of the struct of the required fields. A change of a field itself is reported with the field.
fn required(before: &[Argument], now: &[Argument], was: &NamedType, after: &BTreeMap<String, Field>) -> Vec<Change> {
    let has = |list: &[Argument], name: &str| list.iter().any(|argument| argument.name == name);
    let part = |name: &str| format!("required field `{name}`");
    let spot = |name: &str| Spot::Field(name.to_owned());
    let was_a_field = |name: &str| matches!(&was.kind, Kind::Struct(fields) if fields.contains_key(name));
    let mut changes = Vec::new();
    for Argument { name, .. } in before.iter().filter(|it| !has(now, &it.name) && after.contains_key(&it.name)) {
        let why = "callers that name it in the argument of `new` no longer compile; set the field instead";
        let change = Change::new(Rule::FieldBecameOptional, part(name), "is optional now").because(why);
        changes.push(change.at(spot(name), spot(name)));
    }
    for Argument { name, kind, .. } in now.iter().filter(|it| !has(before, &it.name)) {
        let (rule, what) = if was_a_field(name) {
            (Rule::FieldBecameRequired, "is required now")
        } else {
            (Rule::RequestFieldRequired, "is new")
        };
        let change = Change::new(rule, part(name), format!("{what}: `{}`", shown(kind)));
        let change = change.because("callers must name it in the argument of `new`").at(spot(name), spot(name));
        changes.push(if was.is_sent { change } else { required_in_response(change) });
    }
    changes
}

/// The change for a required field of a type that only responses contain.
fn required_in_response(mut change: Change) -> Change {
    if change.rule == Rule::RequestFieldRequired {
        change.rule = Rule::ResponseFieldRequired;
    }
    change.because("callers that construct a response, as tests do, must pass it to `new`")
}

/// The kind of change that a new type of a field is, and the reason why it breaks callers. They depend on the wrapper
/// around the type, and on whether requests or responses contain the field.
fn why_of_type(was: &str, is: &str, kind: &NamedType) -> (Rule, &'static str) {
    let wrapped = |outer: &str, inner: &str, name: &str| outer == format!("{name}<{inner}>");
    let only_sent = kind.is_sent && !kind.is_received;
    if wrapped(was, is, "Option") {
        let why = if only_sent {
            "it is required now; callers that pass `Some` or `None` no longer compile"
        } else {
            "it is always present now; callers that check for its presence no longer compile"
        };
        return (Rule::FieldBecameRequired, why);
    }
    if wrapped(is, was, "Option") {
        let why = if only_sent {
            "it is optional now; callers that pass a bare value no longer compile"
        } else {
            "it may be absent now; callers that assume it is present no longer compile"
        };
        return (Rule::FieldBecameOptional, why);
    }
    let without = |kind: &str, name: &str| kind.replace(name, "").replace('>', "");
    let why = if without(is, "crate::Nullable<").replace("Option<", "")
        == without(was, "crate::Nullable<").replace("Option<", "")
    {
        "only one of the two is in the body of a PATCH, which distinguishes absent, null and a value"
    } else if without(is, "crate::Open<") == without(was, "crate::Open<") {
        "only one of the two is in a response, which keeps unknown values"
    } else {
        Rule::FieldTypeChanged.why()
    };
    (Rule::FieldTypeChanged, why)
}

fn variants((was, before): Of<'_, Variant>, (is, after): Of<'_, Variant>, renames: &Renames) -> Vec<Change> {
    let mut changes = Vec::new();
    let plain = is.kind.name() == "an enum";
    let noun = if plain { "value" } else { "variant" };
    let spot = |name: &str, variant: &Variant| Spot::Value(if plain { variant.wire.clone() } else { name.to_owned() });
    for (name, variant) in before {
        let part = format!("{noun} `{name}`");
        let old = spot(name, variant);
        let Some(same) = after.get(name) else {
            let renamed = after.iter().find(|(_, it)| plain && it.wire == variant.wire);
            changes.push(if let Some((other, it)) = renamed {
                let what = format!("was renamed to `{other}`");
                Change::new(Rule::EnumValueRenamed, part, what).at(old, spot(other, it))
            } else {
                let rule = if plain { Rule::EnumValueRemoved } else { Rule::VariantRemoved };
                Change::new(rule, part, "was removed").at(old, Spot::Absent)
            });
            continue;
        };
        let (rule, what) = if renames.within(held(variant)) != held(same) {
            let content = |variant| match held(variant) {
                "" => "nothing".to_owned(),
                kind => format!("`{}`", shown(kind)),
            };
            (Rule::VariantTypeChanged, format!("held {}, holds {}", content(variant), content(same)))
        } else if plain && variant.wire != same.wire {
            (Rule::EnumValueWireNameChanged, format!("is `{}` in JSON, was `{}`", same.wire, variant.wire))
        } else {
            continue;
        };
        changes.push(Change::new(rule, part, what).at(old, spot(name, same)));
    }
    let texts: BTreeSet<&str> = before.values().map(|variant| variant.wire.as_str()).collect();
    for (name, variant) in after.iter().filter(|(name, _)| !before.contains_key(name.as_str())) {
        if plain && texts.contains(variant.wire.as_str()) {
            continue;
        }
        let (rule, why) = match (plain, was.is_received) {
            (true, true) => {
                (Rule::EnumValueAdded, "responses contain it as `Open`, which callers cannot match exhaustively")
            }
            (true, false) => (Rule::EnumValueAdded, "callers need not send it"),
            (false, false) => (Rule::VariantAdded, "callers need not send it"),
            (false, true) if was.is_growing => {
                (Rule::VariantAdded, "the type is `#[non_exhaustive]`, so callers expect more variants")
            }
            (false, true) => (Rule::ExhaustiveVariantAdded, Rule::ExhaustiveVariantAdded.why()),
        };
        let change = Change::new(rule, format!("{noun} `{name}`"), "is new").because(why);
        changes.push(change.at(Spot::Absent, spot(name, variant)));
    }
    changes
}

fn held(variant: &Variant) -> &str {
    variant.holds().unwrap_or_default()
}
