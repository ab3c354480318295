//! The task `update`: Chift's new document is fetched, or put together from pages of its documentation,
//! becomes `openapi/chift.yaml`, and the client is generated from it.
//!
//! All is done in memory first, up to the generated source. Then the document, the generated folder and the
//! changelog take their places together; when anything fails, before or then, no file has changed.

mod changelog;
mod exchange;
mod fetch;
mod merge;
mod stale;
mod versions;
mod yaml;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;

use self::exchange::Content;
pub use self::fetch::Patience;
use self::fetch::{Fetched, fetch};
use self::merge::Part;
use self::versions::Versions;
use crate::fingerprint::fingerprint;
use crate::pipeline::{self, Input, OverlayInput, Stage};
use crate::{diff, emit, read};

/// Where Chift publishes its document.
pub const LIVE: &str = "https://api.chift.eu/openapi.json";

const DOCUMENT: &str = "openapi/chift.yaml";
const OVERLAY: &str = "openapi/overlay.yaml";
const GENERATED: &str = "chift-api/src/generated";
const CHANGELOG: &str = "chift-api/CHANGELOG.md";

/// What `update` is asked to do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Addresses or files: one whole document, or pages.
    pub from: Vec<String>,
    /// Write nothing.
    pub dry_run: bool,
    /// How long to wait for a server.
    pub patience: Patience,
}

/// Runs the task in the workspace at `root`, telling `out` what was done.
///
/// # Errors
///
/// When a source cannot be had or read, pages contradict each other, an action of the overlay selects nothing,
/// a stage refuses the document, or a file cannot be written; no file has changed then.
pub fn run(root: &Path, options: &Options, out: &mut dyn Write) -> anyhow::Result<()> {
    let present = Input::read(root, Path::new(DOCUMENT))?;
    let overlay = Input::read(root, Path::new(OVERLAY))?;
    let mut versions = Versions::read(root);
    let taken = take(options, &present, &versions)?;
    writeln!(out, "{:>9}  {}", "take", taken.told)?;

    let stale = stale::report(&overlay, &taken.value)?;
    if !stale.is_empty() {
        bail!("{stale}  hint: the vendor changed these parts; adapt the actions or remove them, and run this again");
    }
    let document = Input { name: DOCUMENT.to_owned(), text: taken.text };
    let strict = OverlayInput { input: overlay, strict: true };
    let outcome = pipeline::run(&document, Some(&strict))?;
    for Stage { name, summary, took, .. } in outcome.stages.iter().filter(|stage| stage.name != "read") {
        writeln!(out, "{name:>9}  {summary}  [{:.1} ms]", took.as_secs_f64() * 1e3)?;
    }
    let lenient = OverlayInput { strict: false, ..strict };
    let before = pipeline::run(&present, Some(&lenient)).context("the documents cannot be compared")?;
    let difference = diff::compare(&before, &outcome);
    writeln!(out, "\n{}", diff::text(&difference))?;

    let mut targets: Vec<(PathBuf, Content)> = Vec::new();
    if document.text != present.text {
        targets.push((root.join(DOCUMENT), Content::File(document.text.clone())));
    }
    if !emit::differences(&root.join(GENERATED), &outcome.files())?.is_empty() {
        targets.push((root.join(GENERATED), Content::Folder(outcome.files())));
    }
    if difference.documents_differ {
        let name = format!("`{}`", fingerprint(document.text.as_bytes()));
        let before = fs::read_to_string(root.join(CHANGELOG)).ok();
        let text = changelog::add(before.as_deref(), &name, &diff::markdown(&difference));
        if before.as_ref() != Some(&text) {
            targets.push((root.join(CHANGELOG), Content::File(text)));
        }
    }
    if !options.dry_run {
        exchange::exchange(&targets)?;
        if let Some((source, etag)) = taken.version {
            versions.note(&source, etag, &document.text);
        }
    }
    let verb = if options.dry_run { "would be written" } else { "written" };
    for (place, _) in &targets {
        writeln!(out, "{:>9}  {} {verb}", "emit", place.strip_prefix(root).unwrap_or(place).display())?;
    }
    if targets.is_empty() {
        writeln!(out, "{:>9}  nothing to write: all is as it was", "emit")?;
    }
    Ok(())
}

/// A document that is to be the checked-in one.
struct Taken {
    value: Value,
    /// The text of `openapi/chift.yaml`.
    text: String,
    /// Where it is from.
    told: String,
    /// The source and what it calls this version, where that is known.
    version: Option<(String, String)>,
}

fn take(options: &Options, present: &Input, versions: &Versions) -> anyhow::Result<Taken> {
    let known = read::read(&present.name, &present.text)?.value;
    let unchanged = |told| Taken { value: known.clone(), text: present.text.clone(), told, version: None };
    let mut version = None;
    let mut texts = Vec::new();
    for source in &options.from {
        let etag = versions.etag(source, &present.text).filter(|_| options.from.len() == 1);
        match fetch(source, etag, options.patience)? {
            Fetched::Unchanged => return Ok(unchanged(format!("{source} has not changed since it was taken"))),
            Fetched::Text { text, etag } => {
                version = etag.map(|etag| (source.clone(), etag));
                texts.push((source, text));
            }
        }
    }
    let mut pages = Vec::new();
    let mut whole = Vec::new();
    for (source, text) in &texts {
        let document = read::read(source, text)?;
        let list = if document.form == read::PAGE { &mut pages } else { &mut whole };
        list.push((Part { name: (*source).clone(), value: document.value }, text.as_str()));
    }
    let told = options.from.join(", ");
    let (value, own_text) = match (whole.len(), pages.len()) {
        (1, 0) => (whole.remove(0).0.value, None),
        (0, 1..) => {
            let base = Part { name: present.name.clone(), value: known.clone() };
            let (parts, texts): (Vec<Part>, Vec<&str>) = pages.into_iter().unzip();
            let merged = merge::merge(&base, &parts).context("the pages cannot be merged into the document")?;
            // The text of a page that is the whole document stays as the vendor wrote it.
            let own = parts.first().is_some_and(|page| page.value == merged).then(|| block(&texts)).flatten();
            (merged, own)
        }
        (0, 0) => bail!("no source was given; name one with --from"),
        _ => bail!("--from takes one whole document or any number of documentation pages, not both; given: {told}"),
    };
    // Where nothing has changed, not even the way it is written does.
    if value == known {
        return Ok(Taken { version, ..unchanged(told) });
    }
    let text = match own_text {
        Some(text) => text,
        None => yaml::write(&value)?,
    };
    let version = version.filter(|_| options.from.len() == 1);
    Ok(Taken { value, text, told, version })
}

/// The YAML of the one page.
fn block(texts: &[&str]) -> Option<String> {
    let [page] = texts else { return None };
    let block = read::fenced_document(page).ok().flatten()?;
    (!block.trim_start().starts_with('{')).then(|| block.to_owned())
}
