//! Mutated documents: each gives sources that parse as Rust, or an error that names a place. None causes a panic, not
//! even a panic of progenitor that is caught.

#![allow(clippy::unwrap_used)]

mod passes;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseResult};
use serde_json::{Map, Value, json};
use xtask::document::problem::Problem;
use xtask::options::{Options, Overlay, Scope};
use xtask::pipeline::{self, Input};
use xtask::skip::Refusal;

/// A change of a document. The numbers select the node and its replacement.
#[derive(Debug, Clone, Copy)]
enum Mutation {
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

fn mutation() -> impl Strategy<Value = Mutation> {
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

fn mutate(document: &mut Value, mutation: Mutation) {
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

/// Fails unless the document gives sources that parse as Rust, or an error with a place.
fn check(document: &Value) -> TestCaseResult {
    let input = Input { name: "mutated.json".to_owned(), text: document.to_string() };
    match pipeline::run(&input, &Options::default()) {
        Ok(outcome) => {
            for (name, source) in &outcome.sources {
                prop_assert!(syn::parse_file(source).is_ok(), "{name} is not Rust:\n{source}");
            }
        }
        Err(error) => {
            let message = format!("{error:#}");
            let has_place = message.contains("#/") || is_about_the_root(&message);
            prop_assert!(has_place, "the error names no place: {message}\n{document}");
            check_rest(&input, error.downcast_ref::<Refusal>())?;
        }
    }
    Ok(())
}

/// Fails unless the rest of a refused document gives sources, or every problem is about a part that cannot be left out,
/// and the same is true with the printed overlay actions.
fn check_rest(input: &Input, refusal: Option<&Refusal>) -> TestCaseResult {
    let Some(refusal) = refusal else { return Ok(()) };
    let in_part = |problem: &Problem| ["paths", "components", "webhooks"].contains(&problem.place.tokens()[0].as_str());
    let has_parts = refusal.problems().iter().all(|problem| problem.place.tokens().len() > 2 && in_part(problem));
    let text = format!("overlay: 1.0.0\ninfo: {{title: O, version: '1'}}\nactions:\n{}", refusal.actions());
    let overlay = Overlay { input: Input { name: "overlay.yaml".to_owned(), text }, scope: Scope::This };
    for options in [
        Options { skip_unsupported: true, ..Options::default() },
        Options { overlays: vec![overlay], ..Options::default() },
    ] {
        let error = pipeline::run(input, &options).err().filter(|_| has_parts);
        prop_assert!(error.is_none(), "the rest is refused with {options:?}: {:#}\n{}", error.unwrap(), input.text);
    }
    Ok(())
}

/// Whether an error is about the document as a whole, whose place is `#`.
fn is_about_the_root(message: &str) -> bool {
    ["there is no", "there is none of", "is not an object"].iter().any(|what| message.contains(&format!("#: {what}")))
}

fn document(text: &str) -> Value {
    xtask::read::read("document.yaml", text).unwrap().value
}

fn checked_in() -> Value {
    document(include_str!("../../../openapi/chift.yaml"))
}

fn everything() -> Value {
    document(include_str!("everything.yaml"))
}

#[test]
fn the_fixture_is_lowered_and_generated() {
    let text = everything().to_string();
    pipeline::run(&Input { name: "everything.json".to_owned(), text }, &Options::default()).unwrap();
}

/// The same mutations in every run, so that a failure can be reproduced; `PROPTEST_RNG_SEED` selects others, and
/// `PROPTEST_CASES` more of them.
fn config() -> Config {
    let standard = Config::default();
    let rng_seed = if standard.rng_seed == RngSeed::Random { RngSeed::Fixed(20_261_123) } else { standard.rng_seed };
    let cases = if standard.cases == 256 { 128 } else { standard.cases };
    Config { cases, rng_seed, failure_persistence: None, ..standard }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_mutation_of_the_checked_in_document_gives_a_crate_or_an_error_with_a_place(mutations in vec(mutation(), 1..5)) {
        let mut document = checked_in();
        for mutation in mutations {
            mutate(&mut document, mutation);
        }
        check(&document)?;
    }

    #[test]
    fn a_mutation_of_every_construct_gives_a_crate_or_an_error_with_a_place(mutations in vec(mutation(), 1..4)) {
        let mut document = everything();
        for mutation in mutations {
            mutate(&mut document, mutation);
        }
        check(&document)?;
    }
}
