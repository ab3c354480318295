//! The command line over the library `xtask`: `cargo xtask …`.
//!
//! Exit status: 0 done, 1 an error (nothing was changed), 2 a wrong command line, 3 `--check` found
//! something stale.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::generate;
use xtask::regen::{self, Ending};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Makes the crate chift-api from Chift's OpenAPI document")]
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
        /// Another document: JSON, YAML or a documentation page
        #[arg(long, value_name = "FILE", requires = "out")]
        spec: Option<PathBuf>,
        /// The folder of the crate to make from it
        #[arg(long, value_name = "DIR", requires = "spec")]
        out: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !generate::is_guarded() {
            told(panic);
        }
    }));
    let Arguments { task: Task::Regen { check, spec, out } } = Arguments::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    match regen::run(root, &regen::Options { check, spec, out }, &mut io::stdout().lock()) {
        Ok(Ending::Fresh) => ExitCode::SUCCESS,
        Ok(Ending::Stale) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
