//! The files that the rules read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::Context as _;

/// What neither a person writes nor a rule on writing applies to.
const NOT_HAND_WRITTEN: &[&str] = &[
    "Cargo.lock",
    "LICENSE",
    "chift-api/CHANGELOG.md",
    "chift-api/LICENSE",
    "chift-api/src/generated/",
    "chift-auth/LICENSE",
    "openapi/chift.yaml",
    "tests/team/Cargo.lock",
    "tests/team/chift-api/CHANGELOG.md",
    "tests/team/chift-api/Cargo.toml",
    "tests/team/chift-api/README.md",
    "tests/team/chift-api/src/",
];

/// The text of every file of the repository.
#[derive(Debug, Default)]
pub struct Repository {
    /// The root folder.
    pub root: PathBuf,
    /// The text by path, relative to the root, with `/` as the separator.
    pub texts: BTreeMap<String, String>,
    /// Published versions of the vendor's whole document.
    pub whole_documents: Vec<String>,
    /// The folder with test data outside of the repository: `CHIFT_SHARED`, or `../shared`.
    pub shared: String,
}

impl Repository {
    /// Reads the files that git tracks; where there is no git, all files except those of `target/`.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub fn load(root: &Path) -> anyhow::Result<Self> {
        let paths = match tracked(root) {
            Some(paths) => paths,
            None => all(root, Path::new(""))?,
        };
        let mut texts = BTreeMap::new();
        for path in paths {
            let file = root.join(&path);
            // A file that is deleted and not yet committed is still tracked.
            if file.is_file() {
                texts.insert(path, text(&file)?);
            }
        }
        let shared = env::var("CHIFT_SHARED").unwrap_or_else(|_| "../shared".to_owned());
        let whole_documents = documents(&root.join(&shared).join("specs"))?;
        Ok(Self { root: root.to_owned(), texts, whole_documents, shared })
    }

    /// Path and text of the files that people write.
    pub fn hand_written(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_generated = |path: &str| NOT_HAND_WRITTEN.iter().any(|prefix| path.starts_with(prefix));
        let files = self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(move |(path, _)| !is_generated(path))
    }

    /// Path and text of the Rust files that people write.
    pub fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.hand_written().filter(|(path, _)| Path::new(path).extension().is_some_and(|extension| extension == "rs"))
    }

    /// The text of a file, or nothing if there is no such file.
    pub fn text(&self, path: &str) -> &str {
        self.texts.get(path).map_or("", String::as_str)
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self { texts: texts.collect(), ..Self::default() }
    }
}

fn text(file: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What git tracks, and new files that it does not ignore. `None` without git, and in a copy inside of another
/// repository, of which git knows no file.
fn tracked(root: &Path) -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(arguments).current_dir(root).output().ok()?;
    let list = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = list.split_terminator('\0').map(str::to_owned).collect();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

fn all(root: &Path, folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    let path = root.join(folder);
    for entry in fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))? {
        let entry = entry?;
        let name = folder.join(entry.file_name());
        if !entry.file_type()?.is_dir() {
            paths.push(name.to_string_lossy().replace('\\', "/"));
        } else if entry.file_name() != "target" && entry.file_name() != ".git" {
            paths.extend(all(root, &name)?);
        }
    }
    Ok(paths)
}

/// The JSON files of a folder that may be missing.
fn documents(folder: &Path) -> anyhow::Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut texts = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            texts.push(text(&path)?);
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_git_all_files_are_read_except_what_a_build_writes() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [("a.rs", "a"), ("b/c.md", "c"), ("target/d.rs", "d")] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let repository = Repository::load(folder.path()).unwrap();
        let paths: Vec<_> = repository.texts.keys().map(String::as_str).collect();
        assert_eq!(paths, ["a.rs", "b/c.md"]);
        assert_eq!(repository.text("b/c.md"), "c");
    }

    #[test]
    fn generated_files_and_the_vendors_document_are_not_hand_written() {
        let repository = Repository::of(&[
            ("chift-api/src/generated/client.rs", ""),
            ("chift-api/src/lib.rs", ""),
            ("openapi/chift.yaml", ""),
            ("openapi/overlay.yaml", ""),
        ]);
        let paths: Vec<_> = repository.hand_written().map(|(path, _)| path).collect();
        assert_eq!(paths, ["chift-api/src/lib.rs", "openapi/overlay.yaml"]);
        assert_eq!(repository.rust().count(), 1);
    }
}
