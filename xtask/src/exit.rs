//! The exit codes of the command line.

use std::fmt::Write as _;

/// The task succeeded.
pub const SUCCESS: u8 = 0;
/// An error, or violations that `tidy` reports; no file changed.
pub const ERROR: u8 = 1;
/// The command line is invalid. clap uses this code.
pub const USAGE: u8 = 2;
/// `regen --check` or `update --check`: the files are stale.
pub const STALE: u8 = 3;
/// `verify`: a client does not behave as its document says.
pub const CONTRACT_BROKEN: u8 = 4;
/// `diff`: there are changes that `--fail-on` names, by default those that break callers.
pub const BREAKING: u8 = 5;

/// Each code with its meaning, as `--help` prints it.
pub const CODES: [(u8, &str); 6] = [
    (SUCCESS, "success"),
    (ERROR, "an error; no file changed"),
    (USAGE, "invalid command line"),
    (STALE, "regen --check, update --check: the files are stale"),
    (CONTRACT_BROKEN, "verify: a client does not behave as its document says"),
    (BREAKING, "diff: a change breaks callers, or what --fail-on names"),
];

/// The list of codes for `--help`.
pub fn help() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for (code, meaning) in CODES {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {code}  {meaning}");
    }
    text
}
