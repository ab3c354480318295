//! The task `verify`: for each document, generates a client in a scratch folder, compiles it, and checks it against
//! the document as the vendor wrote it.

mod against;
mod args;
mod arguments;
mod calls;
mod child;
mod closed_parts;
mod compare;
mod driver;
mod failures;
mod instances;
mod multipart;
mod null_types;
mod patterns;
mod server;
mod types;
mod unions;
mod wire;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jsonschema::{Draft, ValidationError, ValidationOptions, Validator};
use serde_json::{Value, json};
use toml::Table;

pub use self::args::Args;
use self::failures::Failures;
use crate::document::references;
use crate::document::walk::{self, Kind};
use crate::emit::Files;
use crate::options::{Options, Tool};
use crate::pipeline::{self, Input, Outcome};
use crate::scaffold::{self, Membership};
use crate::template::Template;
use crate::{emit, lower, read};

/// The counts and failures for one document.
#[derive(Debug, Default)]
struct Tally {
    operations: usize,
    calls: usize,
    types: usize,
    instances: usize,
    /// The values of unions whose variant was compared with the document.
    variants: usize,
    /// The unions whose variants cannot be compared, because the document has no schema for an alternative as it is.
    unchecked_unions: Vec<String>,
    invalid: usize,
    future: usize,
    warnings: usize,
    lines: usize,
    generating: Duration,
    compiling: Duration,
    /// Whether the document could not be verified.
    is_refused: bool,
    failures: Failures,
}

/// A document as the vendor wrote it, and the client that was generated from it.
struct Contract<'a> {
    /// The document, with the responses that the client distinguishes.
    document: &'a Value,
    outcome: &'a Outcome,
    /// The validators by the JSON text of their schema.
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

impl Contract<'_> {
    /// The name of the generated type for a component.
    fn rust_name(&self, component: &str) -> Option<String> {
        let name = self.outcome.lowered.type_name(component);
        self.outcome.client.types.contains_key(&name).then_some(name)
    }

    /// A validator for a schema of the original document.
    fn validator(&self, schema: &Value) -> anyhow::Result<Rc<Validator>> {
        let key = schema.to_string();
        if let Some(known) = self.validators.borrow().get(&key) {
            return Ok(known.clone());
        }
        let built = Rc::new(self.build(schema, self.document)?);
        self.validators.borrow_mut().insert(key, built.clone());
        Ok(built)
    }

    /// A validator for a component that accepts a value of several alternatives of a `oneOf`: without the optional fields
    /// that are null, which the client leaves out, a value may be one of more alternatives.
    fn lenient_validator(&self, component: &Value) -> anyhow::Result<Validator> {
        let mut document = self.document.clone();
        walk::change(&mut document, &mut |kind, _, node| {
            if let (Kind::Schema, Value::Object(schema)) = (kind, node)
                && !schema.contains_key("anyOf")
                && let Some(alternatives) = schema.shift_remove("oneOf")
            {
                schema.insert("anyOf".to_owned(), alternatives);
            }
        });
        self.build(component, &document)
    }

    fn build(&self, schema: &Value, document: &Value) -> anyhow::Result<Validator> {
        let whole = json!({"allOf": [schema], "components": document["components"]});
        validation(self.document)
            .build(&whole)
            .map_err(|error| anyhow::anyhow!("a schema of the document is not valid: {error}"))
    }
}

/// How to validate by the schemas of a document.
fn validation<'a>(document: &Value) -> ValidationOptions<'a> {
    let draft = if references::is_3_0(document) { Draft::Draft4 } else { Draft::Draft202012 };
    jsonschema::options()
        .with_draft(draft)
        .should_validate_formats(true)
        // Formats that the type of the client checks, and the validator of 3.0, or any, does not.
        .with_format("uuid", |text: &str| uuid::Uuid::try_parse(text).is_ok())
        .with_format("ip", |text: &str| text.parse::<std::net::IpAddr>().is_ok())
}

/// Why an instance is not valid, to be added to a message.
fn refusal(error: &ValidationError<'_>) -> String {
    format!(" ({} refuses {})", error.schema_path(), error.instance_path())
}

/// Whether a file is a Markdown page without a document, such as the README beside the documents.
fn is_other_page(path: &Path) -> bool {
    let text = || fs::read_to_string(path).ok();
    path.extension().is_some_and(|ending| ending == "md")
        && text().is_some_and(|text| matches!(read::fenced_document(&text), Ok(None)))
}

/// Verifies documents, and returns whether all of them passed. If no client can be generated from a document, that
/// document fails, and the others are still verified. The clients are written to `scratch` and compiled there.
///
/// # Errors
///
/// When `out` cannot be written to, or the overlay cannot be read.
pub fn run(template: &Template, scratch: &Path, args: &Args, out: &mut dyn Write) -> anyhow::Result<bool> {
    let options = args.options.options(template)?;
    if args.against.is_some() && args.documents.len() > 1 {
        bail!("a mock server reads one document; name one with --against");
    }
    let mut rows = Vec::new();
    for document in &args.documents {
        writeln!(out, "verifying {}", document.display())?;
        if is_other_page(document) {
            writeln!(out, "  skipped: this page has no OpenAPI document")?;
            continue;
        }
        let tally = match one(template, scratch, document, &options, args.against.as_deref(), out) {
            Ok(tally) => tally,
            Err(error) => {
                writeln!(out, "  the document cannot be verified: {error:#}")?;
                Tally { is_refused: true, ..Tally::default() }
            }
        };
        if !tally.unchecked_unions.is_empty() {
            let names = tally.unchecked_unions.join(", ");
            writeln!(out, "  variants not compared, because an alternative is only part of a schema: {names}")?;
        }
        tally.failures.print(args.all, out)?;
        rows.push((document, tally));
    }
    writeln!(
        out,
        "\n{:<28} {:>6} {:>6} {:>6} {:>9} {:>8} {:>8} {:>9} {:>9} {:>8} {:>10} {:>11} {:>9} {:>7}",
        "document",
        "ops",
        "calls",
        "types",
        "instances",
        "variants",
        "invalid",
        "future",
        "warnings",
        "lines",
        "generate s",
        "re-check s",
        "failures",
        "causes"
    )?;
    for (document, tally) in &rows {
        writeln!(
            out,
            "{:<28} {:>6} {:>6} {:>6} {:>9} {:>8} {:>8} {:>9} {:>9} {:>8} {:>10.2} {:>11.2} {:>9} {:>7}",
            document.file_name().unwrap_or_default().to_string_lossy(),
            tally.operations,
            tally.calls,
            tally.types,
            tally.instances,
            tally.variants,
            tally.invalid,
            tally.future,
            tally.warnings,
            tally.lines,
            tally.generating.as_secs_f64(),
            tally.compiling.as_secs_f64(),
            if tally.is_refused { "refused".to_owned() } else { tally.failures.len().to_string() },
            tally.failures.causes()
        )?;
    }
    Ok(rows.iter().all(|(_, tally)| !tally.is_refused && tally.failures.is_empty()))
}

fn one(
    template: &Template,
    scratch: &Path,
    path: &Path,
    options: &Options,
    against: Option<&str>,
    out: &mut dyn Write,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let input = Input::read(Path::new(""), path)?;
    let started = Instant::now();
    let outcome = pipeline::run(&input, options)?;
    tally.generating = started.elapsed();
    outcome.left_out.operations.iter().try_for_each(|operation| writeln!(out, "  left out: {operation}"))?;
    writeln!(out, "  untyped: {} places whose values can be anything", outcome.untyped.len())?;
    outcome.untyped.iter().try_for_each(|place| writeln!(out, "    {place}"))?;
    tally.lines =
        outcome.sources.iter().filter(|(name, _)| **name != "httpmock.rs").map(|(_, text)| text.lines().count()).sum();

    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = scratch.join(&name);
    emit::replace(&folder, &files(template, &folder, &outcome)?)?;

    let (document, removed) = checkable(&outcome.document);
    for pattern in removed {
        writeln!(out, "  pattern not checked, because the validator cannot read it: {pattern}")?;
    }
    let contract = Contract { document: &document, outcome: &outcome, validators: RefCell::default() };
    writeln!(out, "  compiling")?;
    out.flush()?;
    if let Some(url) = against {
        against::check(&contract, &build(scratch, &folder)?, url, &mut tally, out)?;
        return Ok(tally);
    }
    for task in [&["check"][..], &["doc", "--no-deps"]] {
        let warnings = cargo(scratch, &folder, &[task, &["--features", "httpmock,schemars"]].concat())?;
        tally.warnings += warnings.len();
        tally.failures.extend(warnings.into_iter().map(|warning| format!("the compiler warns: {warning}")));
    }
    cargo(scratch, &folder, &["check"])?;
    // Checks the crate again, with its dependencies built, to measure how long a change of the document takes to
    // compile.
    fs::OpenOptions::new().append(true).open(folder.join("src/lib.rs"))?.set_modified(std::time::SystemTime::now())?;
    let started = Instant::now();
    cargo(scratch, &folder, &["check"])?;
    tally.compiling = started.elapsed();
    let program = build(scratch, &folder)?;

    let server = server::Server::start()?;
    let mut driver = child::Driver::start(&program, &server.base_url())?;
    writeln!(out, "  checking each type")?;
    out.flush()?;
    types::check(&contract, &mut driver, &mut tally)?;
    unions::check(&contract, &mut driver, &mut tally)?;
    writeln!(out, "  calling each operation")?;
    out.flush()?;
    calls::check(&contract, &server, &mut driver, &mut tally)?;
    Ok(tally)
}

/// Checks only the values of the types, with a client whose source `change` has changed, and returns the failures. A test
/// uses it to show that the checks notice a defect.
///
/// # Errors
///
/// When the client cannot be generated or does not compile.
pub fn values(
    template: &Template,
    scratch: &Path,
    input: &Input,
    change: impl FnOnce(&mut Files),
) -> anyhow::Result<Vec<String>> {
    let outcome = pipeline::run(input, &Options::default())?;
    let folder = scratch.join("defects");
    let mut files = files(template, &folder, &outcome)?;
    change(&mut files);
    emit::replace(&folder, &files)?;
    let (document, _) = checkable(&outcome.document);
    let contract = Contract { document: &document, outcome: &outcome, validators: RefCell::default() };
    let mut driver = child::Driver::start(&build(scratch, &folder)?, "http://127.0.0.1:1")?;
    let mut tally = Tally::default();
    types::check(&contract, &mut driver, &mut tally)?;
    unions::check(&contract, &mut driver, &mut tally)?;
    Ok(tally.failures.into_messages())
}

/// The document with the responses that the client distinguishes, as far as a validator can read it, and the patterns that
/// it cannot read.
fn checkable(document: &Value) -> (Value, Vec<String>) {
    let mut document = lower::with_responses(document);
    closed_parts::open(&mut document);
    null_types::state(&mut document);
    let removed = patterns::remove_unreadable(&mut document);
    (document, removed)
}

/// The files of the scratch crate: the client, and the program that drives it.
fn files(template: &Template, folder: &Path, outcome: &Outcome) -> anyhow::Result<Files> {
    let mut files = scaffold::files(template, outcome.files(), Membership::Alone, Tool::Xtask)?;
    let name = crate_name(folder);
    let driver = driver::source(&outcome.client)?;
    let driver = format!("{driver}\nextern crate {} as chift_api;\n", name.replace('-', "_"));
    files.insert(format!("examples/{name}-driver.rs").into(), driver);
    let manifest = files.remove(Path::new("Cargo.toml")).context("the generated crate has no manifest")?;
    let mut manifest: Table = manifest.parse()?;
    if let Some(package) = manifest.get_mut("package").and_then(toml::Value::as_table_mut) {
        package.insert("name".to_owned(), name.into());
    }
    let more = "dev-dependencies.tokio = { version = '1', features = ['macros', 'rt'] }";
    manifest.extend(more.parse::<Table>()?);
    files.insert("Cargo.toml".into(), manifest.to_string());
    files.insert("Cargo.lock".into(), template.text("Cargo.lock")?.to_owned());
    Ok(files)
}

/// The name of the scratch crate, which is that of the folder. All clients are compiled to one folder,
/// and another `verify` at the same time must not replace the files of this one.
fn crate_name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    format!("verify-{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

/// Runs cargo on the scratch crate; returns the warnings.
fn cargo(scratch: &Path, folder: &Path, arguments: &[&str]) -> anyhow::Result<Vec<String>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .args(["--color", "never", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        // The files are written anew each time, and the state of incremental builds takes gigabytes.
        .env("CARGO_INCREMENTAL", "0")
        .output()
        .context("cannot run cargo")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let errors: Vec<&str> = stderr.lines().skip_while(|line| !line.starts_with("error")).take(60).collect();
        bail!("the generated client does not compile\n{}", errors.join("\n"));
    }
    let is_summary = |line: &str| line.contains(" generated ") && line.contains(" warning");
    let lines: Vec<&str> = stderr.lines().collect();
    let warning = |index: usize| lines[index..].iter().take(2).map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let starts = (0..lines.len()).filter(|index| lines[*index].starts_with("warning: ") && !is_summary(lines[*index]));
    Ok(starts.map(warning).collect())
}

/// Builds the driver, copies it into the scratch crate's folder, and removes all other files of this build.
fn build(scratch: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    // First the client alone, so that an error of the driver is not taken for one of the client.
    cargo(scratch, folder, &["build"])?;
    let name = crate_name(folder);
    let driver = format!("{name}-driver");
    cargo(scratch, folder, &["build", "--example", &driver])
        .context("the client compiles; this is a defect of xtask/src/verify/driver.rs")?;
    let file = format!("{driver}{}", std::env::consts::EXE_SUFFIX);
    let program = folder.join(&file);
    let target = scratch.join("target");
    let built = target.join("debug/examples").join(&file);
    fs::copy(&built, &program).with_context(|| format!("cannot copy {}", built.display()))?;
    // The files of many clients would fill a disk; those of the dependencies stay.
    cargo(scratch, folder, &["clean", "--package", &name])?;
    for documentation in ["doc", "doc/src"] {
        // There is none if only the values are checked.
        let _ = fs::remove_dir_all(target.join(documentation).join(name.replace('-', "_")));
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_that_the_client_checks_are_checked_in_3_0_and_3_1() {
        for version in ["3.0.3", "3.1.0"] {
            for (format, text) in
                [("uuid", "01234567-89ab-cdef-0123-456789abcdef"), ("ip", "2001:db8::1"), ("date", "2026-01-31")]
            {
                let validator = validation(&json!({"openapi": version})).build(&json!({"format": format})).unwrap();
                assert!(validator.is_valid(&json!(text)) && !validator.is_valid(&json!("f")), "{version} {format}");
            }
        }
    }
}
