//! Compiles a team's own program against an old and a new client, and attributes the compiler's errors to the breaking
//! changes between them.
//!
//! | step | from | to |
//! |---|---|---|
//! | [`check`] | the folder of the program, and both clients | the compiler's errors with the new client, [`Checked`] |
//! | [`attribute`](fn@attribute) | these errors, and the breaking changes | which changes the program meets, and where |
//! | [`attribute_uses`] | the uses in parts with unknown errors, and the changes | which changes they may meet |
//!
//! The program is copied, with the files that git lists around it, and the client in the copy is replaced. The team's
//! own files are only read. The old client is checked first: a program that it does not compile with has errors that no
//! change causes. Both checks share a folder for builds, so the second one compiles only the client and what depends on
//! it.

mod attribute;
mod breaking;
mod cargo;
mod copy;
mod definitions;
mod diagnostics;
mod messages;
mod paths;
mod program;
mod stand_ins;
mod uses;
mod words;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub use self::attribute::{Attribution, Concerns, Item, Name, attribute};
pub use self::breaking::Breaking;
use self::cargo::Cargo;
pub use self::diagnostics::Diagnostic;
use self::diagnostics::Errors;
use self::messages::Target;
use self::program::Program;
pub use self::uses::{Use, attribute_uses};
use self::workspace::Workspace;
use crate::pipeline::Outcome;
use crate::progress;
use crate::template::Template;

/// The clients that a program is compiled against.
#[derive(Debug, Clone, Copy)]
pub struct Clients<'a> {
    /// The client that the program uses today.
    pub old: &'a Outcome,
    /// The client that it would use.
    pub new: &'a Outcome,
    /// The types that have another name in the new client: the new names by the old ones.
    pub renamed: &'a BTreeMap<String, String>,
}

/// The folders that a check writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// The copy of the program.
    pub copy: PathBuf,
    /// What cargo builds.
    pub target: PathBuf,
}

impl Folders {
    /// The folders below a folder for builds, such as [`crate::team::target_folder`].
    ///
    /// ```
    /// use std::path::Path;
    /// let folders = xtask::callers::Folders::below(Path::new("target"));
    /// assert_eq!(folders.copy, Path::new("target/callers/copy"));
    /// ```
    pub fn below(target: &Path) -> Self {
        let folder = target.join("callers");
        Self { copy: folder.join("copy"), target: folder.join("target") }
    }
}

/// The result of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// The compiler's errors in the program with the new client, in the order of their places. None of them is an error
    /// with the old client.
    pub errors: Vec<Diagnostic>,
    /// The parts of the program that were not compiled with the new client, because a library that they use has errors:
    /// `tests/orders.rs`. They can have more errors.
    pub unchecked: Vec<String>,
    /// Where these parts use what changes, by the compiler's knowledge of the old client. A use is not always an error.
    pub uses: Vec<Use>,
}

/// Compiles the program in `dir` against both clients. `dir` can be any folder of its workspace; all packages of the
/// workspace are compiled, with their tests and examples.
///
/// ```no_run
/// use std::{collections::BTreeMap, path::Path};
/// use xtask::{callers, pipeline::Outcome, template::Template};
/// # fn example(template: &Template, old: &Outcome, new: &Outcome) -> anyhow::Result<()> {
/// let clients = callers::Clients { old, new, renamed: &BTreeMap::new() };
/// let folders = callers::Folders::below(Path::new("target"));
/// let checked = callers::check(template, Path::new("."), clients, &folders)?;
/// for error in &checked.errors {
///     println!("{}:{}: {}", error.file, error.line, error.message);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// When `dir` has no program that uses a generated client, the program cannot be copied, or it does not compile with the
/// old client.
pub fn check(template: &Template, dir: &Path, clients: Clients<'_>, folders: &Folders) -> anyhow::Result<Checked> {
    let team = Workspace::find(dir, &[&folders.copy, &folders.target])?;
    let (copy, target) = (created(&folders.copy)?, created(&folders.target)?);
    copy::sync(&team.base, &team.files, &copy)?;
    let workspace = copy.join(&team.root);
    let locked = workspace.join("Cargo.lock").is_file();
    let cargo = Cargo { workspace: &workspace, target: &target, locked };
    let metadata = cargo.metadata().with_context(|| {
        let locked = if locked { " --locked" } else { "" };
        format!("a copy of {} cannot be compiled; make `cargo check{locked}` succeed there first", dir.display())
    })?;
    let mut program = Program::find(&metadata, cargo, &copy, dir)?;

    program.replace(template, clients.old)?;
    let old = progress::during("compiling the callers with the old client", || program.check())?;
    program.require_success(&old, clients.old)?;
    if !program.replace(template, clients.new)? {
        return Ok(Checked::default());
    }
    let mut new = progress::during("compiling the callers with the new client", || program.check())?;
    let mut errors = program.errors(&new, program::source(clients.new), "new")?.own;

    let missing = stand_ins::missing(&clients.old.client, &clients.new.client);
    if errors.iter().any(|error| stand_ins::hides_others(error, &missing)) {
        let (source, client) = program::source(clients.new);
        let source = stand_ins::with(source, &missing, clients.renamed)?;
        program.set_source(&source)?;
        let check = progress::during("compiling the callers without removed types", || program.check())?;
        let (hidden, uses) = program.with_places((&source, client), |places| {
            (Errors::of(&check.output, places), diagnostics::deprecations(&check.output, places, |_| true))
        });
        // Otherwise the client does not compile with the stand-ins, and its callers were not checked.
        if hidden.foreign.is_empty() {
            stand_ins::add_hidden(&mut errors, hidden.own, uses, &missing);
            new = check;
        }
    }
    let unchecked = program.unchecked(&old, &new);
    let uses = if unchecked.is_empty() { Vec::new() } else { uses_in(&mut program, template, clients, &unchecked)? };
    Ok(Checked { errors, unchecked: program.names(&unchecked), uses })
}

/// Where these parts of a program use what changes.
fn uses_in(
    program: &mut Program<'_>,
    template: &Template,
    clients: Clients<'_>,
    parts: &BTreeSet<(String, Target)>,
) -> anyhow::Result<Vec<Use>> {
    let (source, client) = program::source(clients.old);
    let changed = uses::changed(client, &clients.new.client);
    program.replace(template, clients.old)?;
    program.set_source(&uses::deprecated(source, client, &changed)?)?;
    program.allow_deprecated()?;
    let check = progress::during("looking for uses in what was not compiled", || program.check())?;
    let reported = program.with_places((source, client), |places| {
        diagnostics::deprecations(&check.output, places, |part| parts.contains(part))
    });
    Ok(uses::of(reported, &changed))
}

/// The folder, which is created if it does not exist, without symbolic links.
fn created(folder: &Path) -> anyhow::Result<PathBuf> {
    let context = || format!("cannot create {}", folder.display());
    fs::create_dir_all(folder).with_context(context)?;
    fs::canonicalize(folder).with_context(context)
}
