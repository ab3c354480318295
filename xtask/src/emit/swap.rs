//! A staged swap: several files and folders get their new content together, or none does.
//!
//! The new content is written beside each target, as `.NAME.new`. Then the targets are renamed one after the other,
//! the present content to `.NAME.old` and the new one to `NAME`. When a step fails, the completed ones are undone.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::{Files, WRITTEN_BY_CARGO};

/// The new content of a target.
#[derive(Debug, Clone)]
pub enum Content {
    /// A file with this text.
    File(String),
    /// A folder with exactly these files, and what cargo wrote into it.
    Folder(Files),
}

impl Content {
    /// The number of files.
    pub(crate) fn files(&self) -> usize {
        match self {
            Self::File(_) => 1,
            Self::Folder(files) => files.len(),
        }
    }
}

/// A target: the path of a file or folder, and its new content.
pub type Target = (PathBuf, Content);

/// Gives each target its new content, or leaves all of them as they are.
///
/// # Errors
///
/// When a target cannot be written. No target has changed then, unless the disk fails during the restoration too;
/// in that case `.NAME.old` beside the target holds its content.
pub fn replace_all(targets: &[Target]) -> anyhow::Result<()> {
    replace_all_if(targets, || Ok(()))
}

/// Like [`replace_all`], if `accept` succeeds after all targets have their new content. It may change the targets.
///
/// # Errors
///
/// When a target cannot be written, or the error of `accept`. In both cases, all targets have their present content.
pub fn replace_all_if(targets: &[Target], accept: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let swaps: Vec<Swap<'_>> =
        targets.iter().map(|(target, content)| Swap::of(target, content)).collect::<Result<_, _>>()?;
    let outcome = swaps.iter().try_for_each(Swap::stage).and_then(|()| {
        for (index, swap) in swaps.iter().enumerate() {
            if let Err(error) = swap.commit() {
                swaps[..index].iter().rev().for_each(Swap::undo);
                return Err(swap.failed(error));
            }
        }
        accept().inspect_err(|_| swaps.iter().rev().for_each(Swap::undo))
    });
    for swap in &swaps {
        // A leftover is harmless; the next run removes it.
        let _ = remove(&swap.new);
        if outcome.is_ok() {
            let _ = remove(&swap.old);
        }
    }
    outcome
}

struct Swap<'a> {
    target: &'a Path,
    content: &'a Content,
    new: PathBuf,
    old: PathBuf,
}

impl<'a> Swap<'a> {
    fn of(target: &'a Path, content: &'a Content) -> anyhow::Result<Self> {
        let Some(name) = target.file_name() else {
            bail!("{} is not a file or folder that can be written; give it a name", target.display());
        };
        let beside = |suffix: &str| {
            let mut hidden = OsString::from(".");
            hidden.push(name);
            hidden.push(suffix);
            target.with_file_name(hidden)
        };
        Ok(Self { target, content, new: beside(".new"), old: beside(".old") })
    }

    fn failed(&self, error: io::Error) -> anyhow::Error {
        anyhow::Error::new(error).context(format!("cannot write {}; nothing was changed", self.target.display()))
    }

    /// Writes the new content beside the target, in place of what a run that was killed left there.
    fn stage(&self) -> anyhow::Result<()> {
        let written = remove(&self.new).and_then(|()| remove(&self.old)).and_then(|()| match self.content {
            Content::File(text) => write(&self.new, text),
            Content::Folder(files) => fs::create_dir_all(&self.new)
                .and_then(|()| files.iter().try_for_each(|(path, text)| write(&self.new.join(path), text))),
        });
        written.map_err(|error| self.failed(error))
    }

    fn commit(&self) -> io::Result<()> {
        unless_missing(fs::rename(self.target, &self.old))?;
        let placed = self.move_kept(&self.old, &self.new).and_then(|()| fs::rename(&self.new, self.target));
        placed.inspect_err(|_| self.restore())
    }

    /// Undoes a commit that succeeded.
    fn undo(&self) {
        let _ = fs::rename(self.target, &self.new);
        self.restore();
    }

    /// Moves the present content back. The error that led here is reported; a second one would hide it.
    fn restore(&self) {
        let _ = self.move_kept(&self.new, &self.old);
        let _ = fs::rename(&self.old, self.target);
    }

    /// Moves what cargo wrote into a folder, unless the new content replaces it.
    fn move_kept(&self, from: &Path, to: &Path) -> io::Result<()> {
        let Content::Folder(files) = self.content else { return Ok(()) };
        WRITTEN_BY_CARGO
            .iter()
            .filter(|name| !files.contains_key(Path::new(name)))
            .try_for_each(|name| unless_missing(fs::rename(from.join(name), to.join(name))))
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

fn remove(path: &Path) -> io::Result<()> {
    unless_missing(if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) })
}

/// The result of a step that has nothing to do when its file does not exist.
fn unless_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every file below `folder`, hidden ones included.
    fn tree(folder: &Path) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                files.extend(tree(&path).into_iter().map(|(below, text)| (format!("{name}/{below}"), text)));
            } else {
                files.insert(name, fs::read_to_string(path).unwrap());
            }
        }
        files
    }

    fn scratch(files: &[(&str, &str)]) -> tempfile::TempDir {
        let scratch = tempfile::tempdir().unwrap();
        for (path, text) in files {
            write(&scratch.path().join(path), text).unwrap();
        }
        scratch
    }

    fn file() -> Content {
        Content::File("new".to_owned())
    }

    fn folder(names: &[&str]) -> Content {
        Content::Folder(names.iter().map(|name| (name.into(), "new".to_owned())).collect())
    }

    #[test]
    fn all_targets_get_their_content_and_nothing_is_left_beside_them() {
        let scratch = scratch(&[("a", "old"), ("b/stray", "old"), ("b/Cargo.lock", "old"), (".a.new", "killed")]);
        let at = |name: &str| scratch.path().join(name);
        replace_all(&[(at("a"), file()), (at("b"), folder(&["x/y"])), (at("c"), file())]).unwrap();
        let expected = [("a", "new"), ("b/Cargo.lock", "old"), ("b/x/y", "new"), ("c", "new")];
        assert_eq!(tree(scratch.path()), expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    }

    #[test]
    fn a_failure_of_one_target_leaves_all_of_them_as_they_were() {
        let scratch = scratch(&[("a", "old"), ("b/c/d", "old"), ("b/Cargo.lock", "old")]);
        let at = |name: &str| scratch.path().join(name);
        let before = tree(scratch.path());
        for targets in [
            // Staging fails: the parent of the second target is a file.
            vec![(at("a"), file()), (at("a/b"), file())],
            // The commit of the last target fails, after those of a file, a new file and a folder: the folder was
            // replaced by one without the last target's parent.
            vec![(at("a"), file()), (at("new"), file()), (at("b"), folder(&["x"])), (at("b/c/d"), file())],
            // The last target has no name.
            vec![(at("a"), file()), (PathBuf::from("/"), file())],
        ] {
            let message = format!("{:#}", replace_all(&targets).unwrap_err());
            assert!(message.contains("nothing was changed") || message.contains("give it a name"), "{message}");
            assert_eq!(tree(scratch.path()), before, "{targets:?}");
        }
    }

    #[test]
    fn targets_that_are_not_accepted_get_their_content_back() {
        let scratch = scratch(&[("a", "old"), ("b/c", "old")]);
        let at = |name: &str| scratch.path().join(name);
        let before = tree(scratch.path());
        let targets = [(at("a"), file()), (at("b"), folder(&["x"])), (at("d"), file())];
        let refused = replace_all_if(&targets, || {
            assert_eq!(fs::read_to_string(at("a")).unwrap(), "new");
            fs::write(at("b/x"), "changed").unwrap();
            bail!("not accepted")
        });
        assert_eq!(refused.unwrap_err().to_string(), "not accepted");
        assert_eq!(tree(scratch.path()), before);
    }

    #[test]
    fn a_commit_that_fails_halfway_is_undone() {
        // The present content moves away, and the new content is missing.
        let scratch = scratch(&[("b/c", "old"), ("b/Cargo.lock", "old")]);
        let before = tree(scratch.path());
        let (target, content) = (scratch.path().join("b"), folder(&["x"]));
        assert!(Swap::of(&target, &content).unwrap().commit().is_err());
        assert_eq!(tree(scratch.path()), before);
    }
}
