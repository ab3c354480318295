//! Removes the components that no operation reaches.
//!
//! A reference counts wherever it stands, also in examples and links, which the rest of the generator ignores: a
//! component too many costs little, and one too few is a reference to nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document::pointer::Pointer;
use crate::document::references;

/// Removes the components of all kinds that neither the paths nor the webhooks reach. Returns how many remain, and how
/// many there were.
pub(super) fn remove_unreached(document: &mut Value) -> (usize, usize) {
    let reached = reached(document);
    let (mut kept, mut all) = (0, 0);
    for (section, components) in document.get_mut("components").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(components) = components.as_object_mut().filter(|_| !section.starts_with("x-")) else { continue };
        all += components.len();
        components.retain(|name, _| reached.contains(&component(section, name)));
        kept += components.len();
    }
    (kept, all)
}

fn component(section: &str, name: &str) -> Pointer {
    Pointer::root().child("components").child(section).child(name)
}

fn reached(document: &Value) -> BTreeSet<Pointer> {
    let subtypes = subtypes(document);
    let mut start = BTreeSet::new();
    for key in ["paths", "webhooks"] {
        add_uses(document.get(key).unwrap_or(&Value::Null), &mut start);
    }
    add_schemes(document.get("security"), &mut start);
    references::reachable(start, |place| {
        let mut uses = place.find(document).map(uses).unwrap_or_default();
        uses.extend(subtypes.get(place).into_iter().flatten().cloned());
        uses
    })
}

/// The components that a part of the document refers to.
pub(crate) fn uses(node: &Value) -> BTreeSet<Pointer> {
    let mut uses = BTreeSet::new();
    add_uses(node, &mut uses);
    uses
}

/// Adds the components that a part of the document refers to.
fn add_uses(node: &Value, uses: &mut BTreeSet<Pointer>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| add_uses(item, uses)),
        Value::Object(fields) => {
            uses.extend(fields.get("$ref").and_then(Value::as_str).and_then(owner));
            uses.extend(mapped(fields));
            add_schemes(fields.get("security"), uses);
            fields.values().for_each(|value| add_uses(value, uses));
        }
        _ => {}
    }
}

/// The component that a reference leads to, or into.
fn owner(reference: &str) -> Option<Pointer> {
    match Pointer::from_reference(reference)?.tokens() {
        [first, section, name, ..] if first == "components" => Some(component(section, name)),
        _ => None,
    }
}

/// The schemas in the mapping of a discriminator, each a reference or the name of a component.
fn mapped(fields: &Map<String, Value>) -> impl Iterator<Item = Pointer> {
    let mapping = fields.get("discriminator").and_then(|it| it.get("mapping")).and_then(Value::as_object);
    let targets = mapping.into_iter().flatten().filter_map(|(_, target)| target.as_str());
    targets.map(|target| owner(target).unwrap_or_else(|| component("schemas", target)))
}

/// Adds the security schemes that a list of requirements names.
fn add_schemes(security: Option<&Value>, uses: &mut BTreeSet<Pointer>) {
    let requirements = security.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    uses.extend(requirements.flatten().map(|(name, _)| component("securitySchemes", name)));
}

/// For each schema with a discriminator, and each that extends such a schema, the schemas that extend it by `allOf`: a
/// value of the schema may be one of theirs, although nothing in the schema refers to them.
fn subtypes(document: &Value) -> BTreeMap<Pointer, BTreeSet<Pointer>> {
    let schemas = document.get("components").and_then(|it| it.get("schemas")).and_then(Value::as_object);
    let mut extends: BTreeMap<Pointer, BTreeSet<Pointer>> = BTreeMap::new();
    let mut bases = BTreeSet::new();
    for (name, schema) in schemas.into_iter().flatten() {
        let place = component("schemas", name);
        if schema.get("discriminator").is_some() {
            bases.insert(place.clone());
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            if let Some(base) = part.get("$ref").and_then(Value::as_str).and_then(owner) {
                extends.entry(base).or_default().insert(place.clone());
            }
        }
    }
    let all = references::reachable(bases, |base| extends.get(base).cloned().unwrap_or_default());
    extends.retain(|base, _| all.contains(base));
    extends
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The components that remain, each as `section/name`.
    fn remaining(document: &Value) -> Vec<String> {
        let mut document = document.clone();
        remove_unreached(&mut document);
        let sections = document["components"].as_object().unwrap().iter();
        sections
            .flat_map(|(section, all)| all.as_object().unwrap().keys().map(move |name| format!("{section}/{name}")))
            .collect()
    }

    #[test]
    fn components_of_every_section_remain_if_an_operation_reaches_them() {
        let to = |target: &str| json!({"$ref": format!("#/components/{target}")});
        let document = json!({
            "security": [{"shared": []}],
            "paths": {"/a": {"parameters": [to("parameters/P")], "get": {
                "security": [{"own": []}],
                "requestBody": to("requestBodies/B"),
                "responses": {"200": to("responses/R")},
                "callbacks": {"c": to("callbacks/C")},
            }}},
            "components": {
                "schemas": {"S": {"items": to("schemas/T/properties/a")}, "T": {"properties": {"a": {}}}, "Unused": to("schemas/S")},
                "parameters": {"P": {"schema": to("schemas/S")}, "Unused": {}},
                "requestBodies": {"B": {}, "Unused": {}},
                "headers": {"H": {}, "Unused": {}},
                "examples": {"E": {}, "Unused": {}},
                "links": {"L": {}, "Unused": {}},
                "callbacks": {"C": {}, "Unused": {}},
                "responses": {
                    "R": {
                        "headers": {"X": to("headers/H")}, "links": {"l": to("links/L")},
                        "content": {"application/json": {"examples": {"e": to("examples/E")}}},
                    },
                    "Unused": {},
                },
                "securitySchemes": {"shared": {}, "own": {}, "unused": {}},
            },
        });
        assert_eq!(
            remaining(&document),
            [
                "schemas/S",
                "schemas/T",
                "parameters/P",
                "requestBodies/B",
                "headers/H",
                "examples/E",
                "links/L",
                "callbacks/C",
                "responses/R",
                "securitySchemes/shared",
                "securitySchemes/own",
            ]
        );
    }

    #[test]
    fn the_subtypes_of_a_schema_with_a_discriminator_remain() {
        let schema = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let document = |reached: &str| {
            json!({
                "paths": {"/a": {"get": {"schema": schema(reached)}}},
                "components": {"schemas": {
                    "Animal": {"discriminator": {"propertyName": "kind"}},
                    "Dog": {"allOf": [schema("Animal"), {"properties": {"tail": schema("Tail")}}]},
                    "Poodle": {"allOf": [schema("Dog")]},
                    "Tail": {},
                    "Mapped": {"discriminator": {"propertyName": "kind", "mapping": {"a": "A", "b": "#/components/schemas/B"}}},
                    "A": {}, "B": {},
                    "Plain": {}, "Extended": {"allOf": [schema("Plain")]},
                }},
            })
        };
        let all = |names: &[&str]| names.iter().map(|name| format!("schemas/{name}")).collect::<Vec<_>>();
        assert_eq!(remaining(&document("Animal")), all(&["Animal", "Dog", "Poodle", "Tail"]));
        assert_eq!(remaining(&document("Mapped")), all(&["Mapped", "A", "B"]));
        assert_eq!(remaining(&document("Plain")), all(&["Plain"]));
        assert_eq!(remaining(&document("Extended")), all(&["Plain", "Extended"]));
    }
}
