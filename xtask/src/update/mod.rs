//! The task `update`: writes a new document to `openapi/chift.yaml`, and generates the client from it.
//!
//! All results exist in memory before the first file is written. Then the document, the generated folder and the
//! changelog are replaced together. If any step fails, no file changes.

mod changelog;
mod fetch;
mod merge;
mod sources;
mod stale;
mod versions;
mod yaml;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

pub use self::fetch::Timeouts;
use self::sources::NewDocument;
use self::versions::Versions;
use crate::diff::{self, Difference};
use crate::emit::{self, Content};
use crate::fingerprint::fingerprint;
use crate::options::{DOCUMENT, Options, Scope};
use crate::overlay::OverlayError;
use crate::pipeline::{self, Input, Outcome};
use crate::{progress, read};

/// The URL at which Chift publishes its document.
pub const PUBLISHED: &str = "https://api.chift.eu/openapi.json";

const GENERATED: &str = "chift-api/src/generated";
const CHANGELOG: &str = "chift-api/CHANGELOG.md";

/// Update openapi/chift.yaml, report what changes for callers, and regenerate chift-api; on an error, no file changes
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// One whole document (JSON or YAML), or pages of Chift's documentation, which are merged into the present
    /// document
    #[arg(long, value_name = "URL|FILE", num_args = 1.., default_value = PUBLISHED)]
    pub from: Vec<String>,
    /// Report what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// List the passes of each stage, with the number of places that each one changes
    #[arg(long)]
    pub verbose: bool,
    /// Leave out the operations that cannot be generated, and list them; otherwise the document is refused
    #[arg(long)]
    pub skip_unsupported: bool,
    /// Generate only the operations with any of these tags, POST /token, and the types that they reach; the document is
    /// written whole
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub tags: Vec<String>,
    /// How long to wait for a server.
    #[arg(skip)]
    pub timeouts: Timeouts,
}

/// Runs the task in the workspace at `root`, and reports each step to `out`.
///
/// # Errors
///
/// When a source cannot be fetched or read, pages conflict, an action of the overlay selects nothing, a stage
/// refuses the document, or a file cannot be written. In all these cases, no file is changed.
pub fn run(root: &Path, args: &Args, out: &mut dyn Write) -> anyhow::Result<()> {
    let present = Input::read(root, Path::new(DOCUMENT))?;
    let present_document = read::read(&present.name, &present.text)?;
    let options = Options { tags: args.tags.clone(), ..Options::of_workspace(root, args.skip_unsupported)? };
    let mut versions = Versions::read(root);
    let NewDocument { text, document, origin, version } = sources::read(args, &present, &present_document, &versions)?;
    writeln!(out, "{:>9}  {origin}", "read")?;

    let new = Input { name: DOCUMENT.to_owned(), text };
    let (old, outcome) = progress::during("generating the client", || {
        if new.text == present.text {
            return generate(&new, document, &options).map(|outcome| (None, outcome));
        }
        generate_both((&present, present_document), (&new, document), &options).map(|(old, new)| (Some(old), new))
    })?;
    let difference = diff::compare(old.as_ref().unwrap_or(&outcome), &outcome);
    for stage in &outcome.stages {
        stage.print(args.verbose, out)?;
    }
    for operation in &outcome.left_out.operations {
        writeln!(out, "{:>9}  {operation}", "left out")?;
    }
    writeln!(out, "\n{}", diff::text(&difference))?;

    let targets = targets(root, &present, &new, &outcome, &difference)?;
    if !args.dry_run {
        emit::replace_all(&targets)?;
        if let Some((source, etag)) = version {
            versions.record(&source, etag, &new.text);
        }
    }
    let verb = if args.dry_run { "would be written" } else { "written" };
    for (path, _) in &targets {
        writeln!(out, "{:>9}  {} {verb}", "emit", path.strip_prefix(root).unwrap_or(path).display())?;
    }
    if targets.is_empty() {
        writeln!(out, "{:>9}  nothing to write: all files are up to date", "emit")?;
    }
    Ok(())
}

/// Generates the new client. When actions of the overlay select nothing, the error lists all of them, each with
/// candidate locations.
fn generate(input: &Input, document: read::Document, options: &Options) -> anyhow::Result<Outcome> {
    let generated = pipeline::from_document(input, document, options);
    let Err(error) = generated else { return generated };
    if let (Some(OverlayError::SelectsNothing { .. }), Some(overlay)) = (error.downcast_ref(), &options.overlay) {
        let stale = stale::report(&overlay.input, &read::read(&input.name, &input.text)?.value)?;
        bail!("{stale}  hint: Chift changed these parts; adapt or remove the actions, and run the command again");
    }
    Err(error)
}

/// Generates the old client, for the comparison, and the new one in parallel. For a whole document, each of them takes
/// about half a second.
fn generate_both(
    (old, old_document): (&Input, read::Document),
    (new, new_document): (&Input, read::Document),
    options: &Options,
) -> anyhow::Result<(Outcome, Outcome)> {
    // The overlay is written for the new document, so an action may select nothing in the old one, which may also lack a
    // tag.
    let mut lenient = Options { unknown_tags: true, ..options.clone() };
    lenient.overlay.iter_mut().for_each(|overlay| overlay.scope = Scope::OtherVersion);
    let (old, new) = pipeline::both(
        || pipeline::from_document(old, old_document, &lenient),
        || generate(new, new_document, options),
    );
    let new = new?;
    Ok((old.context("no client can be generated from the present document, which is compared with the new one")?, new))
}

/// The files and folders that change.
fn targets(
    root: &Path,
    present: &Input,
    new: &Input,
    outcome: &Outcome,
    difference: &Difference,
) -> anyhow::Result<Vec<(PathBuf, Content)>> {
    let mut targets = Vec::new();
    if new.text != present.text {
        targets.push((root.join(DOCUMENT), Content::File(new.text.clone())));
    }
    let generated = outcome.files();
    if !emit::holds(&root.join(GENERATED), &generated)? {
        targets.push((root.join(GENERATED), Content::Folder(generated)));
    }
    if difference.documents_differ {
        let name = format!("`{}`", fingerprint(new.text.as_bytes()));
        let present = fs::read_to_string(root.join(CHANGELOG)).ok();
        let text = changelog::add(present.as_deref(), &name, &diff::markdown(difference));
        if present.as_ref() != Some(&text) {
            targets.push((root.join(CHANGELOG), Content::File(text)));
        }
    }
    Ok(targets)
}
