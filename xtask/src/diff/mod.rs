//! The task `diff`: what differs between the clients of two documents, and which differences break a caller.
//!
//! It compares the generated *clients*, not the documents: methods, and the fields, variants, constructors and
//! traits of types, as the value [`crate::client::Client`]. A caller sees nothing else, and the decisions that make a
//! change breaking are made there: names that come from titles and paths, parameters in a struct, errors by status,
//! `Open` around the enums of responses, `Nullable` in a PATCH, `new` for what a request sends. A comparison of
//! documents would repeat each of these decisions, and be wrong wherever the two disagree. Limits and defaults, which
//! the client does not have, are compared in the documents; they break nobody, because the server enforces them
//! whatever the version of the client.
//!
//! A verdict is about callers who use the client as its documentation asks: they pass arguments by position, make
//! what they send with `new` or `Default` and set fields, read fields of responses by name without destructuring them
//! in full, and match enums of texts with a wildcard arm. The compiler confirms that a caller of the old client
//! compiles against the new one exactly when the verdict says so (`xtask/tests/diff/callers.rs`).
//!
//! # Why not a library
//!
//! `drift` compares OpenAPI documents for teams that deploy servers and clients at different times: its verdicts are
//! about the wire. There, a request's field that becomes optional breaks nobody, and a new enum value in a response
//! or a newly documented error status does; in Rust the first changes a type, and `Open` absorbs the second. `drift`
//! does not look at names and positions, and reads OpenAPI 3.0 only. `cargo-semver-checks` and `public-api` compare
//! Rust, but from rustdoc's JSON: two builds of the crate, minutes instead of a second, and no way back to an
//! operation.

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
pub use self::difference::{Change, Difference, Entry, Fate, Schemas, Step, Verdict};
use self::renames::Renames;
pub use self::report::{markdown, text};
use crate::client::Method;
use crate::pipeline::{self, Input, Outcome, OverlayInput};

/// How the difference is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For a pull request.
    Markdown,
    /// For a machine.
    Json,
}

/// What differs, from the old client to the new one.
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
                if let Some((name, _)) = found {
                    difference::add(&mut operations, name, Some(format!("{method} {path}")), change);
                }
            }
        }
    }
    Difference {
        operations,
        types,
        schemas: Schemas { added: only(&after, &before), removed: only(&before, &after) },
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

/// Runs the task in the workspace at `root`: prints to `out`, and returns, what differs between the documents in two
/// files, each with the workspace's overlay.
///
/// # Errors
///
/// When a file cannot be read, or no client can be made from it.
pub fn run(root: &Path, old: &Path, new: &Path, format: Format, out: &mut dyn Write) -> anyhow::Result<Difference> {
    let overlay = OverlayInput { input: Input::read(root, Path::new("openapi/overlay.yaml"))?, strict: false };
    let read = |path: &Path| Input::read(Path::new(""), path);
    let difference = between(&read(old)?, &read(new)?, &overlay)?;
    write!(out, "{}", written(&difference, format)?)?;
    Ok(difference)
}

/// What differs between the clients of two documents, each with the overlay.
///
/// # Errors
///
/// When no client can be made from one of them.
pub fn between(old: &Input, new: &Input, overlay: &OverlayInput) -> anyhow::Result<Difference> {
    // Each takes some tenths of a second for a whole document.
    let (old, new) = std::thread::scope(|scope| {
        let old = scope.spawn(|| pipeline::run(old, Some(overlay)));
        let new = pipeline::run(new, Some(overlay));
        (old.join(), new)
    });
    let old = old.unwrap_or_else(|payload| std::panic::resume_unwind(payload));
    Ok(compare(&old?, &new?))
}

/// The difference in a format.
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
