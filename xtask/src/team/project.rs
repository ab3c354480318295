//! The team's packages around the generated crate: what they lack to use it, and whether they do.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, path};

use anyhow::{Context as _, bail};

use super::cargo::{self, Metadata, Package};
use super::graph::{self, Usage};
use super::manifests::{self, AUTH, Git};
use crate::emit::{Content, Target};

/// The packages of the workspace that the current folder belongs to, and the generated crate.
#[derive(Debug)]
pub(super) struct Project {
    /// The current folder; empty, or a path that leads to it.
    here: PathBuf,
    /// The manifest in the current folder, or the nearest one around it; `None` without one.
    pub(super) manifest: Option<PathBuf>,
    /// The manifest of the generated crate.
    pub(super) generated: PathBuf,
    /// Its version.
    pub(super) version: String,
}

/// The entries that manifests lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    /// The manifest of the workspace.
    root: PathBuf,
    /// Whether no package depends on `chift-auth`.
    dependency: bool,
    /// The repository of `chift-auth` for that dependency, if it is known.
    git: Option<Git>,
    /// The source whose `chift-api` is replaced by the crate in this folder.
    patch: Option<(Option<String>, String)>,
}

impl Project {
    /// Finds the packages around the folder `here` that use, or will use, the generated crate in `folder`.
    pub(super) fn find(here: &Path, folder: &Path, version: String) -> anyhow::Result<Self> {
        let manifest = cargo::nearest_manifest(here)?;
        Ok(Self { here: here.to_owned(), manifest, generated: folder.join("Cargo.toml"), version })
    }

    /// A path as the current folder reaches it.
    fn near(&self, path: &Path) -> PathBuf {
        self.here.join(relative(&resolved(path), &resolved(&self.here)))
    }

    /// The dependency graph, or else the packages of the workspace without it.
    ///
    /// # Errors
    ///
    /// When cargo cannot read the packages.
    pub(super) fn graph(&self) -> anyhow::Result<Metadata> {
        let manifest = self.manifest.as_ref().context("there is no package here; create one with `cargo new`")?;
        cargo::metadata(manifest, true).or_else(|_| cargo::metadata(manifest, false))
    }

    /// The dependency graph; `None` without a package. The graph of packages that do not depend on `chift-auth` is not
    /// needed, so it may be one that cargo cannot resolve.
    ///
    /// # Errors
    ///
    /// When cargo cannot read the packages, or not resolve their dependencies.
    pub(super) fn graph_or_members(&self) -> anyhow::Result<Option<Metadata>> {
        let Some(manifest) = &self.manifest else { return Ok(None) };
        let graph = cargo::metadata(manifest, true).or_else(|error| {
            let members = cargo::metadata(manifest, false)?;
            let uses = |member: &Package| member.dependencies.iter().any(|dependency| dependency.name == AUTH);
            if members.members().any(uses) { Err(error) } else { Ok(members) }
        })?;
        Ok(Some(graph))
    }

    /// What the manifests lack; `None` if the packages use the generated crate. `git` is the repository to name if no
    /// package depends on `chift-auth`.
    ///
    /// # Errors
    ///
    /// When the entries exist and have no effect, or would have none.
    pub(super) fn missing(&self, graph: &Metadata, git: Option<&Git>) -> anyhow::Result<Option<Missing>> {
        let root = graph.workspace_root.join("Cargo.toml");
        let patched = manifests::patched_sources(&read(&root)?);
        let path = self.path_from(&graph.workspace_root);
        let shown = self.near(&root);
        let source = match graph::usage(graph, &self.generated, &self.version)? {
            Usage::Patched => return Ok(None),
            Usage::NoDependency => {
                let url = git.map(|git| git.url.clone());
                let patch = patched.is_empty().then_some((url, path));
                return Ok(Some(Missing { root: shown, dependency: true, git: git.cloned(), patch }));
            }
            Usage::NotPatched { source } => source,
        };
        let mut texts = Vec::new();
        for member in graph.members().filter(|member| !cargo::is_same(&member.manifest_path, &root)) {
            texts.push(read(&member.manifest_path)?);
        }
        let registry = texts.iter().chain([&read(&root)?]).find_map(|text| manifests::registry(text));
        let key = graph::patch_key(&source, registry.as_deref());
        let others: Vec<String> = texts.iter().flat_map(|text| manifests::patched_sources(text)).collect();
        if let Some(why) = graph::why_not_patched(&key, &patched, &others) {
            bail!("{AUTH} does not use the generated crate: {why}");
        }
        Ok(Some(Missing { root: shown, dependency: false, git: None, patch: Some((Some(key), path)) }))
    }

    /// The manifests with the missing entries. `package` is the name of the package that gets the dependency.
    ///
    /// # Errors
    ///
    /// When the repository is not known, or several packages could get the dependency.
    pub(super) fn inserted(
        &self,
        missing: &Missing,
        graph: &Metadata,
        package: Option<&str>,
    ) -> anyhow::Result<Vec<Target>> {
        let mut texts: Vec<(PathBuf, String)> = Vec::new();
        let unknown = "it is not known where chift-auth comes from; name its repository with --git URL";
        if missing.dependency {
            let manifest = self.package(graph, package)?;
            let text = manifests::with_dependency(&read(&manifest)?, missing.git.as_ref().context(unknown)?)?;
            texts.push((manifest, text));
        }
        if let Some((source, path)) = &missing.patch {
            let (manifest, text) = match texts.pop() {
                Some((manifest, text)) if cargo::is_same(&manifest, &missing.root) => (manifest, text),
                other => {
                    texts.extend(other);
                    (missing.root.clone(), read(&missing.root)?)
                }
            };
            let source = source.as_deref().context(unknown)?;
            let text = manifests::with_patch(&text, source, path)
                .with_context(|| format!("{} cannot be changed", manifest.display()))?;
            texts.push((manifest, text));
        }
        Ok(texts.into_iter().map(|(manifest, text)| (self.near(&manifest), Content::File(text))).collect())
    }

    /// Adds to `targets` the example `text`, and the dependencies of its test to the manifest of the package that calls
    /// Chift. `targets` can already have that manifest.
    ///
    /// # Errors
    ///
    /// When the package has another file in that place, or several packages could call Chift.
    pub(super) fn add_example(
        &self,
        text: &str,
        targets: &mut Vec<Target>,
        graph: &Metadata,
        package: Option<&str>,
    ) -> anyhow::Result<()> {
        let manifest = self.near(&self.package(graph, package)?);
        let file = manifest.with_file_name("tests").join("chift.rs");
        if fs::read_to_string(&file).map_or(file.exists(), |present| present != text) {
            bail!("{} exists and is not the example; rename it, or leave out --example", file.display());
        }
        let present = match targets.iter().position(|(path, _)| *path == manifest) {
            Some(index) => targets.swap_remove(index).1,
            None => Content::File(read(&manifest)?),
        };
        let Content::File(present) = present else { bail!("{} is a folder", manifest.display()) };
        targets.push((manifest, Content::File(manifests::with_test_dependencies(&present)?)));
        targets.push((file, Content::File(text.to_owned())));
        Ok(())
    }

    /// The manifest of the package that gets the dependency on `chift-auth`.
    fn package(&self, graph: &Metadata, name: Option<&str>) -> anyhow::Result<PathBuf> {
        let all = || graph.members().filter(|member| !cargo::is_same(&member.manifest_path, &self.generated));
        let here = self.manifest.as_deref();
        let found = match name {
            Some(name) => all().find(|member| member.name == name),
            None => all().find(|member| here.is_some_and(|here| cargo::is_same(here, &member.manifest_path))).or_else(
                || {
                    let mut members = all();
                    members.next().filter(|_| members.next().is_none())
                },
            ),
        };
        let found = found.with_context(|| {
            let names: Vec<&str> = all().map(|member| member.name.as_str()).collect();
            format!("name the package that calls Chift with --package; the workspace has: {}", names.join(", "))
        })?;
        Ok(found.manifest_path.clone())
    }

    /// The folder of the generated crate, relative to that of the workspace.
    fn path_from(&self, root: &Path) -> String {
        relative(&resolved(self.generated.parent().unwrap_or(&self.generated)), &resolved(root))
    }
}

impl Missing {
    /// The entries to paste, each with the manifest that gets it.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if self.dependency {
            let line =
                self.git.as_ref().map_or_else(|| format!("{AUTH} = {{ git = \"<REPOSITORY>\" }}"), Git::to_string);
            text.push_str("in the manifest of the package that calls Chift:\n\n[dependencies]\n");
            text.extend([&line, "\n\n"]);
        }
        if let Some((source, path)) = &self.patch {
            let lines = manifests::patch_lines(source.as_deref().unwrap_or("<REPOSITORY>"), path);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "in {}, the manifest of the workspace:\n\n{lines}", self.root.display());
        }
        text
    }

    /// The entries for a current folder that belongs to no package.
    pub(super) fn everything(git: Option<Git>, folder: &Path) -> Self {
        let path = folder.display().to_string().replace('\\', "/");
        let url = git.as_ref().map(|git| git.url.clone());
        Self { root: "Cargo.toml".into(), dependency: true, git, patch: Some((url, path)) }
    }
}

/// The absolute path without symbolic links. Its last folders may not exist yet.
fn resolved(path: &Path) -> PathBuf {
    let path = if path == Path::new("") { Path::new(".") } else { path };
    let path = path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing = path.ancestors().find_map(|folder| Some((fs::canonicalize(folder).ok()?, folder)));
    existing.map_or_else(
        || path.clone(),
        // Joining an empty path would add a separator.
        |(resolved, folder)| match path.strip_prefix(folder) {
            Ok(rest) if rest != Path::new("") => resolved.join(rest),
            _ => resolved,
        },
    )
}

/// The path that leads from the folder `root` to `path`, with `/` as the separator.
fn relative(path: &Path, root: &Path) -> String {
    let (mut path_parts, mut root_parts) = (path.components().peekable(), root.components().peekable());
    while let (Some(one), Some(other)) = (path_parts.peek(), root_parts.peek())
        && one == other
    {
        path_parts.next();
        root_parts.next();
    }
    let up = root_parts.map(|_| "..".to_owned());
    let parts: Vec<String> = up.chain(path_parts.map(|part| part.as_os_str().to_string_lossy().into_owned())).collect();
    parts.join("/")
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_leads_from_one_folder_to_another() {
        for (path, root, expected) in
            [("/a/b/c", "/a/b", "c"), ("/a/c", "/a/b", "../c"), ("/a/b/c/d", "/a", "b/c/d"), ("/x", "/a/b", "../../x")]
        {
            assert_eq!(relative(Path::new(path), Path::new(root)), expected);
        }
    }
}
