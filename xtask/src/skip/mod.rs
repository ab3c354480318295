//! Leaves out the parts of a document that cannot be lowered or generated, so that one construct costs one operation
//! and not the whole document.
//!
//! A place that is refused belongs to an operation, a path item or a component. The operations that reach it, directly
//! or through references, are left out, and so is a component that is refused, with the components that refer to it.

mod actions;
mod refusal;
mod units;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use self::actions::Action;
pub use self::refusal::Refusal;
use self::units::{Graph, is_method, unit};
use crate::document::operations::{self, Operation};
use crate::document::origins::Origins;
use crate::document::pointer::Pointer;
use crate::document::problem::{Problem, Problems};
use crate::document::references::{self, has_value};
use crate::lower;

/// The parts of a document that a client is generated without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// The operations, each called by its method and path.
    pub operations: Vec<Part>,
    /// The components, each called by its place, such as `#/components/schemas/Name`.
    pub components: Vec<Part>,
}

/// A part of a document that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// The place that is refused, which the part contains or refers to.
    pub place: Pointer,
    /// Why that place is refused.
    pub why: String,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} at {}", self.name, self.why, self.place)
    }
}

impl LeftOut {
    /// Whether nothing was left out.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.components.is_empty()
    }
}

/// A document from which parts are left out until the rest is accepted.
pub(crate) struct Rest {
    /// What remains of the document.
    pub(crate) document: Value,
    pub(crate) left_out: LeftOut,
    /// All problems so far, with their places in the whole document.
    pub(crate) problems: Vec<Problem>,
    actions: Vec<Action>,
    /// Whether an optional parameter is left out alone, and not its operation.
    parameters: bool,
    /// Where the parameters come from whose index has changed.
    origins: Origins,
}

impl Rest {
    pub(crate) fn new(document: Value, parameters: bool) -> Self {
        let (left_out, problems, actions) = (LeftOut::default(), Vec::new(), Vec::new());
        Self { document, left_out, problems, actions, parameters, origins: Origins::default() }
    }

    /// Leaves out the parts with problems; returns whether there are any.
    pub(crate) fn leave_out(&mut self, problems: &Problems) -> bool {
        let graph = Graph::of(&self.document);
        let mut removed: BTreeMap<Pointer, Problem> = BTreeMap::new();
        let mut parameters: BTreeSet<Pointer> = BTreeSet::new();
        for problem in problems.list() {
            let original = Problem { place: self.origins.of(&problem.place), ..problem.clone() };
            if let Some(parameter) = self.optional_parameter(&problem.place) {
                if parameters.insert(parameter.clone()) {
                    let place = self.origins.of(&parameter);
                    self.actions.extend(Action::remove_parameter(&parameter, place, &self.document, &original));
                }
            } else if let Some(unit) = unit(&problem.place).filter(|unit| unit.find(&self.document).is_some()) {
                for part in graph.reaching(&unit) {
                    removed.entry(part).or_insert_with(|| original.clone());
                }
            }
            if !self.problems.contains(&original) {
                self.problems.push(original);
            }
        }
        self.record(&removed);
        // From the end, so that the indices of the other parameters stay valid.
        for parameter in parameters.iter().rev() {
            self.remove_parameter(parameter);
        }
        for part in removed.keys() {
            part.remove(&mut self.document);
        }
        !removed.is_empty() || !parameters.is_empty()
    }

    /// The overlay actions that remove the same parts as all calls of [`Rest::leave_out`].
    pub(crate) fn actions(&self) -> Vec<&Action> {
        let is_inside = |one: &Action, other: &Action| other.place != one.place && one.place.is_in(&other.place);
        let is_needed = |action: &&Action| !self.actions.iter().any(|other| is_inside(action, other));
        self.actions.iter().filter(is_needed).collect()
    }

    fn record(&mut self, removed: &BTreeMap<Pointer, Problem>) {
        let part =
            |name: String, problem: &Problem| Part { name, place: problem.place.clone(), why: problem.what.clone() };
        for (place, problem) in removed {
            self.actions.extend(Action::remove(place, &self.document, problem));
            if place.tokens().first().is_some_and(|section| section == "components") {
                self.left_out.components.push(part(place.to_string(), problem));
            }
        }
        for Operation { method, path, .. } in operations::list(&lower::with_path_items(&self.document)) {
            let item = Pointer::root().child("paths").child(&path);
            let own = removed.get(&item.child(method.to_lowercase()));
            if let Some(problem) = own.or_else(|| removed.get(&item)) {
                self.left_out.operations.push(part(format!("{method} {path}"), problem));
            }
        }
        self.left_out.operations.sort();
        self.left_out.components.sort();
    }

    /// The optional parameter of an operation or a path item that contains `place`, if one is left out alone.
    fn optional_parameter(&self, place: &Pointer) -> Option<Pointer> {
        if !self.parameters {
            return None;
        }
        let tokens: Vec<&str> = place.tokens().iter().map(String::as_str).collect();
        let length = match tokens.as_slice() {
            ["paths", _, "parameters", _, ..] => 4,
            ["paths", _, method, "parameters", _, ..] if is_method(method) => 5,
            _ => return None,
        };
        let parameter = place.first(length);
        let listed = parameter.find(&self.document)?;
        // An overlay action selects the parameter by these.
        let has = |keys: &[&str]| keys.iter().all(|key| listed.get(key).is_some_and(Value::is_string));
        let node = references::resolved(listed, &self.document);
        let is_required = has_value(node, "required", true) || has_value(node, "in", "path");
        (!is_required && (has(&["$ref"]) || has(&["name", "in"]))).then_some(parameter)
    }

    fn remove_parameter(&mut self, parameter: &Pointer) {
        let Some(list) = parameter.parent() else { return };
        let index = parameter.tokens().last().and_then(|index| index.parse::<usize>().ok()).unwrap_or_default();
        let count = list.find(&self.document).and_then(Value::as_array).map_or(0, Vec::len);
        parameter.remove(&mut self.document);
        self.origins.record((index + 1..count).map(|old| (list.child(old - 1), list.child(old))));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(places: &[&str]) -> Problems {
        let problem = |place: &&str| Problem::new(&Pointer::from_reference(place).unwrap(), "cannot be lowered", "");
        Problems::none(places.iter().map(problem).collect()).unwrap_err()
    }

    fn bakery() -> Value {
        let uses = |name: &str| json!({"200": {"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}}});
        json!({
            "paths": {
                "/cakes": {"get": {"responses": uses("Cake")}, "post": {"responses": uses("Order")}},
                "/bread": {"get": {"responses": uses("Bread"), "parameters": [
                    {"name": "a", "in": "query"}, {"name": "b", "in": "query"}, {"name": "c", "in": "query", "required": true},
                ]}},
            },
            "components": {"schemas": {
                "Cake": {"properties": {"icing": {"$ref": "#/components/schemas/Icing"}}}, "Icing": {}, "Order": {}, "Bread": {},
                "Unused": {"items": {"$ref": "#/components/schemas/Icing"}},
            }},
        })
    }

    fn names(parts: &[Part]) -> Vec<&str> {
        parts.iter().map(|part| part.name.as_str()).collect()
    }

    #[test]
    fn the_operations_that_reach_a_component_are_left_out_with_it() {
        let mut rest = Rest::new(bakery(), false);
        assert!(rest.leave_out(&problems(&["#/components/schemas/Icing/type"])));
        assert_eq!(names(&rest.left_out.operations), ["GET /cakes"]);
        let components = ["Cake", "Icing", "Unused"].map(|name| format!("#/components/schemas/{name}"));
        assert_eq!(names(&rest.left_out.components), components);
        assert_eq!(
            rest.left_out.operations[0].to_string(),
            "GET /cakes: cannot be lowered at #/components/schemas/Icing/type"
        );
        let mut expected = bakery();
        for name in ["Cake", "Icing", "Unused"] {
            expected["components"]["schemas"].as_object_mut().unwrap().shift_remove(name);
        }
        expected["paths"]["/cakes"].as_object_mut().unwrap().shift_remove("get");
        assert_eq!(rest.document, expected);
    }

    #[test]
    fn a_path_item_is_left_out_with_all_its_operations_and_a_place_in_no_part_is_not() {
        let mut rest = Rest::new(bakery(), false);
        assert!(rest.leave_out(&problems(&["#/servers/0", "#/paths/~1cakes/parameters"])));
        assert_eq!(names(&rest.left_out.operations), ["GET /cakes", "POST /cakes"]);
        assert!(!rest.leave_out(&problems(&["#/servers/0", "#/paths/~1cakes/parameters"])));
        assert_eq!(rest.problems.len(), 2);
    }

    #[test]
    fn an_optional_parameter_is_left_out_alone_where_that_is_asked_for() {
        let places = ["#/paths/~1bread/get/parameters/0/schema", "#/paths/~1bread/get/parameters/2/schema"];
        let mut rest = Rest::new(bakery(), false);
        assert!(rest.leave_out(&problems(&places[..1])));
        assert_eq!(names(&rest.left_out.operations), ["GET /bread"]);

        let mut rest = Rest::new(bakery(), true);
        assert!(rest.leave_out(&problems(&places[..1])));
        assert!(rest.left_out.is_empty());
        assert_eq!(rest.document["paths"]["/bread"]["get"]["parameters"].as_array().unwrap().len(), 2);
        // The required parameter has another index now, and the message has the one in the whole document.
        assert!(rest.leave_out(&problems(&["#/paths/~1bread/get/parameters/1/schema"])));
        assert_eq!(rest.problems[1].place.to_string(), places[1]);
        assert_eq!(names(&rest.left_out.operations), ["GET /bread"]);
        // The action that removes the operation is enough.
        assert_eq!(rest.actions().len(), 1);
    }
}
