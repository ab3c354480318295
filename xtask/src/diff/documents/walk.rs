//! Traverses two documents together, by position, and lists the differences.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::parts::{Direction, Part};
use super::{Leaf, What};
use crate::document::keywords::{self, Role};
use crate::document::kind::{self, Shape};
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::Kind;

/// A traversal of two documents.
pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    /// The places of the operations that both clients have.
    pub(super) operations: &'a BTreeMap<Pointer, Pointer>,
    /// The component schemas that both documents have, by their names in each.
    pub(super) components: &'a BTreeMap<String, String>,
    /// The component schemas of the new document that requests contain.
    pub(super) sent: &'a BTreeSet<String>,
    /// The operation that is compared.
    pub(super) operation: Option<Both>,
    pub(super) leaves: Vec<Leaf<'a>>,
}

/// The places of a node in both documents.
#[derive(Debug, Clone)]
pub(super) struct Both {
    pub(super) old: Pointer,
    pub(super) new: Pointer,
}

impl Both {
    fn child(&self, key: &str) -> Self {
        Self { old: self.old.child(key), new: self.new.child(key) }
    }
}

/// A pair of values that stand at the same place.
type Values<'a> = (&'a Value, &'a Value);

/// A pair of values of which a document may have none.
pub(super) type Found<'a> = (Option<&'a Value>, Option<&'a Value>);

/// The keys of two objects, each once.
pub(super) fn keys<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> impl Iterator<Item = &'a String> {
    before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)))
}

impl<'a> Walk<'a> {
    /// All differences.
    pub(super) fn leaves(mut self) -> Vec<Leaf<'a>> {
        let root = Both { old: Pointer::root(), new: Pointer::root() };
        self.node(Kind::Document, (self.old, self.new), &root, &Part::default());
        self.unused_components();
        self.leaves
    }

    /// Compares the components that operations refer to, if no difference in them is found yet.
    fn unused_components(&mut self) {
        let components = Pointer::root().child("components");
        for key in ["parameters", "requestBodies", "responses", "headers"] {
            let place = components.child(key);
            if self.leaves.iter().any(|leaf| leaf.old_place.is_in(&place) || leaf.new_place.is_in(&place)) {
                continue;
            }
            let at = Both { old: components.clone(), new: components.clone() };
            let both = (place.find(self.old), place.find(self.new));
            self.keyword(Kind::Components, key, both, &at, &Part::default());
        }
    }

    pub(super) fn leaf(
        &mut self,
        what: What<'a>,
        old: Option<&'a Value>,
        new: Option<&'a Value>,
        at: &Both,
        part: &Part,
    ) {
        self.leaves.push(Leaf {
            what,
            old,
            new,
            old_place: at.old.clone(),
            new_place: at.new.clone(),
            part: part.clone(),
            operation: self.operation.clone(),
        });
    }

    /// Compares two nodes of a kind.
    pub(super) fn node(&mut self, kind: Kind, (old, new): Values<'a>, at: &Both, part: &Part) {
        let (old, old_place) = resolved(kind, old, &at.old, self.old);
        let (new, new_place) = resolved(kind, new, &at.new, self.new);
        let at = &Both { old: old_place, new: new_place };
        if is_identical(old, new) && kind != Kind::Operation && !has_references(kind) {
            return;
        }
        let (Value::Object(before), Value::Object(after)) = (old, new) else {
            if !is_identical(old, new) {
                self.leaf(What::Keyword(kind, ""), Some(old), Some(new), at, part);
            }
            return;
        };
        for key in keys(before, after) {
            let both = (before.get(key), after.get(key));
            let place = at.child(key);
            match (kind, key.as_str()) {
                (Kind::Document, "paths") => self.paths(both),
                (Kind::Document, "info") => self.info(both, &place),
                (Kind::Components, "schemas") => self.schemas(both, &place),
                (Kind::Document, "webhooks") => self.entries((kind, key, None), both, &place, part),
                (Kind::Operation, "callbacks") => self.keyword(kind, key, both, at, part),
                // Compared with the parameters of the path, and where operations refer to the components.
                (Kind::Operation, "parameters")
                | (Kind::Components, "parameters" | "requestBodies" | "responses" | "headers") => {}
                (Kind::Schema, "required") => self.required(both, at, part),
                _ => self.part(kind, key, both, at, part),
            }
        }
    }

    /// Compares the fields of `info`, as keywords of the document.
    fn info(&mut self, both: Found<'a>, at: &Both) {
        let (Some(Value::Object(before)), Some(Value::Object(after))) = both else { return };
        for key in keys(before, after) {
            self.keyword(Kind::Document, key, (before.get(key), after.get(key)), at, &Part::default());
        }
    }

    /// Compares the values of a key that may contain nodes.
    pub(super) fn part(&mut self, kind: Kind, key: &'a str, (was, is): Found<'a>, at: &Both, part: &Part) {
        let place = at.child(key);
        let shape = match kind {
            // What a check refuses depends on the keyword around it, so its parts are not compared one by one.
            Kind::Schema if keywords::role(key) == Some(Role::Check) => None,
            Kind::Schema => keywords::shape(key).copied(),
            _ => kind::children(kind).iter().find(|(name, _)| *name == key).map(|(_, shape)| *shape),
        };
        match (shape, was, is) {
            (Some(Shape::One(inner)), Some(was), Some(is)) => {
                let part = self.inner(inner, key, is, part);
                self.node(inner, (was, is), &place, &part);
            }
            (Some(Shape::Map(inner)), _, _) => self.entries((kind, key, Some(inner)), (was, is), &place, part),
            (Some(Shape::List(inner)), Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) => {
                self.items((kind, key, inner), (was, is), &place, part);
            }
            _ => self.keyword(kind, key, (was, is), at, part),
        }
    }

    /// Compares the values of a keyword as a whole.
    pub(super) fn keyword(&mut self, kind: Kind, key: &'a str, (was, is): Found<'a>, at: &Both, part: &Part) {
        match (was, is) {
            (None, None) => {}
            (Some(was), Some(is)) if is_identical(was, is) => {}
            (Some(was), Some(is)) if self.is_same_reference(kind, key, was, is) => {}
            (Some(was), Some(is)) if has_another_order(key, was, is) => {
                self.leaf(What::Order(key), Some(was), Some(is), &at.child(key), part);
            }
            _ => {
                let place = self.existing(&at.child(key));
                self.leaf(What::Keyword(kind, key), was, is, &place, part);
            }
        }
    }

    /// The places, or the innermost ones around them that the documents have.
    pub(super) fn existing(&self, at: &Both) -> Both {
        Both { old: at.old.existing(self.old), new: at.new.existing(self.new) }
    }

    /// Whether two references lead to the same component, which may be renamed.
    fn is_same_reference(&self, kind: Kind, key: &str, was: &Value, is: &Value) -> bool {
        let name = |value: &Value| value.as_str()?.strip_prefix("#/components/schemas/").map(str::to_owned);
        kind == Kind::Schema
            && key == "$ref"
            && name(was).is_some_and(|was| self.components.get(&was) == name(is).as_ref())
    }

    /// Compares maps of nodes; without a kind, the entries are compared as a whole.
    fn entries(
        &mut self,
        (kind, key, inner): (Kind, &'a str, Option<Kind>),
        (was, is): Found<'a>,
        at: &Both,
        part: &Part,
    ) {
        let fields = |value: Option<&'a Value>| value.and_then(Value::as_object);
        let (before, after) = (fields(was), fields(is));
        if was.is_some() != before.is_some() || is.is_some() != after.is_some() {
            return self.keyword(kind, key, (was, is), &Both { old: parent(&at.old), new: parent(&at.new) }, part);
        }
        // RFC 9110, section 5.1: the name of a header is case-insensitive.
        let is_same = |a: &str, b: &str| a == b || inner == Some(Kind::Header) && a.eq_ignore_ascii_case(b);
        let find = |fields: Option<&'a Map<String, Value>>, name: &str| -> Option<(&'a String, &'a Value)> {
            fields.and_then(|fields| {
                fields.get_key_value(name).or_else(|| fields.iter().find(|(it, _)| is_same(it, name)))
            })
        };
        let holder = parent(&at.new).find(self.new).unwrap_or(&Value::Null);
        let required = |name: &str| {
            holder.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|it| it == name))
        };
        let names = before.into_iter().flat_map(Map::keys);
        let new_names = after.into_iter().flat_map(Map::keys).filter(|name| find(before, name).is_none());
        for name in names.chain(new_names) {
            let (was, is) = (find(before, name), find(after, name));
            let present = |found: Option<(&'a String, &'a Value)>, outer: &Pointer| match found {
                Some((name, _)) => outer.child(name),
                None => outer.clone(),
            };
            let place = Both { old: present(was, &at.old), new: present(is, &at.new) };
            let (was, is) = (was.map(|(_, value)| value), is.map(|(_, value)| value));
            match (was, is, inner) {
                (Some(was), Some(is), Some(inner)) => {
                    let part = self.entry((inner, key, name), is, part, required(name));
                    self.node(inner, (was, is), &place, &part);
                }
                (Some(was), Some(is), None) if is_identical(was, is) => {}
                (Some(value), None, Some(inner)) | (None, Some(value), Some(inner)) => {
                    let part = self.entry((inner, key, name), value, part, required(name));
                    self.leaf(What::Entry(kind, key, name), was, is, &place, &part);
                }
                _ => self.leaf(What::Entry(kind, key, name), was, is, &place, part),
            }
        }
        self.order(key, before, after, at, part);
    }

    /// Reports entries that are the same in another order.
    pub(super) fn order(
        &mut self,
        key: &'a str,
        before: Option<&'a Map<String, Value>>,
        after: Option<&'a Map<String, Value>>,
        at: &Both,
        part: &Part,
    ) {
        let (Some(before), Some(after)) = (before, after) else { return };
        let kept = before.keys().filter(|name| after.contains_key(*name));
        if !kept.eq(after.keys().filter(|name| before.contains_key(*name))) {
            self.leaf(What::Order(key), None, None, at, part);
        }
    }

    /// The part for an entry of a map of nodes.
    fn entry(&self, (inner, key, name): (Kind, &str, &str), value: &Value, part: &Part, is_required: bool) -> Part {
        match (inner, key) {
            (Kind::Response, "responses") if part.holder.is_empty() => {
                part.within(format!("response {name}"), Direction::Received)
            }
            (Kind::Header, _) => part.within(format!("header `{name}`"), Direction::Received),
            (Kind::Parameter, _) => self.inner(inner, key, value, part),
            (Kind::RequestBody, _) => part.within(String::new(), Direction::Sent),
            (Kind::Schema, "properties") => part.field(name, !is_required),
            _ => part.clone(),
        }
    }

    /// The part for a node under a key.
    pub(super) fn inner(&self, inner: Kind, key: &str, value: &Value, part: &Part) -> Part {
        match (inner, key) {
            (Kind::RequestBody, _) => part.within("request body".to_owned(), Direction::Sent),
            (Kind::Parameter, _) => {
                let parameter = references::resolved(value, self.new);
                let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                let mut part = part.within(format!("parameter `{name}`"), Direction::Sent);
                part.is_optional = !references::has_value(parameter, "required", true);
                part
            }
            _ => part.clone(),
        }
    }

    /// Compares lists of nodes. Items are paired by what identifies them, the remaining ones by position.
    fn items(&mut self, (kind, key, inner): (Kind, &'a str, Kind), (was, is): Found<'a>, at: &Both, part: &Part) {
        let list = |value: Option<&'a Value>| -> Vec<&'a Value> {
            value.and_then(Value::as_array).into_iter().flatten().collect()
        };
        let (before, after) = (list(was), list(is));
        let mut free: Vec<usize> = (0..after.len()).collect();
        let mut left: Vec<usize> = Vec::new();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (index, value) in before.iter().enumerate() {
            let wanted = self.renamed(&identity(value));
            match free.iter().position(|other| identity(after[*other]) == wanted) {
                Some(position) => pairs.push((index, free.remove(position))),
                None => left.push(index),
            }
        }
        while let (false, false) = (left.is_empty(), free.is_empty()) {
            pairs.push((left.remove(0), free.remove(0)));
        }
        pairs.sort_unstable();
        for (a, b) in &pairs {
            let place = Both { old: at.old.child(*a), new: at.new.child(*b) };
            let part = self.inner(inner, key, after[*b], part);
            self.node(inner, (before[*a], after[*b]), &place, &part);
        }
        let list = self.existing(at);
        for a in left {
            let part = self.inner(inner, key, before[a], part);
            let place = Both { old: at.old.child(a), new: list.new.clone() };
            self.leaf(What::Entry(kind, key, ""), Some(before[a]), None, &place, &part);
        }
        for b in free {
            let part = self.inner(inner, key, after[b], part);
            let place = Both { old: list.old.clone(), new: at.new.child(b) };
            self.leaf(What::Entry(kind, key, ""), None, Some(after[b]), &place, &part);
        }
        if !pairs.is_sorted_by_key(|(_, b)| *b) {
            self.leaf(What::Order(key), was, is, at, part);
        }
    }

    /// An identity in the names of the new document.
    fn renamed(&self, identity: &str) -> String {
        let name = identity.strip_prefix("#/components/schemas/").and_then(|name| self.components.get(name));
        name.map_or_else(|| identity.to_owned(), |name| format!("#/components/schemas/{name}"))
    }

    /// Compares which fields are required, each at the place of the field.
    fn required(&mut self, (was, is): Found<'a>, at: &Both, part: &Part) {
        let names = |value: Option<&'a Value>| -> BTreeSet<&'a str> {
            value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let (before, after) = (names(was), names(is));
        for name in before.symmetric_difference(&after) {
            let is_now = after.contains(name);
            let field = |place: &Pointer| place.child("properties").child(name);
            let place = Both { old: field(&at.old), new: field(&at.new) };
            let (old, new) = if is_now { (None, is) } else { (was, None) };
            self.leaf(What::Keyword(Kind::Schema, "required"), old, new, &place, &part.field(name, !is_now));
        }
        if before == after {
            self.keyword(Kind::Schema, "required", (was, is), at, part);
        }
    }

    /// Compares the component schemas.
    fn schemas(&mut self, (was, is): Found<'a>, at: &Both) {
        let fields = |value: Option<&'a Value>| value.and_then(Value::as_object).into_iter().flatten();
        let components = self.components;
        for (name, schema) in fields(was) {
            let other = components.get(name);
            let Some((now, is)) = other.and_then(|now| Some((now, is?.get(now)?))) else {
                let place = Both { old: at.old.child(name), new: at.new.clone() };
                let what = What::Entry(Kind::Components, "schemas", name);
                self.leaf(what, Some(schema), None, &place, &Part::default());
                continue;
            };
            let direction = if self.sent.contains(now) { Direction::Sent } else { Direction::Received };
            let place = Both { old: at.old.child(name), new: at.new.child(now) };
            self.node(Kind::Schema, (schema, is), &place, &Part { direction, ..Part::default() });
        }
        let known: BTreeSet<&String> = components.values().collect();
        for (name, schema) in fields(is).filter(|(name, _)| !known.contains(name)) {
            let place = Both { old: at.old.clone(), new: at.new.child(name) };
            self.leaf(What::Entry(Kind::Components, "schemas", name), None, Some(schema), &place, &Part::default());
        }
        self.order("schemas", was.and_then(Value::as_object), is.and_then(Value::as_object), at, &Part::default());
    }
}

/// What identifies an item of a list: the target of a reference, else the schema itself.
fn identity(value: &Value) -> String {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => reference.to_owned(),
        None => value.to_string(),
    }
}

pub(super) fn parent(place: &Pointer) -> Pointer {
    place.parent().unwrap_or_default()
}

/// Whether two values are equal and in the same order. `1` and `1.0` are the same number.
pub(super) fn is_identical(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((name, a), (other, b))| name == other && is_identical(a, b))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_identical(a, b)),
        (Value::Number(a), Value::Number(b)) => {
            a == b || a.as_f64().is_some_and(|a| b.as_f64().is_some_and(|b| a.total_cmp(&b).is_eq()))
        }
        _ => a == b,
    }
}

/// The keywords whose list has no order.
const UNORDERED: [&str; 5] = ["required", "enum", "type", "tags", "examples"];

/// Whether two values differ only in an order without meaning.
fn has_another_order(key: &str, a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(_), Value::Object(_)) => a == b,
        (Value::Array(a), Value::Array(b)) if UNORDERED.contains(&key) => {
            let sorted = |list: &[Value]| -> Vec<String> {
                let mut texts: Vec<String> = list.iter().map(Value::to_string).collect();
                texts.sort_unstable();
                texts
            };
            sorted(a) == sorted(b)
        }
        _ => false,
    }
}

/// Whether nodes of a kind may refer to components, which may differ although the nodes do not.
fn has_references(kind: Kind) -> bool {
    matches!(kind, Kind::Document | Kind::Response | Kind::RequestBody)
}

/// A node and its place, or the target of its reference if it is a parameter, a request body, a response or a header.
pub(super) fn resolved<'a>(kind: Kind, node: &'a Value, place: &Pointer, document: &'a Value) -> (&'a Value, Pointer) {
    let mut found = (node, place.clone());
    if !matches!(kind, Kind::Parameter | Kind::RequestBody | Kind::Response | Kind::Header) {
        return found;
    }
    for _ in 0..references::HOPS {
        let target = found.0.get("$ref").and_then(Value::as_str).and_then(Pointer::from_reference);
        let Some((target, node)) = target.and_then(|target| Some((target.clone(), target.find(document)?))) else {
            break;
        };
        found = (node, target);
    }
    found
}
