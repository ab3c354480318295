//! Emitting: a folder of generated files is written whole or not at all, or only compared.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use similar::TextDiff;

/// Files by their path below a folder.
pub type Files = BTreeMap<PathBuf, String>;

/// What cargo itself leaves in a crate's folder; it is neither compared nor removed.
const CARGO_LEAVES: [&str; 2] = ["Cargo.lock", "target"];

/// Makes `folder` hold exactly `files`; returns whether anything changed.
///
/// The files are written beside the folder first, and take its place by renaming: a run that is
/// stopped in the middle, or that cannot write, leaves the folder as it was.
///
/// # Errors
///
/// When the place cannot be written.
pub fn replace(folder: &Path, files: &Files) -> anyhow::Result<bool> {
    if differences(folder, files)?.is_empty() && folder.is_dir() {
        return Ok(false);
    }
    let (new, old) = (beside(folder, "new")?, beside(folder, "old")?);
    let cannot = || format!("cannot write {}; nothing was changed", folder.display());
    // What a run that was killed may have left behind.
    remove(&new).and_then(|()| remove(&old)).with_context(cannot)?;
    let written = files.iter().try_for_each(|(path, text)| {
        let path = new.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)
    });
    let exchanged = written.and_then(|()| match fs::rename(folder, &old) {
        Err(error) if error.kind() == ErrorKind::NotFound => fs::rename(&new, folder),
        Err(error) => Err(error),
        Ok(()) => fs::rename(&new, folder).inspect_err(|_| {
            // Back to what it was; if even this fails, the error below is the one to tell.
            let _ = fs::rename(&old, folder);
        }),
    });
    if exchanged.is_err() {
        // The error that matters is the first one.
        let _ = remove(&new);
    }
    exchanged.with_context(cannot)?;
    for name in CARGO_LEAVES.iter().filter(|name| old.join(name).exists()) {
        fs::rename(old.join(name), folder.join(name)).with_context(|| format!("cannot keep {name}"))?;
    }
    remove(&old).with_context(|| format!("cannot remove {}", old.display()))?;
    Ok(true)
}

fn beside(folder: &Path, suffix: &str) -> anyhow::Result<PathBuf> {
    let Some(name) = folder.file_name() else {
        bail!("{} is not a folder that can be written; name one", folder.display());
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{suffix}"));
    Ok(folder.with_file_name(hidden))
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What would change if `folder` came to hold exactly `files`, as a unified diff; empty when nothing.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn differences(folder: &Path, files: &Files) -> anyhow::Result<String> {
    let present = contents(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut all: Vec<&PathBuf> = present.keys().chain(files.keys()).collect();
    all.sort();
    all.dedup();
    let mut told = String::new();
    for path in all {
        let (old, new) = (present.get(path), files.get(path));
        if old == new {
            continue;
        }
        let name = folder.join(path);
        let side = |text: Option<&String>, what| {
            text.map_or("/dev/null".to_owned(), |_| format!("{} ({what})", name.display()))
        };
        let (a, b) = (old.map_or("", String::as_str), new.map_or("", String::as_str));
        let diff = TextDiff::from_lines(a, b);
        write!(
            told,
            "{}",
            diff.unified_diff().context_radius(3).header(&side(old, "as it is"), &side(new, "as generated"))
        )?;
    }
    Ok(told)
}

fn contents(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let entries = match fs::read_dir(&next) {
            Err(error) if error.kind() == ErrorKind::NotFound && next == folder => return Ok(files),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if next == folder && CARGO_LEAVES.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
                files.insert(path.strip_prefix(folder).unwrap_or(&path).to_owned(), text);
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
    fn the_folder_holds_exactly_what_was_emitted() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("generated");
        assert!(replace(&folder, &files(&[("a.rs", "1\n"), ("deep/b.rs", "2\n")])).unwrap());
        assert!(replace(&folder, &files(&[("a.rs", "3\n")])).unwrap());
        assert_eq!(contents(scratch.path()).unwrap(), files(&[("generated/a.rs", "3\n")]));
        assert!(!replace(&folder, &files(&[("a.rs", "3\n")])).unwrap());
    }

    #[test]
    fn a_difference_is_shown_line_by_line_and_a_stray_file_counts() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("a.rs"), "one\ntwo\n").unwrap();
        fs::write(scratch.path().join("stray.rs"), "left over\n").unwrap();
        let told = differences(scratch.path(), &files(&[("a.rs", "one\nthree\n")])).unwrap();
        for line in ["-two", "+three", "-left over", "+++ /dev/null"] {
            assert!(told.lines().any(|told| told == line), "{line} is missing in\n{told}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named_and_left_alone() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("file"), "not a folder").unwrap();
        let message =
            format!("{:#}", replace(&scratch.path().join("file/generated"), &files(&[("a", "b")])).unwrap_err());
        assert!(message.contains("file/generated"), "{message}");
        assert_eq!(contents(scratch.path()).unwrap(), files(&[("file", "not a folder")]));
    }
}
