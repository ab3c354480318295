//! Random edits of a document as a vendor makes them, which leave it valid.

use proptest::prelude::*;
use serde_json::{Value, json};

/// An edit: its kind, the node that it changes, and its variant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edit(usize, usize, usize);

pub(crate) fn edit() -> impl Strategy<Value = Edit> {
    (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(kind, node, variant)| Edit(kind, node, variant))
}

/// The nodes of one kind: objects that `is_one` accepts, by their JSON pointers without `#`.
fn nodes(document: &Value, place: &str, is_one: &dyn Fn(&str, &Value) -> bool, found: &mut Vec<String>) {
    if is_one(place, document) {
        found.push(place.to_owned());
    }
    let mut child = |key: &str, node: &Value| {
        nodes(node, &format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")), is_one, found);
    };
    match document {
        Value::Object(fields) => fields.iter().for_each(|(key, node)| child(key, node)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, node)| child(&index.to_string(), node)),
        _ => {}
    }
}

/// Makes the edit. An edit that does not fit its node changes nothing.
pub(crate) fn make(document: &mut Value, Edit(kind, node, variant): Edit) {
    type IsOne = fn(&str, &Value) -> bool;
    type Change = fn(&mut Value, usize);
    let schema: IsOne = |_, node| ["type", "anyOf", "enum"].iter().any(|key| node.get(key).is_some());
    let object: IsOne = |_, node| node.get("properties").is_some();
    let operation: IsOne = |_, node| node.get("responses").is_some();
    let parameter: IsOne = |_, node| node.get("in").is_some();
    let kinds: [(IsOne, Change); 20] = [
        (object, |node, variant| {
            node["properties"][format!("extra{}", variant % 3)] =
                [json!({"type": "string"}), json!({"type": "integer"})][variant % 2].clone();
        }),
        (object, |node, variant| remove(&mut node["properties"], variant)),
        (object, |node, variant| remove(&mut node["required"], variant)),
        (object, |node, variant| {
            let names: Vec<String> =
                node["properties"].as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
            if let (Some(name), Some(required)) =
                (names.get(variant % names.len().max(1)), node["required"].as_array_mut())
                && !required.contains(&json!(name))
            {
                required.push(json!(name));
            }
        }),
        (object, |node, _| node["additionalProperties"] = json!(false)),
        (|_, node| node.get("enum").is_some(), |node, _| push(&mut node["enum"], json!("further"))),
        (|_, node| node.get("enum").is_some(), |node, variant| remove(&mut node["enum"], variant)),
        (
            |_, node| node.get("anyOf").is_some(),
            |node, variant| {
                push(&mut node["anyOf"], [json!({"type": "boolean"}), json!({"type": "null"})][variant % 2].clone());
            },
        ),
        (|_, node| node.get("anyOf").is_some(), |node, variant| remove(&mut node["anyOf"], variant)),
        (schema, |node, variant| {
            let keys = [
                ("maxLength", json!(9)),
                ("default", json!("a")),
                ("description", json!("New.")),
                ("deprecated", json!(true)),
                ("example", json!("a")),
                ("readOnly", json!(true)),
                ("title", json!("Titled")),
            ];
            let (key, value) = &keys[variant % keys.len()];
            node[*key] = value.clone();
        }),
        (
            |_, node| node["type"] == "string",
            |node, variant| node["format"] = json!(["date", "uuid", "email", "date-time"][variant % 4]),
        ),
        (|_, node| node["type"].is_string(), |node, _| node["type"] = json!([node["type"], "null"])),
        (
            |_, node| node["type"].is_string(),
            |node, variant| node["type"] = json!(["string", "integer", "boolean", "number"][variant % 4]),
        ),
        (operation, |node, variant| {
            node["responses"][["201", "202", "204", "404", "5XX"][variant % 5]] = json!({"description": ""});
        }),
        (operation, |node, variant| {
            let status = ["404", "409", "422"][variant % 3];
            let names = ["Thing", "Disc", "Colour", "Problem"];
            let schema = json!({"$ref": format!("#/components/schemas/{}", names[variant % names.len()])});
            node["responses"][status] = json!({"description": "", "content": {"application/json": {"schema": schema}}});
        }),
        (operation, |node, variant| {
            let parameter = json!({"name": "added", "in": (["query", "header"][variant % 2]), "required": variant % 3 == 0, "schema": {"type": "string"}});
            if node.get("parameters").is_none() {
                node["parameters"] = json!([]);
            }
            push(&mut node["parameters"], parameter);
        }),
        (operation, |node, variant| node["tags"] = json!([(["Shop", "Stock"][variant % 2])])),
        (operation, |node, variant| node["operationId"] = json!(["get_thing", "other"][variant % 2])),
        (parameter, |node, variant| {
            node[["required", "explode", "deprecated"][variant % 3]] = json!(variant % 2 == 0 || node["in"] == "path");
        }),
        (
            |place, node| place.contains("/content/") && node.get("schema").is_some(),
            |node, variant| {
                let names = ["Thing", "Disc", "NewThing", "Problem"];
                node["schema"] = json!({"$ref": format!("#/components/schemas/{}", names[variant % names.len()])});
            },
        ),
    ];
    let (is_one, change) = kinds[kind % kinds.len()];
    let mut found = Vec::new();
    nodes(document, "", &is_one, &mut found);
    if let Some(node) = found.get(node % found.len().max(1)).and_then(|place| document.pointer_mut(place)) {
        change(node, variant);
    }
}

fn push(list: &mut Value, item: Value) {
    if let Some(items) = list.as_array_mut().filter(|items| !items.contains(&item)) {
        items.push(item);
    }
}

/// Removes an entry or an item, unless it is the last one.
fn remove(value: &mut Value, variant: usize) {
    match value {
        Value::Object(fields) if fields.len() > 1 => {
            let name = fields.keys().nth(variant % fields.len()).cloned();
            name.and_then(|name| fields.shift_remove(&name));
        }
        Value::Array(items) if items.len() > 1 => drop(items.remove(variant % items.len())),
        _ => {}
    }
}
