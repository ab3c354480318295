//! The arguments of `cargo xtask diff`.

use std::path::PathBuf;

use super::Format;
use crate::options::DocumentArgs;

/// Compare the clients of two documents, and report what breaks callers
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The old document: JSON, YAML or a page of Chift's documentation
    pub old: PathBuf,
    /// The new document
    pub new: PathBuf,
    /// Print Markdown, for a pull request
    #[arg(long)]
    pub markdown: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// How the clients are generated.
    #[command(flatten)]
    pub options: DocumentArgs,
}

impl Args {
    /// The output format that the flags select.
    pub fn format(&self) -> Format {
        match (self.markdown, self.json) {
            (true, _) => Format::Markdown,
            (_, true) => Format::Json,
            _ => Format::Text,
        }
    }
}
