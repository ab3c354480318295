//! The example that `update --insert --example` writes: a test with a typed call.

use xtask::team::UpdateArgs;

use crate::repository::{DOCUMENT, EXAMPLE, Team, package};

const TEST: &str = "tests/chift.rs";

/// A document with the operation that the example calls.
fn document() -> String {
    DOCUMENT.replace("list_bread", "consumers_get_consumers")
}

fn args(team: &Team, document: &str) -> UpdateArgs {
    UpdateArgs { insert: true, example: true, ..team.args(document) }
}

/// A package with a crate in the place of tokio, so that cargo resolves it without a network.
fn prepared() -> Team {
    let tokio = package("tokio", "\n[features]\nmacros = []\nrt-multi-thread = []\n");
    let team = Team::single("\n[dependencies]\ntokio = { path = \"tokio\" }\n\n[workspace]\n");
    team.write("tokio/Cargo.toml", &tokio);
    team.write("tokio/src/lib.rs", "");
    team
}

#[test]
fn the_example_is_written_with_the_dependencies_of_its_test() {
    let team = prepared();
    let (_, output) = team.run(&args(&team, &document())).unwrap();
    assert!(output.contains("tests/chift.rs written") && !output.contains("No package"), "{output}");
    assert_eq!(team.read(TEST), EXAMPLE);
    let manifest = team.read("Cargo.toml");
    let tokio = "tokio = { path = \"tokio\", features = [\"macros\", \"rt-multi-thread\"] }";
    assert!(manifest.contains(&format!("features = [\"httpmock\"] }}\n{tokio}\n")), "{manifest}");
    team.metadata("");
    let before = team.files();
    team.run(&args(&team, &document())).unwrap();
    assert_eq!(team.files(), before);
}

#[test]
fn the_example_needs_an_operation_of_the_document() {
    let team = prepared();
    let before = team.files();
    let error = team.run(&args(&team, DOCUMENT)).unwrap_err();
    assert!(error.contains("consumers_get_consumers") && error.contains("leave out --example"), "{error}");
    assert_eq!(team.files(), before);
}

#[test]
fn a_file_of_the_user_is_not_overwritten() {
    let team = prepared();
    team.write(TEST, "mine");
    let before = team.files();
    let error = team.run(&args(&team, &document())).unwrap_err();
    assert!(error.contains("tests/chift.rs exists"), "{error}");
    assert_eq!(team.files(), before);
}
