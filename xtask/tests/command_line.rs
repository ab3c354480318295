//! The command line as a shell sees it: what it prints where, and its exit status.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// Exit status, standard output and standard error of `cargo xtask ARGUMENTS`.
fn xtask(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_check_of_the_checked_in_crate_finds_it_fresh() {
    let (status, out, err) = xtask(&["regen", "--check"]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(out.contains("is up to date"), "{out}");
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_what_is_known() {
    for arguments in [
        &["regenerate"][..],
        &["regen", "--out", "x"],
        &["verify"],
        &["diff", "a"],
        &["diff", "a", "b", "--json", "--markdown"],
        &["update", "x"],
        &[],
    ] {
        let (status, out, err) = xtask(arguments);
        assert_eq!(status, 2, "{arguments:?}: {out}{err}");
        assert!(err.contains("Usage: cargo xtask"), "{arguments:?}: {err}");
    }
}

#[test]
fn a_document_that_is_not_there_is_status_1_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere.yaml");
    let crate_folder = folder.path().join("crate");
    let (status, out, err) =
        xtask(&["regen", "--spec", missing.to_str().unwrap(), "--out", crate_folder.to_str().unwrap()]);
    assert_eq!(status, 1, "{out}{err}");
    assert!(err.starts_with("error: cannot read ") && err.contains("nowhere.yaml"), "{err}");
    assert!(!crate_folder.exists());
}

#[test]
fn a_stale_crate_is_status_3_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/chift.yaml");
    let target = folder.path().join("crate");
    let regen = ["regen", "--spec", document.to_str().unwrap(), "--out", target.to_str().unwrap()];
    assert_eq!(xtask(&regen).0, 0);

    let client = target.join("src/generated/client.rs");
    let edited = fs::read_to_string(&client).unwrap() + "// by hand\n";
    fs::write(&client, &edited).unwrap();
    let (status, out, err) = xtask(&[&regen[..], &["--check"]].concat());
    assert_eq!(status, 3, "{out}{err}");
    assert!(out.contains("-// by hand"), "{out}");
    assert_eq!(fs::read_to_string(&client).unwrap(), edited);

    assert_eq!(xtask(&regen).0, 0);
    assert_eq!(xtask(&[&regen[..], &["--check"]].concat()).0, 0);
}

#[test]
fn a_difference_that_breaks_a_caller_is_status_5_and_one_that_does_not_is_status_0() {
    let folder = tempfile::tempdir().unwrap();
    let document = |name: &str, operation: &str| {
        let path = folder.path().join(name);
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths: {{/a: {{get: {{operationId: {operation}, \
             responses: {{'200': {{description: ok}}}}}}}}}}\n"
        );
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (old, new) = (document("old.yaml", "get_a"), document("new.yaml", "read_a"));
    let (status, out, err) = xtask(&["diff", &old, &new]);
    assert_eq!(status, 5, "{out}{err}");
    assert!(out.contains("BREAKING  was `get_a`") && out.trim_end().contains("version step: minor"), "{out}");
    let (status, out, err) = xtask(&["diff", &old, &old, "--markdown"]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(out.contains("the client is the same"), "{out}");
    let (status, out, _) = xtask(&["diff", &old, &new, "--json"]);
    assert_eq!(status, 5);
    assert!(out.contains("\"fate\": \"renamed\""), "{out}");
    assert_eq!(xtask(&["diff", &old, "nowhere.yaml"]).0, 1);
}

#[test]
fn an_update_without_a_document_is_status_1_and_writes_nothing() {
    let (status, out, err) = xtask(&["update", "--from", "nowhere.json"]);
    assert_eq!(status, 1, "{out}{err}");
    assert!(err.starts_with("error: cannot read nowhere.json"), "{err}");
}
