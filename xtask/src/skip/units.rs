//! The parts of a document that can be left out on their own, and which of them refer to each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::kind::{Kind, Shape, children};
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk;

/// The part that contains `place`: an operation, a path item, a webhook, a callback or a component. `None` if the place
/// is in none of them, such as `#/servers`.
pub(super) fn unit(place: &Pointer) -> Option<Pointer> {
    let tokens: Vec<&str> = place.tokens().iter().map(String::as_str).collect();
    let length = match tokens.as_slice() {
        ["paths", _, method, "callbacks", _, ..] if is_method(method) => 5,
        ["paths", _, method, ..] if is_method(method) => 3,
        ["components", _, _, ..] => 3,
        ["paths" | "webhooks", _, ..] => 2,
        _ => return None,
    };
    Some(place.first(length))
}

/// Whether a key of a path item is the method of an operation.
pub(super) fn is_method(key: &str) -> bool {
    children(Kind::PathItem).iter().any(|(name, shape)| *name == key && matches!(shape, Shape::One(Kind::Operation)))
}

/// The parts of a document that refer to each part.
pub(super) struct Graph(BTreeMap<Pointer, BTreeSet<Pointer>>);

impl Graph {
    pub(super) fn of(document: &Value) -> Self {
        let mut users: BTreeMap<Pointer, BTreeSet<Pointer>> = BTreeMap::new();
        walk::visit(document, &mut |kind, place, node| {
            let place = place.pointer();
            let Some(user) = unit(&place) else { return };
            let mut uses = |used: Pointer| {
                if used != user {
                    users.entry(used).or_default().insert(user.clone());
                }
            };
            // The parameters of a path item are those of its operations.
            if kind == Kind::Operation && user == place {
                place.parent().into_iter().for_each(&mut uses);
            }
            let reference = node.get("$ref").and_then(Value::as_str);
            let named = node.get("discriminator").and_then(|it| it.get("mapping")).and_then(Value::as_object);
            let named = named.into_iter().flatten().filter_map(|(_, target)| target.as_str());
            for target in reference.into_iter().chain(named) {
                let component = || Pointer::root().child("components").child("schemas").child(target);
                let target = Pointer::from_reference(target).unwrap_or_else(component);
                unit(&target).into_iter().for_each(&mut uses);
            }
        });
        Self(users)
    }

    /// `unit` and the parts that refer to it, directly or through others.
    pub(super) fn reaching(&self, unit: &Pointer) -> BTreeSet<Pointer> {
        references::reachable([unit.clone()], |unit| self.0.get(unit).cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer(text: &str) -> Pointer {
        Pointer::from_reference(text).unwrap()
    }

    #[test]
    fn the_smallest_part_around_a_place_is_found() {
        for (place, expected) in [
            ("#/paths/~1a/get/parameters/0", Some("#/paths/~1a/get")),
            ("#/paths/~1a/parameters/0", Some("#/paths/~1a")),
            ("#/paths/~1a/post/callbacks/done/{url}/post", Some("#/paths/~1a/post/callbacks/done")),
            ("#/components/schemas/A/properties/b", Some("#/components/schemas/A")),
            ("#/webhooks/w/post", Some("#/webhooks/w")),
            ("#/components/schemas", None),
            ("#/servers/0", None),
            ("#", None),
        ] {
            assert_eq!(unit(&pointer(place)), expected.map(pointer), "{place}");
        }
    }

    #[test]
    fn operations_reach_what_their_references_and_their_path_item_lead_to() {
        let to = |target: &str| json!({"$ref": target});
        let document = json!({
            "paths": {
                "/a": {"parameters": [to("#/components/parameters/P")], "get": {}, "put": {}},
                "/b": {"get": {"responses": {"200": to("#/components/responses/R")}}, "post": {}},
                "/c": {"post": {"callbacks": {"done": {"x": {"post": {"requestBody": to("#/components/requestBodies/B")}}}}}},
            },
            "components": {
                "parameters": {"P": {"schema": to("#/components/schemas/S")}},
                "responses": {"R": {"content": {"application/json": {"schema": to("#/components/schemas/T/items")}}}},
                "requestBodies": {"B": {"content": {"application/json": {"schema": to("#/components/schemas/S")}}}},
                "schemas": {
                    "S": {}, "T": {"items": {}, "not": {"properties": {"s": to("#/components/schemas/U")}}},
                    "U": {"oneOf": [], "discriminator": {"propertyName": "k", "mapping": {"s": "S"}}},
                },
            },
        });
        let graph = Graph::of(&document);
        let reaching = |unit: &str| -> Vec<String> {
            graph
                .reaching(&pointer(unit))
                .iter()
                .map(ToString::to_string)
                .filter(|it| !it.contains("components"))
                .collect()
        };
        let callback = "#/paths/~1c/post/callbacks/done";
        assert_eq!(
            reaching("#/components/schemas/S"),
            ["#/paths/~1a", "#/paths/~1a/get", "#/paths/~1a/put", "#/paths/~1b/get", callback]
        );
        assert_eq!(reaching("#/components/schemas/T"), ["#/paths/~1b/get"]);
        assert_eq!(reaching("#/paths/~1b/post"), ["#/paths/~1b/post"]);
    }
}
