//! A workspace of its own for a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use xtask::update::{self, Options, Patience};

/// A document that fits on a screen.
pub(crate) const DOCUMENT: &str = include_str!("document.yaml");

/// A folder with the document, an overlay, and the client generated from them.
pub(crate) struct Workspace(TempDir);

impl Workspace {
    pub(crate) fn new() -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(this.path("openapi")).unwrap();
        let document = this.write("openapi/chift.yaml", DOCUMENT);
        this.write("openapi/overlay.yaml", include_str!("overlay.yaml"));
        let told = this.update(&[&document]).unwrap();
        assert!(told.contains("chift-api/src/generated written") && !told.contains("CHANGELOG"), "{told}");
        this
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a file, and says where it is.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Every file but the notes in `target/`, with its content.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let mut open = vec![self.0.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if path != self.path("target") {
                        open.push(path);
                    }
                } else {
                    files.insert(path.clone(), String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
                }
            }
        }
        files
    }

    /// Runs `update`; what it told, or its error.
    pub(crate) fn update(&self, from: &[&str]) -> Result<String, String> {
        self.update_with(from, false, Duration::from_secs(30))
    }

    pub(crate) fn update_with(&self, from: &[&str], dry_run: bool, patience: Duration) -> Result<String, String> {
        let from = from.iter().map(|source| (*source).to_owned()).collect();
        let options = Options { from, dry_run, patience: Patience { connect: patience, whole: patience } };
        let mut out = Vec::new();
        match update::run(self.0.path(), &options, &mut out) {
            Ok(()) => Ok(String::from_utf8(out).unwrap()),
            Err(error) => Err(format!("{error:#}")),
        }
    }
}

/// The document with a new operation.
pub(crate) fn grown() -> String {
    let operation = "  /ping:\n    get:\n      operationId: ping_ping_get\n      responses:\n        '200':\n          \
                     description: Pong\n";
    DOCUMENT.replace("components:\n", &format!("{operation}components:\n"))
}
