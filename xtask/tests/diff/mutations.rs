//! Properties of the difference between a document and a mutation of it.

use std::path::Path;

use proc_macro2::{Group, TokenStream, TokenTree};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};
use serde_json::Value;
use similar::TextDiff;
use xtask::diff::{self, Difference, Rule, Verdict};
use xtask::options::Options;
use xtask::pipeline::{self, Input, Outcome};

use crate::cases;
use crate::edits::{self, Edit, edit};
use crate::mutation::{self, Mutation, mutate, mutation};

/// Shrinking a failure compares two clients each time.
pub(crate) fn config(cases: u32) -> Config {
    Config { max_shrink_iters: 64, ..mutation::config(20_261_127, cases) }
}

fn outcome(document: &Value) -> Option<Outcome> {
    let input = Input { name: "document.json".to_owned(), text: document.to_string() };
    pipeline::run(&input, &Options { skip_unsupported: true, ..Options::default() }).ok()
}

/// The sources without their headers.
fn sources(outcome: &Outcome) -> Vec<String> {
    let without_header =
        |text: &String| text.lines().skip_while(|line| line.starts_with("//")).collect::<Vec<_>>().join("\n");
    outcome.sources.values().map(without_header).collect()
}

/// The tokens of the sources without documentation, one statement a line.
fn code(outcome: &Outcome) -> String {
    let plain = |text: &String| without_docs(text.parse().unwrap()).to_string();
    let text = outcome.sources.values().map(plain).collect::<Vec<_>>().join("\n");
    text.replace("; ", ";\n").replace("{ ", "{\n").replace("} ", "}\n")
}

/// The tokens without `#[doc = …]`, at any depth.
fn without_docs(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            kept.push(token);
            continue;
        };
        let is_doc = group.stream().to_string().starts_with("doc =");
        let follows_mark = matches!(kept.last(), Some(TokenTree::Punct(mark)) if mark.as_char() == '#');
        if is_doc && follows_mark {
            kept.pop();
        } else {
            kept.push(Group::new(group.delimiter(), without_docs(group.stream())).into());
        }
    }
    kept.into_iter().collect()
}

/// Checks the difference between the clients of a document and of a mutation.
fn check(old: &Outcome, mutated: &Value) -> TestCaseResult {
    let Some(new) = outcome(mutated) else { return Ok(()) };
    let difference = diff::compare(old, &new);
    let is_same = sources(old) == sources(&new);
    prop_assert!(is_same || !difference.entries.is_empty(), "the crates differ, and nothing is reported");
    if difference.verdict() == Verdict::Note && !has_another_order(&difference) && !is_same {
        let (before, after) = (code(old), code(&new));
        if before != after {
            let text = diff::text(&difference);
            let code = TextDiff::from_lines(&before, &after).unified_diff().context_radius(2).to_string();
            return Err(TestCaseError::fail(format!("only notes are reported, and the code differs:\n{text}{code}")));
        }
    }
    prop_assert!(diff::compare(&new, &new).entries.is_empty(), "a document differs from itself");
    let back = diff::compare(&new, old);
    prop_assert_eq!(difference.entries.is_empty(), back.entries.is_empty());
    Ok(())
}

/// Whether entries are in another order, which changes the order of the items in the code.
fn has_another_order(difference: &Difference) -> bool {
    difference.entries.iter().any(|entry| entry.rule == Rule::OrderChanged)
}

fn mutated(document: &Value, mutations: Vec<Mutation>) -> Value {
    let mut document = document.clone();
    for mutation in mutations {
        mutate(&mut document, mutation);
    }
    document
}

#[test]
fn a_mutation_that_changes_the_crate_is_reported_and_one_that_changes_code_is_more_than_a_note() {
    let document: Value = yaml_serde::from_str(include_str!("../mutations/everything.yaml")).unwrap();
    let old = outcome(&document).unwrap();
    TestRunner::new(config(192))
        .run(&vec(mutation(), 1..3), |mutations| check(&old, &mutated(&document, mutations)))
        .unwrap();
}

#[test]
fn an_edit_that_changes_the_crate_is_reported_and_one_that_changes_code_is_more_than_a_note() {
    let document = cases::base();
    let old = outcome(&document).unwrap();
    let edited = |edits: Vec<Edit>| {
        let mut document = document.clone();
        for edit in edits {
            edits::make(&mut document, edit);
        }
        document
    };
    TestRunner::new(config(256)).run(&vec(edit(), 1..4), |edits| check(&old, &edited(edits))).unwrap();
}

#[test]
#[ignore = "needs ../shared/corpus; run by .ci/run"]
fn a_mutation_of_another_vendors_document_is_reported() {
    let shared = std::env::var("CHIFT_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(shared).join("corpus");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        // The largest ones take seconds for each mutation.
        if !path.extension().is_some_and(|it| it == "json" || it == "yaml") || path.metadata().unwrap().len() > 700_000
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let document = xtask::read::read("document", &text).unwrap().value;
        let old = outcome(&document).unwrap();
        count += 1;
        TestRunner::new(config(24))
            .run(&vec(mutation(), 1..3), |mutations| check(&old, &mutated(&document, mutations)))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    assert!(count > 5, "{count} documents in {}", folder.display());
}
