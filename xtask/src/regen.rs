//! The task `regen`: `openapi/chift.yaml` becomes `chift-api`, or another document another crate.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::emit::{self, Files};
use crate::pipeline::{self, Input, Outcome, OverlayInput};
use crate::{scaffold, untyped};

/// What `regen` is asked to do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Compare only.
    pub check: bool,
    /// List what has no type, and what the client does without.
    pub report: bool,
    /// Another document than `openapi/chift.yaml`.
    pub spec: Option<PathBuf>,
    /// The folder of the crate to make; for another document only.
    pub out: Option<PathBuf>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The files are as they should be, now or already before.
    Fresh,
    /// With `check`: something differs.
    Stale,
}

/// Runs the task in the workspace at `root`, telling `out` what was done.
///
/// # Errors
///
/// When a file cannot be read or written, or a stage refuses its input; no file has changed then.
pub fn run(root: &Path, options: &Options, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let overlay = Input::read(root, Path::new("openapi/overlay.yaml"))?;
    let document = match &options.spec {
        Some(spec) => Input::read(Path::new(""), spec)?,
        None => Input::read(root, Path::new("openapi/chift.yaml"))?,
    };
    // The overlay is written for the checked-in document; another one need not have all of its places.
    let overlay = OverlayInput { input: overlay, strict: options.spec.is_none() };
    let outcome = pipeline::run(&document, Some(&overlay))?;
    let (folder, files) = target(root, options, &outcome)?;

    for (stage, what, took) in &outcome.stages {
        writeln!(out, "{stage:>9}  {what}  [{:.1} ms]", took.as_secs_f64() * 1e3)?;
    }
    if options.report {
        untyped::print(&outcome, out)?;
    }
    if options.check {
        let told = emit::differences(&folder, &files)?;
        if told.is_empty() {
            writeln!(out, "    check  {} is up to date", folder.display())?;
            return Ok(Ending::Fresh);
        }
        write!(out, "{told}")?;
        writeln!(out, "    check  {} is stale; mend it with: {}", folder.display(), command(options))?;
        return Ok(Ending::Stale);
    }
    let started = Instant::now();
    let verb = if emit::replace(&folder, &files)? { "written" } else { "unchanged" };
    let took = started.elapsed().as_secs_f64() * 1e3;
    writeln!(out, "     emit  {} files {verb} in {}  [{took:.1} ms]", files.len(), folder.display())?;
    Ok(Ending::Fresh)
}

/// Which folder comes to hold which files.
fn target(root: &Path, options: &Options, outcome: &Outcome) -> anyhow::Result<(PathBuf, Files)> {
    match &options.out {
        None => Ok((root.join("chift-api/src/generated"), outcome.files())),
        Some(folder) => {
            scaffold::check_target(folder)?;
            Ok((folder.clone(), scaffold::files(root, outcome.files())?))
        }
    }
}

fn command(options: &Options) -> String {
    let mut command = "cargo xtask regen".to_owned();
    for (flag, path) in [("--spec", &options.spec), ("--out", &options.out)] {
        if let Some(path) = path {
            command.extend([" ", flag, " ", &path.to_string_lossy()]);
        }
    }
    command
}
