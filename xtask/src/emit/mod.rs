//! Stage 5: generated files are written all together or not at all, or only compared.

mod swap;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use similar::TextDiff;

pub use self::swap::{Content, replace_all};

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

/// The changes that would make `folder` hold exactly `files`, as a unified diff; empty when there are none.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn differences(folder: &Path, files: &Files) -> anyhow::Result<String> {
    let present = contents(folder, files).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<&PathBuf> = present.keys().chain(files.keys()).collect();
    paths.sort();
    paths.dedup();
    let mut differences = String::new();
    for path in paths {
        let (old, new) = (present.get(path), files.get(path));
        if old == new {
            continue;
        }
        let name = folder.join(path);
        let header = |text: Option<&String>, state| {
            text.map_or("/dev/null".to_owned(), |_| format!("{} ({state})", name.display()))
        };
        let diff = TextDiff::from_lines(old.map_or("", String::as_str), new.map_or("", String::as_str));
        let mut diff = diff.unified_diff();
        write!(differences, "{}", diff.context_radius(3).header(&header(old, "current"), &header(new, "generated")))?;
    }
    Ok(differences)
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
    fn a_difference_is_shown_line_by_line_and_includes_stray_files() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("a.rs"), "one\ntwo\n").unwrap();
        fs::write(scratch.path().join("stray.rs"), "left over\n").unwrap();
        let shown = differences(scratch.path(), &files(&[("a.rs", "one\nthree\n")])).unwrap();
        for expected in ["-two", "+three", "-left over", "+++ /dev/null"] {
            assert!(shown.lines().any(|line| line == expected), "{expected} is missing in\n{shown}");
        }
    }
}
