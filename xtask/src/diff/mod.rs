//! The task `diff`: lists the differences between the clients of two documents, and reports which of them break
//! callers.
//!
//! It compares the generated *clients*, not the documents: methods, and the fields, variants, constructors and
//! traits of types, as the value [`crate::client::Client`]. This is all that a caller uses. It also contains the
//! decisions of the generator that make a change breaking: names that come from titles and paths, parameters in a
//! struct, errors by status, `Open` around the enums of responses, `Nullable` in a PATCH, `new` for the types that a
//! request contains. A comparison of documents would repeat each of these decisions, and be wrong wherever it differs
//! from the generator. Limits and defaults, which the client does not have, are compared in the documents. They break
//! no caller, because the server enforces them for every version of the client.
//!
//! A verdict assumes that callers use the client as its documentation recommends: they pass arguments by position,
//! construct requests, and in tests responses, with `new` or `Default` and set fields, read fields of responses by name
//! without destructuring them in full, and match enums of strings with a wildcard arm. A test compiles callers of the
//! old client against the new one, and checks that they compile exactly if the verdict predicts it
//! (`xtask/tests/diff/callers.rs`).
//!
//! # Why not a library
//!
//! `drift` compares OpenAPI documents for teams that deploy servers and clients at different times, so its verdicts are
//! about JSON compatibility. By that measure, a request's field that becomes optional breaks no client, and a new enum
//! value in a response or a newly documented error status does. In Rust, the first changes a type, and `Open` accepts
//! the second. `drift` does not compare names and positions, and reads OpenAPI 3.0 only. `cargo-semver-checks` and
//! `public-api` compare Rust, but from rustdoc's JSON: they need two builds of the crate, which take minutes instead of
//! a second, and cannot attribute a change to an operation.

mod args;
mod arguments;
mod constraints;
mod difference;
mod operations;
mod renames;
mod report;
mod types;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

pub use self::args::Args;
use self::constraints::Subject;
pub use self::difference::{Change, Difference, Entry, Fate, Schemas, Sides, Step, Verdict};
use self::renames::Renames;
pub use self::report::{markdown, text};
use crate::client::Method;
use crate::options::Options;
use crate::pipeline::{self, Input, Outcome};
use crate::template::Template;
use crate::{progress, select};

/// The format in which a difference is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Text for a terminal.
    #[default]
    Text,
    /// Markdown for a pull request.
    Markdown,
    /// JSON for a program.
    Json,
}

/// Compares the old client with the new one.
pub fn compare(old: &Outcome, new: &Outcome) -> Difference {
    let pairs = operations::pair(&old.client, &new.client);
    let methods: Vec<_> = pairs.iter().map(|((_, was), (_, is))| (*was, *is)).collect();
    let renames = Renames::find(&old.client, &new.client, &methods);
    let methods = old.client.methods.values().chain(new.client.methods.values());
    let queries: BTreeSet<&str> = methods.filter_map(Method::query).collect();
    let (before, after) = (schemas(&old.document), schemas(&new.document));
    let only = |one: &BTreeSet<&String>, other: &BTreeSet<&String>| -> Vec<String> {
        one.difference(other).map(|name| (*name).clone()).collect()
    };
    let mut operations = operations::compare(&old.client, &new.client, &pairs, &renames);
    operations::explain_left_out(&mut operations, &old.left_out, &new.left_out);
    let mut types = types::compare(&old.client, &new.client, &renames, &queries);
    for (subject, change) in constraints::compare(&old.document, &new.document) {
        match subject {
            Subject::Component { name, .. } => {
                if let Some(name) = type_of(&name, new) {
                    difference::add(&mut types, &name, None, change);
                }
            }
            Subject::Operation { method, path, .. } => {
                let found = new
                    .client
                    .methods
                    .iter()
                    .find(|(_, it)| it.operation.method == method && it.operation.path == path);
                if let Some((_, found)) = found {
                    difference::add(&mut operations, &found.call(), Some(format!("{method} {path}")), change);
                }
            }
        }
    }
    Difference {
        operations,
        types,
        schemas: Schemas { added: only(&after, &before), removed: only(&before, &after) },
        left_out: Sides { old: old.left_out.operations.clone(), new: new.left_out.operations.clone() },
        documents_differ: old.document != new.document,
    }
}

/// The generated type of a component.
fn type_of(component: &str, outcome: &Outcome) -> Option<String> {
    let name = outcome.lowered.type_name(component);
    outcome.client.types.contains_key(&name).then_some(name)
}

fn schemas(document: &Value) -> BTreeSet<&String> {
    let schemas = document.get("components").and_then(|all| all.get("schemas")).and_then(Value::as_object);
    schemas.into_iter().flatten().map(|(name, _)| name).collect()
}

/// Runs the task: compares the clients of the documents in two files, prints the difference to `out`, and returns it.
///
/// # Errors
///
/// When a file cannot be read, or no client can be generated from it.
pub fn run(template: &Template, args: &Args, out: &mut dyn Write) -> anyhow::Result<Difference> {
    let read = |path: &Path| Input::read_file_or_revision(Path::new(""), path);
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    // A tag may be new, or gone.
    let options = Options { unknown_tags: true, ..args.options.options(template)? };
    let (old, new) = progress::during("generating both clients", || {
        pipeline::both(|| pipeline::run(&old, &options), || pipeline::run(&new, &options))
    });
    let (old, new) = (old?, new?);
    select::require_one(&old, &new)?;
    let difference = compare(&old, &new);
    write!(out, "{}", written(&difference, args.format())?)?;
    Ok(difference)
}

/// The difference as text in the given format.
///
/// # Errors
///
/// When the difference cannot be serialized, which does not happen: it consists of strings.
pub fn written(difference: &Difference, format: Format) -> anyhow::Result<String> {
    Ok(match format {
        Format::Text => text(difference),
        Format::Markdown => markdown(difference),
        Format::Json => {
            let mut value = serde_json::to_value(difference)?;
            value["verdict"] = serde_json::to_value(difference.verdict())?;
            value["step"] = serde_json::json!({
                "before_1.0": difference.step().before_one(), "from_1.0": difference.step().from_one(),
            });
            format!("{}\n", serde_json::to_string_pretty(&value)?)
        }
    })
}
