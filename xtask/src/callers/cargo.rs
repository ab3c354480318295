//! Runs cargo in the copy of a team's repository.

use std::path::Path;

use anyhow::Context as _;

use super::messages::Output;
use crate::team::cargo::{self, Metadata};

/// A workspace in which cargo runs.
#[derive(Debug, Clone)]
pub(super) struct Cargo<'a> {
    /// The folder of the workspace.
    pub(super) workspace: &'a Path,
    /// The folder for builds.
    pub(super) target: &'a Path,
    /// Whether the lock file must stay as it is.
    pub(super) locked: bool,
}

/// What a check printed.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) output: Output,
    pub(super) succeeded: bool,
    /// What cargo itself printed, for a person.
    pub(super) log: String,
}

impl Cargo<'_> {
    /// The dependency graph. It is resolved without a network if that is possible.
    ///
    /// # Errors
    ///
    /// When cargo fails.
    pub(super) fn metadata(&self) -> anyhow::Result<Metadata> {
        let host = host()?;
        let manifest = self.workspace.join("Cargo.toml");
        let read = |more: &[&str]| {
            let arguments = [&["--filter-platform", &host], more, self.lock()].concat();
            cargo::metadata_in(self.workspace, &manifest, &arguments)
        };
        read(&["--offline"]).or_else(|_| read(&[]))
    }

    /// Checks all packages of the workspace except `excluded`, without a network if that is possible.
    ///
    /// # Errors
    ///
    /// When cargo cannot be run. Errors of the compiler are part of the result.
    pub(super) fn check(&self, excluded: &[&str]) -> anyhow::Result<Check> {
        let run = |more: &[&str]| -> anyhow::Result<Check> {
            let output = cargo::command()
                // A package with errors must not hide those of others.
                .args(["check", "--workspace", "--all-targets", "--keep-going"])
                .args(["--message-format", "json", "--color", "never"])
                .args(excluded.iter().flat_map(|name| ["--exclude", name]))
                .args(self.lock())
                .args(more)
                .current_dir(self.workspace)
                .env("CARGO_TARGET_DIR", self.target)
                .output()
                .context("cannot run cargo")?;
            Ok(Check {
                output: Output::read(&String::from_utf8_lossy(&output.stdout)),
                succeeded: output.status.success(),
                log: String::from_utf8_lossy(&output.stderr).into_owned(),
            })
        };
        let check = run(&["--offline"])?;
        let is_unresolved = check.output.reports.is_empty() && check.output.compiled.is_empty();
        if !check.succeeded && is_unresolved { run(&[]) } else { Ok(check) }
    }

    fn lock(&self) -> &'static [&'static str] {
        if self.locked { &["--locked"] } else { &[] }
    }
}

/// The platform that cargo compiles for by default. Packages for others need not be downloaded.
fn host() -> anyhow::Result<String> {
    let output = cargo::command().arg("-vV").output().context("cannot run cargo")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    host.context("`cargo -vV` does not print the platform")
}
