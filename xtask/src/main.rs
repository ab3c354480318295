//! The command line of the library `xtask`: `cargo xtask TASK`.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::callers::Folders;
use xtask::template::Template;
use xtask::{command_line, diff, exit, regen, tidy, update, verify};

/// Generates the crate chift-api from Chift's OpenAPI document
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, after_help = exit::help())]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Regen(regen::Args),
    Update(update::Args),
    Diff(diff::Args),
    Verify(verify::Args),
    Tidy(tidy::Args),
}

fn main() -> ExitCode {
    let CommandLine { task } = CommandLine::parse();
    command_line::run(|| run(&task))
}

fn run(task: &Task) -> anyhow::Result<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let out = &mut io::stdout().lock();
    Ok(match task {
        Task::Regen(args) => regen::run(root, args, out)?.code(),
        Task::Update(args) => update::run(root, args, out)?.code(),
        Task::Diff(args) => {
            if diff::run(&Template::read(root)?, args, &Folders::below(&root.join("target")), out)? {
                exit::BREAKING
            } else {
                exit::SUCCESS
            }
        }
        Task::Verify(args) => {
            let passed = verify::run(&Template::read(root)?, &root.join("target/verify"), args, out)?;
            if passed { exit::SUCCESS } else { exit::CONTRACT_BROKEN }
        }
        Task::Tidy(args) => {
            tidy::run(root, args, out)?;
            exit::SUCCESS
        }
    })
}
