//! Finds the cargo workspace of a program, and the files that a copy of it needs.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use super::paths;
use crate::team::cargo;

/// Files beside the manifest of a workspace that change what cargo does, even if git ignores them.
const SETTINGS: [&str; 5] =
    ["Cargo.lock", ".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"];

/// The file in a folder that can be created again, as each of cargo's target folders has it.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// The workspace of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Workspace {
    /// The folder that the files are relative to: the git repository around the workspace, or the workspace.
    pub(super) base: PathBuf,
    /// The folder of the workspace, relative to `base`.
    pub(super) root: PathBuf,
    /// The files to copy, relative to `base`.
    pub(super) files: BTreeSet<PathBuf>,
}

impl Workspace {
    /// The workspace of the package in `dir`, or in the nearest folder around it. Files below `excluded` are not part
    /// of it.
    ///
    /// # Errors
    ///
    /// When there is no package, cargo cannot read it, or it depends on a package outside of what is copied.
    pub(super) fn find(dir: &Path, excluded: &[&Path]) -> anyhow::Result<Self> {
        if !dir.is_dir() {
            bail!("{} is not a folder; name that of the program that calls Chift", dir.display());
        }
        let manifest = cargo::nearest_manifest(dir)?.with_context(|| {
            format!(
                "there is no Cargo.toml in {} or in a folder around it; name the folder of the program that calls Chift",
                dir.display()
            )
        })?;
        let metadata = cargo::metadata(&manifest, false)?;
        let root = canonical(&metadata.workspace_root)?;
        let excluded = excluded.iter().copied().chain([metadata.target_directory.as_path()]);
        let excluded: Vec<PathBuf> = excluded.filter_map(|path| fs::canonicalize(path).ok()).collect();
        let (base, mut files) = listed(&root, &excluded)?;
        let settings = SETTINGS.map(|name| root.join(name)).into_iter().filter(|path| path.is_file());
        files.extend(settings.filter_map(|path| Some(path.strip_prefix(&base).ok()?.to_owned())));
        let manifests = metadata.members().map(|member| canonical(&member.manifest_path));
        let mut manifests: Vec<PathBuf> = manifests.collect::<anyhow::Result<_>>()?;
        manifests.push(root.join("Cargo.toml"));
        add_packages(&base, manifests, &excluded, &mut files)?;
        let root = root.strip_prefix(&base).unwrap_or(&root).to_owned();
        Ok(Self { base, root, files })
    }
}

/// Adds the files of the packages that these manifests lead to, if the list does not have them yet.
fn add_packages(
    base: &Path,
    mut manifests: Vec<PathBuf>,
    excluded: &[PathBuf],
    files: &mut BTreeSet<PathBuf>,
) -> anyhow::Result<()> {
    let mut known: BTreeSet<PathBuf> = manifests.iter().cloned().collect();
    while let Some(manifest) = manifests.pop() {
        let folder = manifest.parent().unwrap_or(base);
        if !manifest.starts_with(base) {
            bail!("{} is outside of {}, which is what is copied", manifest.display(), base.display());
        }
        let name = manifest.strip_prefix(base).unwrap_or(&manifest);
        if !files.contains(name) {
            // git ignores the package, as it can a generated one.
            walk(folder, excluded, &mut |path| {
                files.extend(path.strip_prefix(base).ok().map(Path::to_owned));
            })?;
        }
        let text = fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
        for path in paths::of(&text).with_context(|| format!("cannot read {}", manifest.display()))? {
            // An absolute path leads to the same folder from the copy. cargo reports a folder that does not exist.
            let Some(target) = Some(folder.join(&path)).filter(|_| path.is_relative()) else { continue };
            let Ok(target) = fs::canonicalize(target) else { continue };
            if !target.starts_with(base) {
                bail!(
                    "{} depends on the package in {}, which is outside of {}, and only that folder is copied to compile \
                     it; move the package into it, write its absolute path, or take it from a git repository",
                    manifest.display(),
                    path.display(),
                    base.display()
                );
            }
            let next = target.join("Cargo.toml");
            if next.is_file() && known.insert(next.clone()) {
                manifests.push(next);
            }
        }
    }
    Ok(())
}

/// The files of the git repository around the workspace, or else those in the folder of the workspace; and the folder
/// that they are relative to.
fn listed(root: &Path, excluded: &[PathBuf]) -> anyhow::Result<(PathBuf, BTreeSet<PathBuf>)> {
    let mut files = BTreeSet::new();
    if let Some((base, names)) = tracked(root) {
        for name in names {
            let path = base.join(&name);
            if path.is_dir() && !path.is_symlink() {
                // A submodule.
                walk(&path, excluded, &mut |path| {
                    files.extend(path.strip_prefix(&base).ok().map(Path::to_owned));
                })?;
            } else if path.exists() && !excluded.iter().any(|folder| path.starts_with(folder)) {
                files.insert(name);
            }
        }
        return Ok((base, files));
    }
    walk(root, excluded, &mut |path| {
        files.extend(path.strip_prefix(root).ok().map(Path::to_owned));
    })?;
    Ok((root.to_owned(), files))
}

/// The git repository that has the manifest of the workspace, and the names of its files.
fn tracked(root: &Path) -> Option<(PathBuf, Vec<PathBuf>)> {
    let base = git(root, &["rev-parse", "--show-toplevel"])?;
    let base = fs::canonicalize(String::from_utf8(base).ok()?.trim_end_matches(['\r', '\n'])).ok()?;
    let names = git(&base, &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
    let names = String::from_utf8(names).ok()?;
    let names: Vec<PathBuf> = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    let manifest = root.strip_prefix(&base).ok()?.join("Cargo.toml");
    names.contains(&manifest).then_some((base, names))
}

fn git(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let mut command = Command::new("git");
    // A hook of git sets these for its own repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    let output = command.arg("-C").arg(folder).args(arguments).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// Calls `found` with each file below a folder, except those of git and those in caches.
fn walk(folder: &Path, excluded: &[PathBuf], found: &mut dyn FnMut(&Path)) -> anyhow::Result<()> {
    let is_skipped = excluded.iter().any(|other| other == folder) || folder.join(CACHE_TAG).is_file();
    if is_skipped || folder.file_name() == Some(OsStr::new(".git")) {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            walk(&path, excluded, found)?;
        } else if path.is_file() {
            found(&path);
        }
    }
    Ok(())
}

fn canonical(path: &Path) -> anyhow::Result<PathBuf> {
    fs::canonicalize(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests;
