//! Compiles the clients of small documents that combine constructs and positions: what `regen` accepts must compile.
//!
//! Each document has one schema, in every position of a component and of an operation. `COMBINATIONS` is the number of
//! documents, and `COMBINATIONS_SEED` selects others. The clients are modules of one scratch crate. The compiler stops
//! at some errors before it looks for others, so the modules with errors are emptied until the rest compiles.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod documents;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use xtask::options::{Options, Tool};
use xtask::pipeline::{self, Input, Outcome};
use xtask::scaffold::{self, Membership};
use xtask::{emit, template::Template};

use documents::Combination;

/// What the hand-written part of the crate adds to a client.
const HOOKS: &str = "impl crate::runtime::ClientHooks<crate::Session> for Client {
    async fn exec(&self, _: reqwest::Request, _: &OperationInfo) -> Result<reqwest::Response, crate::runtime::CallError> {
        unreachable!()
    }
}";

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn generated(document: &Value) -> Result<Outcome, String> {
    let input = Input { name: "combination.json".to_owned(), text: document.to_string() };
    let options = Options { skip_unsupported: true, ..Options::default() };
    pipeline::run(&input, &options).map_err(|error| format!("{error:#}"))
}

#[test]
#[ignore = "compiles a crate, which takes a minute; run by .ci/run"]
fn a_client_that_is_generated_compiles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let count = usize::try_from(setting("COMBINATIONS", 60)).unwrap();
    let combinations = documents::all(setting("COMBINATIONS_SEED", 20_261_125), count);
    let chift = Input::read(root, Path::new("openapi/chift.yaml")).unwrap();
    let mut files = scaffold::files(
        &Template::read(root).unwrap(),
        pipeline::run(&chift, &Options::default()).unwrap().files(),
        Membership::Alone,
        Tool::Xtask,
    )
    .unwrap();
    files.get_mut(Path::new("src/lib.rs")).unwrap().push_str("\n#[rustfmt::skip]\npub mod cases;\n");
    files.insert("Cargo.lock".into(), fs::read_to_string(root.join("Cargo.lock")).unwrap());

    let mut cases = "#![allow(warnings)]\n".to_owned();
    let mut wrong = Vec::new();
    let mut left_out = 0;
    for (index, Combination { constructs, document }) in combinations.iter().enumerate() {
        writeln!(cases, "pub mod c{index};").unwrap();
        let module = match generated(document) {
            Ok(outcome) => {
                left_out += outcome.left_out.operations.len();
                let client = &outcome.sources["client.rs"];
                files.insert(format!("src/cases/c{index}/client.rs").into(), format!("{client}\n{HOOKS}\n"));
                // These name the client by its path in the crate.
                let client = format!("crate::cases::c{index}::client");
                for name in ["httpmock.rs", "operations.rs"] {
                    let source = outcome.sources[name].replace("use crate::*", &format!("use {client}::*"));
                    let source = source.replace("crate::types", &format!("{client}::types"));
                    files.insert(format!("src/cases/c{index}/{name}").into(), source);
                }
                "pub mod client;\n#[cfg(feature = \"httpmock\")]\npub mod httpmock;\npub mod operations;\n".to_owned()
            }
            Err(error) => {
                wrong.push(format!("{constructs}: {error}\n{document}"));
                String::new()
            }
        };
        files.insert(format!("src/cases/c{index}/mod.rs").into(), module);
    }
    files.insert("src/cases/mod.rs".into(), cases);
    let folder = root.join("target/verify/combinations");
    for (index, errors) in errors(root, &folder, files) {
        let Combination { constructs, document } = &combinations[index];
        wrong.push(format!("{constructs}:\n{}\n{document}", errors.join("\n")));
    }
    println!("{count} documents, {left_out} operations left out");
    assert!(wrong.is_empty(), "{} of {count} documents:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// The errors of the compiler by the number of the document.
fn errors(root: &Path, folder: &Path, mut files: emit::Files) -> BTreeMap<usize, Vec<String>> {
    let mut errors: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    loop {
        emit::replace(folder, &files).unwrap();
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["check", "--offline", "--quiet", "--message-format", "json", "--features", "httpmock,schemars"])
            .arg("--manifest-path")
            .arg(folder.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", root.join("target/verify/target"))
            .output()
            .unwrap();
        if output.status.success() {
            return errors;
        }
        let messages = String::from_utf8_lossy(&output.stdout);
        let found: Vec<(usize, String)> = messages.lines().filter_map(error).collect();
        assert!(
            !found.is_empty(),
            "the crate does not compile: {}\n{messages}",
            String::from_utf8_lossy(&output.stderr)
        );
        for (index, message) in found {
            // The module stays declared, so its file stays too.
            files.insert(PathBuf::from(format!("src/cases/c{index}/mod.rs")), String::new());
            files.retain(|path, _| !path.starts_with(format!("src/cases/c{index}")) || path.ends_with("mod.rs"));
            let list = errors.entry(index).or_default();
            if list.len() < 3 {
                list.push(message);
            }
        }
    }
}

/// The number of the document that an error of the compiler is about, and the error.
fn error(line: &str) -> Option<(usize, String)> {
    let message: Value = serde_json::from_str(line).ok()?;
    let message = message.get("message").filter(|message| message["level"] == "error")?;
    // An error in a macro has the place of its use in `expansion`.
    let spans = message["spans"].as_array()?.iter();
    let mut files = spans.flat_map(|span| std::iter::successors(Some(span), |span| span["expansion"].get("span")));
    let index = files.find_map(|span| {
        let file = span["file_name"].as_str()?.replace('\\', "/");
        file.strip_prefix("src/cases/c")?.split('/').next()?.parse().ok()
    })?;
    Some((index, message["rendered"].as_str()?.trim_end().to_owned()))
}

#[test]
fn an_error_of_the_compiler_is_attributed_to_a_document() {
    let span = |file: &str, expansion: Value| json!({"file_name": file, "expansion": expansion});
    let line = |spans: Value| json!({"message": {"level": "error", "rendered": "wrong\n", "spans": spans}}).to_string();
    let own = span("src/cases/c12/client.rs", Value::Null);
    let in_macro = span("src/values/object/mod.rs", json!({"span": own}));
    for found in [&own, &in_macro] {
        assert_eq!(error(&line(json!([found]))), Some((12, "wrong".to_owned())));
    }
    assert_eq!(error(&line(json!([span("src/lib.rs", Value::Null)]))), None);
}
