//! How a client is generated from a document: with which overlay, and whether parts of it may be left out.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::pipeline::Input;
use crate::read;

/// The document of the workspace.
pub(crate) const DOCUMENT: &str = "openapi/chift.yaml";

/// The overlay of the workspace.
pub(crate) const OVERLAY: &str = "openapi/overlay.yaml";

/// How a client is generated from a document.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The overlay that is applied to the document.
    pub overlay: Option<Overlay>,
    /// Whether an operation that cannot be lowered or generated is left out. Otherwise, the whole document is refused.
    pub skip_unsupported: bool,
    /// The tags of the operations that are generated; without tags, all are.
    pub tags: Vec<String>,
    /// Whether a tag may be unknown, for a document that is only compared with another one.
    pub unknown_tags: bool,
}

impl Options {
    /// The options for the document of the workspace at `root`, for which its overlay is written.
    pub(crate) fn of_workspace(root: &Path, skip_unsupported: bool) -> anyhow::Result<Self> {
        let overlay = Overlay { input: Input::read(root, Path::new(OVERLAY))?, scope: Scope::This };
        Ok(Self { overlay: Some(overlay), skip_unsupported, ..Self::default() })
    }
}

/// An overlay, and the documents that it is written for.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// The overlay itself.
    pub input: Input,
    /// Whether it is written for this version of the document.
    pub scope: Scope,
}

/// What an overlay is written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// This document: each action must select something.
    This,
    /// Another version of this document: an action may select nothing.
    OtherVersion,
    /// Documents with this `info.title`. The overlay is not applied to others, and an action may select nothing.
    Titled(String),
}

impl Overlay {
    /// Whether the overlay is applied to a document.
    pub(crate) fn applies_to(&self, document: &Value) -> bool {
        match &self.scope {
            Scope::This | Scope::OtherVersion => true,
            Scope::Titled(title) => title_of(document) == Some(title),
        }
    }
}

fn title_of(document: &Value) -> Option<&str> {
    document.get("info")?.get("title")?.as_str()
}

/// The options of the tasks that read documents other than that of the workspace.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DocumentArgs {
    /// Leave out the operations that cannot be generated, and list them; otherwise the document is refused
    #[arg(long)]
    pub skip_unsupported: bool,
    /// An overlay for the documents, each of whose actions must select something. Without it, openapi/overlay.yaml is
    /// applied to the documents that have the `info.title` of openapi/chift.yaml
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Only the operations with any of these tags, POST /token, and the types that they reach
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub tags: Vec<String>,
}

impl DocumentArgs {
    /// The options for documents that may be other ones than that of the workspace at `root`.
    ///
    /// # Errors
    ///
    /// When the overlay, or the document of the workspace, cannot be read.
    pub fn options(&self, root: &Path) -> anyhow::Result<Options> {
        let overlay = if let Some(file) = &self.overlay {
            Overlay { input: Input::read(Path::new(""), file)?, scope: Scope::This }
        } else {
            let document = Input::read(root, Path::new(DOCUMENT))?;
            let document = read::read(&document.name, &document.text)?.value;
            let scope = Scope::Titled(title_of(&document).unwrap_or_default().to_owned());
            Overlay { input: Input::read(root, Path::new(OVERLAY))?, scope }
        };
        let Self { skip_unsupported, tags, .. } = self.clone();
        Ok(Options { overlay: Some(overlay), skip_unsupported, tags, unknown_tags: false })
    }
}
