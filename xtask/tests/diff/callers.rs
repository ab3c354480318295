//! Compiles callers: a caller of the old client compiles against the new one exactly if the difference reports no
//! change that breaks it.
//!
//! The clients and callers of all cases are modules of one scratch crate. The compiler stops at some errors before it
//! looks for others, so the modules with errors are emptied until the rest compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use xtask::diff::{self, Difference, Entry, Verdict};
use xtask::options::{Options, Overlay, Scope, Tool};
use xtask::pipeline::{self, Input};
use xtask::scaffold::{self, Membership};
use xtask::{emit, template::Template};

use crate::edits::{self, edit};
use crate::{cases, mutations};

/// A caller, the client it is compiled against, and whether it should compile.
struct Caller {
    module: String,
    description: String,
    should_compile: bool,
}

#[test]
#[ignore = "compiles a crate, which takes a minute; run by .ci/run"]
fn a_caller_of_the_old_client_compiles_against_the_new_one_unless_the_difference_is_breaking() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = root.join("target/verify/callers");
    let mut files = scratch_crate(root);
    let mut callers = Vec::new();
    for (index, case) in cases::all().into_iter().enumerate() {
        let name = format!("c{index}");
        let mut module = String::new();
        for (side, document) in [("old", &case.old), ("new", &case.new)] {
            let outcome = pipeline::run(&cases::input("case.json", document), &case.options).unwrap();
            let client = &outcome.sources["client.rs"];
            files.insert(format!("src/cases/{name}/{side}.rs").into(), format!("{client}\n{HOOKS}\n"));
            writeln!(module, "pub mod {side};").unwrap();
        }
        let [forward, backward] = case.differences();
        for (caller, side, text, should_compile) in [
            ("caller", "old", &case.caller, true),
            ("caller", "new", &case.caller, compiles(&forward)),
            ("back", "new", &case.back, true),
            ("back", "old", &case.back, compiles(&backward)),
        ] {
            let path = format!("src/cases/{name}/{caller}_{side}.rs");
            let source = format!(
                "use super::{side}::{{Client, Error, types}};\nuse crate::{{Nullable, Open, Timestamp}};\n\
                 pub async fn call(client: &Client, id: uuid::Uuid) {{\n{text}\n}}\n"
            );
            files.insert(path.clone().into(), source);
            writeln!(module, "pub mod {caller}_{side};").unwrap();
            let description = format!("{}: {caller} against {side}", case.name);
            callers.push(Caller { module: path, description, should_compile });
        }
        files.insert(format!("src/cases/{name}/mod.rs").into(), module);
        let all = files.entry("src/cases/mod.rs".into()).or_insert_with(|| "#![allow(warnings)]\n".to_owned());
        writeln!(all, "pub mod {name};").unwrap();
    }
    let compiled = compiling_modules(root, &folder, files);
    let wrong: Vec<String> = callers
        .iter()
        .filter(|caller| compiled.contains(&caller.module) != caller.should_compile)
        .map(|caller| {
            let word = if caller.should_compile { "should compile" } else { "should not compile" };
            format!("{} {word} ({})", caller.description, folder.join(&caller.module).display())
        })
        .collect();
    println!("{} callers, {} of them compile", callers.len(), compiled.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "compiles a crate, which takes a minute; run by .ci/run"]
fn callers_compile_after_edits_unless_the_difference_is_breaking() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let base = cases::base();
    let run = |document: &Value| pipeline::run(&cases::input("base.json", document), &Options::default());
    let old = run(&base).unwrap();
    // The callers of the cases that change the base itself, with its client.
    let mut callers = "use super::new::{Client, Error, types};\nuse crate::{Nullable, Open, Timestamp};\n".to_owned();
    for (index, case) in cases::all().into_iter().filter(|case| case.old == base).enumerate() {
        writeln!(callers, "pub async fn call{index}(client: &Client, id: uuid::Uuid) {{\n{}\n}}", case.caller).unwrap();
    }
    let mut files = scratch_crate(root);
    let mut edited: BTreeMap<String, String> = BTreeMap::new();
    let mut runner = TestRunner::new(mutations::config(1));
    for _ in 0..DOCUMENTS {
        let edits = vec(edit(), 1..4).new_tree(&mut runner).unwrap().current();
        let mut document = base.clone();
        for edit in edits {
            edits::make(&mut document, edit);
        }
        let Ok(new) = run(&document) else { continue };
        let difference = diff::compare(&old, &new);
        if [Verdict::Compatible, Verdict::Silent].contains(&difference.verdict()) && compiles(&difference) {
            edited.insert(new.sources["client.rs"].clone(), diff::text(&difference));
        }
    }
    for (index, client) in edited.keys().enumerate() {
        files.insert(format!("src/cases/e{index}/new.rs").into(), format!("{client}\n{HOOKS}\n"));
        files.insert(format!("src/cases/e{index}/caller_base.rs").into(), callers.clone());
        files.insert(format!("src/cases/e{index}/mod.rs").into(), "pub mod caller_base;\npub mod new;\n".to_owned());
        let all = files.entry("src/cases/mod.rs".into()).or_insert_with(|| "#![allow(warnings)]\n".to_owned());
        writeln!(all, "pub mod e{index};").unwrap();
    }
    let compiled = compiling_modules(root, &root.join("target/verify/callers-after-edits"), files);
    let wrong: Vec<&str> = edited
        .values()
        .enumerate()
        .filter(|(index, _)| !compiled.contains(&format!("src/cases/e{index}/caller_base.rs")))
        .map(|(_, text)| text.as_str())
        .collect();
    println!("{} of {} edited documents change the client and break no caller", edited.len(), DOCUMENTS);
    assert!(edited.len() > 20, "{}", edited.len());
    assert!(wrong.is_empty(), "callers do not compile with these differences:\n{}", wrong.join("\n"));
}

/// The number of edited documents. Most of them break callers, or do not change the client.
const DOCUMENTS: usize = 600;

/// The hooks that a client needs in the scratch crate.
const HOOKS: &str = "impl crate::runtime::ClientHooks<crate::Session> for Client {
    async fn exec(
        &self, _: reqwest::Request, _: &OperationInfo,
    ) -> Result<reqwest::Response, crate::runtime::CallError> {
        unreachable!()
    }
}";

/// Whether callers compile, according to a difference.
fn compiles(difference: &Difference) -> bool {
    !difference.entries.iter().any(Entry::breaks_compilation)
}

/// The crate around the clients, made from the checked-in document.
fn scratch_crate(root: &Path) -> emit::Files {
    let read = |name: &str| Input::read(root, Path::new(name)).unwrap();
    let overlays = vec![Overlay { input: read("openapi/overlay.yaml"), scope: Scope::This }];
    let options = Options { overlays, ..Options::default() };
    let outcome = pipeline::run(&read("openapi/chift.yaml"), &options).unwrap();
    let mut files =
        scaffold::files(&Template::read(root).unwrap(), outcome.files(), Membership::Alone, Tool::Xtask).unwrap();
    files.get_mut(Path::new("src/lib.rs")).unwrap().push_str("\n#[rustfmt::skip]\npub mod cases;\n");
    files.insert("Cargo.lock".into(), fs::read_to_string(root.join("Cargo.lock")).unwrap());
    files
}

/// The modules of the callers that compile.
fn compiling_modules(root: &Path, folder: &Path, mut files: emit::Files) -> BTreeSet<String> {
    let is_caller = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        path.starts_with("src/cases") && (name.starts_with("caller_") || name.starts_with("back_"))
    };
    let mut remaining: BTreeSet<PathBuf> = files.keys().filter(|path| is_caller(path)).cloned().collect();
    loop {
        emit::replace(folder, &files).unwrap();
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["check", "--offline", "--quiet", "--message-format", "json", "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", root.join("target/verify/target"))
            .output()
            .unwrap();
        if output.status.success() {
            return remaining.iter().map(|path| path.to_str().unwrap().to_owned()).collect();
        }
        let messages = String::from_utf8_lossy(&output.stdout);
        let wrong: BTreeSet<PathBuf> = messages.lines().filter_map(file_of_error).collect();
        assert!(
            !wrong.is_empty() && wrong.is_subset(&remaining),
            "a file other than a caller does not compile: {wrong:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        for path in wrong {
            // The module stays declared, so its file stays too.
            files.insert(path.clone(), String::new());
            remaining.remove(&path);
        }
    }
}

/// The file that contains a compiler error.
fn file_of_error(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let message = message.get("message").filter(|message| message["level"] == "error")?;
    let spans = message["spans"].as_array()?;
    let primary = spans.iter().find(|span| span["is_primary"] == true)?;
    Some(PathBuf::from(primary["file_name"].as_str()?.replace('\\', "/")))
}
