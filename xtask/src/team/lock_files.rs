//! Gives back the lock files that `cargo metadata` writes while it checks something that is not kept.

use std::fs;
use std::path::{Path, PathBuf};

/// The lock files around the current folder. Dropping the value restores them, unless [`Self::keep`] is called.
#[derive(Debug)]
pub(super) struct LockFiles(Vec<(PathBuf, Option<Vec<u8>>)>);

impl LockFiles {
    /// Reads the lock file beside each manifest in or around the folder of `manifest`.
    pub(super) fn around(manifest: Option<&Path>) -> Self {
        let folders = manifest.and_then(Path::parent).into_iter().flat_map(Path::ancestors);
        let folders = folders.filter(|folder| folder.join("Cargo.toml").is_file());
        Self(
            folders
                .map(|folder| folder.join("Cargo.lock"))
                .map(|path| (fs::read(&path).ok(), path))
                .map(|(text, path)| (path, text))
                .collect(),
        )
    }

    /// Leaves the files as cargo wrote them.
    pub(super) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for LockFiles {
    fn drop(&mut self) {
        for (path, text) in &self.0 {
            // There is nobody to report an error to, and cargo writes the file again.
            let _ = match text {
                Some(text) if fs::read(path).ok().as_ref() != Some(text) => fs::write(path, text),
                None if path.exists() => fs::remove_file(path),
                _ => Ok(()),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_are_restored_unless_they_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("inner")).unwrap();
        for file in ["Cargo.toml", "Cargo.lock", "inner/Cargo.toml"] {
            fs::write(at(file), "old").unwrap();
        }
        let change = || ["Cargo.lock", "inner/Cargo.lock"].map(|file| fs::write(at(file), "new").unwrap());
        let locks = LockFiles::around(Some(&at("inner/Cargo.toml")));
        change();
        drop(locks);
        assert_eq!(fs::read_to_string(at("Cargo.lock")).unwrap(), "old");
        assert!(!at("inner/Cargo.lock").exists());
        let locks = LockFiles::around(Some(&at("inner/Cargo.toml")));
        change();
        locks.keep();
        assert!(at("inner/Cargo.lock").exists());
    }
}
