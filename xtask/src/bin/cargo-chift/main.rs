//! `cargo chift TASK`: generates the crate `chift-api` in a team's repository.
//!
//! It runs outside of any checkout of this project, so it contains the files that it needs.

mod files;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

use clap::{Parser, Subcommand};
use xtask::callers::Folders;
use xtask::template::Template;
use xtask::{command_line, diff, exit, team, verify};

/// Generates the crate chift-api from Chift's OpenAPI document, in your own repository
#[derive(Parser)]
#[command(name = "cargo chift", bin_name = "cargo chift", version, after_help = exit::help())]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Update(team::UpdateArgs),
    Regen(team::RegenArgs),
    Diff(diff::Args),
    Verify(verify::Args),
}

fn main() -> ExitCode {
    let CommandLine { task } = CommandLine::parse_from(arguments(env::args_os().collect()));
    command_line::run(|| run(&task))
}

/// The arguments without the name of the task that cargo adds: `cargo chift X` runs `cargo-chift chift X`.
fn arguments(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|argument| argument == "chift") {
        arguments.remove(1);
    }
    arguments
}

fn run(task: &Task) -> anyhow::Result<u8> {
    let template = Template::new(files::FILES.iter().copied(), files::TITLE);
    let here = Path::new("");
    let out = &mut io::stdout().lock();
    Ok(match task {
        Task::Update(args) => team::update(&template, here, args, out)?.code(),
        Task::Regen(args) => team::regen(&template, here, args, out)?.code(),
        Task::Diff(args) => {
            if diff::run(&template, args, &Folders::below(&team::target_folder()), out)? {
                exit::BREAKING
            } else {
                exit::SUCCESS
            }
        }
        Task::Verify(args) => {
            let passed = verify::run(&template, &team::target_folder().join("verify"), args, out)?;
            if passed { exit::SUCCESS } else { exit::CONTRACT_BROKEN }
        }
    })
}
