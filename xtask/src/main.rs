//! The command line over the library `xtask`: `cargo xtask …`.
//!
//! Exit status: 0 done, 1 an error (nothing was changed), 2 a wrong command line, 3 `--check` found
//! something stale, 4 `verify` found a client that breaks its document's contract, 5 `diff` found what breaks
//! a caller.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::diff::{self, Format};
use xtask::generate;
use xtask::regen::{self, Ending};
use xtask::tidy;
use xtask::update::{self, Patience};
use xtask::verify;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Makes the crate chift-api from Chift's OpenAPI document"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Regenerate chift-api from openapi/chift.yaml, or a crate in DIR from FILE
    Regen {
        /// Write nothing; show what differs and exit with status 3 when something does
        #[arg(long)]
        check: bool,
        /// List the places that have no type, and what the client does without
        #[arg(long)]
        report: bool,
        /// Another document: JSON, YAML or a documentation page
        #[arg(long, value_name = "FILE", requires = "out")]
        spec: Option<PathBuf>,
        /// The folder of the crate to make from it
        #[arg(long, value_name = "DIR", requires = "spec")]
        out: Option<PathBuf>,
    },
    /// Make a client from each document, compile it, and hold it against the document
    Verify {
        /// Documents: JSON, YAML or documentation pages
        #[arg(required = true, value_name = "DOCUMENT")]
        documents: Vec<PathBuf>,
    },
    /// Take Chift's new document: fetch it, show what changes, and regenerate chift-api; all of it or nothing
    Update {
        /// Addresses or files: one whole document (JSON or YAML), or pages of Chift's documentation, which
        /// become part of the document that is there
        #[arg(long, value_name = "URL|FILE", num_args = 1.., default_value = update::LIVE)]
        from: Vec<String>,
        /// Show what would change, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Tell what differs between the clients of two documents; exit with status 5 when it breaks a caller
    Diff {
        /// The document as it was: JSON, YAML or a documentation page
        old: PathBuf,
        /// The document as it is
        new: PathBuf,
        /// Write Markdown, for a pull request
        #[arg(long)]
        markdown: bool,
        /// Write JSON, for a machine
        #[arg(long, conflicts_with = "markdown")]
        json: bool,
    },
    Tidy(tidy::Args),
}

fn main() -> ExitCode {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !generate::is_guarded() {
            told(panic);
        }
    }));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let mut out = io::stdout().lock();
    let ended = match Arguments::parse().task {
        Task::Regen { check, report, spec, out: folder } => {
            let options = regen::Options { check, report, spec, out: folder };
            regen::run(root, &options, &mut out).map(|ending| match ending {
                Ending::Fresh => ExitCode::SUCCESS,
                Ending::Stale => ExitCode::from(3),
            })
        }
        Task::Verify { documents } => verify::run(root, &documents, &mut out)
            .map(|all_well| if all_well { ExitCode::SUCCESS } else { ExitCode::from(4) }),
        Task::Update { from, dry_run } => {
            let options = update::Options { from, dry_run, patience: Patience::default() };
            update::run(root, &options, &mut out).map(|()| ExitCode::SUCCESS)
        }
        Task::Diff { old, new, markdown, json } => {
            let format = match (markdown, json) {
                (true, _) => Format::Markdown,
                (_, true) => Format::Json,
                _ => Format::Text,
            };
            diff::run(root, &old, &new, format, &mut out)
                .map(|difference| if difference.is_breaking() { ExitCode::from(5) } else { ExitCode::SUCCESS })
        }
        Task::Tidy(args) => tidy::run(root, &args, &mut out).map(|()| ExitCode::SUCCESS),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
