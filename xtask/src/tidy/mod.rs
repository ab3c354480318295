//! The task `tidy`: the repository's conventions as code.
//!
//! Each rule is one function in [`RULES`]. It reads a [`Repository`] and returns what violates the convention, each
//! with a hint. `cargo test` runs all rules too.

mod addresses;
mod embedded;
mod files;
mod line_counts;
mod manifests;
mod repository;
mod rust_version;
mod terms;
mod vendor;

use std::fmt;
use std::io::Write;
use std::path::Path;

use anyhow::bail;

pub use self::repository::Repository;

/// Check the repository's conventions
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// Also print advice: long files and words that are often wrong. It does not change the exit status
    #[arg(long)]
    pub verbose: bool,
    /// First write the list of the files that cargo chift contains
    #[arg(long)]
    pub fix: bool,
}

/// A place that does not follow a convention.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The file, relative to the root of the repository.
    pub path: String,
    /// The line, from 1; 0 for the whole file.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// How to fix it.
    pub hint: String,
}

impl Violation {
    fn new(path: &str, line: usize, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), hint: hint.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}\n  hint: {}", self.what, self.hint)
    }
}

/// A convention: a short statement, and the function that finds what violates it.
pub struct Rule {
    /// The convention in a few words.
    pub name: &'static str,
    /// Finds all violations.
    pub run: fn(&Repository) -> Vec<Violation>,
}

/// All rules, in the order in which they run.
pub const RULES: &[Rule] = &[
    Rule { name: "the top level is the documented one", run: files::top_level },
    Rule { name: "each Rust file starts with a module comment", run: files::module_comments },
    Rule { name: "no file has more than 500 lines", run: files::lengths },
    Rule { name: "each Rust file is a declared module", run: files::undeclared_modules },
    Rule { name: "no path of a machine", run: files::machine_paths },
    Rule { name: "tests do not sleep", run: files::sleeping_tests },
    Rule { name: "servers bind port 0", run: files::fixed_ports },
    Rule { name: "workflows are YAML", run: files::workflows },
    Rule { name: "published crates carry the licences", run: files::licences },
    Rule { name: "cargo chift contains all files of chift-api", run: embedded::list },
    Rule { name: "chift-auth has at most 1,130 lines of code", run: line_counts::chift_auth },
    Rule { name: "dependencies stand once, in the workspace", run: manifests::workspace_dependencies },
    Rule { name: "dependencies run one way", run: manifests::directions },
    Rule { name: "only the two libraries are published", run: manifests::publishing },
    Rule { name: "crates inherit from the workspace", run: manifests::inheritance },
    Rule { name: "docs.rs builds all features", run: manifests::docs_rs },
    Rule { name: "no dependency needs a later Rust", run: rust_version::of_dependencies },
    Rule { name: "no address that is not known to exist", run: addresses::unknown },
    Rule { name: "one command names the repository", run: addresses::token },
    Rule { name: "no crate of this workspace from a registry", run: addresses::bare_versions },
    Rule { name: "the document is the one of its origin", run: vendor::origin },
    Rule { name: "each overlay action selects something", run: vendor::overlay },
    Rule { name: "no name of the vendor's whole document", run: vendor::names },
    Rule { name: "prose uses standard terms", run: terms::nonstandard },
];

/// Checks all rules against the repository at `root` and prints the violations.
///
/// # Errors
///
/// When a file cannot be read, or a convention is violated.
pub fn run(root: &Path, args: &Args, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut repository = Repository::load(root)?;
    if args.fix && embedded::fix(root, &repository)? {
        repository = Repository::load(root)?;
    }
    let mut count = 0;
    for rule in RULES {
        let violations = (rule.run)(&repository);
        let verdict = if violations.is_empty() { "ok".to_owned() } else { violations.len().to_string() };
        writeln!(out, "{verdict:>5}  {}", rule.name)?;
        for violation in &violations {
            writeln!(out, "{violation}")?;
        }
        count += violations.len();
    }
    writeln!(out, "chift-auth/src has {} lines of code", line_counts::code_lines(&repository))?;
    if repository.whole_documents.is_empty() {
        writeln!(out, "names of the vendor's whole document: not checked, there is none in {}", repository.shared)?;
    }
    if args.verbose {
        for advice in files::long_files(&repository).into_iter().chain(terms::doubtful(&repository)) {
            writeln!(out, "advice: {advice}")?;
        }
    }
    if count > 0 {
        bail!("{count} violations of the repository's conventions");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_printed_with_place_and_hint() {
        let violation = Violation::new("a.rs", 3, "something is wrong", "fix it");
        assert_eq!(violation.to_string(), "a.rs:3: something is wrong\n  hint: fix it");
        let whole_file = Violation { line: 0, ..violation };
        assert_eq!(whole_file.to_string(), "a.rs: something is wrong\n  hint: fix it");
    }

    #[test]
    fn all_violations_of_a_repository_are_printed_before_the_run_fails() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("one.rs"), "fn main() {}\n").unwrap();
        std::fs::write(folder.path().join("two.rs"), "fn main() {}\n").unwrap();
        let mut out = Vec::new();
        let error = run(folder.path(), &Args::default(), &mut out).unwrap_err();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("one.rs:1: ") && out.contains("two.rs:1: "), "{out}");
        assert!(error.to_string().contains("violations"), "{error}");
    }
}
