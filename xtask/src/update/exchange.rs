//! Several files and folders take their new content together, or none does.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::emit::Files;

/// What a place comes to hold.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A file with this text.
    File(String),
    /// A folder with exactly these files.
    Folder(Files),
}

/// Gives each place its content: everything is written beside first, and takes its place by renaming; when
/// one cannot, the others are put back.
///
/// # Errors
///
/// When a place cannot be written; nothing has changed then.
pub(super) fn exchange(targets: &[(PathBuf, Content)]) -> anyhow::Result<()> {
    let outcome = targets.iter().try_for_each(stage).and_then(|()| swap(targets));
    // Where it failed, what was written beside is of no use; where not, what was there before is not.
    for (place, _) in targets {
        let _ = remove(&beside(place, "new"));
        if outcome.is_ok() {
            let _ = remove(&beside(place, "old"));
        }
    }
    outcome
}

fn stage((place, content): &(PathBuf, Content)) -> anyhow::Result<()> {
    let new = beside(place, "new");
    let written = remove(&new).and_then(|()| remove(&beside(place, "old"))).and_then(|()| match content {
        Content::File(text) => write(&new, text),
        Content::Folder(files) => files.iter().try_for_each(|(path, text)| write(&new.join(path), text)),
    });
    written.with_context(|| format!("cannot write {}; nothing was changed", place.display()))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

fn swap(targets: &[(PathBuf, Content)]) -> anyhow::Result<()> {
    for (index, (place, _)) in targets.iter().enumerate() {
        if let Err(error) = swap_one(place) {
            for (done, _) in targets[..index].iter().rev() {
                // The error that matters is the one that is told.
                let _ = remove(done);
                let _ = fs::rename(beside(done, "old"), done);
            }
            return Err(error).with_context(|| format!("cannot write {}; nothing was changed", place.display()));
        }
    }
    Ok(())
}

fn swap_one(place: &Path) -> io::Result<()> {
    let (new, old) = (beside(place, "new"), beside(place, "old"));
    match fs::rename(place, &old) {
        Err(error) if error.kind() == ErrorKind::NotFound => fs::rename(&new, place),
        Err(error) => Err(error),
        Ok(()) => fs::rename(&new, place).inspect_err(|_| {
            let _ = fs::rename(&old, place);
        }),
    }
}

fn beside(place: &Path, suffix: &str) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.{suffix}"))
}

fn remove(place: &Path) -> io::Result<()> {
    let removed = if place.is_dir() { fs::remove_dir_all(place) } else { fs::remove_file(place) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn all_take_their_place_and_nothing_is_left_beside() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        fs::write(at("a"), "old").unwrap();
        fs::create_dir(at("b")).unwrap();
        fs::write(at("b/stray"), "old").unwrap();
        let files: Files = [("x/y".into(), "new".to_owned())].into();
        exchange(&[
            (at("a"), Content::File("new".to_owned())),
            (at("b"), Content::Folder(files)),
            (at("c"), Content::File("new".to_owned())),
        ])
        .unwrap();
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "new");
        assert_eq!(names(&at("b")), ["x"]);
        assert_eq!(names(scratch.path()), ["a", "b", "c"]);
    }

    #[test]
    fn when_one_cannot_none_does() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        fs::write(at("a"), "old").unwrap();
        fs::create_dir_all(at("b/c")).unwrap();
        fs::write(at("b/c/d"), "old").unwrap();
        let new = || Content::File("new".to_owned());
        let empty = Content::Folder([("x".into(), "new".to_owned())].into());
        // The first cannot be written beside; the second loses its folder when its turn has come.
        for targets in
            [vec![(at("a"), new()), (at("a/b"), new())], vec![(at("a"), new()), (at("b"), empty), (at("b/c/d"), new())]]
        {
            let message = format!("{:#}", exchange(&targets).unwrap_err());
            assert!(message.contains("nothing was changed"), "{message}");
            for file in ["a", "b/c/d"] {
                assert_eq!(fs::read_to_string(at(file)).unwrap(), "old", "{targets:?}");
            }
            assert_eq!([names(scratch.path()), names(&at("b")), names(&at("b/c"))].concat(), ["a", "b", "c", "d"]);
        }
    }
}
