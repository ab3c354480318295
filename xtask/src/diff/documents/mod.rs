//! Compares the documents themselves, so that every difference is reported, also one that the client does not show.
//!
//! Both documents are traversed together, by position. Each keyword, entry or item that differs is a [`Leaf`], and
//! [`classify::of`] decides which kind of change it is. A difference that determines Rust types, such as another `type`, is
//! reported only if the comparison of the clients reports nothing at its place.

mod classify;
mod limits;
mod operation_parts;
mod operations;
mod parts;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::parts::Direction;
use self::walk::Walk;
use super::change::{Change, Finding};
use super::difference::{Subject, SubjectKind};
use super::operations::{Methods, Pair, subject as subject_of};
use super::places::Places;
use super::renames::Renames;
use super::rules::Rule;
use super::types;
use crate::document::operations::base_url;
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
    /// The places of the operation that contains it, or refers to the component that contains it.
    operation: Option<walk::Both>,
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
        operation: None,
        leaves: Vec::new(),
    };
    let leaves = walk.leaves();
    let reported = Reported::of(found);
    let mut findings = Vec::new();
    for leaf in &leaves {
        let Some(change) = classify::of(leaf, sides) else { continue };
        let (mut old, mut new) = (leaf.old_place.clone(), leaf.new_place.clone());
        if classify::is_shown_by_clients(leaf, change.rule) && reported.contains(&old, &new) {
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
        let place = leaf.operation.as_ref();
        let was = place.and_then(|place| sides.old.client.methods.get(old_methods.get(&place.old)?));
        let is = place.and_then(|place| sides.new.client.methods.get(new_methods.get(&place.new)?));
        let subject = subject((was, is), &old, &new, sides);
        findings.push(Finding { subject, change, old: Some(old), new: Some(new) });
    }
    for ((_, was), (_, is)) in pairs {
        let (old, new) = (sides.old_places.operation(was), sides.new_places.operation(is));
        let is_moved = reported.is_moved(&old);
        for (key, change) in [
            ("security", operation_parts::credentials(&old, &new, sides)),
            ("servers", operation_parts::server(&old, &new, sides).filter(|_| !is_moved)),
        ] {
            let (Some(change), Some(subject)) = (change, subject_of((Some(was), Some(is)))) else { continue };
            let stated = |place: &Pointer, document: &Value| {
                let own = place.child(key);
                Some(if own.find(document).is_some() { own } else { place.clone() })
            };
            let (old, new) = (stated(&old, &sides.old.document), stated(&new, &sides.new.document));
            findings.push(Finding { subject, change, old, new });
        }
    }
    findings.extend(rebased(sides));
    findings
}

/// The change if only the base URL of the client differs: the servers of operations can make a part of it a part of
/// their paths.
fn rebased(sides: &Sides<'_>) -> Option<Finding> {
    let bases = |document: fn(&Outcome) -> &Value| {
        let base = |outcome: &Outcome| base_url(document(outcome)).unwrap_or_default();
        (base(sides.old), base(sides.new))
    };
    let (was, is) = bases(|outcome| &outcome.lowered.document);
    let (stated_before, stated) = bases(|outcome| &outcome.document);
    let servers = Pointer::root().child("servers");
    let change = Change::new(Rule::BaseUrlRebased, "base URL", format!("was {was}, is {is}"));
    let subject = subject((None, None), &servers, &servers, sides);
    (stated_before == stated && was != is).then(|| Finding {
        subject,
        change,
        old: Some(servers.clone()),
        new: Some(servers),
    })
}

/// The document with the parts that are left out.
pub(super) fn whole(outcome: &Outcome) -> &Value {
    outcome.whole.as_ref().unwrap_or(&outcome.document)
}

/// The differences of the operations that neither client has, because they are left out.
pub(super) fn left_out(old: &Outcome, new: &Outcome) -> Vec<Finding> {
    let names = |outcome: &Outcome| -> BTreeSet<String> {
        outcome.left_out.operations.iter().map(|part| part.name.clone()).collect()
    };
    let has = |outcome: &Outcome, name: &str| {
        outcome.client.methods.values().any(|method| super::operations::place(method) == name)
    };
    let (before, after) = (names(old), names(new));
    let mut findings = Vec::new();
    for name in &before | &after {
        if has(old, &name) || has(new, &name) {
            continue;
        }
        let Some((method, path)) = name.split_once(' ') else { continue };
        let place = Pointer::root().child("paths").child(path).child(method.to_lowercase());
        let (was, is) = (place.find(whole(old)), place.find(whole(new)));
        let what = match (was, is) {
            (Some(was), Some(is)) if walk::is_identical(was, is) => continue,
            (Some(_), Some(_)) => "differs; both clients leave it out",
            (Some(_), None) => "was removed; the old client leaves it out",
            (None, _) => "is new; the client leaves it out",
        };
        let subject = Subject { kind: SubjectKind::Component, name, was: None, operation: None, operation_was: None };
        let side = |node: Option<&Value>| node.map(|_| place.clone());
        let (old, new) = (side(was), side(is));
        findings.push(Finding { subject, change: Change::new(Rule::LeftOutChanged, "", what), old, new });
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
fn subject(methods: Methods<'_>, old: &Pointer, new: &Pointer, sides: &Sides<'_>) -> Subject {
    if let Some(subject) = subject_of(methods) {
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
    /// The operations whose address differs.
    moved: BTreeSet<&'a Pointer>,
    old: BTreeSet<&'a Pointer>,
    new: BTreeSet<&'a Pointer>,
}

impl<'a> Reported<'a> {
    fn of(found: &'a [Finding]) -> Self {
        let moved = found.iter().filter(|finding| finding.change.rule == Rule::OperationMoved);
        Self {
            moved: moved.filter_map(|finding| finding.old.as_ref()).collect(),
            old: found.iter().filter_map(|finding| finding.old.as_ref()).collect(),
            new: found.iter().filter_map(|finding| finding.new.as_ref()).collect(),
        }
    }

    fn is_moved(&self, operation: &Pointer) -> bool {
        self.moved.contains(operation)
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
