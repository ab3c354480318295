//! The command line: output, errors and exit codes.

use std::fs;
use std::process::Command;

use xtask::exit;

use crate::workspace::project;

/// Runs `cargo xtask ARGUMENTS`; returns its exit code, standard output and standard error.
fn xtask(arguments: &[&str]) -> (u8, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = u8::try_from(output.status.code().unwrap()).unwrap();
    (code, text(output.stdout), text(output.stderr))
}

#[test]
fn help_lists_every_task_and_every_exit_code() {
    let (code, out, _) = xtask(&["--help"]);
    assert_eq!(code, exit::SUCCESS);
    for task in ["regen", "update", "diff", "verify"] {
        assert!(out.lines().any(|line| line.trim_start().starts_with(task)), "{task} is missing in\n{out}");
        let (code, help, _) = xtask(&[task, "--help"]);
        assert_eq!(code, exit::SUCCESS);
        assert!(help.contains(&format!("Usage: cargo xtask {task}")), "{help}");
    }
    for (code, meaning) in exit::CODES {
        assert!(out.contains(&format!("\n  {code}  {meaning}")), "{code} is missing in\n{out}");
    }
    assert_eq!(exit::CODES.map(|(code, _)| code), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn the_version_is_printed() {
    let (code, out, _) = xtask(&["--version"]);
    assert_eq!((code, out.as_str()), (exit::SUCCESS, concat!("cargo xtask ", env!("CARGO_PKG_VERSION"), "\n")));
}

#[test]
fn the_passes_are_listed_with_verbose_only_and_no_line_is_printed_twice() {
    const PASS: &str = "set version 3.0.3";
    let (_, out, err) = xtask(&["regen", "--check"]);
    let mut stages = out.lines().filter(|line| line.ends_with("ms]"));
    assert!(!out.contains(PASS) && stages.all(|line| line.len() < 120), "{out}");
    // Not on a terminal, so there is no progress.
    assert_eq!(err, "");
    let (_, out, _) = xtask(&["regen", "--check", "--verbose", "--report"]);
    assert!(out.contains(PASS), "{out}");
    let lines: Vec<&str> = out.lines().collect();
    assert!((1..lines.len()).all(|index| !lines[..index].contains(&lines[index])), "{out}");
}

#[test]
fn the_checked_in_crate_is_up_to_date() {
    let (code, out, err) = xtask(&["regen", "--check"]);
    assert_eq!(code, exit::SUCCESS, "{out}{err}");
    assert!(out.contains("is up to date"), "{out}");
}

#[test]
fn an_invalid_command_line_is_a_usage_error() {
    for arguments in [
        &["regenerate"][..],
        &["regen", "--out", "x"],
        &["verify"],
        &["diff", "a"],
        &["diff", "a", "b", "--json", "--markdown"],
        &["update", "x"],
        &[],
    ] {
        let (code, out, err) = xtask(arguments);
        assert_eq!(code, exit::USAGE, "{arguments:?}: {out}{err}");
        assert!(err.contains("Usage: cargo xtask"), "{arguments:?}: {err}");
    }
}

#[test]
fn a_missing_document_is_an_error_that_names_it() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("crate");
    for arguments in [
        &["regen", "--spec", "missing.yaml", "--out", out.to_str().unwrap()][..],
        &["update", "--from", "missing.yaml"],
        &["diff", "missing.yaml", "missing.yaml"],
    ] {
        let (code, stdout, err) = xtask(arguments);
        assert_eq!(code, exit::ERROR, "{arguments:?}: {stdout}{err}");
        assert!(err.starts_with("error: cannot read missing.yaml"), "{arguments:?}: {err}");
    }
    assert!(!out.exists());
}

#[test]
fn verify_fails_for_a_document_from_which_no_client_can_be_generated() {
    let scratch = tempfile::tempdir().unwrap();
    let document = scratch.path().join("document.yaml");
    fs::write(&document, "openapi: 4.0.0").unwrap();
    let (code, out, err) = xtask(&["verify", document.to_str().unwrap()]);
    assert_eq!(code, exit::CONTRACT_BROKEN, "{out}{err}");
    assert!(out.contains("4.0.0"), "{out}");
}

#[test]
fn verify_skips_a_page_without_a_document() {
    let readme = project().join("README.md");
    let (code, out, err) = xtask(&["verify", readme.to_str().unwrap()]);
    assert_eq!(code, exit::SUCCESS, "{out}{err}");
    assert!(out.contains("skipped: this page has no OpenAPI document"), "{out}");
}

#[test]
fn a_crate_edited_by_hand_is_stale_until_it_is_regenerated() {
    let scratch = tempfile::tempdir().unwrap();
    let document = project().join("openapi/chift.yaml");
    let target = scratch.path().join("crate");
    let regen = ["regen", "--spec", document.to_str().unwrap(), "--out", target.to_str().unwrap()];
    let check = [&regen[..], &["--check"]].concat();
    assert_eq!(xtask(&regen).0, exit::SUCCESS);

    let client = target.join("src/generated/client.rs");
    fs::write(&client, fs::read_to_string(&client).unwrap() + "// by hand\n").unwrap();
    let (code, out, err) = xtask(&check);
    assert_eq!(code, exit::STALE, "{out}{err}");
    assert!(out.contains("-// by hand"), "{out}");

    assert_eq!(xtask(&regen).0, exit::SUCCESS);
    assert_eq!(xtask(&check).0, exit::SUCCESS);
}

#[test]
fn a_difference_that_breaks_callers_has_an_exit_code_in_every_format() {
    let scratch = tempfile::tempdir().unwrap();
    let document = |name: &str, operation: &str| {
        let path = scratch.path().join(name);
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths: {{/a: {{get: {{operationId: {operation}, \
             responses: {{'200': {{description: ok}}}}}}}}}}\n"
        );
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (old, new) = (document("old.yaml", "get_a"), document("new.yaml", "read_a"));
    for (format, expected) in [
        ("text", "get_a"),
        ("markdown", "#### Breaking"),
        ("json", "\"verdict\": \"breaking\""),
        ("github", "new.yaml,line=3,col=14,title=operation-renamed::read_a: was `get_a`; "),
        ("junit", "<failure message=\"was `get_a`; "),
    ] {
        let (code, out, err) = xtask(&["diff", &old, &new, "--format", format]);
        assert_eq!(code, exit::BREAKING, "{out}{err}");
        assert!(out.contains(expected), "{format}: {out}");
    }
    assert_eq!(xtask(&["diff", &old, &old]).0, exit::SUCCESS);
    for (fail_on, expected) in
        [("silent", exit::SUCCESS), ("breaking", exit::BREAKING), ("note", exit::BREAKING), ("never", exit::SUCCESS)]
    {
        assert_eq!(xtask(&["diff", &old, &new, "--fail-on", fail_on]).0, expected, "{fail_on}");
    }
}

#[test]
fn an_accepted_change_does_not_fail_and_one_that_does_not_apply_is_an_error() {
    let scratch = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let document = |operation: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: 1.10.0}}\npaths: {{/a: {{get: {{operationId: {operation}, \
             responses: {{'200': {{description: ok}}}}}}}}}}\n"
        )
    };
    let (old, new) = (write("old.yaml", &document("get_a")), write("new.yaml", &document("read_a")));
    let diff = |accepted: &str| {
        let file = write("accepted.yaml", accepted);
        xtask(&["diff", &old, &new, "--accepted", &file])
    };
    let entry = |id: &str, place: &str, rest: &str| format!("  - {{id: {id}, place: '{place}', {rest}}}\n");
    let renamed = |rest: &str| entry("operation-renamed", "#/paths/~1a/get", rest);

    let (code, out, err) = diff(&format!("accepted:\n{}", renamed("reason: We do not call it., until: 1.10")));
    assert_eq!(code, exit::SUCCESS, "{out}{err}");
    assert!(out.contains("accepted: We do not call it."), "{out}");
    // A place around the change is enough.
    let (code, ..) = diff(&format!("accepted:\n{}", entry("operation-renamed", "#/paths", "reason: r")));
    assert_eq!(code, exit::SUCCESS);

    let wrong = [
        (entry("operation-renamed", "#/paths/~1b", "reason: r"), "matches no change; remove it"),
        (entry("operation-removed", "#/paths/~1a/get", "reason: r"), "matches no change; remove it"),
        (entry("operation-eaten", "#/paths/~1a/get", "reason: r"), "there is no kind of change `operation-eaten`"),
        (entry("operation-renamed", "/paths/~1a/get", "reason: r"), "is not a JSON pointer"),
        (renamed("reason: ' '"), "has no reason"),
        (
            renamed("reason: r, until: 1.9.0"),
            "is accepted until version 1.9.0, and the new document has version 1.10.0",
        ),
    ];
    let all: String = wrong.iter().map(|(entry, _)| entry.as_str()).collect();
    let (code, out, err) = diff(&format!("accepted:\n{all}"));
    assert_eq!((code, out.as_str()), (exit::ERROR, ""));
    for (index, (_, expected)) in wrong.iter().enumerate() {
        let line = err.lines().nth(index + 1).unwrap_or_default();
        assert!(line.contains(&format!("accepted.yaml:{}: ", index + 2)) && line.contains(expected), "{err}");
    }
    for (text, expected) in [
        ("", "not a list of accepted changes"),
        ("accepted:\n  - {id: operation-renamed, reason: r}\n", "missing field `place`"),
        ("accepted:\n  - {id: a, place: '#', reason: r, why: r}\n", "unknown field `why`"),
    ] {
        let (code, _, err) = diff(text);
        assert!(code == exit::ERROR && err.contains(expected), "{text}: {err}");
    }
    let (code, _, err) = xtask(&["diff", &old, &new, "--accepted", "none.yaml"]);
    assert!(code == exit::ERROR && err.contains("cannot read none.yaml"), "{err}");
}
