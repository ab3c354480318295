//! The task `update`: writes a new document to `openapi/chift.yaml`, and generates the client from it.
//!
//! All results exist in memory before the first file is written. Then the document, its origin, the generated files and
//! the changelog are replaced together. If any step fails, no file changes.

mod changelog;
mod fetch;
mod merge;
mod sources;
mod stale;
mod versions;

use std::io::Write;
use std::path::Path;
use std::{env, fs};

use anyhow::{Context as _, bail};

pub use self::fetch::Timeouts;
pub(crate) use self::fetch::shown;
use self::sources::NewDocument;
use self::versions::Versions;
use crate::diff::{self, Difference};
use crate::emit::{self, Content, Target};
use crate::fingerprint::fingerprint;
use crate::layout::Layout;
use crate::options::{DOCUMENT, OVERLAY, Options, Scope};
use crate::origin::{self, ORIGIN, Origin};
use crate::overlay::{self, OverlayError};
use crate::pipeline::{self, Input, Outcome};
use crate::regen::{self, Detail, Status};
use crate::scaffold::Membership;
use crate::{progress, read};

/// The URL at which Chift publishes its document.
pub const PUBLISHED: &str = "https://api.chift.eu/openapi.json";

/// Update openapi/chift.yaml, report what changes for callers, and regenerate chift-api; on an error, no file changes
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// One whole document (JSON or YAML), or pages of Chift's documentation, which are merged into the present
    /// document [default: `openapi.json` of Chift's server, or of the server in CHIFT_BASE_URL]
    #[arg(long, value_name = "URL|FILE", num_args = 1..)]
    pub from: Vec<String>,
    /// Report what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// List the passes of each stage, with the number of places that each one changes
    #[arg(long)]
    pub verbose: bool,
    /// Write nothing; exit with code 3 if anything would change
    #[arg(long, conflicts_with = "dry_run")]
    pub check: bool,
    /// Leave out the operations that cannot be generated, and list them; otherwise the document is refused. Later runs
    /// do the same, until `--skip-unsupported=false`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub skip_unsupported: Option<bool>,
    /// Generate only the operations with any of these tags, POST /token, and the types that they reach; the document is
    /// written whole. Later runs do the same, until `--tags ''`
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub tags: Vec<String>,
    /// How long to wait for a server.
    #[arg(skip)]
    pub timeouts: Timeouts,
}

impl Args {
    /// The sources that the command line names, or else the one that the environment or the default names.
    fn sources(&self) -> anyhow::Result<Vec<String>> {
        if !self.from.is_empty() {
            return Ok(self.from.clone());
        }
        let base_url = env::var("CHIFT_BASE_URL").ok().filter(|url| !url.trim().is_empty());
        Ok(vec![published_at(base_url.as_deref())?])
    }
}

/// The URL of the document on the server at `base_url`, or on Chift's.
fn published_at(base_url: Option<&str>) -> anyhow::Result<String> {
    let Some(base_url) = base_url.map(str::trim) else { return Ok(PUBLISHED.to_owned()) };
    if !fetch::is_url(base_url) {
        bail!("CHIFT_BASE_URL is not a URL that begins with https:// or http://");
    }
    Ok(format!("{}/openapi.json", base_url.trim_end_matches('/')))
}

/// What an update writes, beside the generated files.
pub(crate) struct Update {
    /// The new client.
    pub(crate) outcome: Outcome,
    /// The document, its origin, the overlay and the changelog.
    pub(crate) targets: Vec<Target>,
    /// The source and the ETag of the new version.
    version: Option<(String, String)>,
    versions: Versions,
    text: String,
}

impl Update {
    /// Records the version of the document after its files were written.
    fn record(mut self) {
        if let Some((source, etag)) = self.version {
            self.versions.record(&source, etag, &self.text);
        }
    }
}

/// Runs the task in the workspace at `root`, and reports each step to `out`.
///
/// # Errors
///
/// When a source cannot be fetched or read, pages conflict, an action of the overlay selects nothing, a stage
/// refuses the document, or a file cannot be written. In all these cases, no file is changed.
pub fn run(root: &Path, args: &Args, out: &mut dyn Write) -> anyhow::Result<Status> {
    let layout = Layout::workspace(root);
    let update = prepare(&layout, args, None, out)?;
    let mut targets = update.targets.clone();
    targets.extend(layout.generated(&update.outcome, Membership::Member)?);
    let targets = emit::differing(targets)?;
    if !args.check && !args.dry_run {
        emit::replace_all(&targets)?;
        update.record();
    }
    print_targets(&layout, args, &targets, out)
}

/// Prints what was written or would be.
pub(crate) fn print_targets(
    layout: &Layout<'_>,
    args: &Args,
    targets: &[Target],
    out: &mut dyn Write,
) -> anyhow::Result<Status> {
    let verb = if args.check || args.dry_run { "would be written" } else { "written" };
    for (path, _) in targets {
        writeln!(out, "{:>9}  {} {verb}", "emit", layout.shown(path))?;
    }
    if targets.is_empty() {
        writeln!(out, "{:>9}  nothing to write: all files are up to date", "emit")?;
    }
    if args.check && !targets.is_empty() {
        writeln!(out, "{:>9}  out of date; to update: {} update", "check", layout.tool())?;
        return Ok(Status::Stale);
    }
    Ok(Status::UpToDate)
}

/// Reads the new document, generates its client, and prints how it differs from the present one. `overlay` is the text
/// of an overlay that replaces the present one.
pub(crate) fn prepare(
    layout: &Layout<'_>,
    args: &Args,
    overlay: Option<&str>,
    out: &mut dyn Write,
) -> anyhow::Result<Update> {
    let tool = layout.tool();
    let present = layout.document()?;
    let present = match &present {
        Some(input) => Some((input, read::read(&input.name, &input.text)?)),
        None => None,
    };
    let known = Origin::read(&layout.folder)?;
    let old_origin = known.clone().unwrap_or_default();
    let versions = Versions::read(layout.versions());
    let sources = args.sources()?;
    let borrowed = present.as_ref().map(|(input, document)| (*input, document));
    let NewDocument { text, document, origin: read, version } =
        sources::read(&sources, args.timeouts, borrowed, &versions)?;
    writeln!(out, "{:>9}  {read}", "read")?;

    let new = layout.input(DOCUMENT, text);
    let fingerprint = fingerprint(new.text.as_bytes());
    // The same document from another source keeps its origin, so that an update from a copy changes no file.
    let source = match &known {
        Some(known) if known.fingerprint == fingerprint => known.source.clone(),
        _ => origin::names(&sources),
    };
    let generator = env!("CARGO_PKG_VERSION").to_owned();
    let skip_unsupported = args.skip_unsupported.unwrap_or(old_origin.skip_unsupported);
    let mut origin = Origin { source, fingerprint, generator, skip_unsupported, tags: old_origin.tags.clone() };
    origin.select(&args.tags);

    let mut targets = vec![
        (layout.folder.join(DOCUMENT), Content::File(new.text.clone())),
        (layout.folder.join(ORIGIN), Content::File(origin.text(tool)?)),
    ];
    let old_options = layout.options(&old_origin)?;
    let options = match overlay {
        Some(text) => {
            targets.push((layout.folder.join(OVERLAY), Content::File(text.to_owned())));
            layout.options_with(Some(layout.input(OVERLAY, text.to_owned())), &origin)?
        }
        None => layout.options(&origin)?,
    };
    let is_same = present.as_ref().is_some_and(|(input, _)| input.text == new.text)
        && overlay.is_none()
        && origin.skip_unsupported == old_origin.skip_unsupported
        && origin.tags == old_origin.tags;
    let (old, outcome) = progress::during("generating the client", || match present {
        Some(present) if !is_same => {
            let (old, outcome) = generate_both((present.0, present.1, &old_options), (&new, document, &options))?;
            Ok((Some((present.0, old)), outcome))
        }
        _ => generate(&new, document, &options).map(|outcome| (None, outcome)),
    })?;
    regen::print(&outcome, Detail { verbose: args.verbose, report: false }, out)?;
    let path = layout.changelog();
    let changelog = fs::read_to_string(&path).unwrap_or_else(|_| changelog::new(tool));
    let changelog = if let Some((present, old)) = old {
        let mut difference = diff::compare(&old, &outcome);
        difference.locate(present, &new);
        writeln!(out, "\n{}", diff::text(&difference))?;
        changed(&changelog, present, &new, &options, &difference)
    } else {
        changelog
    };
    targets.push((path, Content::File(changelog)));
    Ok(Update { outcome, targets, version, versions, text: new.text })
}

/// The changelog with the difference.
fn changed(changelog: &str, old: &Input, new: &Input, options: &Options, difference: &Difference) -> String {
    if !difference.documents_differ {
        return changelog.to_owned();
    }
    let cause = if old.text == new.text {
        // Each overlay and each option gives another client of the same document.
        let overlays: Vec<&str> = options.overlays.iter().map(|overlay| overlay.input.text.as_str()).collect();
        let texts = format!("{}{:?}{}", options.skip_unsupported, options.tags, overlays.concat());
        format!("Overlay and options `{}`", fingerprint(texts.as_bytes()))
    } else {
        format!("Chift's document `{}`", fingerprint(new.text.as_bytes()))
    };
    changelog::add(changelog, &cause, &diff::changelog(difference))
}

/// Generates the new client. When actions of an overlay select nothing, the error lists all of them, each with
/// candidate locations.
fn generate(input: &Input, document: read::Document, options: &Options) -> anyhow::Result<Outcome> {
    let generated = pipeline::from_document(input, document, options);
    let Err(error) = generated else { return generated };
    if let Some(OverlayError::SelectsNothing { name, .. }) = error.downcast_ref() {
        let mut document = read::read(&input.name, &input.text)?.value;
        for overlay in options.overlays.iter().filter(|overlay| overlay.applies_to(&document)).collect::<Vec<_>>() {
            if overlay.input.name == *name {
                let stale = stale::report(&overlay.input, &document)?;
                bail!(
                    "{stale}  hint: Chift changed these parts; adapt or remove the actions, and run the command again"
                );
            }
            overlay::apply(&overlay.input.name, &overlay.input.text, &mut document, false)?;
        }
    }
    Err(error)
}

/// Generates the old client, for the comparison, and the new one in parallel. For a whole document, each of them takes
/// about half a second.
fn generate_both(
    (old, old_document, old_options): (&Input, read::Document, &Options),
    (new, new_document, options): (&Input, read::Document, &Options),
) -> anyhow::Result<(Outcome, Outcome)> {
    // An overlay may be adapted to the new document already, so its actions may select nothing in the old one, which may
    // also lack a tag.
    let mut lenient = Options { unknown_tags: true, ..old_options.clone() };
    for overlay in lenient.overlays.iter_mut().filter(|overlay| overlay.scope == Scope::This) {
        overlay.scope = Scope::OtherVersion;
    }
    let (old, new) = pipeline::both(
        || pipeline::from_document(old, old_document, &lenient),
        || generate(new, new_document, options),
    );
    let new = new?;
    Ok((old.context("no client can be generated from the present document, which is compared with the new one")?, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_source_is_chifts_server_or_the_one_of_the_environment() {
        assert_eq!(published_at(None).unwrap(), PUBLISHED);
        assert_eq!(published_at(Some("http://127.0.0.1:1/")).unwrap(), "http://127.0.0.1:1/openapi.json");
        assert!(published_at(Some("localhost:8000")).is_err());
    }
}
