//! The whole way from text to source, with what happened on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::Value;

use crate::emit::Files;
use crate::generate::{self, Sources};
use crate::lower::{self, Lowered};
use crate::{fingerprint, overlay, read, untyped};

/// A text and what to call it.
#[derive(Debug, Clone)]
pub struct Input {
    /// The name in messages and in the header of the generated files.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Input {
    /// Reads a file below `root`, and calls it as it is called from there.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is not text.
    pub fn read(root: &Path, path: &Path) -> anyhow::Result<Self> {
        let place = root.join(path);
        let bytes = fs::read(&place).with_context(|| format!("cannot read {}", place.display()))?;
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8 text", place.display()))?;
        // Windows spells the separator otherwise, and the name goes into the header.
        Ok(Self { name: path.display().to_string().replace('\\', "/"), text })
    }
}

/// An overlay, and whether each of its actions must find something.
#[derive(Debug, Clone)]
pub struct OverlayInput {
    /// The overlay itself.
    pub input: Input,
    /// `false` when the overlay was written for another document than the one it is applied to.
    pub strict: bool,
}

/// What came out, and what was done for it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The document with the overlay applied, not yet lowered.
    pub document: Value,
    /// The lowered document.
    pub lowered: Lowered,
    /// The files of `src/generated/`, with their headers.
    pub sources: Sources,
    /// A line per stage: name, what it did, how long it took.
    pub stages: Vec<(&'static str, String, Duration)>,
}

impl Outcome {
    /// The files of `src/generated/`.
    pub fn files(&self) -> Files {
        self.sources.iter().map(|(name, text)| (PathBuf::from(name), text.clone())).collect()
    }
}

/// Runs all stages that need no file system.
///
/// # Errors
///
/// The first stage's error that stops the run, with the place it is about.
pub fn run(document: &Input, overlay: Option<&OverlayInput>) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let read = read::read(&document.name, &document.text)?;
    let version = read.value["openapi"].as_str().unwrap_or_default();
    let stage = ("read", format!("{}: {}, OpenAPI {version}", document.name, read.form), started.elapsed());
    let mut outcome = from_document(document, read, overlay)?;
    outcome.stages.insert(0, stage);
    Ok(outcome)
}

/// Runs the stages after `read`. `document` is what `input` gives when it is read.
///
/// # Errors
///
/// The first stage's error that stops the run, with the place it is about.
pub fn from_document(
    input: &Input,
    document: read::Document,
    overlay: Option<&OverlayInput>,
) -> anyhow::Result<Outcome> {
    let mut stages = Vec::new();
    let mut started = Instant::now();
    let mut done = |name, what| {
        stages.push((name, what, started.elapsed()));
        started = Instant::now();
    };
    let (document, mut value) = (input, document.value);

    if let Some(OverlayInput { input, strict }) = overlay {
        let applied = overlay::apply(&input.name, &input.text, &mut value, *strict)?;
        let idle = match applied.idle {
            0 => String::new(),
            idle => format!(" ({idle} select nothing in this document)"),
        };
        done("overlay", format!("{}: {} actions{idle}", input.name, applied.actions));
    }

    let lowered = lower::lower(value.clone()).with_context(|| format!("{} cannot be lowered", document.name))?;
    let told: Vec<_> = lowered.changes.iter().map(|(pass, count)| format!("{pass} ({count})")).collect();
    let told = if told.is_empty() { "nothing to do".to_owned() } else { told.join(", ") };
    let (untyped, without) = (untyped::untyped(&value).len(), lowered.warnings.len());
    done("lower", format!("{told}; untyped {untyped}, done without {without} (listed by --untyped)"));

    let generated =
        generate::generate(&lowered).with_context(|| format!("no crate can be generated from {}", document.name))?;
    let header = header(document, overlay);
    let sources: Sources =
        generated.sources.into_iter().map(|(name, source)| (name, format!("{header}\n{source}"))).collect();
    let lines: usize = sources.values().map(|source| source.lines().count()).sum();
    let (operations, types) = (generated.operations, generated.types);
    done("generate", format!("{operations} operations, {types} types, {lines} lines in {} files", sources.len()));
    Ok(Outcome { document: value, lowered, sources, stages })
}

/// How a generated file was made. `chift-api`'s build script reads the lines that begin with `// input`.
fn header(document: &Input, overlay: Option<&OverlayInput>) -> String {
    let mut header =
        "// @generated by `cargo xtask regen`. Do not edit: change the input and run it again.\n".to_owned();
    for input in [Some(document), overlay.map(|overlay| &overlay.input)].into_iter().flatten() {
        let fingerprint = fingerprint::fingerprint(input.text.as_bytes());
        // A folder of the maintainer's machine is nobody else's business.
        let name = Path::new(&input.name);
        let name = if name.is_absolute() { name.file_name().map_or(name, Path::new) } else { name };
        header.extend(["// input ", &name.to_string_lossy(), " ", &fingerprint, "\n"]);
    }
    header
}
