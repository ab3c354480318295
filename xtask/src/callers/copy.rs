//! Copies the files of a team to another folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Makes the folder `copy` hold the `files` of `base`, and no others.
///
/// Files that are the same stay as they are, so that cargo does not compile what has not changed again.
///
/// # Errors
///
/// When a file cannot be read or written.
pub(super) fn sync(base: &Path, files: &BTreeSet<PathBuf>, copy: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(copy).with_context(|| format!("cannot create {}", copy.display()))?;
    remove_others(copy, copy, files)?;
    for name in files {
        let (from, to) = (base.join(name), copy.join(name));
        if is_same(&from, &to) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::copy(&from, &to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.len());
    length(one) == length(other) && matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// Removes the files and folders below `folder` that are not in the list.
fn remove_others(copy: &Path, folder: &Path, files: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
    let context = || format!("cannot clear {}", folder.display());
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        let name = path.strip_prefix(copy).unwrap_or(&path);
        let is_folder = path.is_dir() && !path.is_symlink();
        let is_needed = if is_folder { has_below(files, name) } else { files.contains(name) };
        match (is_folder, is_needed) {
            (true, true) => remove_others(copy, &path, files)?,
            (true, false) => fs::remove_dir_all(&path).with_context(context)?,
            (false, true) => {}
            (false, false) => fs::remove_file(&path).with_context(context)?,
        }
    }
    Ok(())
}

/// Whether the list has files below a folder.
fn has_below(files: &BTreeSet<PathBuf>, folder: &Path) -> bool {
    files.range(folder.to_owned()..).next().is_some_and(|first| first.starts_with(folder) && first != folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_has_the_listed_files_only_and_does_not_touch_those_that_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (base, copy) = (folder.path().join("base"), folder.path().join("copy"));
        let write = |root: &Path, name: &str, text: &str| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for name in ["a.rs", "src/b.rs", "src/deep/c.rs", "secret.env"] {
            write(&base, name, name);
        }
        let list = |names: &[&str]| names.iter().map(PathBuf::from).collect::<BTreeSet<_>>();
        let files = list(&["a.rs", "src/b.rs", "src/deep/c.rs"]);
        sync(&base, &files, &copy).unwrap();
        assert_eq!(fs::read_to_string(copy.join("src/deep/c.rs")).unwrap(), "src/deep/c.rs");
        assert!(!copy.join("secret.env").exists());

        let written = |name: &str| fs::metadata(copy.join(name)).unwrap().modified().unwrap();
        let before = written("a.rs");
        write(&copy, "src/b.rs", "changed");
        write(&copy, "other/d.rs", "old");
        write(&copy, "src.rs", "old");
        sync(&base, &list(&["a.rs", "src/b.rs"]), &copy).unwrap();
        assert_eq!(written("a.rs"), before);
        assert_eq!(fs::read_to_string(copy.join("src/b.rs")).unwrap(), "src/b.rs");
        assert!(!copy.join("other").exists() && !copy.join("src/deep").exists() && !copy.join("src.rs").exists());

        // A folder takes the place of a file, and the reverse.
        write(&base, "x/y", "1");
        write(&copy, "x", "2");
        sync(&base, &list(&["x/y"]), &copy).unwrap();
        assert_eq!(fs::read_to_string(copy.join("x/y")).unwrap(), "1");
        assert!(sync(&base, &list(&["missing"]), &copy).unwrap_err().to_string().contains("missing"));
    }
}
