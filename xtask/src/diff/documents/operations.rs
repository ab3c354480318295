//! Compares the operations of two documents, with the parameters of their paths.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::What;
use super::parts::Part;
use super::walk::{Both, Found, Walk, keys, parent, resolved};
use crate::document::kind::METHODS;
use crate::document::pointer::Pointer;
use crate::document::walk::Kind;
use crate::names;

/// A parameter with its place.
struct Parameter<'a> {
    place: Pointer,
    node: &'a Value,
}

impl Parameter<'_> {
    fn text(&self, key: &str) -> &str {
        self.node.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// OpenAPI 3.1, Parameter Object: a parameter is identified by its name and its location.
    fn is_same(&self, other: &Self) -> bool {
        (self.text("in"), self.text("name")) == (other.text("in"), other.text("name"))
    }
}

impl<'a> Walk<'a> {
    /// Compares the operations that are in both documents, and what their path items have in common.
    pub(super) fn paths(&mut self, (was, is): Found<'a>) {
        let items = |value: Option<&'a Value>| value.and_then(Value::as_object).into_iter().flatten();
        let mut operations = self.operations.clone();
        let mut paths: BTreeMap<Pointer, Pointer> =
            operations.iter().filter_map(|(old, new)| Some((old.parent()?, new.parent()?))).collect();
        let root = Pointer::root().child("paths");
        // Those that the clients do not have are paired by their places.
        let known: BTreeSet<&Pointer> = self.operations.values().collect();
        for (path, item) in items(was) {
            let place = root.child(path);
            if place.find(self.new).is_some() {
                paths.entry(place.clone()).or_insert_with(|| place.clone());
            }
            for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
                let place = place.child(method);
                if place.find(self.new).is_some() && !known.contains(&place) {
                    operations.entry(place.clone()).or_insert(place);
                }
            }
        }
        for (old, new) in operations {
            if let (Some(was), Some(is)) = (old.find(self.old), new.find(self.new)) {
                let at = Both { old, new };
                self.operation = Some(at.clone());
                self.parameters(&at.old, &at.new);
                self.node(Kind::Operation, (was, is), &at, &Part::default());
                self.operation = None;
            }
        }
        for (old, new) in paths {
            let (Some(Value::Object(was)), Some(Value::Object(is))) = (old.find(self.old), new.find(self.new)) else {
                continue;
            };
            let at = Both { old, new };
            for key in keys(was, is).filter(|key| !METHODS.contains(&key.as_str()) && *key != "parameters") {
                self.part(Kind::PathItem, key, (was.get(key), is.get(key)), &at, &Part::default());
            }
        }
        let has_operations = |item: &Value| METHODS.iter().any(|method| item.get(*method).is_some());
        for (path, item) in
            items(was).filter(|(path, item)| !has_operations(item) && root.child(path).find(self.new).is_none())
        {
            let place = Both { old: root.child(path), new: root.clone() };
            self.leaf(What::Entry(Kind::Document, "paths", path), Some(item), None, &place, &Part::default());
        }
        for (path, item) in
            items(is).filter(|(path, item)| !has_operations(item) && root.child(path).find(self.old).is_none())
        {
            let place = Both { old: root.clone(), new: root.child(path) };
            self.leaf(What::Entry(Kind::Document, "paths", path), None, Some(item), &place, &Part::default());
        }
        if let (Some(was), Some(is)) = (was.and_then(Value::as_object), is.and_then(Value::as_object)) {
            let at = Both { old: root.clone(), new: root };
            self.order("paths", Some(was), Some(is), &at, &Part::default());
            for key in keys(was, is).filter(|key| key.starts_with("x-")) {
                self.keyword(Kind::Document, key, (was.get(key), is.get(key)), &at, &Part::default());
            }
        }
    }

    /// Compares the parameters of an operation, including those of its path. Those that only one document has are paired
    /// by their positions in the path, or by their names in Rust.
    fn parameters(&mut self, old: &Pointer, new: &Pointer) {
        type IsPair<'f> = &'f dyn Fn(&Parameter<'_>, &Parameter<'_>) -> bool;

        let before = parameters(old, self.old);
        let after = parameters(new, self.new);
        let mut free: Vec<&Parameter<'_>> = after.iter().collect();
        let mut pairs = Vec::new();
        let is_path = |it: &Parameter<'_>| it.text("in") == "path";
        let name = |it: &Parameter<'_>| names::argument_name(it.text("name"));
        let rules: [IsPair<'_>; 3] =
            [&|a, b| a.is_same(b), &|a, b| is_path(a) && is_path(b), &|a, b| name(a) == name(b)];
        let mut left: Vec<&Parameter<'_>> = before.iter().collect();
        for is_pair in rules {
            left.retain(|a| {
                let found = free.iter().position(|b| is_pair(a, b));
                pairs.extend(found.map(|position| (*a, free.remove(position))));
                found.is_none()
            });
        }
        let list = self.existing(&Both { old: old.child("parameters"), new: new.child("parameters") });
        for (a, b) in pairs {
            let part = self.inner(Kind::Parameter, "parameters", b.node, &Part::default());
            let at = Both { old: a.place.clone(), new: b.place.clone() };
            self.node(Kind::Parameter, (a.node, b.node), &at, &part);
        }
        for it in left {
            let part = self.inner(Kind::Parameter, "parameters", it.node, &Part::default());
            let at = Both { old: it.place.clone(), new: list.new.clone() };
            self.leaf(What::Entry(Kind::Operation, "parameters", ""), Some(it.node), None, &at, &part);
        }
        for it in free {
            let part = self.inner(Kind::Parameter, "parameters", it.node, &Part::default());
            let at = Both { old: list.old.clone(), new: it.place.clone() };
            self.leaf(What::Entry(Kind::Operation, "parameters", ""), None, Some(it.node), &at, &part);
        }
    }
}

/// The parameters of an operation: its own, and those of its path that it does not override.
fn parameters<'a>(operation: &Pointer, document: &'a Value) -> Vec<Parameter<'a>> {
    let list = |holder: &Pointer| -> Vec<Parameter<'a>> {
        let list = holder.child("parameters");
        let items = list.find(document).and_then(Value::as_array).into_iter().flatten().enumerate();
        items
            .map(|(index, node)| {
                let (node, place) = resolved(Kind::Parameter, node, &list.child(index), document);
                Parameter { place, node }
            })
            .collect()
    };
    let own = list(operation);
    let shared = list(&parent(operation)).into_iter().filter(|it| !own.iter().any(|own| own.is_same(it)));
    shared.collect::<Vec<_>>().into_iter().chain(own).collect()
}
