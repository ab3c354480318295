//! Moves the parts of the document that references lead to, such as `$defs` or the schema of a field, to `components`.
//! progenitor reads only the name in a reference, and finds it among the components. A part that is a value without
//! structure, such as a string, is copied instead, so that it does not become a type of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::kind::Kind;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk;
use crate::names;

pub(super) fn lift(document: &mut Value, report: &mut Report) -> usize {
    let mut count = canonical(document);
    for _ in 0..references::HOPS {
        let targets = targets(document);
        if targets.is_empty() {
            break;
        }
        let copied = copy(document, &targets);
        count += copied;
        if copied == 0 {
            count += targets.len();
            move_targets(document, targets, report);
        }
    }
    count + remove_definitions(document)
}

/// Writes each reference in the form of [`Pointer`], so that two references to one place are equal.
fn canonical(document: &mut Value) -> usize {
    let mut count = 0;
    walk::change(document, &mut |_, _, node| {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return };
        let target = Pointer::from_reference(reference).map(|target| target.to_string());
        if let Some(target) = target.filter(|target| target != reference) {
            node["$ref"] = json!(target);
            count += 1;
        }
    });
    count
}

/// The section of `components` for nodes of a kind.
fn section(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Schema => Some("schemas"),
        Kind::Response => Some("responses"),
        Kind::Parameter => Some("parameters"),
        Kind::RequestBody => Some("requestBodies"),
        Kind::Header => Some("headers"),
        _ => None,
    }
}

/// A place that a reference leads to and that is not a component.
struct Target {
    section: &'static str,
    /// Whether the traversal of the document visits the place, so that it has the kind that the reference requires.
    is_visited: bool,
}

fn targets(document: &Value) -> BTreeMap<Pointer, Target> {
    let mut found: BTreeMap<Pointer, &'static str> = BTreeMap::new();
    walk::visit(document, &mut |kind, place, node| {
        let Some(section) = section(kind) else { return };
        let Some(target) = node.get("$ref").and_then(Value::as_str).and_then(Pointer::from_reference) else { return };
        let is_component = match target.tokens() {
            [components, of, name] => {
                components == "components" && of == section && !name.is_empty() && !name.contains(['/', '~', '%'])
            }
            _ => false,
        };
        if !is_component && target != place.pointer() {
            found.insert(target, section);
        }
    });
    if found.is_empty() {
        return BTreeMap::new();
    }
    let mut places: BTreeMap<Pointer, Kind> = BTreeMap::new();
    walk::visit(document, &mut |kind, place, _| {
        if section(kind).is_some() {
            places.insert(place.pointer(), kind);
        }
    });
    let with_kind = found.into_iter().filter_map(|(target, name)| {
        let is_visited = match places.get(&target) {
            Some(kind) if section(*kind) == Some(name) => true,
            // Not the place of another kind of node.
            Some(_) => return None,
            None => false,
        };
        let is_node = target.tokens().len() > 1 && target.find(document)?.is_object();
        is_node.then_some((target, Target { section: name, is_visited }))
    });
    with_kind.collect()
}

/// Replaces references to schemas without structure by their targets, and returns the number of references.
fn copy(document: &mut Value, targets: &BTreeMap<Pointer, Target>) -> usize {
    const STRUCTURE: [&str; 8] =
        ["properties", "items", "prefixItems", "additionalProperties", "allOf", "anyOf", "oneOf", "enum"];
    let is_plain = |target: &Value| STRUCTURE.iter().all(|key| target.get(key).is_none());
    walk::replace(document, &mut |kind, place, node, document| {
        let target = Pointer::from_reference(node.get("$ref")?.as_str()?)?;
        let is_part = kind == Kind::Schema && targets.contains_key(&target) && target != place.pointer();
        let part = target.find(document).filter(|part| is_part && is_plain(part))?;
        let mut fields = node.as_object()?.clone();
        fields.shift_remove("$ref");
        match part.get("$ref") {
            Some(next) => {
                fields.insert("$ref".to_owned(), next.clone());
            }
            None => references::absorb(&mut fields, part.clone()),
        }
        Some(Value::Object(fields))
    })
}

/// Moves each target to a component, and leaves a reference to it in its place.
fn move_targets(document: &mut Value, targets: BTreeMap<Pointer, Target>, report: &mut Report) {
    let mut taken: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut moved: BTreeMap<String, String> = BTreeMap::new();
    let mut moves: Vec<(Pointer, Pointer)> = Vec::new();
    let mut order: Vec<(Pointer, Target)> = targets.into_iter().collect();
    // The parts of a part first, so that the part contains references to them when it moves.
    order.sort_by_key(|(place, _)| std::cmp::Reverse(place.tokens().len()));
    for (place, Target { section, is_visited }) in order {
        let taken = taken.entry(section).or_insert_with(|| {
            let components = document["components"][section].as_object();
            components.into_iter().flatten().map(|(name, _)| names::type_name(name)).collect()
        });
        let component = match place.tokens() {
            [components, of, old] if components == "components" && of == section => Some(old),
            _ => None,
        };
        if let Some(old) = component {
            taken.remove(&names::type_name(old));
        }
        let name = names::free_name(&name(&place, document), |name| taken.contains(&names::type_name(name)));
        taken.insert(names::type_name(&name));
        let new = Pointer::root().child("components").child(section).child(&name);
        let part = match place.find_mut(document) {
            Some(part) if is_visited => std::mem::replace(part, json!({"$ref": new.to_string()})),
            Some(part) => part.clone(),
            None => continue,
        };
        if let Some(old) = component
            && let Some(Value::Object(all)) = document["components"].get_mut(section)
        {
            all.shift_remove(old);
            report.renamed.insert(old.clone(), name.clone());
        }
        if !document["components"][section].is_object() {
            document["components"][section] = Value::Object(Map::new());
        }
        document["components"][section][&name] = part;
        moved.insert(place.to_string(), new.to_string());
        moves.push((new, place));
    }
    report.origins.record(moves);
    walk::change(document, &mut |_, _, node| {
        if let Some(new) = node.get("$ref").and_then(Value::as_str).and_then(|target| moved.get(target)) {
            node["$ref"] = json!(new);
        }
    });
}

/// A name for the component of a part: that of a definition, or else the names of the component or the operation and
/// of the fields on the way to the part.
fn name(place: &Pointer, document: &Value) -> String {
    let tokens = place.tokens();
    if let [.., holder, name] = tokens
        && ["$defs", "definitions", "schemas"].contains(&holder.as_str())
    {
        return name.replace(['/', '~', '%'], "_");
    }
    let (owner, rest) = match tokens {
        [components, _, name, rest @ ..] if components == "components" => (name.clone(), rest),
        [_, path, method, rest @ ..] => (references::operation_id(&document["paths"][path][method]).to_owned(), rest),
        _ => (String::new(), tokens),
    };
    let type_name = |part: &str| if part.is_empty() { String::new() } else { names::type_name(part) };
    let mut name = type_name(&owner);
    let mut is_name = false;
    for token in rest {
        let part = match token.as_str() {
            token if is_name => token,
            "items" => "Item",
            "additionalProperties" => "Value",
            "requestBody" => "Body",
            "responses" => "Response",
            _ => "",
        };
        is_name = !is_name && ["properties", "$defs", "definitions"].contains(&token.as_str());
        name.push_str(&type_name(part));
    }
    if name == type_name(&owner) { format!("{name}Part") } else { name }
}

/// Removes the definitions that no reference leads to.
fn remove_definitions(document: &mut Value) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        for keyword in ["$defs", "definitions"] {
            count += usize::from(schema.shift_remove(keyword).is_some());
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifted(mut document: Value) -> Value {
        lift(&mut document, &mut Report::default());
        document
    }

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    #[test]
    fn a_definition_becomes_a_component_with_a_free_name() {
        let mut document = json!({"components": {"schemas": {
            "A": {"$defs": {"Part": {"enum": ["a"]}, "Idle": {}}, "items": {"$ref": "#/components/schemas/A/$defs/Part"}},
            "Part": {"type": "integer"},
        }}});
        let mut report = Report::default();
        lift(&mut document, &mut report);
        let expected =
            json!({"A": {"items": reference("Part2")}, "Part": {"type": "integer"}, "Part2": {"enum": ["a"]}});
        assert_eq!(document["components"]["schemas"], expected);
        let part = Pointer::root().child("components").child("schemas").child("Part2");
        assert_eq!(report.origins.of(&part).to_string(), "#/components/schemas/A/$defs/Part");
    }

    #[test]
    fn the_schema_of_a_field_becomes_a_component_and_a_plain_one_is_copied() {
        let document = lifted(json!({
            "paths": {"/ovens/{id}": {"post": {"operationId": "heat", "requestBody": {"content": {"application/json": {
                "schema": {"allOf": [{"properties": {"id": {"type": "string", "format": "uuid"}}}]},
            }}}}}},
            "components": {"schemas": {
                "Cake": {"properties": {"layers": {"type": "array", "items": {"properties": {"thick": {"type": "number"}}}}}},
                "Layer": {"$ref": "#/components/schemas/Cake/properties/layers/items", "description": "One."},
                "OvenId": {"$ref": "#/paths/~1ovens~1%7Bid%7D/post/requestBody/content/application~1json/schema/allOf/0/properties/id"},
            }},
        }));
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Cake"]["properties"]["layers"]["items"], reference("CakeLayersItem"));
        assert_eq!(schemas["Layer"]["$ref"], "#/components/schemas/CakeLayersItem");
        assert_eq!(schemas["CakeLayersItem"], json!({"properties": {"thick": {"type": "number"}}}));
        assert_eq!(schemas["OvenId"], json!({"type": "string", "format": "uuid"}));
    }

    #[test]
    fn a_part_of_a_part_and_a_place_that_is_no_schema_by_position_are_found() {
        let document = lifted(json!({
            "definitions": {"Flour": {"properties": {"sort": {"$ref": "#/definitions/Sort"}}}, "Sort": {"enum": ["rye"]}},
            "components": {"schemas": {
                "Shop": {"properties": {"shelf": {"properties": {"row": {"properties": {}}}}, "flour": {"$ref": "#/definitions/Flour"}}},
                "Row": {"$ref": "#/components/schemas/Shop/properties/shelf/properties/row"},
                "Shelf": {"$ref": "#/components/schemas/Shop/properties/shelf"},
            }},
        }));
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Shop"]["properties"]["shelf"], reference("ShopShelf"));
        assert_eq!(schemas["ShopShelf"]["properties"]["row"], reference("ShopShelfRow"));
        assert_eq!(schemas["Row"], reference("ShopShelfRow"));
        assert_eq!(schemas["Flour"]["properties"]["sort"], reference("Sort"));
        assert_eq!(schemas["Sort"], json!({"enum": ["rye"]}));
    }

    #[test]
    fn a_component_whose_name_a_reference_must_escape_gets_another_name() {
        let document = lifted(json!({"components": {
            "schemas": {"A/B": {"properties": {}}, "C": {"$ref": "#/components/schemas/A~1B"}},
            "parameters": {"P": {"name": "p", "in": "query"}},
        }, "paths": {"/a": {
            "get": {"operationId": "a", "parameters": [{"$ref": "#/paths/~1a/put/parameters/0"}]},
            "put": {"operationId": "b", "parameters": [{"name": "q", "in": "query"}]},
        }}}));
        assert_eq!(document["components"]["schemas"], json!({"C": reference("A_B"), "A_B": {"properties": {}}}));
        let moved = &document["components"]["parameters"]["BPart"];
        assert_eq!(moved["name"], "q");
        assert_eq!(document["paths"]["/a"]["get"]["parameters"], document["paths"]["/a"]["put"]["parameters"]);
    }
}
