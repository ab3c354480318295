//! The task `regen`: generates `chift-api` from `openapi/chift.yaml`, or another crate from another document.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;

use crate::emit::{self, Content, Target};
use crate::exit;
use crate::layout::Layout;
use crate::options::{DocumentArgs, Tool};
use crate::origin::Origin;
use crate::pipeline::{self, Input, Outcome, Stage};
use crate::scaffold::{self, Membership};
use crate::template::Template;

/// Regenerate chift-api from openapi/chift.yaml, or generate a crate from another document
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// Write nothing; print what differs, and exit with code 3 if anything does
    #[arg(long)]
    pub check: bool,
    /// List the schemas without a type, and the document features that the client does not support
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

/// The state of the files when a task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// They match the document.
    UpToDate,
    /// With `check`: they differ from what the task would write.
    Stale,
}

impl Status {
    /// The exit code of the command line.
    pub fn code(self) -> u8 {
        match self {
            Self::UpToDate => exit::SUCCESS,
            Self::Stale => exit::STALE,
        }
    }
}

/// Runs the task in the workspace at `root`, and reports each step to `out`.
///
/// # Errors
///
/// When a file cannot be read or written, or a stage refuses its input. No file has changed then.
pub fn run(root: &Path, args: &Args, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (folder, outcome, targets) = if let (Some(spec), Some(folder)) = (&args.spec, &args.out) {
        let template = Template::read(root)?;
        let document = DocumentArgs { skip_unsupported: args.skip_unsupported, overlay: args.overlay.clone() };
        let outcome = pipeline::run(&Input::read(Path::new(""), spec)?, &document.options(&template)?)?;
        scaffold::check_target(folder)?;
        let files = scaffold::files(&template, outcome.files(), Membership::Alone, Tool::Xtask)?;
        (folder.clone(), outcome, vec![(folder.clone(), Content::Folder(files))])
    } else {
        let layout = Layout::workspace(root);
        let mut origin = Origin::read(root)?.unwrap_or_default();
        origin.skip_unsupported |= args.skip_unsupported;
        let document = layout.document()?.context("there is no document")?;
        let outcome = pipeline::run(&document, &layout.options(&origin)?)?;
        let targets = layout.generated(&outcome, Membership::Member)?;
        (root.join("chift-api/src/generated"), outcome, targets)
    };
    print(&outcome, args.report, out)?;
    if args.check {
        return check(&folder, &targets, &command(args), out);
    }
    let started = Instant::now();
    let files = targets.iter().map(|(_, content)| content.files()).sum::<usize>();
    let differing = emit::differing(targets)?;
    emit::replace_all(&differing)?;
    let verb = if differing.is_empty() { "unchanged in" } else { "written to" };
    let took = started.elapsed().as_secs_f64() * 1e3;
    writeln!(out, "     emit  {files} files {verb} {}  [{took:.1} ms]", folder.display())?;
    Ok(Status::UpToDate)
}

/// Prints the stages and what the client does not have; with `report`, also the passes and the details.
pub(crate) fn print(outcome: &Outcome, report: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    for Stage { name, summary, took, changes } in &outcome.stages {
        writeln!(out, "{name:>9}  {summary}  [{:.1} ms]", took.as_secs_f64() * 1e3)?;
        for (pass, count) in changes.iter().filter(|(_, count)| report && *count > 0) {
            writeln!(out, "{count:>18}  {pass}")?;
        }
    }
    for operation in &outcome.left_out.operations {
        writeln!(out, "{:>9}  {operation}", "left out")?;
    }
    if report {
        let components = &outcome.left_out.components;
        list(out, "left out", "components that the client does not have", components)?;
        list(out, "untyped", "places whose values can be anything", &outcome.untyped)?;
        list(out, "without", "document features that the client does not support", &outcome.lowered.diagnostics)?;
    }
    Ok(())
}

/// Compares the files below `folder` with their new content, and prints the differences.
pub(crate) fn check(folder: &Path, targets: &[Target], command: &str, out: &mut dyn Write) -> anyhow::Result<Status> {
    let differences = emit::differences(targets)?;
    if differences.is_empty() {
        writeln!(out, "{:>9}  {} is up to date", "check", folder.display())?;
        return Ok(Status::UpToDate);
    }
    write!(out, "{differences}")?;
    writeln!(out, "{:>9}  {} is stale; to regenerate it: {command}", "check", folder.display())?;
    Ok(Status::Stale)
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
