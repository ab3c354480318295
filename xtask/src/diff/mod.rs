//! The task `diff`: what differs between the clients of two documents, and what of it breaks a caller.
//!
//! What is compared is not the documents but the *clients* that are generated from them: the methods, and
//! the types' fields, variants, constructors and traits, read from the generated source before it is
//! formatted. A caller sees nothing else, and only there stand the decisions that make a change break or
//! not: names that come from titles and paths, parameters gathered in a struct, errors gathered by status,
//! `Open` around what an answer reaches, `Nullable` in a PATCH, `new` for what a request reaches. A
//! comparison of documents would have to make each of these decisions a second time, and be wrong whenever
//! the two differ. What the client does not have (limits, defaults) is told from the documents, and breaks
//! nobody: the server decides by it, whatever the version of the client.
//!
//! Verdicts are about callers who keep to what this client promises: they call methods with positional
//! arguments; make what they send by `new` or `Default` and set fields; read fields of answers by name, and
//! neither take answers apart in full nor make them; and match enums of texts with an arm for the rest.
//! That a caller of the old client compiles against the new one exactly when the verdict says so is tested
//! with the compiler (`xtask/tests/diff/callers.rs`).
//!
//! # Why not a library
//!
//! `drift` compares OpenAPI documents well, for those who deploy servers and clients at different times: its
//! verdicts are about what is on the wire. There a field of a request that becomes optional breaks nobody,
//! and a new value of an answer's enum, or a newly documented error status, does; in Rust the first changes
//! a type and the second is what `Open` is for. It knows nothing of names and positions, and reads 3.0
//! only. `cargo-semver-checks` and `public-api` compare Rust, but from rustdoc's JSON: two builds of the
//! crate, minutes instead of a second, and nothing that leads back to an operation.

mod args;
mod arguments;
mod checks;
mod difference;
mod operations;
mod renames;
mod report;
mod surface;
mod types;

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use heck::ToPascalCase as _;
use serde_json::Value;

pub use self::args::Args;
use self::checks::Subject;
pub use self::difference::{Change, Difference, Entry, Fate, Schemas, Step, Verdict};
use self::renames::Renames;
pub use self::report::{markdown, text};
use self::surface::Surface;
use crate::pipeline::{Input, Outcome, OverlayInput};
use crate::{generate, lower, overlay, read};

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

/// A document with the client that is made from it.
#[derive(Debug, Clone)]
pub struct Side {
    document: Value,
    surface: Surface,
    /// The components that have another name in the client.
    renamed: HashMap<String, String>,
}

impl Side {
    /// Reads a document, applies the overlay and generates the client.
    ///
    /// # Errors
    ///
    /// The first stage's error that stops the run, with the place it is about.
    pub fn read(input: &Input, overlay: Option<&OverlayInput>) -> anyhow::Result<Self> {
        let mut document = read::read(&input.name, &input.text)?.value;
        if let Some(OverlayInput { input, strict }) = overlay {
            overlay::apply(&input.name, &input.text, &mut document, *strict)?;
        }
        let lowered = lower::lower(document.clone()).with_context(|| format!("{} cannot be lowered", input.name))?;
        let (client, _) = generate::client(&lowered.value)
            .with_context(|| format!("no client can be generated from {}", input.name))?;
        Ok(Self { document, surface: surface::read(&client, &lowered.value), renamed: lowered.renamed })
    }

    /// The client that a pipeline made.
    ///
    /// # Errors
    ///
    /// When the client cannot be generated a second time.
    pub fn of(outcome: &Outcome) -> anyhow::Result<Self> {
        let lowered = &outcome.lowered;
        let (client, _) = generate::client(&lowered.value)?;
        let surface = surface::read(&client, &lowered.value);
        Ok(Self { document: outcome.document.clone(), surface, renamed: lowered.renamed.clone() })
    }

    /// The generated type for a component.
    fn rust_name(&self, component: &str) -> Option<String> {
        let name = self.renamed.get(component).map_or(component, String::as_str).to_pascal_case();
        self.surface.types.contains_key(&name).then_some(name)
    }

    fn schemas(&self) -> BTreeSet<&String> {
        let schemas = self.document.get("components").and_then(|all| all.get("schemas")).and_then(Value::as_object);
        schemas.into_iter().flatten().map(|(name, _)| name).collect()
    }
}

/// What differs, from the old to the new.
pub fn compare(old: &Side, new: &Side) -> Difference {
    let pairs = operations::pair(&old.surface, &new.surface);
    let calls: Vec<_> = pairs.iter().map(|((_, was), (_, is))| (*was, *is)).collect();
    let renames = Renames::find(&old.surface, &new.surface, &calls);
    let queries = |side: &'_ Surface| -> BTreeSet<String> {
        side.operations.values().filter_map(|call| call.query()).map(str::to_owned).collect()
    };
    let queries: BTreeSet<String> = queries(&old.surface).into_iter().chain(queries(&new.surface)).collect();
    let queries: BTreeSet<&str> = queries.iter().map(String::as_str).collect();
    let (before, after) = (old.schemas(), new.schemas());
    let only = |one: &BTreeSet<&String>, other: &BTreeSet<&String>| -> Vec<String> {
        one.difference(other).map(|name| (*name).clone()).collect()
    };
    let mut operations = operations::compare(&old.surface, &new.surface, &pairs, &renames);
    let mut types = types::compare(&old.surface, &new.surface, &renames, &queries);
    for (subject, change) in checks::compare(&old.document, &new.document) {
        match subject {
            Subject::Component { name, .. } => {
                if let Some(name) = new.rust_name(&name) {
                    difference::add(&mut types, &name, None, change);
                }
            }
            Subject::Operation { method, path, .. } => {
                let found = new.surface.operations.iter().find(|(_, it)| it.method == method && it.path == path);
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

/// Runs the task in the workspace at `root`: tells `out` what differs between the documents in two files,
/// each with the workspace's overlay; returns it.
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

/// What differs between two documents, each with the overlay.
///
/// # Errors
///
/// When no client can be made from one of them.
pub fn between(old: &Input, new: &Input, overlay: &OverlayInput) -> anyhow::Result<Difference> {
    // Each takes about half a second of a whole document.
    let (old, new) = std::thread::scope(|scope| {
        let old = scope.spawn(|| Side::read(old, Some(overlay)));
        let new = Side::read(new, Some(overlay));
        (old.join(), new)
    });
    let old = old.map_err(|_| anyhow::anyhow!("reading the old document panicked; this is a defect of xtask"))?;
    Ok(compare(&old?, &new?))
}

/// The difference in a format.
///
/// # Errors
///
/// None that can happen: it is made of texts.
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
