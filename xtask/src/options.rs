//! How a client is generated from a document: with which overlay, and whether parts of it may be left out.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::pipeline::Input;
use crate::template::Template;

/// The document, relative to the workspace or to a team's generated crate.
pub(crate) const DOCUMENT: &str = "openapi/chift.yaml";

/// The overlay beside it.
pub(crate) const OVERLAY: &str = "openapi/overlay.yaml";

/// How a client is generated from a document.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The overlays that are applied to the document, in this order.
    pub overlays: Vec<Overlay>,
    /// Whether an operation that cannot be lowered or generated is left out. Otherwise, the whole document is refused.
    pub skip_unsupported: bool,
    /// The tags of the operations that are generated; without tags, all are.
    pub tags: Vec<String>,
    /// Whether a tag may be unknown, for a document that is only compared with another one.
    pub unknown_tags: bool,
    /// The command line that generates it, which the generated files and messages name.
    pub tool: Tool,
    /// The folder that the names of inputs in generated files are relative to. (Those in messages are relative to the
    /// current folder.)
    pub folder: PathBuf,
}

/// A command line of this crate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tool {
    /// `cargo xtask`, in this project's workspace.
    #[default]
    Xtask,
    /// `cargo chift`, in a team's repository.
    Chift,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xtask => "cargo xtask",
            Self::Chift => "cargo chift",
        })
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
    /// This project's overlay for Chift's documents, which is applied to no others.
    ///
    /// # Errors
    ///
    /// When the template does not have it.
    pub(crate) fn of_project(template: &Template) -> anyhow::Result<Self> {
        Ok(Self { input: template.overlay()?, scope: Scope::Titled(template.title().to_owned()) })
    }

    /// Whether the overlay is applied to a document.
    pub(crate) fn applies_to(&self, document: &Value) -> bool {
        match &self.scope {
            Scope::This | Scope::OtherVersion => true,
            Scope::Titled(title) => title_of(document) == Some(title),
        }
    }
}

/// The `info.title` of a document.
pub(crate) fn title_of(document: &Value) -> Option<&str> {
    document.get("info")?.get("title")?.as_str()
}

/// The options of the tasks that read any document.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DocumentArgs {
    /// Leave out the operations that cannot be generated, and list them; otherwise the document is refused
    #[arg(long)]
    pub skip_unsupported: bool,
    /// An overlay for the documents, each of whose actions must select something. Without it, this project's overlay is
    /// applied to the documents that have the `info.title` of Chift's
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Only the operations with any of these tags, POST /token, and the types that they reach
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub tags: Vec<String>,
}

impl DocumentArgs {
    /// The options for any document.
    ///
    /// # Errors
    ///
    /// When the overlay cannot be read.
    pub fn options(&self, template: &Template) -> anyhow::Result<Options> {
        let overlay = match &self.overlay {
            Some(file) => Overlay { input: Input::read(Path::new(""), file)?, scope: Scope::This },
            None => Overlay::of_project(template)?,
        };
        let Self { skip_unsupported, tags, .. } = self.clone();
        Ok(Options { overlays: vec![overlay], skip_unsupported, tags, ..Options::default() })
    }
}
