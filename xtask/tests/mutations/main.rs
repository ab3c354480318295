//! Mutated documents: each gives sources that parse as Rust, or an error that names a place. None causes a panic, not
//! even a panic of progenitor that is caught.

#![allow(clippy::unwrap_used)]

mod mutation;
mod passes;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;
use xtask::document::problem::Problem;
use xtask::options::{Options, Overlay, Scope};
use xtask::pipeline::{self, Input};
use xtask::skip::Refusal;

use crate::mutation::{config, mutate, mutation};

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

proptest! {
    #![proptest_config(config(20_261_123, 128))]

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
