//! What cargo reports about the packages around a generated crate: `cargo metadata` as a value.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, path};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use toml::Table;

use crate::scaffold::{self, Membership};

/// The part of `cargo metadata` that this module reads.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    /// The dependency graph; `None` with `--no-deps`.
    pub(crate) resolve: Option<Resolve>,
    pub(crate) workspace_members: Vec<String>,
    pub(crate) workspace_root: PathBuf,
    pub(crate) target_directory: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    /// `None` for a package in a folder.
    pub(crate) source: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: String,
    /// `None` for a dependency of the library or program itself.
    pub(crate) kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Resolve {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    /// The ids of the packages that it depends on.
    pub(crate) dependencies: Vec<String>,
}

impl Metadata {
    /// The packages of the workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// The packages of the dependency graph that have this name.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Package> {
        self.packages.iter().filter(move |package| package.name == name)
    }

    /// The packages that `id` depends on.
    pub(crate) fn dependencies<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a Package> {
        let nodes = self.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let ids: Vec<&String> = nodes.filter(|node| node.id == id).flat_map(|node| &node.dependencies).collect();
        self.packages.iter().filter(move |package| ids.contains(&&package.id))
    }
}

/// Runs `cargo metadata` for the package or workspace of `manifest`. Without `resolve`, the result has no dependencies.
///
/// # Errors
///
/// When cargo fails; the error has its message.
pub(crate) fn metadata(manifest: &Path, resolve: bool) -> anyhow::Result<Metadata> {
    metadata_in(Path::new("."), manifest, if resolve { &[] } else { &["--no-deps"] })
}

/// Runs `cargo metadata` in `folder` with more arguments.
///
/// # Errors
///
/// When cargo fails; the error has its message.
pub(crate) fn metadata_in(folder: &Path, manifest: &Path, arguments: &[&str]) -> anyhow::Result<Metadata> {
    let output = command()
        .args(["metadata", "--format-version", "1", "--color", "never", "--manifest-path"])
        .arg(manifest)
        .args(arguments)
        .current_dir(folder)
        .output()
        .context("cannot run cargo")?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = stderr.lines().skip_while(|line| !line.starts_with("error")).collect();
        bail!("`cargo metadata` fails for {}: {}", manifest.display(), lines.join("\n"));
    }
    serde_json::from_slice(&output.stdout).context("`cargo metadata` printed something else than expected")
}

/// The cargo that runs this program, or else the one in the path.
pub(crate) fn command() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The manifest in `folder` or the nearest folder around it; `None` if there is none.
pub(crate) fn nearest_manifest(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    let folder = path::absolute(folder).with_context(|| format!("cannot resolve {}", folder.display()))?;
    Ok(folder.ancestors().map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file()))
}

/// Whether the crate whose manifest exists at `manifest` is a member of the workspace around it, as cargo decides it.
///
/// # Errors
///
/// When cargo cannot read the workspace around it.
pub(crate) fn membership(manifest: &Path) -> anyhow::Result<Membership> {
    let manifest = path::absolute(manifest).with_context(|| format!("cannot resolve {}", manifest.display()))?;
    let around = manifest.ancestors().skip(2).map(|folder| folder.join("Cargo.toml"));
    let Some(root) = around.filter(|path| path.is_file()).find(|path| is_workspace(path)) else {
        return Ok(Membership::Alone);
    };
    match metadata(&root, false) {
        Ok(metadata) if metadata.packages.iter().any(|package| is_same(&package.manifest_path, &manifest)) => {
            Ok(Membership::Member)
        }
        Ok(_) => Ok(Membership::Alone),
        // The members of the workspace have come to include a crate that was alone before.
        Err(error)
            if scaffold::membership(&manifest) == Some(Membership::Alone)
                && error.to_string().contains("multiple workspace roots") =>
        {
            Ok(Membership::Member)
        }
        Err(error) => Err(error),
    }
}

fn is_workspace(manifest: &Path) -> bool {
    let table = fs::read_to_string(manifest).ok().and_then(|text| text.parse::<Table>().ok());
    table.is_some_and(|table| table.contains_key("workspace"))
}

/// Whether two paths lead to the same file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let resolved = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    resolved(one) == resolved(other)
}
