//! The program `cargo-chift` as it is installed: it needs no checkout.

use std::fs;
use std::path::Path;
use std::process::Command;

use xtask::exit;

use crate::repository::{DOCUMENT, git};

/// Runs the program in `folder`; returns its exit code, standard output and standard error.
fn chift(folder: &Path, arguments: &[&str]) -> (u8, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-chift"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CARGO_MANIFEST_DIR")
        .env("CHIFT_BASE_URL", "http://127.0.0.1:1")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (u8::try_from(output.status.code().unwrap()).unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_crate_has_the_hand_written_files_of_this_workspace() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bakery.yaml"), DOCUMENT).unwrap();
    let (code, out, err) = chift(folder.path(), &["chift", "update", "--from", "bakery.yaml"]);
    assert_eq!(code, exit::SUCCESS, "{out}{err}");
    assert!(out.contains("git = \"<REPOSITORY>\""), "{out}");
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for file in ["README.md", "src/lib.rs", "src/values/object/read.rs", "src/stand_in.rs"] {
        let [ours, theirs] =
            [project.join("chift-api"), folder.path().join("chift-api")].map(|root| fs::read(root.join(file)).unwrap());
        assert!(ours == theirs, "{file}");
    }
    let manifest = fs::read_to_string(folder.path().join("chift-api/Cargo.toml")).unwrap();
    assert!(manifest.contains("[dependencies.reqwest]") && !manifest.contains("workspace = true"), "{manifest}");
    let (code, out, _) = chift(folder.path(), &["regen", "--check"]);
    assert_eq!(code, exit::ERROR);
    assert!(out.contains("is up to date"), "{out}");
}

#[test]
fn the_program_works_with_and_without_the_name_that_cargo_adds() {
    let folder = tempfile::tempdir().unwrap();
    for before in [&[][..], &["chift"]] {
        let (code, out, _) = chift(folder.path(), &[before, &["--version"]].concat());
        assert_eq!((code, out.starts_with("cargo chift 0.")), (exit::SUCCESS, true), "{out}");
        let (code, out, _) = chift(folder.path(), &[before, &["--help"]].concat());
        assert_eq!(code, exit::SUCCESS);
        for task in ["update", "regen", "diff", "verify"] {
            assert!(out.lines().any(|line| line.trim_start().starts_with(task)), "{task} is missing in\n{out}");
        }
        assert!(!out.contains("tidy"), "{out}");
        assert_eq!(chift(folder.path(), &[before, &["tidy"]].concat()).0, exit::USAGE);
    }
}

#[test]
fn without_a_source_the_address_in_the_environment_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, err) = chift(folder.path(), &["update"]);
    assert_eq!(code, exit::ERROR);
    assert!(err.contains("cannot fetch http://127.0.0.1:1/openapi.json"), "{err}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn documents_are_compared_with_the_overlay_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), DOCUMENT).unwrap();
    fs::write(folder.path().join("b.yaml"), DOCUMENT.replace("list_bread", "read_bread")).unwrap();
    assert_eq!(chift(folder.path(), &["diff", "a.yaml", "a.yaml"]).0, exit::SUCCESS);
    assert_eq!(chift(folder.path(), &["diff", "a.yaml", "b.yaml"]).0, exit::BREAKING);
}

#[test]
fn a_document_is_compared_with_that_of_a_revision() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("a.yaml");
    fs::write(&document, DOCUMENT).unwrap();
    git(folder.path(), &["init", "--quiet", "--initial-branch", "main"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message", "First"]);
    assert_eq!(chift(folder.path(), &["diff", "main:a.yaml", "a.yaml"]).0, exit::SUCCESS);
    fs::write(&document, DOCUMENT.replace("list_bread", "read_bread")).unwrap();
    assert_eq!(chift(folder.path(), &["diff", "main:a.yaml", "a.yaml"]).0, exit::BREAKING);
    let (code, _, err) = chift(folder.path(), &["diff", "main:b.yaml", "a.yaml"]);
    assert_eq!(code, exit::ERROR);
    assert!(err.contains("cannot read main:b.yaml: revision `main` has no file `b.yaml`"), "{err}");
}
