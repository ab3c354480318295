//! The task `regen`: generates `chift-api` from `openapi/chift.yaml`, or another crate from another document.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::emit::{self, Files};
use crate::options::{DOCUMENT, DocumentArgs, Options};
use crate::pipeline::{self, Input, Outcome, Stage};
use crate::scaffold;

/// Regenerate chift-api from openapi/chift.yaml, or generate a crate from another document
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// Write nothing; print what differs, and exit with code 3 if anything does
    #[arg(long)]
    pub check: bool,
    /// List the schemas without a type, the strings that are secrets because of their names, and the document features
    /// that the client does not support
    #[arg(long)]
    pub report: bool,
    /// Leave out the operations that cannot be generated, and list them; otherwise the document is refused
    #[arg(long)]
    pub skip_unsupported: bool,
    /// Another document: JSON, YAML or a page of Chift's documentation
    #[arg(long, value_name = "FILE", requires = "out")]
    pub spec: Option<PathBuf>,
    /// The folder of the crate to generate from that document
    #[arg(long, value_name = "DIR", requires = "spec")]
    pub out: Option<PathBuf>,
    /// An overlay for that document, each of whose actions must select something. Without it, openapi/overlay.yaml is
    /// applied if the document has the `info.title` of openapi/chift.yaml
    #[arg(long, value_name = "FILE", requires = "spec")]
    pub overlay: Option<PathBuf>,
}

/// The state of the generated files when the task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// They match the document.
    UpToDate,
    /// With `check`: they differ from what the document gives.
    Stale,
}

/// Runs the task in the workspace at `root`, and reports each step to `out`.
///
/// # Errors
///
/// When a file cannot be read or written, or a stage refuses its input. No file has changed then.
pub fn run(root: &Path, args: &Args, out: &mut dyn Write) -> anyhow::Result<Status> {
    let Args { overlay, skip_unsupported, .. } = args.clone();
    let (document, options) = match &args.spec {
        Some(spec) => {
            let options = DocumentArgs { skip_unsupported, overlay }.options(root)?;
            (Input::read(Path::new(""), spec)?, options)
        }
        None => (Input::read(root, Path::new(DOCUMENT))?, Options::of_workspace(root, skip_unsupported)?),
    };
    let outcome = pipeline::run(&document, &options)?;
    let (folder, files) = target(root, args, &outcome)?;

    for Stage { name, summary, took, changes } in &outcome.stages {
        writeln!(out, "{name:>9}  {summary}  [{:.1} ms]", took.as_secs_f64() * 1e3)?;
        for (pass, count) in changes.iter().filter(|(_, count)| args.report && *count > 0) {
            writeln!(out, "{count:>18}  {pass}")?;
        }
    }
    for operation in &outcome.left_out.operations {
        writeln!(out, "{:>9}  {operation}", "left out")?;
    }
    if args.report {
        let components = &outcome.left_out.components;
        list(out, "left out", "components that the client does not have", components)?;
        list(out, "untyped", "places whose values can be anything", &outcome.untyped)?;
        list(out, "secret", "places that are secrets because of their names or `x-secret`", &outcome.lowered.secrets)?;
        list(out, "without", "document features that the client does not support", &outcome.lowered.diagnostics)?;
    }
    if args.check {
        let differences = emit::differences(&folder, &files)?;
        if differences.is_empty() {
            writeln!(out, "    check  {} is up to date", folder.display())?;
            return Ok(Status::UpToDate);
        }
        write!(out, "{differences}")?;
        writeln!(out, "    check  {} is stale; to regenerate it: {}", folder.display(), command(args))?;
        return Ok(Status::Stale);
    }
    let started = Instant::now();
    let verb = if emit::replace(&folder, &files)? { "written to" } else { "unchanged in" };
    let took = started.elapsed().as_secs_f64() * 1e3;
    writeln!(out, "     emit  {} files {verb} {}  [{took:.1} ms]", files.len(), folder.display())?;
    Ok(Status::UpToDate)
}

/// The folder to write, and the files that it holds afterwards.
fn target(root: &Path, args: &Args, outcome: &Outcome) -> anyhow::Result<(PathBuf, Files)> {
    match &args.out {
        None => Ok((root.join("chift-api/src/generated"), outcome.files())),
        Some(folder) => {
            scaffold::check_target(folder)?;
            Ok((folder.clone(), scaffold::files(root, outcome.files())?))
        }
    }
}

/// The command that regenerates the files.
fn command(args: &Args) -> String {
    let mut command = "cargo xtask regen".to_owned();
    if args.skip_unsupported {
        command.push_str(" --skip-unsupported");
    }
    for (flag, path) in [("--spec", &args.spec), ("--overlay", &args.overlay), ("--out", &args.out)] {
        if let Some(path) = path {
            command.extend([" ", flag, " ", &path.to_string_lossy()]);
        }
    }
    command
}

fn list(out: &mut dyn Write, label: &str, what: &str, diagnostics: &[impl Display]) -> io::Result<()> {
    writeln!(out, "{label:>9}  {} {what}", diagnostics.len())?;
    diagnostics.iter().try_for_each(|diagnostic| writeln!(out, "           {diagnostic}"))
}
