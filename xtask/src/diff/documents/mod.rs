//! Compares the documents themselves, so that every difference is reported, also one that the client does not show.
//!
//! Both documents are traversed together, by position. Each keyword, entry or item that differs is a [`Leaf`], and
//! [`classify::of`] decides which kind of change it is. A difference that determines Rust types, such as another `type`, is
//! reported only if the comparison of the clients reports nothing at its place.

mod classify;
mod limits;
mod operation_parts;
mod parts;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::parts::Direction;
use self::walk::Walk;
use super::change::{Change, Finding};
use super::difference::{Subject, SubjectKind};
use super::operations::{self, Pair};
use super::places::Places;
use super::renames::Renames;
use super::rules::Rule;
use super::types;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::pipeline::Outcome;

/// A difference of two documents, in a keyword, an entry or an item.
#[derive(Debug)]
struct Leaf<'a> {
    /// What it is.
    what: What<'a>,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
    /// Its place in the old document, or that of the node around it if it is new.
    old_place: Pointer,
    /// Its place in the new document, or that of the node around it if it was removed.
    new_place: Pointer,
    /// The parameter, response or field that contains it.
    part: parts::Part,
    /// Whether only one of the documents has a type beside the keyword: the other one has both in `anyOf`, say.
    type_is_moved: bool,
}

/// What a leaf is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What<'a> {
    /// A keyword of a node of this kind.
    Keyword(crate::document::walk::Kind, &'a str),
    /// An entry of the map or an item of the list with this keyword, in a node of this kind.
    Entry(crate::document::walk::Kind, &'a str, &'a str),
    /// The order of the entries of a node of this kind under a keyword.
    Order(&'a str),
}

/// The old and the new side of a comparison.
pub(super) struct Sides<'a> {
    pub(super) old: &'a Outcome,
    pub(super) new: &'a Outcome,
    pub(super) old_places: &'a Places<'a>,
    pub(super) new_places: &'a Places<'a>,
}

/// The differences of the documents, without those that are reported in `found` already.
pub(super) fn compare(sides: &Sides<'_>, pairs: &[Pair<'_>], renames: &Renames, found: &[Finding]) -> Vec<Finding> {
    let methods = |places: &Places<'_>, outcome: &Outcome| -> BTreeMap<Pointer, String> {
        outcome.client.methods.iter().map(|(id, method)| (places.operation(method), id.clone())).collect()
    };
    let (old_methods, new_methods) = (methods(sides.old_places, sides.old), methods(sides.new_places, sides.new));
    let walk = Walk {
        old: &sides.old.document,
        new: &sides.new.document,
        operations: pairs
            .iter()
            .map(|((_, was), (_, is))| (sides.old_places.operation(was), sides.new_places.operation(is)))
            .collect(),
        components: components(sides, renames),
        sent: sent(&sides.new.document),
        leaves: Vec::new(),
    };
    let leaves = walk.leaves();
    let reported = Reported::of(found);
    let mut findings = Vec::new();
    for leaf in &leaves {
        let Some(change) = classify::of(leaf, sides) else { continue };
        let (mut old, mut new) = (leaf.old_place.clone(), leaf.new_place.clone());
        if classify::is_shown_by_clients(change.rule) && reported.contains(&old, &new) {
            continue;
        }
        if change.rule == Rule::SchemaChanged {
            // However many keywords of a field differ, it is one change.
            (old, new) = (named_place(&old), named_place(&new));
        }
        if change.rule == Rule::ServerUrlChanged {
            let url = |servers: Pointer, document: &Value| {
                let url = servers.child(0).child("url");
                if url.find(document).is_some() { url } else { servers }
            };
            (old, new) = (url(old, &sides.old.document), url(new, &sides.new.document));
        }
        let method = |methods: &BTreeMap<Pointer, String>, outcome: &'_ Outcome, place: &Pointer| {
            let holder = place.tokens().iter().take(3).fold(Pointer::root(), |place, token| place.child(token));
            methods.get(&holder).and_then(|id| outcome.client.methods.get(id)).cloned()
        };
        let (was, is) = (method(&old_methods, sides.old, &old), method(&new_methods, sides.new, &new));
        let subject = subject((was.as_ref(), is.as_ref()), &old, &new, sides);
        findings.push(Finding { subject, change, old: Some(old), new: Some(new) });
    }
    for ((_, was), (_, is)) in pairs {
        let (old, new) = (sides.old_places.operation(was), sides.new_places.operation(is));
        let change = operation_parts::credentials(&old, &new, sides);
        if let (Some(change), Some(subject)) = (change, operations::subject((Some(was), Some(is)))) {
            let stated = |place: Pointer, document: &Value| {
                let own = place.child("security");
                Some(if own.find(document).is_some() { own } else { place })
            };
            let (old, new) = (stated(old, &sides.old.document), stated(new, &sides.new.document));
            findings.push(Finding { subject, change, old, new });
        }
    }
    findings
}

/// The place of the field, the component or the part of an operation that contains a place.
fn named_place(place: &Pointer) -> Pointer {
    let tokens = place.tokens();
    let field = tokens.iter().rposition(|token| token == "properties").filter(|index| index + 1 < tokens.len());
    let is_component = tokens.first().is_some_and(|first| first == "components");
    let end = field.map_or(if is_component { 3 } else { tokens.len() }, |index| index + 2);
    tokens.iter().take(end).fold(Pointer::root(), |place, token| place.child(token))
}

/// The part of the client or of the document that contains a place.
fn subject(methods: operations::Methods<'_>, old: &Pointer, new: &Pointer, sides: &Sides<'_>) -> Subject {
    if let Some(subject) = operations::subject(methods) {
        return subject;
    }
    let component = |place: &Pointer, outcome: &Outcome| match place.tokens() {
        [first, second, name, ..] if first == "components" && second == "schemas" => {
            let name = outcome.lowered.type_name(name);
            outcome.client.types.contains_key(&name).then_some(name)
        }
        _ => None,
    };
    let names = (component(old, sides.old), component(new, sides.new));
    if let Some(subject) = types::subject((names.0.as_deref(), names.1.as_deref())) {
        return subject;
    }
    let place = if new.tokens().len() >= old.tokens().len() { new } else { old };
    let (kind, name) = match place.tokens() {
        [first, ..] if ["components", "paths", "webhooks"].contains(&first.as_str()) => {
            let holder = place.tokens().iter().take(3).fold(Pointer::root(), |place, token| place.child(token));
            (SubjectKind::Component, holder.to_string())
        }
        _ => (SubjectKind::Document, String::new()),
    };
    Subject { kind, name, was: None, operation: None, operation_was: None }
}

/// The pairs of component schemas: those of the same type, then those of the same name.
fn components(sides: &Sides<'_>, renames: &Renames) -> BTreeMap<String, String> {
    let component = |places: &Places<'_>, name: &str| {
        let place = places.of_type(name, &super::change::Spot::Whole)?;
        match place.tokens() {
            [_, _, name] => Some(name.clone()),
            _ => None,
        }
    };
    let mut pairs = BTreeMap::new();
    for name in sides.old.client.types.keys() {
        let now = renames.of(name);
        let pair = (component(sides.old_places, name), component(sides.new_places, now));
        if let (Some(was), Some(is)) = pair {
            pairs.insert(was, is);
        }
    }
    let taken: BTreeSet<String> = pairs.values().cloned().collect();
    let schemas = |document: &Value| document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let new = schemas(&sides.new.document);
    for (name, _) in schemas(&sides.old.document) {
        if new.contains_key(&name) && !taken.contains(&name) {
            pairs.entry(name.clone()).or_insert(name);
        }
    }
    pairs
}

/// The component schemas that requests contain, at any depth.
fn sent(document: &Value) -> BTreeSet<String> {
    use crate::document::walk::{Kind, visit};
    let mut start: Vec<Pointer> = Vec::new();
    visit(document, &mut |kind, place, _| {
        let pointer = place.pointer();
        let is_call = pointer.tokens().first().is_some_and(|first| first == "paths");
        if is_call && matches!(kind, Kind::Parameter | Kind::RequestBody) {
            start.push(pointer);
        }
    });
    let reached = references::reachable(start, |place| place.find(document).map(targets).unwrap_or_default());
    let name = |place: &Pointer| match place.tokens() {
        [first, second, name, ..] if first == "components" && second == "schemas" => Some(name.clone()),
        _ => None,
    };
    reached.iter().filter_map(name).collect()
}

/// The targets of all references in a value.
fn targets(node: &Value) -> Vec<Pointer> {
    match node {
        Value::Array(items) => items.iter().flat_map(targets).collect(),
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).and_then(Pointer::from_reference);
            own.into_iter().chain(fields.values().flat_map(targets)).collect()
        }
        _ => Vec::new(),
    }
}

/// The places of the changes that are reported already.
struct Reported<'a> {
    old: BTreeSet<&'a Pointer>,
    new: BTreeSet<&'a Pointer>,
}

impl<'a> Reported<'a> {
    fn of(found: &'a [Finding]) -> Self {
        Self {
            old: found.iter().filter_map(|finding| finding.old.as_ref()).collect(),
            new: found.iter().filter_map(|finding| finding.new.as_ref()).collect(),
        }
    }

    fn contains(&self, old: &Pointer, new: &Pointer) -> bool {
        is_reported(&self.old, old) || is_reported(&self.new, new)
    }
}

/// Whether a change at this place, around it, or inside it is reported.
fn is_reported(places: &BTreeSet<&Pointer>, place: &Pointer) -> bool {
    let outer = std::iter::successors(Some(place.clone()), Pointer::parent);
    let mut outer = outer.take_while(|outer| outer.tokens().len() > 2);
    outer.any(|outer| places.contains(&outer))
        || places.range::<&Pointer, _>(place..).next().is_some_and(|inner| inner.is_in(place))
}

/// Whether the keyword changes what a request may be.
fn is_sent(leaf: &Leaf<'_>) -> bool {
    leaf.part.direction == Direction::Sent
}

/// A change with the part of a leaf.
fn change(rule: Rule, leaf: &Leaf<'_>, what: impl Into<String>) -> Change {
    Change::new(rule, leaf.part.to_string(), what)
}
