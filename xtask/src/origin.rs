//! `openapi/origin.yaml`: where the document comes from, and how the client is generated from it.
//!
//! It has what a later run needs to generate the same client: without the network and without flags.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use crate::document::yaml_text;
use crate::fingerprint::fingerprint;
use crate::options::{OVERLAY, Tool};
use crate::pipeline::Input;
use crate::update::shown;

/// The file, beside the document.
pub(crate) const ORIGIN: &str = "openapi/origin.yaml";

/// The origin of a document, and the options for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The URLs or files that the document was read from. Of an absolute path, only the name of the file.
    pub source: Vec<String>,
    /// The fingerprint of the document.
    pub fingerprint: String,
    /// The version of the generator.
    pub generator: String,
    /// Whether operations that cannot be generated are left out.
    #[serde(default)]
    pub skip_unsupported: bool,
    /// The tags of the operations that are generated; without tags, all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl Origin {
    /// Reads the origin of the document in `folder`; `None` if there is no file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or was written by a later version.
    pub fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(ORIGIN);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let origin = yaml_serde::from_str(&text).with_context(|| {
            format!(
                "{} was not written by this version; install the version that wrote it, or a later one",
                path.display()
            )
        });
        origin.map(Some)
    }

    /// Selects the operations with any of `tags`; an empty tag selects all. Without tags, the selection stays.
    pub(crate) fn select(&mut self, tags: &[String]) {
        if !tags.is_empty() {
            self.tags = tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    ///
    /// When the value cannot be serialized, which does not happen: it consists of strings and lists.
    pub fn text(&self, tool: Tool) -> anyhow::Result<String> {
        let yaml = yaml_text::write(&serde_json::to_value(self)?);
        Ok(format!(
            "# Where chift.yaml comes from, and how the client is generated from it. `{tool} update` writes this file.\n{yaml}"
        ))
    }

    /// Checks that `document` in `folder` is the text that was fetched.
    ///
    /// # Errors
    ///
    /// When it was edited.
    pub(crate) fn check(&self, document: &Input, folder: &Path, tool: Tool) -> anyhow::Result<()> {
        if self.fingerprint != fingerprint(document.text.as_bytes()) {
            bail!(
                "{} is not the document that {} names; restore it, or fetch it again with `{tool} update`. Changes to \
                 the document belong in {}",
                document.name,
                folder.join(ORIGIN).display(),
                folder.join(OVERLAY).display()
            );
        }
        Ok(())
    }
}

/// The names of sources as the file states them: an absolute path would contain the folders of one machine, and the
/// query of a URL can contain a secret.
pub(crate) fn names(sources: &[String]) -> Vec<String> {
    let name = |source: &String| {
        let path = Path::new(source);
        let name = if path.is_absolute() { path.file_name() } else { None };
        name.map_or_else(|| shown(source).replace('\\', "/"), |name| name.to_string_lossy().into_owned())
    };
    sources.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        let source = vec!["https://api.chift.eu/openapi.json".to_owned()];
        Origin { source, fingerprint: fingerprint(b"a"), generator: "0.1.0".to_owned(), ..Origin::default() }
    }

    #[test]
    fn the_file_is_read_back_and_a_missing_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Origin::read(folder.path()).unwrap(), None);
        fs::create_dir(folder.path().join("openapi")).unwrap();
        let text = origin().text(Tool::Chift).unwrap();
        assert!(text.contains("\nsource:\n- https://api.chift.eu/openapi.json\n"), "{text}");
        fs::write(folder.path().join(ORIGIN), text).unwrap();
        assert_eq!(Origin::read(folder.path()).unwrap(), Some(origin()));
    }

    #[test]
    fn a_file_of_a_later_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("openapi")).unwrap();
        let text = origin().text(Tool::Chift).unwrap() + "shards: 3\n";
        fs::write(folder.path().join(ORIGIN), text).unwrap();
        let message = format!("{:#}", Origin::read(folder.path()).unwrap_err());
        assert!(message.contains("install the version that wrote it") && message.contains("shards"), "{message}");
    }

    #[test]
    fn a_selection_stays_until_another_one() {
        let mut origin = origin();
        origin.select(&["Cakes".to_owned(), " Bread ".to_owned()]);
        assert_eq!(origin.tags, ["Cakes", "Bread"]);
        origin.select(&[]);
        assert_eq!(origin.tags.len(), 2);
        origin.select(&[String::new()]);
        assert!(origin.tags.is_empty());
    }

    #[test]
    fn an_edited_document_is_refused() {
        let check = |text: &str| {
            let document = Input { name: "chift-api/openapi/chift.yaml".to_owned(), text: text.to_owned() };
            origin().check(&document, Path::new("chift-api"), Tool::Chift)
        };
        assert!(check("a").is_ok());
        let message = check("b").unwrap_err().to_string();
        assert!(message.starts_with("chift-api/openapi/chift.yaml is not the document"), "{message}");
        assert!(message.contains("`cargo chift update`"), "{message}");
    }

    #[test]
    fn an_absolute_path_is_stated_by_its_name() {
        let path = if cfg!(windows) { "C:\\a\\b.json" } else { "/a/b.json" };
        let sources = [path, "a/b.json", "https://me:pw@a/b.json?key=s3cret#x"].map(str::to_owned);
        assert_eq!(names(&sources), ["b.json", "a/b.json", "https://a/b.json"]);
    }
}
