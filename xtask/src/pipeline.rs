//! The pipeline from the text of a document to Rust source: [`run`] calls the stages in order, and keeps the result of
//! each.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::client::Client;
use crate::document::origins::Origins;
use crate::document::problem::Problems;
use crate::emit::Files;
use crate::generate::{self, Generated, Sources};
use crate::lower::{self, Diagnostic, Lowered};
use crate::options::{Options, Overlay, Scope, Tool};
use crate::read::Document;
use crate::select::{self, Selected};
use crate::skip::{LeftOut, Refusal, Rest};
use crate::{fingerprint, overlay, read, untyped};

/// The text of a document or an overlay, and its name.
#[derive(Debug, Clone)]
pub struct Input {
    /// The name in messages, and in the header of the generated files, where it is relative to [`Options::folder`].
    pub name: String,
    /// The text.
    pub text: String,
}

impl Input {
    /// Reads the file `path`, which is relative to `root`; its name is `path`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not UTF-8.
    pub fn read(root: &Path, path: &Path) -> anyhow::Result<Self> {
        let place = root.join(path);
        let bytes = fs::read(&place).with_context(|| format!("cannot read {}", place.display()))?;
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8 text", place.display()))?;
        Ok(Self::of(path, text))
    }

    /// The text of the file `path`, which is also its name.
    pub(crate) fn of(path: &Path, text: String) -> Self {
        // The name is part of the header of the generated files, which must be the same on Windows.
        Self { name: path.display().to_string().replace('\\', "/"), text }
    }
}

/// The results of all stages for a document.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The document with the overlay applied and without the parts that are left out, not yet lowered.
    pub document: Value,
    /// The document with the parts that are left out, if there are any.
    pub whole: Option<Value>,
    /// What was selected of the document by tags.
    pub selected: Option<Selected>,
    /// The parts of the document that the client does not have.
    pub left_out: LeftOut,
    /// The lowered document.
    pub lowered: Lowered,
    /// The generated client as a value.
    pub client: Client,
    /// The files of `src/generated/`, with their headers.
    pub sources: Sources,
    /// The places of the document without a type.
    pub untyped: Vec<Diagnostic>,
    /// The stages in the order in which they ran.
    pub stages: Vec<Stage>,
}

/// A stage that has run.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// A summary of its work, in a few words.
    pub summary: String,
    /// Its passes, each with the number of places that it changed.
    pub changes: Vec<(&'static str, usize)>,
    /// How long it took.
    pub took: Duration,
}

impl Stage {
    /// Prints the stage as a line; if `verbose`, also each of its passes that changed something.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub(crate) fn print(&self, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
        let Self { name, summary, changes, took } = self;
        writeln!(out, "{name:>9}  {summary}  [{:.1} ms]", took.as_secs_f64() * 1e3)?;
        let mut changes = changes.iter().filter(|(_, count)| verbose && *count > 0);
        changes.try_for_each(|(pass, count)| writeln!(out, "{count:>18}  {pass}"))
    }
}

impl Outcome {
    /// The files of `src/generated/`.
    pub fn files(&self) -> Files {
        self.sources.iter().map(|(name, text)| (PathBuf::from(name), text.clone())).collect()
    }
}

/// Runs all stages up to the generated source, without the file system.
///
/// # Errors
///
/// The error of the first stage that fails, with the place in the document.
pub fn run(input: &Input, options: &Options) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let document = read::read(&input.name, &input.text)?;
    let version = document.value["openapi"].as_str().unwrap_or_default();
    let summary = format!("{}: {}, OpenAPI {version}", input.name, document.form);
    let read = Stage { name: "read", summary, changes: Vec::new(), took: started.elapsed() };
    let mut outcome = from_document(input, document, options)?;
    outcome.stages.insert(0, read);
    Ok(outcome)
}

/// Generates the clients of an old and a new document in parallel, because each takes some tenths of a second for a
/// whole document.
pub(crate) fn both(
    old: impl FnOnce() -> anyhow::Result<Outcome> + Send,
    new: impl FnOnce() -> anyhow::Result<Outcome>,
) -> (anyhow::Result<Outcome>, anyhow::Result<Outcome>) {
    let (old, new) = thread::scope(|scope| {
        let old = scope.spawn(old);
        let new = new();
        (old.join(), new)
    });
    (old.unwrap_or_else(|_| bail!("generating the old client panicked; this is a defect of xtask")), new)
}

/// Like [`run`], for a document that was already read from `input`.
///
/// # Errors
///
/// The error of the first stage that fails, with the place in the document.
pub fn from_document(input: &Input, document: Document, options: &Options) -> anyhow::Result<Outcome> {
    let mut stages = Vec::new();
    let mut value = document.value;
    let overlays: Vec<&Overlay> = options.overlays.iter().filter(|overlay| overlay.applies_to(&value)).collect();
    for Overlay { input, scope } in &overlays {
        let started = Instant::now();
        let applied = overlay::apply(&input.name, &input.text, &mut value, *scope == Scope::This)?;
        let idle = match applied.idle {
            0 => String::new(),
            idle => format!(" ({idle} select nothing in this document)"),
        };
        let summary = format!("{}: {} actions{idle}", input.name, applied.actions);
        stages.push(Stage { name: "overlay", summary, changes: Vec::new(), took: started.elapsed() });
    }

    let started = Instant::now();
    let selected = select::by_tags(&input.name, &mut value, &options.tags);
    if let Some(selected) = &selected {
        if let Some(unknown) = selected.unknown.first().filter(|_| !options.unknown_tags) {
            return Err(unknown.clone().into());
        }
        let (summary, took) = (selected.summary(), started.elapsed());
        stages.push(Stage { name: "select", summary, changes: Vec::new(), took });
    }

    let started = Instant::now();
    let whole = options.skip_unsupported.then(|| value.clone());
    let mut rest = Rest::new(value, !options.skip_unsupported);
    let made = made(&mut rest).filter(|_| options.skip_unsupported || rest.problems.is_empty());
    let Some(Made { lowered, lowering, generated, generating }) = made else {
        return Err(Refusal::new(&input.name, rest).into());
    };
    let Rest { document, left_out, .. } = rest;
    if !left_out.is_empty() {
        let (operations, components) = (left_out.operations.len(), left_out.components.len());
        let summary = format!("{operations} operations and {components} components are left out (--report lists them)");
        let took = started.elapsed().saturating_sub(lowering + generating);
        stages.push(Stage { name: "skip", summary, changes: Vec::new(), took });
    }

    let untyped = untyped::list(&document);
    let (places, features) = (untyped.len(), lowered.diagnostics.len());
    let summary = format!("{places} places without a type, {features} features not supported (--report lists them)");
    stages.push(Stage { name: "lower", summary, changes: lowered.changes.clone(), took: lowering });

    let started = Instant::now();
    let Generated { client, sources, changes } = generated;
    let tags = selected.as_ref().map_or(&[][..], |selected| &selected.tags);
    let header = header(input, &overlays, options, tags);
    let sources: Sources = sources.into_iter().map(|(name, source)| (name, format!("{header}\n{source}"))).collect();
    let lines: usize = sources.values().map(|source| source.lines().count()).sum();
    let (operations, types, files) = (client.methods.len(), client.types.len(), sources.len());
    let summary = format!("{operations} operations, {types} types, {lines} lines in {files} files");
    stages.push(Stage { name: "generate", summary, changes, took: generating + started.elapsed() });
    let whole = whole.filter(|_| !left_out.is_empty());
    Ok(Outcome { document, whole, selected, left_out, lowered, client, sources, untyped, stages })
}

/// A client, and how long the stages took.
struct Made {
    lowered: Lowered,
    lowering: Duration,
    generated: Generated,
    generating: Duration,
}

/// How often parts are left out before the document is refused. Each stage finds the problems that earlier ones hide.
const ROUNDS: usize = 16;

/// Makes a client of the document without the parts that are refused; `None` if what remains is refused too.
fn made(rest: &mut Rest) -> Option<Made> {
    for _ in 0..ROUNDS {
        match attempt(rest) {
            Ok(made) => return Some(made),
            Err(problems) if !rest.leave_out(&problems) => return None,
            Err(_) => {}
        }
    }
    None
}

/// Lowers what remains of a document and generates a client from it. The places of the problems are those in it.
fn attempt(rest: &Rest) -> Result<Made, Problems> {
    let Rest { document, left_out, .. } = rest;
    let started = Instant::now();
    let lowered = lower::lower(document.clone())
        .map_err(|problems| problems.at(|place| Origins::default().within(place, document)))?;
    let lowering = started.elapsed();
    let generated = generate::generate(&lowered, left_out)
        .map_err(|problems| problems.at(|place| lowered.origins.within(place, document)))?;
    Ok(Made { lowered, lowering, generated, generating: started.elapsed().saturating_sub(lowering) })
}

/// The header of a generated file, which lists the inputs that the file was generated from. `chift-api`'s build script
/// reads the lines that begin with `// input`.
fn header(input: &Input, overlays: &[&Overlay], options: &Options, tags: &[String]) -> String {
    let tool = options.tool;
    let mut flags = String::new();
    // In a team's repository, the flags are kept beside the document.
    if tool == Tool::Xtask {
        if options.skip_unsupported {
            flags.push_str(" --skip-unsupported");
        }
        flags.push_str(&select::flag(tags));
    }
    let mut header =
        format!("// @generated by `{tool} regen{flags}`. Do not edit: change the input and run it again.\n");
    for input in [input].into_iter().chain(overlays.iter().map(|overlay| &overlay.input)) {
        let fingerprint = fingerprint::fingerprint(input.text.as_bytes());
        // An absolute path would contain the folders of the maintainer's machine.
        let name = Path::new(&input.name);
        let name = name.strip_prefix(&options.folder).unwrap_or(name);
        let name = if name.is_absolute() { name.file_name().map_or(name, Path::new) } else { name };
        header.extend(["// input ", &name.to_string_lossy(), " ", &fingerprint, "\n"]);
    }
    header
}

/// The command that a generated file names in its header.
pub(crate) fn command_of(source: &str) -> Option<&str> {
    source.lines().next()?.strip_prefix("// @generated by `")?.split('`').next()
}
