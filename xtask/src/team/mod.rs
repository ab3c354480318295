//! The tasks of `cargo chift` in a team's repository: the generated crate with its document, and the entries in the
//! team's manifests that make `chift-auth` use it.

pub(crate) mod cargo;
mod graph;
mod installed;
mod lock_files;
pub(crate) mod manifests;
mod project;

use std::cell::RefCell;
use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use self::lock_files::LockFiles;
use self::manifests::Git;
use self::project::{Missing, Project};
use crate::document::operations;
use crate::emit::{self, Content, Target};
use crate::layout::Layout;
use crate::options::Tool;
use crate::origin::{ORIGIN, Origin};
use crate::pipeline::{self, Input, Outcome};
use crate::progress;
use crate::regen::{self, Commands, Detail, Status};
use crate::scaffold::{self, Membership};
use crate::template::{EXAMPLE, Template};
use crate::update;

/// The operation that the example calls.
const EXAMPLE_CALLS: &str = "consumers_get_consumers";

/// Fetch Chift's document, report what changes for callers, and generate the crate chift-api; on an error, no file
/// changes
#[derive(Debug, Clone, clap::Args)]
pub struct UpdateArgs {
    /// What the update reads and whether it writes.
    #[command(flatten)]
    pub update: update::Args,
    /// The folder of the generated crate
    #[arg(long, value_name = "DIR", default_value = "chift-api")]
    pub out: PathBuf,
    /// An overlay that replaces openapi/overlay.yaml in that folder
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Add the missing entries to the manifests of the workspace, instead of printing them
    #[arg(long)]
    pub insert: bool,
    /// Also write tests/chift.rs, a typed call with its test, and add the dependencies of the test
    #[arg(long, requires = "insert")]
    pub example: bool,
    /// The package that gets the dependency on chift-auth, in a workspace with several
    #[arg(long, value_name = "NAME", requires = "insert")]
    pub package: Option<String>,
    /// The git repository of chift-auth [default: the one that cargo-chift was installed from]
    #[arg(long, value_name = "URL")]
    pub git: Option<String>,
}

/// Generate the crate chift-api again, from the document and the overlay in its folder
#[derive(Debug, Clone, clap::Args)]
pub struct RegenArgs {
    /// Write nothing; print what differs, and exit with code 3 if anything does
    #[arg(long)]
    pub check: bool,
    /// List the schemas without a type, the strings that are secrets because of their names, and the document features
    /// that the client does not support
    #[arg(long)]
    pub report: bool,
    /// List the passes of each stage, with the number of places that each one changes
    #[arg(long)]
    pub verbose: bool,
    /// The folder of the generated crate
    #[arg(long, value_name = "DIR", default_value = "chift-api")]
    pub out: PathBuf,
}

/// Updates the crate in a team's repository, and reports each step to `out`. `here` is the current folder: empty, or a
/// path that leads to it.
///
/// # Errors
///
/// When the document cannot be used, a file cannot be written, or the packages would not use the generated crate. No
/// file has changed then. With `check`, also when the packages do not use it yet.
pub fn update(template: &Template, here: &Path, args: &UpdateArgs, out: &mut dyn Write) -> anyhow::Result<Status> {
    let crate_ = Crate::new(template, here, &args.out)?;
    let writes = !args.update.check && !args.update.dry_run;
    let locks = LockFiles::around(crate_.project.manifest.as_deref());
    let git = args.git.clone().map(|url| Git { url, reference: None }).or_else(installed::repository);
    // What cargo would ignore is refused before the document is fetched.
    let graph = crate_.project.graph();
    let missing = match &graph {
        Ok(graph) => crate_.project.missing(graph, git.as_ref())?,
        // The workspace may already name the crate that does not exist yet.
        Err(_) => None,
    };
    let overlay = match &args.overlay {
        Some(file) => Some(Input::read(Path::new(""), file)?.text),
        None => None,
    };
    let update = update::prepare(&crate_.layout, &args.update, overlay.as_deref(), out)?;
    let mut targets = update.targets;
    if args.insert {
        let graph = graph.context("no entries can be inserted; run the command without --insert first")?;
        let package = args.package.as_deref();
        let mut inserted = match &missing {
            Some(missing) => crate_.project.inserted(missing, &graph, package)?,
            None => Vec::new(),
        };
        if args.example {
            check_example(&update.outcome)?;
            crate_.project.add_example(template.text(EXAMPLE)?, &mut inserted, &graph, package)?;
        }
        targets.extend(inserted);
    }
    if writes {
        let (written, missing) = crate_.write(&update.outcome, &targets, git.as_ref())?;
        locks.keep();
        let status = update::print_targets(&crate_.layout, &args.update, &written, out)?;
        print_missing(missing.as_ref(), out)?;
        return Ok(status);
    }
    targets.extend(crate_.layout.generated(&update.outcome, crate_.present_membership()?)?);
    let differing = emit::differing(targets)?;
    let status = update::print_targets(&crate_.layout, &args.update, &differing, out)?;
    if args.update.check && status == Status::UpToDate {
        crate_.check_usage(out)?;
    }
    Ok(status)
}

/// Checks that the client has the operation that the example calls.
fn check_example(outcome: &Outcome) -> anyhow::Result<()> {
    let operations = operations::list(&outcome.document);
    if !operations.iter().any(|operation| operation.id == EXAMPLE_CALLS) {
        bail!("the example calls the operation {EXAMPLE_CALLS}, which the client does not have; leave out --example");
    }
    Ok(())
}

/// Generates the crate in a team's repository again, without fetching its document. `here` is as in [`update()`].
///
/// # Errors
///
/// When there is no document or it was edited, a file cannot be written, or the packages would not use the generated
/// crate. No file has changed then. With `check`, also when the packages do not use it yet.
pub fn regen(template: &Template, here: &Path, args: &RegenArgs, out: &mut dyn Write) -> anyhow::Result<Status> {
    let crate_ = Crate::new(template, here, &args.out)?;
    let layout = &crate_.layout;
    let locks = LockFiles::around(crate_.project.manifest.as_deref());
    let (Some(document), Some(origin)) = (layout.document()?, Origin::read(&layout.folder)?) else {
        bail!("{} has no document; create it with `{} update`", args.out.display(), layout.tool());
    };
    origin.check(&document, &layout.folder, layout.tool())?;
    let options = layout.options(&origin)?;
    let outcome = progress::during("generating the client", || pipeline::run(&document, &options))?;
    regen::print(&outcome, Detail { report: args.report, verbose: args.verbose }, out)?;
    let generator = env!("CARGO_PKG_VERSION");
    if origin.generator != generator {
        let before = &origin.generator;
        writeln!(out, "{:>9}  version {before} generated the crate; this is version {generator}", "note")?;
    }
    let origin = Origin { generator: generator.to_owned(), ..origin };
    let kept: Vec<Target> = vec![(layout.folder.join(ORIGIN), Content::File(origin.text(Tool::Chift)?))];
    if args.check {
        let targets = [kept, layout.generated(&outcome, crate_.present_membership()?)?].concat();
        let commands = Commands { present: None, new: command(&args.out) };
        let status = regen::check(&layout.folder, &targets, &commands, out)?;
        if status == Status::UpToDate {
            crate_.check_usage(out)?;
        }
        return Ok(status);
    }
    let (written, missing) = crate_.write(&outcome, &kept, installed::repository().as_ref())?;
    locks.keep();
    let verb = if written.is_empty() { "unchanged in" } else { "written to" };
    writeln!(out, "{:>9}  {verb} {}", "emit", layout.folder.display())?;
    print_missing(missing.as_ref(), out)?;
    Ok(Status::UpToDate)
}

/// The command that regenerates the crate in `folder`.
fn command(folder: &Path) -> String {
    let out = if folder == Path::new("chift-api") { String::new() } else { format!(" --out {}", folder.display()) };
    format!("{} regen{out}", Tool::Chift)
}

fn print_missing(missing: Option<&Missing>, out: &mut dyn Write) -> anyhow::Result<()> {
    if let Some(missing) = missing {
        writeln!(out, "\nNo package uses the crate yet. Add, or let `{} update --insert` add:\n", Tool::Chift)?;
        write!(out, "{}", missing.text())?;
    }
    Ok(())
}

/// The folder for builds of the workspace around the current folder, or else one for temporary files.
pub fn target_folder() -> PathBuf {
    let manifest = cargo::nearest_manifest(Path::new("."));
    let metadata = manifest.ok().flatten().and_then(|manifest| cargo::metadata(&manifest, false).ok());
    metadata.map_or_else(|| env::temp_dir().join("cargo-chift"), |metadata| metadata.target_directory)
}

/// The generated crate, and the packages around it.
struct Crate<'a> {
    template: &'a Template,
    layout: Layout<'a>,
    project: Project,
}

impl<'a> Crate<'a> {
    fn new(template: &'a Template, here: &Path, out: &Path) -> anyhow::Result<Self> {
        let folder = here.join(out);
        scaffold::check_target(&folder)?;
        let project = Project::find(here, &folder, template.version()?)?;
        Ok(Self { template, layout: Layout::team(&folder, template), project })
    }

    /// Whether the present crate is a member of the workspace around it. Without a crate, it does not matter.
    fn present_membership(&self) -> anyhow::Result<Membership> {
        let manifest = self.layout.manifest();
        if manifest.is_file() { cargo::membership(&manifest) } else { Ok(Membership::Alone) }
    }

    /// Writes the generated files and `others` together, and returns those that changed and the entries that the
    /// manifests lack. Nothing changes if the packages would not use the crate.
    fn write(
        &self,
        outcome: &Outcome,
        others: &[Target],
        git: Option<&Git>,
    ) -> anyhow::Result<(Vec<Target>, Option<Missing>)> {
        let with = |membership| -> anyhow::Result<Vec<Target>> {
            Ok([others, &self.layout.generated(outcome, membership)?].concat())
        };
        let manifest = self.layout.manifest();
        if manifest.is_file()
            && let Ok(present) = cargo::membership(&manifest)
            && emit::differing(with(present)?)?.is_empty()
        {
            return Ok((Vec::new(), self.missing(git)?));
        }
        // Only cargo knows whether the crate is a member, and only when the crate is there. A crate that is not has to
        // be the root of a workspace, and one that is must not be.
        let changes = [emit::differing(with(Membership::Member)?)?, emit::differing(with(Membership::Alone)?)?];
        let mut targets = changes[0].clone();
        let member = scaffold::manifest(self.template, Membership::Member, Tool::Chift)?;
        if !targets.iter().any(|(path, _)| *path == manifest) {
            targets.push((manifest.clone(), Content::File(member)));
        }
        let folders = self.layout.folder.ancestors().take_while(|folder| *folder != Path::new("") && !folder.exists());
        let created = folders.last();
        let result = RefCell::new((Membership::Member, None));
        let written = emit::replace_all_if(&targets, || {
            let membership = cargo::membership(&manifest)?;
            if membership == Membership::Alone {
                let text = scaffold::manifest(self.template, Membership::Alone, Tool::Chift)?;
                fs::write(&manifest, text).with_context(|| format!("cannot write {}", manifest.display()))?;
            }
            result.replace((membership, self.missing(git)?));
            Ok(())
        });
        if let (true, Some(created)) = (written.is_err(), created) {
            // It has only empty folders now.
            let _ = fs::remove_dir_all(created);
        }
        written.context("nothing was changed")?;
        let (membership, missing) = result.into_inner();
        let [member, alone] = changes;
        Ok((if membership == Membership::Member { member } else { alone }, missing))
    }

    /// The entries that the manifests lack.
    fn missing(&self, git: Option<&Git>) -> anyhow::Result<Option<Missing>> {
        match self.project.graph_or_members()? {
            Some(graph) => self.project.missing(&graph, git),
            None => Ok(Some(Missing::everything(git.cloned(), &self.layout.folder))),
        }
    }

    /// Checks that the packages use the crate.
    fn check_usage(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if let Some(missing) = self.missing(installed::repository().as_ref())? {
            print_missing(Some(&missing), out)?;
            bail!("the crate in {} is up to date, but no package uses it", self.layout.folder.display());
        }
        Ok(())
    }
}
