//! Compiles a team's program against two clients, and attributes the compiler's errors to the changes between them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use xtask::callers::{self, Breaking, Checked, Clients, Folders, Item, Name};
use xtask::diff::{self, FailOn, Format};
use xtask::emit;
use xtask::options::{DocumentArgs, Options, Tool};
use xtask::pipeline::{self, Input, Outcome};
use xtask::scaffold::{self, Membership};
use xtask::template::Template;

const WORKSPACE: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"shop\", \"report\"]\n";

/// A library that meets some of the changes. Its import hides the errors in its functions.
const SHOP: &str = "//! The invoices of a shop.

use chift_api::prelude::*;
use chift_api::types::Receipt;

pub async fn note(client: &Client, id: Uuid) -> Option<String> {
    let invoice = client.invoices().get_invoice(&id).await.ok()?;
    invoice.note.clone()
}

pub async fn notes(client: &Client) -> Vec<String> {
    let invoices = client.invoices().list_invoices(&Default::default()).await.unwrap();
    invoices
        .iter()
        .filter_map(|invoice| invoice.note.clone())
        .collect()
}

pub fn draft(total: i64) -> types::NewInvoice {
    types::NewInvoice { note: None, ..types::NewInvoice::new(total) }
}

pub fn number(receipt: &Receipt) -> &str {
    &receipt.number
}
";

/// A test that the compiler cannot check while the library has errors.
const SHOP_TEST: &str = "use chift_api::types::{Invoice, NewInvoice};

#[test]
fn a_draft_has_no_note() {
    assert_eq!(shop::draft(1).note, None);
}

pub fn colours(invoices: &[Invoice]) -> Vec<&str> {
    invoices
        .iter()
        .filter_map(|invoice| invoice.colour.as_deref())
        .collect()
}

pub async fn create(client: &chift_api::Client) {
    client.invoices().create_invoice(&NewInvoice::new(1)).await.unwrap();
}
";

/// A package that meets no change.
const REPORT: &str = "//! A report.

pub fn total(invoice: &chift_api::types::Invoice) -> String {
    invoice.total.to_string()
}
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn outcome(document: &str) -> Outcome {
    pipeline::run(&Input { name: "shop.yaml".to_owned(), text: document.to_owned() }, &Options::default()).unwrap()
}

/// The document with the changes: an operation has another name (and another one that the program does not call), an
/// argument is new and required, a type is gone, and two fields are gone, of which the program reads one.
fn changed(document: &str) -> String {
    let changes = [
        ("operationId: get_invoice", "operationId: find_invoice"),
        ("operationId: create_invoice", "operationId: add_invoice"),
        (
            "        - {name: page, in: query, schema: {type: integer}}\n",
            "        - {name: page, in: query, schema: {type: integer}}\n        \
             - {name: since, in: query, required: true, schema: {type: string, format: date}}\n",
        ),
        ("        note: {type: string}\n        colour: {type: string}\n", ""),
        ("schemas/Receipt'", "schemas/Slip'"),
        ("    Receipt:\n", "    Slip:\n"),
        ("number: {type: string}", "code: {type: string}"),
        ("[number]", "[code]"),
    ];
    changes.iter().fold(document.to_owned(), |document, (old, new)| {
        assert_eq!(document.matches(old).count(), 1, "{old}");
        document.replace(old, new)
    })
}

fn breaking() -> BTreeMap<&'static str, Breaking> {
    let method = |name: &str| Name {
        item: Item::Method { group: Some("invoices".to_owned()), name: name.to_owned() },
        part: None,
    };
    let of = |names: &[Name]| Breaking { names: names.to_vec() };
    BTreeMap::from([
        ("get_invoice renamed", of(&[method("get_invoice"), method("find_invoice")])),
        ("create_invoice renamed", of(&[method("create_invoice"), method("add_invoice")])),
        ("since new", of(&[method("list_invoices").part("since")])),
        ("note removed", of(&[Name::of_type("Invoice").part("note")])),
        ("colour removed", of(&[Name::of_type("Invoice").part("colour")])),
        ("Receipt removed", of(&[Name::of_type("Receipt")])),
    ])
}

/// The repository of a team, with the client that `outcome` has.
fn repository(outcome: &Outcome) -> PathBuf {
    let folder = root().join("target/verify/callers-of-shop");
    let package = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             chift-api = {{ path = \"../chift-api\" }}\n"
        )
    };
    let template = Template::read(root()).unwrap();
    let client = scaffold::files(&template, outcome.files(), Membership::Member, Tool::Chift).unwrap();
    let client = client.into_iter().map(|(name, text)| (Path::new("chift-api").join(name), text));
    let own = [
        ("Cargo.toml", WORKSPACE.to_owned()),
        ("Cargo.lock", fs::read_to_string(root().join("Cargo.lock")).unwrap()),
        ("shop/Cargo.toml", package("shop")),
        ("shop/src/lib.rs", SHOP.to_owned()),
        ("shop/tests/draft.rs", SHOP_TEST.to_owned()),
        ("report/Cargo.toml", package("report")),
        ("report/src/lib.rs", REPORT.to_owned()),
    ];
    let files: emit::Files = own.map(|(name, text)| (name.into(), text)).into_iter().chain(client).collect();
    let _ = fs::remove_dir_all(&folder);
    emit::replace(&folder, &files).unwrap();
    // The lock file of the project has other packages too, which cargo removes.
    cargo(&folder, &["metadata", "--offline", "--format-version", "1"]);
    assert!(Command::new("git").arg("-C").arg(&folder).args(["init", "--quiet"]).status().unwrap().success());
    folder
}

fn cargo(folder: &Path, arguments: &[&str]) {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The text of each file below a folder.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
#[ignore = "compiles a crate, which takes a minute; run by .ci/run"]
fn the_changes_that_a_program_meets_are_found_with_file_and_line_and_no_others() {
    let document = fs::read_to_string(root().join("xtask/tests/callers/shop.yaml")).unwrap();
    let (old, new) = (outcome(&document), outcome(&changed(&document)));
    let folder = repository(&old);
    let before = tree(&folder);
    let template = Template::read(root()).unwrap();
    let verify = root().join("target/verify");
    let folders = Folders { copy: verify.join("callers-copy"), target: verify.join("target") };
    let check = |old, new| -> Result<Checked, String> {
        let started = Instant::now();
        let clients = Clients { old, new, renamed: &BTreeMap::new() };
        let checked = callers::check(&template, &folder.join("report"), clients, &folders);
        println!("checked in {:.1} s", started.elapsed().as_secs_f64());
        checked.map_err(|error| format!("{error:#}"))
    };

    let Checked { errors, unchecked, uses } = check(&old, &new).unwrap();
    let places: Vec<String> = errors
        .iter()
        .map(|error| format!("{}:{}: {}", error.file, error.line, error.code.as_deref().unwrap_or(&error.message)))
        .collect();
    let expected = [
        "shop/src/lib.rs:4: E0432",
        "shop/src/lib.rs:7: E0599",
        "shop/src/lib.rs:12: E0061",
        "shop/src/lib.rs:15: E0609",
        "shop/src/lib.rs:23: the new client has no type `Receipt`",
    ];
    assert_eq!(places, expected, "{errors:#?}");
    assert_eq!(unchecked, ["shop/tests/draft.rs"]);

    let changes = breaking();
    let concerns: Vec<_> = errors.iter().map(|error| &error.concerns).collect();
    let attribution = callers::attribute(concerns, &changes.values().cloned().collect::<Vec<_>>());
    let met: BTreeMap<&str, Vec<usize>> = changes
        .keys()
        .zip(&attribution.met)
        .map(|(name, met)| (*name, met.iter().map(|at| errors[*at].line).collect()))
        .collect();
    let expected = BTreeMap::from([
        ("get_invoice renamed", vec![7]),
        ("create_invoice renamed", vec![]),
        ("since new", vec![12]),
        ("note removed", vec![15]),
        ("colour removed", vec![]),
        ("Receipt removed", vec![4, 23]),
    ]);
    assert_eq!(met, expected, "{errors:#?}");
    assert!(attribution.unattributed.is_empty());

    // What the compiler could not check uses changes that the rest of the program does not meet.
    let used = callers::attribute_uses(&uses, &changes.values().cloned().collect::<Vec<_>>());
    let place = |at: &usize| format!("{}:{}", uses[*at].file, uses[*at].line);
    let used: BTreeMap<&str, Vec<String>> = changes
        .keys()
        .zip(&used)
        .filter(|(_, used)| !used.is_empty())
        .map(|(name, used)| (*name, used.iter().map(place).collect()))
        .collect();
    let expected = BTreeMap::from([
        ("colour removed", vec!["shop/tests/draft.rs:11".to_owned()]),
        ("create_invoice renamed", vec!["shop/tests/draft.rs:16".to_owned()]),
    ]);
    assert_eq!(used, expected, "{uses:#?}");

    assert_eq!(check(&old, &old).unwrap(), Checked::default());
    let error = check(&new, &old).unwrap_err();
    assert!(error.contains("does not compile with the old client"), "{error}");
    assert!(error.contains("shop/src/lib.rs:4") && error.contains("error[E0432]"), "{error}");
    let names = |tree: &BTreeMap<PathBuf, Vec<u8>>| tree.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&tree(&folder)), names(&before));
    assert_eq!(tree(&folder), before);
    reports(&document, &folder, &folders);
}

/// Checks what `diff --callers` prints, and when it fails.
fn reports(document: &str, program: &Path, folders: &Folders) {
    let scratch = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let (old, new) = (write("old.yaml", document), write("new.yaml", &changed(document)));
    let args = |new: &Path, format: Format, fail_on: FailOn| diff::Args {
        old: old.clone(),
        new: new.to_owned(),
        format,
        fail_on,
        accepted: None,
        callers: Some(program.to_owned()),
        options: DocumentArgs::default(),
    };
    let template = Template::read(root()).unwrap();
    let run = |args: diff::Args| {
        let mut out = Vec::new();
        let fails = diff::run(&template, &args, folders, &mut out).unwrap();
        (fails, String::from_utf8(out).unwrap())
    };
    let (fails, text) = run(args(&new, Format::Text, FailOn::Met));
    assert!(fails);
    let (_, met) = text.split_once("MET BY THE PROGRAM IN ").unwrap();
    for expected in [
        "  operation-renamed: invoices().find_invoice:  was `invoices().get_invoice`\n      shop/src/lib.rs:7:",
        "  argument-added: invoices().list_invoices: argument `since` is new and required: `&NaiveDate`\n      shop/src/lib.rs:12:",
        "  field-removed: Invoice: field `note` was removed\n      shop/src/lib.rs:15:",
        "  field-removed: Invoice: field `colour` was removed\n      shop/tests/draft.rs:11:",
        "  not compiled because of the errors above: shop/tests/draft.rs\n",
    ] {
        assert!(met.contains(expected), "{expected}\n{met}");
    }
    assert!(!met.contains("about no change"), "{met}");
    let (_, github) = run(args(&new, Format::Github, FailOn::Met));
    for expected in ["::error file=shop/src/lib.rs,line=7,", "::warning file=shop/tests/draft.rs,line=11,"] {
        assert!(github.contains(expected), "{github}");
    }

    // A breaking change that the program does not meet.
    let unmet = write("unmet.yaml", &document.replace("operationId: create_invoice", "operationId: add_invoice"));
    let unmet = args(&unmet, Format::Text, FailOn::Met);
    let (fails, text) = run(unmet.clone());
    assert!(text.contains("shop/tests/draft.rs:16:") && fails, "{text}");
    let other = write("other.yaml", &document.replace("    Receipt:\n", "    Extra: {type: string}\n    Receipt:\n"));
    let (fails, text) = run(diff::Args { old: old.clone(), new: other, ..unmet });
    assert!(!fails && text.contains("it meets 0 of the 0 entries"), "{text}");
}
