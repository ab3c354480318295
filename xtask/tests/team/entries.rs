//! The entries in a team's manifests: printed, inserted, and refused where cargo would ignore them.

use xtask::regen::Status;
use xtask::team::UpdateArgs;

use crate::repository::{DOCUMENT, Team, git_url, package};

/// The manifest of a package that depends on `chift-auth`, with this entry in `[patch]`.
fn manifest(dependency: &str, patch: &str) -> String {
    package("bakery", &format!("\n[dependencies]\nchift-auth = {{ {dependency} }}\n{patch}"))
}

fn patch(source: &str) -> String {
    format!("\n[patch.\"{source}\"]\nchift-api = {{ path = \"chift-api\" }}\n")
}

#[test]
fn missing_entries_are_printed_and_fail_a_check() {
    let team = Team::single("");
    let (_, output) = team.run(&team.args(DOCUMENT)).unwrap();
    let url = git_url();
    let expected = format!(
        "[dependencies]\nchift-auth = {{ git = \"{url}\" }}\n\nin Cargo.toml, the manifest of the workspace:\n\n\
         [patch.\"{url}\"]\nchift-api = {{ path = \"chift-api\" }}\n"
    );
    assert!(
        output.replace(team.path("").to_str().unwrap(), "").replace("in /", "in ").ends_with(&expected),
        "{output}"
    );
    let error = team.regen(true).unwrap_err();
    assert!(error.contains("is up to date, but no package uses it"), "{error}");

    // What was printed, pasted.
    team.write("Cargo.toml", &manifest(&format!("git = \"{url}\""), &patch(&url)));
    assert_eq!(team.regen(true).unwrap().0, Status::UpToDate);
}

#[test]
fn a_folder_without_a_package_gets_the_crate_and_no_entries() {
    let team = Team::new(&[]);
    let (_, output) = team.run(&team.args(DOCUMENT)).unwrap();
    assert!(output.contains("[dependencies]") && team.read("chift-api/Cargo.toml").contains("[workspace]"), "{output}");
    let error = team.run(&UpdateArgs { insert: true, ..team.args(DOCUMENT) }).unwrap_err();
    assert!(error.contains("cargo new"), "{error}");
}

#[test]
fn an_inserted_entry_names_the_source_of_a_dependency_that_exists() {
    let team = Team::new(&[("Cargo.toml", &manifest(&format!("git = \"{}\", branch = \"main\"", git_url()), ""))]);
    team.run(&UpdateArgs { insert: true, git: None, ..team.args(DOCUMENT) }).unwrap();
    assert_eq!(
        team.read("Cargo.toml"),
        manifest(&format!("git = \"{}\", branch = \"main\"", git_url()), &patch(&git_url()))
    );
    assert_eq!(team.metadata("").1, ["chift-api/Cargo.toml"]);
}

#[test]
fn what_cargo_would_ignore_is_refused_and_no_file_changes() {
    let url = git_url();
    let root = "[workspace]\nresolver = \"3\"\nmembers = [\"app\"]\n";
    let second = manifest(&format!("git = \"{url}\""), &patch(&url))
        .replace("chift-auth =", "own = { path = \"own\", package = \"chift-api\" }\nchift-auth =");
    let cases = [
        (
            Team::new(&[("Cargo.toml", &manifest(&format!("git = \"{url}\", branch = \"later\""), &patch(&url)))]),
            "chift-auth 0.2.0 requires chift-api ^0.2.0, and the generated crate has version 0.1.0",
        ),
        (
            Team::new(&[("Cargo.toml", &manifest(&format!("git = \"{url}\", branch = \"later\""), ""))]),
            "cargo install --git",
        ),
        (
            Team::new(&[("Cargo.toml", &manifest(&format!("git = \"{url}\""), &patch("crates-io")))]),
            "[patch.\"crates-io\"] replaces chift-api from another source",
        ),
        (
            Team::new(&[
                ("Cargo.toml", root),
                (
                    "app/Cargo.toml",
                    &manifest(&format!("git = \"{url}\""), &patch(&url).replace("\"chift-api\"", "\"../chift-api\"")),
                ),
            ]),
            "[patch] counts only in the manifest of the workspace",
        ),
        (
            Team::new(&[("Cargo.toml", &second), ("own/Cargo.toml", &package("chift-api", ""))]),
            "chift-api is used twice",
        ),
        (
            Team::new(&[
                ("Cargo.toml", &manifest("path = \"chift-auth\"", "")),
                ("chift-auth/Cargo.toml", &package("chift-auth", "")),
            ]),
            "chift-auth comes from the folder",
        ),
    ];
    for (team, expected) in cases {
        for name in ["own", "chift-auth"] {
            if team.path(name).exists() {
                team.write(&format!("{name}/src/lib.rs"), "");
            }
        }
        let before = team.files();
        let error = team.run(&team.args(DOCUMENT)).expect_err(expected);
        assert!(error.contains(expected), "{expected}: {error}");
        assert_eq!(team.files(), before, "{expected}");
    }
}

#[test]
fn in_a_workspace_with_several_packages_the_one_that_calls_chift_has_to_be_named() {
    let team = Team::new(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"two\"]\n"),
        ("one/Cargo.toml", &package("one", "")),
        ("two/Cargo.toml", &package("two", "")),
    ]);
    let before = team.files();
    let error = team.run(&UpdateArgs { insert: true, ..team.args(DOCUMENT) }).unwrap_err();
    assert!(error.contains("--package") && error.contains("one, two"), "{error}");
    assert_eq!(team.files(), before);
    team.run(&UpdateArgs { insert: true, package: Some("two".to_owned()), ..team.args(DOCUMENT) }).unwrap();
    assert!(team.read("two/Cargo.toml").contains("chift-auth") && !team.read("one/Cargo.toml").contains("chift-auth"));
}

#[test]
fn entries_that_lead_nowhere_are_undone_with_everything_else() {
    let team = Team::single("");
    let before = team.files();
    let nowhere = Some(format!("file://{}", team.path("nowhere").display()));
    let out = "libs/generated/chift-api".into();
    let error = team.run(&UpdateArgs { insert: true, git: nowhere, out, ..team.args(DOCUMENT) }).unwrap_err();
    assert!(error.contains("nothing was changed") && error.contains("nowhere"), "{error}");
    assert_eq!(team.files(), before);
}
