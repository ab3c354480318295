//! Which version of the document a server gave last, so that it can be asked for another one only.
//!
//! A note in `target/`, which is no part of the project: without it everything is fetched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;

/// What a server called the version that was last written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    etag: String,
    /// The fingerprint of `openapi/chift.yaml` as it was written from that version.
    written: String,
}

/// The versions by address.
#[derive(Debug, Default)]
pub(super) struct Versions {
    place: PathBuf,
    known: BTreeMap<String, Version>,
}

impl Versions {
    /// Those noted in the workspace at `root`; none when the note is missing or cannot be read.
    pub(super) fn read(root: &Path) -> Self {
        let place = root.join("target/update/versions.json");
        let known = fs::read_to_string(&place).ok().and_then(|text| serde_json::from_str(&text).ok());
        Self { place, known: known.unwrap_or_default() }
    }

    /// What `source` called the version that `text` was written from.
    pub(super) fn etag(&self, source: &str, text: &str) -> Option<&str> {
        let version = self.known.get(source)?;
        (version.written == fingerprint(text.as_bytes())).then_some(version.etag.as_str())
    }

    /// Notes that `text` was written from the version `etag` of `source`. A note that cannot be written costs
    /// a download and nothing else.
    pub(super) fn note(&mut self, source: &str, etag: String, text: &str) {
        self.known.insert(source.to_owned(), Version { etag, written: fingerprint(text.as_bytes()) });
        let Ok(note) = serde_json::to_string_pretty(&self.known) else { return };
        let folder = self.place.parent().unwrap_or(&self.place);
        let _ = fs::create_dir_all(folder).and_then(|()| fs::write(&self.place, note));
    }
}
