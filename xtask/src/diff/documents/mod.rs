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
use super::change::{Change, Finding, Spot};
use super::difference::{Subject, SubjectKind};
use super::operations::{self as client_operations, Methods, Pair};
use super::places::Places;
use super::renames::Renames;
use super::rules::Rule;
use super::types;
use crate::document::operations::base_url;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self as positions, Kind};
use crate::pipeline::Outcome;
use crate::select::components;

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
}

impl<'a> Leaf<'a> {
    /// The nodes that have the keyword, or lack it, in the old and in the new document.
    fn nodes(&self, sides: &Sides<'a>) -> [Option<&'a Value>; 2] {
        let node = |value: Option<&Value>, place: &Pointer, document: &'a Value| match value {
            Some(_) => place.parent()?.find(document),
            None => place.find(document),
        };
        [node(self.old, &self.old_place, &sides.old.document), node(self.new, &self.new_place, &sides.new.document)]
    }
}

/// What a leaf is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What<'a> {
    /// A keyword of a node of this kind.
    Keyword(Kind, &'a str),
    /// An entry of the map or an item of the list with this keyword, in a node of this kind.
    Entry(Kind, &'a str, &'a str),
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
    let places = |((_, was), (_, is)): &Pair<'_>| (sides.old_places.operation(was), sides.new_places.operation(is));
    let operations: BTreeMap<Pointer, Pointer> = pairs.iter().map(places).collect();
    let methods: BTreeMap<Pointer, Methods<'_>> =
        pairs.iter().map(|pair @ ((_, was), (_, is))| (places(pair).0, (Some(*was), Some(*is)))).collect();
    let schemas = schema_pairs(sides, renames);
    let sent = sent(&sides.new.document);
    let walk = Walk {
        old: &sides.old.document,
        new: &sides.new.document,
        operations: &operations,
        components: &schemas,
        sent: &sent,
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
        (old, new) = match change.rule {
            // However many keywords of a field differ, it is one change.
            Rule::SchemaChanged => (named_place(&old), named_place(&new)),
            Rule::ServerUrlChanged => {
                let url = |servers: &Pointer, document| servers.child(0).child("url").existing(document);
                (url(&old, &sides.old.document), url(&new, &sides.new.document))
            }
            _ => (old, new),
        };
        let methods = leaf.operation.as_ref().and_then(|place| methods.get(&place.old)).copied();
        let subject = subject(methods.unwrap_or_default(), &old, &new, sides);
        findings.push(Finding { subject, change, old: Some(old), new: Some(new) });
    }
    for (old, new) in &operations {
        let is_moved = reported.is_moved(old);
        for (key, change) in [
            ("security", operation_parts::credentials(old, new, sides)),
            ("servers", operation_parts::server(old, new, sides).filter(|_| !is_moved)),
        ] {
            let Some(change) = change else { continue };
            let old_place = old.child(key).existing(&sides.old.document);
            let new_place = new.child(key).existing(&sides.new.document);
            let subject = subject(methods.get(old).copied().unwrap_or_default(), &old_place, &new_place, sides);
            findings.push(Finding { subject, change, old: Some(old_place), new: Some(new_place) });
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
        outcome.client.methods.values().any(|method| client_operations::place(method) == name)
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
    place.first(end)
}

/// The part of the client or of the document that contains a place.
fn subject(methods: Methods<'_>, old: &Pointer, new: &Pointer, sides: &Sides<'_>) -> Subject {
    if let Some(subject) = client_operations::subject(methods) {
        return subject;
    }
    let component = |place: &Pointer, outcome: &Outcome| {
        let name = outcome.lowered.type_name(schema_of(place)?);
        outcome.client.types.contains_key(&name).then_some(name)
    };
    let names = (component(old, sides.old), component(new, sides.new));
    if let Some(subject) = types::subject((names.0.as_deref(), names.1.as_deref())) {
        return subject;
    }
    let place = if new.tokens().len() >= old.tokens().len() { new } else { old };
    let (kind, name) = match place.tokens() {
        [first, ..] if ["components", "paths", "webhooks"].contains(&first.as_str()) => {
            (SubjectKind::Component, place.first(3).to_string())
        }
        _ => (SubjectKind::Document, String::new()),
    };
    Subject { kind, name, was: None, operation: None, operation_was: None }
}

/// The pairs of component schemas: those of the same type, then those of the same name.
fn schema_pairs(sides: &Sides<'_>, renames: &Renames) -> BTreeMap<String, String> {
    let component = |places: &Places<'_>, name: &str| {
        let place = places.of_type(name, &Spot::Whole)?;
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

/// The name of the component schema that contains a place.
fn schema_of(place: &Pointer) -> Option<&str> {
    match place.tokens() {
        [first, second, name, ..] if first == "components" && second == "schemas" => Some(name),
        _ => None,
    }
}

/// The component schemas that requests contain, at any depth.
fn sent(document: &Value) -> BTreeSet<String> {
    let mut start = BTreeSet::new();
    positions::visit(document, &mut |kind, place, node| {
        let is_call = || place.pointer().tokens().first().is_some_and(|first| first == "paths");
        if matches!(kind, Kind::Parameter | Kind::RequestBody) && is_call() {
            start.extend(components::uses(node));
        }
    });
    let reached = references::reachable(start, |place| place.find(document).map(components::uses).unwrap_or_default());
    reached.iter().filter_map(schema_of).map(str::to_owned).collect()
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
