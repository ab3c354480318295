//! The generated crate is what the documents in `openapi/` give, byte for byte.

use std::fs;

use xtask::regen::{self, Ending, Options};

use crate::bad_input::Workspace;
use crate::document::root;

fn check() -> Options {
    Options { check: true, ..Options::default() }
}

#[test]
fn the_generated_crate_is_fresh() {
    let mut told = Vec::new();
    let ending = regen::run(&root(), &check(), &mut told).unwrap();
    assert_eq!(ending, Ending::Fresh, "{}", String::from_utf8_lossy(&told));
}

#[test]
fn an_edit_of_the_document_is_found_and_shown() {
    let workspace = Workspace::copy();
    let before = workspace.generated();
    workspace.edit(|text| {
        text.replace("        token_type:\n          type: string", "        token_type:\n          type: number")
    });
    let mut told = Vec::new();
    assert_eq!(regen::run(workspace.path(), &check(), &mut told).unwrap(), Ending::Stale);
    let told = String::from_utf8(told).unwrap();
    assert!(
        told.contains("-        pub token_type: ::std::string::String,")
            && told.contains("+        pub token_type: crate::Decimal,"),
        "{told}"
    );
    assert!(told.trim_end().ends_with("cargo xtask regen"), "the last line names the command that mends it:\n{told}");
    assert_eq!(workspace.generated(), before, "a check writes nothing");

    assert_eq!(regen::run(workspace.path(), &Options::default(), &mut Vec::new()).unwrap(), Ending::Fresh);
    assert_eq!(regen::run(workspace.path(), &check(), &mut Vec::new()).unwrap(), Ending::Fresh);
}

#[test]
fn even_an_edit_that_changes_no_code_is_found() {
    let workspace = Workspace::copy();
    workspace.edit(|text| format!("{text}# a remark\n"));
    assert_eq!(regen::run(workspace.path(), &check(), &mut Vec::new()).unwrap(), Ending::Stale);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let scratch = tempfile::tempdir().unwrap();
    let crates = ["one", "two"].map(|name| {
        let out = scratch.path().join(name);
        let options =
            Options { spec: Some(root().join("openapi/chift.yaml")), out: Some(out.clone()), ..Options::default() };
        regen::run(&root(), &options, &mut Vec::new()).unwrap();
        ["client.rs", "httpmock.rs", "mod.rs", "operations.rs"]
            .map(|file| fs::read(out.join("src/generated").join(file)).unwrap())
    });
    assert_eq!(crates[0], crates[1]);
}
