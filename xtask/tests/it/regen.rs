//! `regen` and `regen --check` in a scratch workspace. The tests of the command line cover the checked-in crate.

use std::fs;

use xtask::regen::{self, Args, Status};

use crate::workspace::{Workspace, project};

#[test]
fn a_check_shows_the_effect_of_an_edit_of_the_document_and_writes_no_file() {
    let workspace = Workspace::new();
    workspace.edit("expires_in:\n          type: integer", "expires_in:\n          type: string");
    let before = workspace.files();
    let (status, shown) = workspace.check();
    assert_eq!(status, Status::Stale);
    let has_line = |sign: char, type_name: &str| {
        shown.lines().any(|line| line.starts_with(sign) && line.contains("pub expires_in:") && line.contains(type_name))
    };
    assert!(has_line('-', "Integer") && has_line('+', "String"), "{shown}");
    assert!(shown.trim_end().ends_with("to regenerate it: cargo xtask regen"), "{shown}");
    assert_eq!(workspace.files(), before);

    workspace.regen().unwrap();
    assert_eq!(workspace.check().0, Status::UpToDate);
}

#[test]
fn an_edit_of_the_document_that_changes_no_code_still_makes_the_crate_stale() {
    let workspace = Workspace::new();
    workspace.edit("openapi: 3.1.0\n", "openapi: 3.1.0\n# a comment\n");
    assert_eq!(workspace.check().0, Status::Stale);
}

#[test]
fn the_same_document_gives_identical_files() {
    let scratch = tempfile::tempdir().unwrap();
    let crates = ["one", "two"].map(|name| {
        let out = scratch.path().join(name);
        let spec = Some(project().join("openapi/chift.yaml"));
        regen::run(project(), &Args { spec, out: Some(out.clone()), ..Args::default() }, &mut Vec::new()).unwrap();
        ["client.rs", "httpmock.rs", "mod.rs", "operations.rs"]
            .map(|file| fs::read(out.join("src/generated").join(file)).unwrap())
    });
    assert_eq!(crates[0], crates[1]);
}
