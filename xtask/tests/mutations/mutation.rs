//! Random changes of a document.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Map, Value, json};

/// The same documents in every run, so that a failure can be reproduced; `PROPTEST_RNG_SEED` selects others, and
/// `PROPTEST_CASES` more of them.
pub(crate) fn config(seed: u64, cases: u32) -> Config {
    let standard = Config::default();
    let rng_seed = if standard.rng_seed == RngSeed::Random { RngSeed::Fixed(seed) } else { standard.rng_seed };
    let cases = if standard.cases == 256 { cases } else { standard.cases };
    Config { cases, rng_seed, failure_persistence: None, ..standard }
}

/// A change of a document. The numbers select the node and its replacement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mutation {
    /// Removes the node.
    Drop(usize),
    /// Replaces it by a value of another kind.
    Retype(usize, usize),
    /// Changes its key.
    Rename(usize, usize),
    /// Moves it one level down.
    Nest(usize, usize),
    /// Removes the end of a list, a map or a string.
    Truncate(usize),
    /// Replaces it by a copy of another node.
    Copy(usize, usize),
}

pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    let at = || any::<usize>();
    prop_oneof![
        at().prop_map(Mutation::Drop),
        (at(), at()).prop_map(|(node, what)| Mutation::Retype(node, what)),
        (at(), at()).prop_map(|(node, what)| Mutation::Rename(node, what)),
        (at(), at()).prop_map(|(node, what)| Mutation::Nest(node, what)),
        at().prop_map(Mutation::Truncate),
        (at(), at()).prop_map(|(node, from)| Mutation::Copy(node, from)),
    ]
}

/// The replacements of a node.
fn others() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1.5),
        json!(u64::MAX),
        json!(""),
        json!("text"),
        json!("#/components/schemas/Thing"),
        json!([]),
        json!([null]),
        json!(["string", "null"]),
        json!({}),
        json!({"type": "null"}),
        json!({"type": "string"}),
        json!({"$ref": "#/components/schemas/ValidationError"}),
        json!({"enum": []}),
        json!({"const": {"a": 1}}),
        json!({"allOf": []}),
        json!({"anyOf": [{}, {"type": "null"}]}),
    ]
}

const NAMES: [&str; 20] = [
    "",
    "type",
    "self",
    "Self",
    "extra",
    "body",
    "query",
    "a b",
    "é",
    "1",
    "__",
    "-",
    "{name}",
    "$ref",
    "items",
    "Error",
    "additionalProperties",
    "enum",
    "default",
    "Client",
];

/// The places of all nodes but the root.
fn places(node: &Value, place: &str, found: &mut Vec<String>) {
    let mut child = |key: &str, node: &Value| {
        let place = format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(place.clone());
        places(node, &place, found);
    };
    match node {
        Value::Object(fields) => fields.iter().for_each(|(key, node)| child(key, node)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, node)| child(&index.to_string(), node)),
        _ => {}
    }
}

pub(crate) fn mutate(document: &mut Value, mutation: Mutation) {
    let mut all = Vec::new();
    places(document, "", &mut all);
    if all.is_empty() {
        return;
    }
    let place = |number: usize| &all[number % all.len()];
    let (parent, key) = match mutation {
        Mutation::Drop(node) | Mutation::Rename(node, _) => place(node).rsplit_once('/').unwrap(),
        _ => ("", ""),
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match mutation {
        Mutation::Drop(_) => match document.pointer_mut(parent) {
            Some(Value::Object(fields)) => drop(fields.shift_remove(&key)),
            Some(Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
            _ => {}
        },
        Mutation::Rename(_, name) => {
            if let Some(Value::Object(fields)) = document.pointer_mut(parent) {
                let name = NAMES[name % NAMES.len()];
                let renamed: Map<String, Value> = std::mem::take(fields)
                    .into_iter()
                    .map(|(old, node)| if old == key { (name.to_owned(), node) } else { (old, node) })
                    .collect();
                *fields = renamed;
            }
        }
        Mutation::Retype(node, what) => {
            let others = others();
            *document.pointer_mut(place(node)).unwrap() = others[what % others.len()].clone();
        }
        Mutation::Nest(node, what) => {
            let node = document.pointer_mut(place(node)).unwrap();
            let inner = node.take();
            *node = match what % 6 {
                0 => json!([inner]),
                1 => json!({"anyOf": [inner, {"type": "null"}]}),
                2 => json!({"allOf": [inner]}),
                3 => json!({"type": "array", "items": inner}),
                4 => json!({"oneOf": [inner, {"type": "array", "items": {}}]}),
                _ => json!({"properties": {"inner": inner}}),
            };
        }
        Mutation::Truncate(node) => match document.pointer_mut(place(node)).unwrap() {
            Value::Array(items) => items.truncate(items.len() / 2),
            Value::Object(fields) => {
                let keep = fields.len() / 2;
                *fields = std::mem::take(fields).into_iter().take(keep).collect();
            }
            Value::String(text) => *text = text.chars().take(text.chars().count() / 2).collect(),
            _ => {}
        },
        Mutation::Copy(node, from) => {
            let from = document.pointer(place(from)).unwrap().clone();
            *document.pointer_mut(place(node)).unwrap() = from;
        }
    }
}
