//! The task `regen`: generates `chift-api` from `openapi/chift.yaml`, or another crate from another document.

use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;

use crate::emit::{self, Content, Target};
use crate::layout::Layout;
use crate::options::{DocumentArgs, Options, Tool};
use crate::origin::Origin;
use crate::pipeline::{self, Input, Outcome};
use crate::scaffold::{self, Membership};
use crate::template::Template;
use crate::{exit, progress, select};

/// Regenerate chift-api from openapi/chift.yaml, or generate a crate from another document
#[derive(Debug, Clone, Default, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // each is a flag of the command line
pub struct Args {
    /// Write nothing; print what differs, and exit with code 3 if anything does
    #[arg(long)]
    pub check: bool,
    /// List the schemas without a type, the strings that are secrets because of their names, and the document features
    /// that the client does not support
    #[arg(long)]
    pub report: bool,
    /// List the passes of each stage, with the number of places that each one changes
    #[arg(long)]
    pub verbose: bool,
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
    /// Only the operations with any of these tags, POST /token, and the types that they reach
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub tags: Vec<String>,
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
    let Args { overlay, skip_unsupported, tags, .. } = args.clone();
    let generated =
        |input: &Input, options: &Options| progress::during("generating the client", || pipeline::run(input, options));
    let (folder, outcome, targets) = if let (Some(spec), Some(folder)) = (&args.spec, &args.out) {
        let template = Template::read(root)?;
        let options = DocumentArgs { skip_unsupported, overlay, tags }.options(&template)?;
        let outcome = generated(&Input::read(Path::new(""), spec)?, &options)?;
        scaffold::check_target(folder)?;
        let files = scaffold::files(&template, outcome.files(), Membership::Alone, Tool::Xtask)?;
        (folder.clone(), outcome, vec![(folder.clone(), Content::Folder(files))])
    } else {
        let layout = Layout::workspace(root);
        let mut origin = Origin::read(root)?.unwrap_or_default();
        origin.skip_unsupported |= skip_unsupported;
        origin.select(&tags);
        let document = layout.document()?.context("there is no document")?;
        let outcome = generated(&document, &layout.options(&origin)?)?;
        let targets = layout.generated(&outcome, Membership::Member)?;
        (root.join("chift-api/src/generated"), outcome, targets)
    };
    print(&outcome, Detail { report: args.report, verbose: args.verbose }, out)?;
    if args.check {
        let commands = Commands { present: other_command(&folder, &outcome), new: command(args) };
        return check(&folder, &targets, &commands, out);
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

/// How much is printed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Detail {
    /// What the client does not have.
    pub(crate) report: bool,
    /// The passes of each stage.
    pub(crate) verbose: bool,
}

/// Prints the stages and the operations that are left out, and more if `detail` asks for it.
pub(crate) fn print(outcome: &Outcome, detail: Detail, out: &mut dyn Write) -> anyhow::Result<()> {
    for stage in &outcome.stages {
        stage.print(detail.verbose, out)?;
    }
    for operation in &outcome.left_out.operations {
        writeln!(out, "{:>9}  {operation}", "left out")?;
    }
    if detail.report {
        let components = &outcome.left_out.components;
        list(out, "left out", "components that the client does not have", components)?;
        list(out, "untyped", "places whose values can be anything", &outcome.untyped)?;
        list(out, "secret", "places that are secrets because of their names or `x-secret`", &outcome.lowered.secrets)?;
        list(out, "without", "document features that the client does not support", &outcome.lowered.diagnostics)?;
    }
    Ok(())
}

/// Which commands generate the files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Commands {
    /// The present ones, if that was another command.
    pub(crate) present: Option<String>,
    /// The new ones.
    pub(crate) new: String,
}

/// Compares the files below `folder` with their new content, and prints the differences.
pub(crate) fn check(
    folder: &Path,
    targets: &[Target],
    commands: &Commands,
    out: &mut dyn Write,
) -> anyhow::Result<Status> {
    let differences = emit::differences(targets)?;
    if differences.is_empty() {
        writeln!(out, "{:>9}  {} is up to date", "check", folder.display())?;
        return Ok(Status::UpToDate);
    }
    write!(out, "{differences}")?;
    if let Some(present) = &commands.present {
        writeln!(out, "{:>9}  the files were generated by `{present}`", "check")?;
    }
    writeln!(out, "{:>9}  {} is stale; to regenerate it: {}", "check", folder.display(), commands.new)?;
    Ok(Status::Stale)
}

/// The command in the header of the present files, if it has other options than the one of the new files.
fn other_command(folder: &Path, outcome: &Outcome) -> Option<String> {
    const FILE: &str = "mod.rs";
    let present = [folder.join(FILE), folder.join("src/generated").join(FILE)];
    let present = present.iter().find_map(|path| fs::read_to_string(path).ok())?;
    let (present, new) = (pipeline::command_of(&present)?, pipeline::command_of(&outcome.sources[FILE])?);
    (present != new).then(|| present.to_owned())
}

/// The command that regenerates the files.
fn command(args: &Args) -> String {
    let mut command = "cargo xtask regen".to_owned();
    if args.skip_unsupported {
        command.push_str(" --skip-unsupported");
    }
    command.push_str(&select::flag(&args.tags));
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
