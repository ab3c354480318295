//! What the command lines have in common.

use std::process::ExitCode;

use crate::{exit, generate};

/// Runs a task, prints its error, and returns the exit code.
pub fn run(task: impl FnOnce() -> anyhow::Result<u8>) -> ExitCode {
    // progenitor panics on some documents. The generator turns those panics into errors, so they are not printed.
    let print_panic = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !generate::is_guarded() {
            print_panic(panic);
        }
    }));
    match task() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(exit::ERROR)
        }
    }
}
