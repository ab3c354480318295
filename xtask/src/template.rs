//! What every generated crate takes from this workspace: the hand-written half of `chift-api`, the versions of its
//! dependencies, and the overlay for Chift's document.
//!
//! `cargo xtask` reads it from the workspace. `cargo chift` contains it, because it runs outside of any checkout.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use toml::Table;

use crate::options::{DOCUMENT, OVERLAY, title_of};
use crate::pipeline::Input;
use crate::read;

/// The files of a template outside of `chift-api/src`.
const SINGLE: [&str; 6] = ["Cargo.lock", "Cargo.toml", "chift-api/Cargo.toml", "chift-api/README.md", OVERLAY, EXAMPLE];

/// The test with a typed call that `cargo chift update --example` writes.
pub(crate) const EXAMPLE: &str = "tests/team/tests/chift.rs";

/// The folder with the hand-written source, and the folder in it with the generated one.
pub(crate) const SOURCE: &str = "chift-api/src";
const GENERATED: &str = "chift-api/src/generated";

/// The name of the project's overlay where the project's own files are not beside it.
const OVERLAY_NAME: &str = "the overlay of cargo-chift";

/// Whether the file with this path in the workspace is a part of the template.
pub(crate) fn is_part(path: &str) -> bool {
    let is_below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    SINGLE.contains(&path) || is_below(SOURCE) && !is_below(GENERATED)
}

/// The files of this workspace that generated crates are made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The text by path, relative to the workspace, with `/` as the separator.
    files: BTreeMap<String, String>,
    /// The `info.title` of the documents that the overlay is written for.
    title: String,
    /// The name of the overlay in messages and in the header of generated files.
    overlay: &'static str,
}

impl Template {
    /// A template of these files, by path, for documents with this `info.title`, for use outside of the workspace.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, title: &str) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        Self { files, title: title.to_owned(), overlay: OVERLAY_NAME }
    }

    /// Reads the template from the workspace at `root`.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut files = BTreeMap::new();
        for path in SINGLE {
            files.insert(path.to_owned(), text(&root.join(path))?);
        }
        collect(root, SOURCE, &mut files)?;
        let document = Input::read(root, Path::new(DOCUMENT))?;
        let document = read::read(&document.name, &document.text)?.value;
        Ok(Self { files, title: title_of(&document).unwrap_or_default().to_owned(), overlay: OVERLAY })
    }

    /// The text of a file.
    ///
    /// # Errors
    ///
    /// When the template does not have the file.
    pub(crate) fn text(&self, path: &str) -> anyhow::Result<&str> {
        self.files.get(path).map(String::as_str).with_context(|| format!("the template has no {path}"))
    }

    /// The paths of the files, relative to the workspace, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The files in a folder, by their path below it.
    pub(crate) fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let files = self.files.iter();
        files.filter_map(move |(path, text)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, text.as_str())))
    }

    /// The `info.title` of the documents that the overlay is written for.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The overlay for documents with the title of Chift's.
    ///
    /// # Errors
    ///
    /// When the template does not have it.
    pub(crate) fn overlay(&self) -> anyhow::Result<Input> {
        Ok(Input { name: self.overlay.to_owned(), text: self.text(OVERLAY)?.to_owned() })
    }

    /// The version of `chift-api` and `chift-auth`.
    ///
    /// # Errors
    ///
    /// When the manifest of the workspace states none.
    pub fn version(&self) -> anyhow::Result<String> {
        let manifest: Table = self.text("Cargo.toml")?.parse().context("Cargo.toml is not TOML")?;
        let version =
            |manifest: &Table| Some(manifest.get("workspace")?.get("package")?.get("version")?.as_str()?.to_owned());
        version(&manifest).context("Cargo.toml has no workspace.package.version")
    }
}

/// Adds the files in a folder and in its subfolders, except the generated ones.
fn collect(root: &Path, folder: &str, files: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    let path = root.join(folder);
    for entry in fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))? {
        let entry = entry?;
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if !entry.file_type()?.is_dir() {
            files.insert(name, text(&entry.path())?);
        } else if name != GENERATED {
            collect(root, &name, files)?;
        }
    }
    Ok(())
}

fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_with_their_subfolders_and_without_generated_files() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["chift-api/src/values/object", GENERATED] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let source = ["lib.rs", "values/mod.rs", "values/object/read.rs", "generated/client.rs"];
        let files = source.map(|file| format!("{SOURCE}/{file}")).into_iter().chain(["chift-api/build.rs".to_owned()]);
        for file in files {
            fs::write(root.path().join(&file), file).unwrap();
        }
        let mut files = BTreeMap::new();
        collect(root.path(), SOURCE, &mut files).unwrap();
        let template = Template { files, title: String::new(), overlay: OVERLAY };
        let read: Vec<_> = template.below(SOURCE).map(|(path, _)| path).collect();
        assert_eq!(read, source[..3]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let template = Template::new([("Cargo.toml", "[workspace.package]\nversion = '1.2.3'\n")], "T");
        assert_eq!(template.version().unwrap(), "1.2.3");
        assert_eq!(template.overlay().unwrap_err().to_string(), "the template has no openapi/overlay.yaml");
    }
}
