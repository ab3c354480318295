//! Stage 5: generated files are written all together or not at all, or only compared.

mod swap;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use similar::TextDiff;

pub use self::swap::{Content, Target, replace_all, replace_all_if};

/// Files by their path below a folder.
pub type Files = BTreeMap<PathBuf, String>;

/// What cargo writes into a crate's folder. Unless the new files contain it, it is neither compared nor removed.
const WRITTEN_BY_CARGO: [&str; 2] = ["Cargo.lock", "target"];

/// Makes `folder` hold exactly `files`; returns whether anything changed.
///
/// # Errors
///
/// When the folder cannot be written; nothing has changed then.
pub fn replace(folder: &Path, files: &Files) -> anyhow::Result<bool> {
    if holds(folder, files)? {
        return Ok(false);
    }
    replace_all(&[(folder.to_owned(), Content::Folder(files.clone()))])?;
    Ok(true)
}

/// Whether `folder` holds exactly `files`.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn holds(folder: &Path, files: &Files) -> anyhow::Result<bool> {
    let present = contents(folder, files).with_context(|| format!("cannot read {}", folder.display()))?;
    Ok(folder.is_dir() && present == *files)
}

/// The targets whose present content differs from the new one.
///
/// # Errors
///
/// When a target cannot be read.
pub fn differing(targets: Vec<Target>) -> anyhow::Result<Vec<Target>> {
    let mut differing = Vec::new();
    for (path, content) in targets {
        let is_same = match &content {
            Content::File(text) => present(&path)?.as_ref() == Some(text),
            Content::Folder(files) => holds(&path, files)?,
        };
        if !is_same {
            differing.push((path, content));
        }
    }
    Ok(differing)
}

/// The changes that would give each target its new content, as a unified diff; empty when there are none.
///
/// # Errors
///
/// When a target cannot be read.
pub fn differences(targets: &[Target]) -> anyhow::Result<String> {
    let mut differences = String::new();
    for (path, content) in targets {
        match content {
            Content::File(text) => differences.push_str(&difference(path, present(path)?.as_ref(), Some(text))),
            Content::Folder(files) => {
                let present = contents(path, files).with_context(|| format!("cannot read {}", path.display()))?;
                let names: BTreeSet<&PathBuf> = present.keys().chain(files.keys()).collect();
                let all =
                    names.into_iter().map(|name| difference(&path.join(name), present.get(name), files.get(name)));
                differences.extend(all);
            }
        }
    }
    Ok(differences)
}

fn difference(path: &Path, old: Option<&String>, new: Option<&String>) -> String {
    if old == new {
        return String::new();
    }
    let header =
        |text: Option<&String>, state| text.map_or("/dev/null".to_owned(), |_| format!("{} ({state})", path.display()));
    let diff = TextDiff::from_lines(old.map_or("", String::as_str), new.map_or("", String::as_str));
    let mut diff = diff.unified_diff();
    diff.context_radius(3).header(&header(old, "current"), &header(new, "generated")).to_string()
}

/// The text of a file that may be missing.
fn present(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The files in `folder`, without cargo's own unless `new` contains them.
fn contents(folder: &Path, new: &Files) -> io::Result<Files> {
    let mut files = Files::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let entries = match fs::read_dir(&next) {
            Err(error) if error.kind() == ErrorKind::NotFound && next == folder => return Ok(files),
            other => other?,
        };
        for entry in entries {
            let path = entry?.path();
            let name = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            if WRITTEN_BY_CARGO.iter().any(|kept| name == Path::new(kept)) && !new.contains_key(&name) {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(name, String::from_utf8_lossy(&fs::read(&path)?).into_owned());
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect()
    }

    #[test]
    fn a_replaced_folder_holds_exactly_the_new_files_and_those_of_cargo() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("crate");
        assert!(replace(&folder, &files(&[("a.rs", "1\n"), ("deep/b.rs", "2\n")])).unwrap());
        fs::write(folder.join("Cargo.lock"), "by cargo\n").unwrap();
        assert!(replace(&folder, &files(&[("a.rs", "3\n")])).unwrap());
        assert!(!replace(&folder, &files(&[("a.rs", "3\n")])).unwrap());
        let everything = |lock: &str| files(&[("crate/Cargo.lock", lock), ("crate/a.rs", "3\n")]);
        assert_eq!(contents(scratch.path(), &Files::new()).unwrap(), everything("by cargo\n"));
        assert!(replace(&folder, &files(&[("a.rs", "3\n"), ("Cargo.lock", "new\n")])).unwrap());
        assert_eq!(contents(scratch.path(), &Files::new()).unwrap(), everything("new\n"));
    }

    #[test]
    fn a_file_that_is_missing_or_has_another_text_differs() {
        let scratch = tempfile::tempdir().unwrap();
        let file = |text: &str| (scratch.path().join("a"), Content::File(text.to_owned()));
        assert_eq!(differing(vec![file("1\n")]).unwrap().len(), 1);
        fs::write(scratch.path().join("a"), "1\n").unwrap();
        assert!(differing(vec![file("1\n")]).unwrap().is_empty());
        assert!(differences(&[file("2\n")]).unwrap().ends_with("-1\n+2\n"));
    }

    #[test]
    fn a_difference_is_shown_line_by_line_and_includes_stray_files() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("a.rs"), "one\ntwo\n").unwrap();
        fs::write(scratch.path().join("stray.rs"), "left over\n").unwrap();
        let folder = (scratch.path().to_owned(), Content::Folder(files(&[("a.rs", "one\nthree\n")])));
        let shown = differences(&[folder]).unwrap();
        for expected in ["-two", "+three", "-left over", "+++ /dev/null"] {
            assert!(shown.lines().any(|line| line == expected), "{expected} is missing in\n{shown}");
        }
    }
}
