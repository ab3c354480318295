//! A scratch workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use xtask::regen::{self, Status};
use xtask::update::{self, Timeouts};

/// The document of a workspace: small, with the fields that the tests edit.
pub(crate) const DOCUMENT: &str = include_str!("document.yaml");

/// The path of the document in a workspace.
pub(crate) const CHECKED_IN: &str = "openapi/chift.yaml";

/// A folder with the document, an overlay, and the client generated from them.
pub(crate) struct Workspace(TempDir);

impl Workspace {
    pub(crate) fn new() -> Self {
        let workspace = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(workspace.path("openapi")).unwrap();
        workspace.write(CHECKED_IN, DOCUMENT);
        workspace.write("openapi/overlay.yaml", include_str!("overlay.yaml"));
        workspace.regen().unwrap();
        // Adds the origin of the document, and a changelog.
        let document = workspace.path(CHECKED_IN);
        workspace.update(&[document.to_str().unwrap()]).unwrap();
        workspace
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a file; returns its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Replaces `old` in the document, which must contain it.
    pub(crate) fn edit(&self, old: &str, new: &str) {
        let text = self.read(CHECKED_IN);
        assert!(text.contains(old), "the document does not contain {old}");
        self.write(CHECKED_IN, text.replacen(old, new, 1));
    }

    /// Every file except those in `target/`, with its content.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut open = vec![self.0.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if !path.is_dir() {
                    files.insert(path.clone(), fs::read(path).unwrap());
                } else if path != self.path("target") {
                    open.push(path);
                }
            }
        }
        files
    }

    /// Runs `regen`; returns its error as text.
    pub(crate) fn regen(&self) -> Result<(), String> {
        let outcome = regen::run(self.0.path(), &regen::Args::default(), &mut Vec::new());
        outcome.map(drop).map_err(|error| format!("{error:#}"))
    }

    /// Runs `regen --check`; returns the status and the output.
    pub(crate) fn check(&self) -> (Status, String) {
        let mut out = Vec::new();
        let args = regen::Args { check: true, ..regen::Args::default() };
        let status = regen::run(self.0.path(), &args, &mut out).unwrap();
        (status, String::from_utf8(out).unwrap())
    }

    /// Runs `update`; returns its output, or its error as text.
    pub(crate) fn update(&self, from: &[&str]) -> Result<String, String> {
        self.update_with(from, false, Duration::from_secs(30))
    }

    pub(crate) fn update_with(&self, from: &[&str], dry_run: bool, timeout: Duration) -> Result<String, String> {
        let from = from.iter().map(|source| (*source).to_owned()).collect();
        let timeouts = Timeouts { connect: timeout, total: timeout };
        let args = update::Args { from, dry_run, timeouts, ..update::Args::default() };
        let mut out = Vec::new();
        match update::run(self.0.path(), &args, &mut out) {
            Ok(_) => Ok(String::from_utf8(out).unwrap()),
            Err(error) => Err(format!("{error:#}")),
        }
    }
}

/// The root folder of this project's workspace.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The document with a new operation.
pub(crate) fn document_with_ping() -> String {
    let operation = "  /ping:\n    get:\n      operationId: ping_ping_get\n      responses:\n        '200':\n          \
                     description: Pong\n";
    DOCUMENT.replace("components:\n", &format!("{operation}components:\n"))
}
