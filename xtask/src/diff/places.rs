//! Finds the place in the document for a part of a client.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::change::Spot;
use crate::client::Method;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::names;
use crate::pipeline::Outcome;

/// The places of the parts of a client in its document.
pub(super) struct Places<'a> {
    outcome: &'a Outcome,
    /// The components of the lowered document by the names of their types.
    components: BTreeMap<String, &'a str>,
}

impl<'a> Places<'a> {
    pub(super) fn new(outcome: &'a Outcome) -> Self {
        let schemas = outcome.lowered.document["components"]["schemas"].as_object();
        let names = schemas.into_iter().flatten().map(|(name, _)| name.as_str());
        let components = names.map(|name| (names::type_name(name), name)).collect();
        Self { outcome, components }
    }

    fn document(&self) -> &'a Value {
        &self.outcome.document
    }

    /// The place in the document of a place in the lowered document.
    fn origin(&self, lowered: &Pointer) -> Pointer {
        self.outcome.lowered.origins.within(lowered, self.document())
    }

    /// The place of an operation.
    pub(super) fn operation(&self, method: &Method) -> Pointer {
        let operation = &method.operation;
        let lowered = Pointer::root().child("paths").child(&operation.path).child(operation.method.to_lowercase());
        let place = self.origin(&lowered);
        // The path may begin with that of a server.
        if place.tokens().len() == 3 { place } else { self.by_id(method).unwrap_or(place) }
    }

    fn by_id(&self, method: &Method) -> Option<Pointer> {
        let paths = self.document().get("paths")?.as_object()?;
        let key = method.operation.method.to_lowercase();
        let path = paths
            .iter()
            .find(|(path, item)| method.operation.path.ends_with(path.as_str()) && item.get(&key).is_some());
        Some(Pointer::root().child("paths").child(path?.0).child(key))
    }

    /// The place of a part of an operation.
    pub(super) fn of_operation(&self, method: &Method, spot: &Spot) -> Option<Pointer> {
        let place = self.operation(method);
        match spot {
            Spot::Absent => None,
            Spot::Argument(name) => Some(self.parameter(method, &place, name).unwrap_or(place)),
            Spot::Body => Some(place.child("requestBody").existing(self.document())),
            Spot::Response(status) => Some(place.child("responses").child(status).existing(self.document())),
            Spot::Whole | Spot::Field(_) | Spot::Value(_) => Some(place),
        }
    }

    /// The place of the parameter for an argument: in the operation or in its path item.
    fn parameter(&self, method: &Method, operation: &Pointer, argument: &str) -> Option<Pointer> {
        let holders = [Some(operation.clone()), operation.parent()];
        holders.into_iter().flatten().find_map(|holder| {
            let list = holder.child("parameters");
            let items = list.find(self.document())?.as_array()?;
            let index = items.iter().position(|item| {
                let parameter = references::resolved(item, self.document());
                let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
                self.outcome.lowered.argument(&method.operation.id, text("in"), text("name")) == argument
            })?;
            Some(list.child(index))
        })
    }

    /// The place of a part of a type.
    pub(super) fn of_type(&self, name: &str, spot: &Spot) -> Option<Pointer> {
        if *spot == Spot::Absent {
            return None;
        }
        let component = self.components.get(name)?;
        let lowered = Pointer::root().child("components").child("schemas").child(component);
        let place = self.origin(&lowered);
        let found = match spot {
            Spot::Field(wire) => {
                let own = self.origin(&lowered.child("properties").child(wire));
                let is_own = own.tokens().last() == Some(wire);
                if is_own { Some(own) } else { self.field(&place, wire) }
            }
            Spot::Value(wire) => self.value(&place, wire),
            _ => None,
        };
        Some(found.unwrap_or(place))
    }

    /// The place of a field in a schema, in a part of it, or in the target of its reference.
    fn field(&self, schema: &Pointer, wire: &str) -> Option<Pointer> {
        self.first(schema, |place, _| {
            let own = place.child("properties").child(wire);
            own.find(self.document()).map(|_| own)
        })
    }

    /// The place of a value of an enum or of an alternative of a union.
    fn value(&self, schema: &Pointer, wire: &str) -> Option<Pointer> {
        self.first(schema, |place, node| {
            if node.get("const").is_some_and(|value| value == wire) {
                return Some(place.child("const"));
            }
            let values = node.get("enum").and_then(Value::as_array);
            if let Some(index) = values.and_then(|values| values.iter().position(|value| value == wire)) {
                return Some(place.child("enum").child(index));
            }
            let target = node.get("$ref").and_then(Value::as_str)?;
            (names::type_name(target.rsplit('/').next()?) == wire).then(|| place.clone())
        })
    }

    /// The first result of `find` for a schema or the schemas that it consists of or refers to, each once, because
    /// schemas can contain themselves.
    fn first(&self, schema: &Pointer, find: impl Fn(&Pointer, &Value) -> Option<Pointer>) -> Option<Pointer> {
        let mut seen = BTreeSet::new();
        let mut open = VecDeque::from([schema.clone()]);
        while let Some(place) = open.pop_front() {
            let Some(node) = place.find(self.document()).filter(|_| seen.insert(place.clone())) else { continue };
            if let Some(found) = find(&place, node) {
                return Some(found);
            }
            for key in ["allOf", "anyOf", "oneOf"] {
                let count = node.get(key).and_then(Value::as_array).map_or(0, Vec::len);
                open.extend((0..count).map(|index| place.child(key).child(index)));
            }
            open.extend(node.get("items").map(|_| place.child("items")));
            open.extend(node.get("$ref").and_then(Value::as_str).and_then(Pointer::from_reference));
        }
        None
    }
}
