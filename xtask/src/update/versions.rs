//! Records the version of the document that a server sent last, so that an unchanged document is not downloaded again.
//!
//! The record is in `target/` of this project's workspace. Without it, each update downloads the document.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    etag: String,
    /// The fingerprint of `openapi/chift.yaml` as written from that version.
    written: String,
}

/// The versions by URL.
#[derive(Debug, Default)]
pub(super) struct Versions {
    path: Option<PathBuf>,
    known: BTreeMap<String, Version>,
}

impl Versions {
    /// Reads the record in the file `path`. A missing or unreadable record is empty.
    pub(super) fn read(path: Option<PathBuf>) -> Self {
        let text = path.as_ref().and_then(|path| fs::read_to_string(path).ok());
        let known = text.and_then(|text| serde_json::from_str(&text).ok());
        Self { path, known: known.unwrap_or_default() }
    }

    /// The ETag of the version of `source` that `text` was written from.
    pub(super) fn etag(&self, source: &str, text: &str) -> Option<&str> {
        let version = self.known.get(source)?;
        (version.written == fingerprint(text.as_bytes())).then_some(version.etag.as_str())
    }

    /// Records that `text` was written from the version `etag` of `source`. When the record cannot be written, the
    /// next update downloads the document again.
    pub(super) fn record(&mut self, source: &str, etag: String, text: &str) {
        self.known.insert(source.to_owned(), Version { etag, written: fingerprint(text.as_bytes()) });
        let Ok(record) = serde_json::to_string_pretty(&self.known) else { return };
        let Some(path) = &self.path else { return };
        let folder = path.parent().unwrap_or(path);
        let _ = fs::create_dir_all(folder).and_then(|()| fs::write(path, record));
    }
}
