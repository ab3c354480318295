//! The arguments of `cargo xtask diff`.

use std::path::PathBuf;

use super::{FailOn, Format};
use crate::options::DocumentArgs;

/// Compare the clients of two documents, and report what breaks callers
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The old document, in JSON, YAML or a page of Chift's documentation: a file, or REVISION:PATH as in `git show`
    pub old: PathBuf,
    /// The new document
    pub new: PathBuf,
    /// The format of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// The changes that make the command fail
    #[arg(long, value_enum, default_value_t, value_name = "VERDICT")]
    pub fail_on: FailOn,
    /// A list of accepted changes, in YAML: `accepted:` with the `id`, the `place`, the `reason` and, optionally, the
    /// last version of the document (`until`) of each. An entry that matches no change is an error
    #[arg(long, value_name = "FILE")]
    pub accepted: Option<PathBuf>,
    /// Compile the program in this folder against both clients, and report which changes it meets, with file and line.
    /// OLD must be the document that its crate chift-api is generated from
    #[arg(long, value_name = "DIR")]
    pub callers: Option<PathBuf>,
    /// How the clients are generated.
    #[command(flatten)]
    pub options: DocumentArgs,
}
