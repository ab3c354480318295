//! The command line of the library `xtask`: `cargo xtask TASK`.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{diff, exit, generate, regen, tidy, update, verify};

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
    // progenitor panics on some documents. The generator turns those panics into errors, so they are not printed.
    let print_panic = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !generate::is_guarded() {
            print_panic(panic);
        }
    }));
    match run(&CommandLine::parse().task) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(exit::ERROR)
        }
    }
}

fn run(task: &Task) -> anyhow::Result<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let out = &mut io::stdout().lock();
    Ok(match task {
        Task::Regen(args) => match regen::run(root, args, out)? {
            regen::Status::UpToDate => exit::SUCCESS,
            regen::Status::Stale => exit::STALE,
        },
        Task::Update(args) => {
            update::run(root, args, out)?;
            exit::SUCCESS
        }
        Task::Diff(args) => {
            let difference = diff::run(root, args, out)?;
            if difference.is_breaking() { exit::BREAKING } else { exit::SUCCESS }
        }
        Task::Verify(args) => {
            let passed = verify::run(root, args, out)?;
            if passed { exit::SUCCESS } else { exit::CONTRACT_BROKEN }
        }
        Task::Tidy(args) => {
            tidy::run(root, args, out)?;
            exit::SUCCESS
        }
    })
}
