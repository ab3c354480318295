//! The arguments of `cargo xtask verify`.

use std::path::PathBuf;

use crate::options::DocumentArgs;

/// Generate a client from each document, compile it, and check its calls and types against the document
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The documents: JSON, YAML or pages of Chift's documentation
    #[arg(required = true, value_name = "DOCUMENT")]
    pub documents: Vec<PathBuf>,
    /// Call the operations at this URL instead: a mock server that reads the same document, and responds and validates
    #[arg(long, value_name = "URL")]
    pub against: Option<String>,
    /// Print all failures, not only the first one of each cause
    #[arg(long)]
    pub all: bool,
    /// How the clients are generated.
    #[command(flatten)]
    pub options: DocumentArgs,
}
