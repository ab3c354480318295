//! A copy of a team's program, in which the client can be replaced.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::cargo::{Cargo, Check};
use super::definitions::{CLIENT, Definitions};
use super::diagnostics::{Errors, Places};
use super::messages::Target;
use crate::client::Client;
use crate::emit::{self, Content};
use crate::layout::Layout;
use crate::pipeline::Outcome;
use crate::scaffold::{self, Membership};
use crate::team::cargo::Metadata;
use crate::team::manifests::API;
use crate::template::Template;

/// How many of the compiler's messages an error repeats.
const SHOWN: usize = 3;

/// A program that uses a generated client.
#[derive(Debug, Clone)]
pub(super) struct Program<'a> {
    /// The copy of the team's repository.
    copy: &'a Path,
    /// How cargo runs in the copy of the workspace.
    pub(super) cargo: Cargo<'a>,
    /// The folder of the generated crate.
    client: PathBuf,
    /// Whether the crate belongs to the workspace.
    is_member: bool,
    /// The ids of the team's packages.
    packages: Vec<String>,
}

/// The source of a client, and the client as a value.
pub(super) type Source<'a> = (&'a str, &'a Client);

/// The methods and types of a client, with its source.
pub(super) fn source(outcome: &Outcome) -> Source<'_> {
    (outcome.sources.get(CLIENT).map(String::as_str).unwrap_or_default(), &outcome.client)
}

impl<'a> Program<'a> {
    /// Finds the generated crate that the packages use. `dir` is the folder for messages.
    ///
    /// # Errors
    ///
    /// When no package uses a generated crate in the copy.
    pub(super) fn find(metadata: &Metadata, cargo: Cargo<'a>, copy: &'a Path, dir: &Path) -> anyhow::Result<Self> {
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let ids: BTreeSet<&String> = nodes.flat_map(|node| &node.dependencies).collect();
        let mut used = metadata.named(API).filter(|package| ids.contains(&package.id));
        let make = "`cargo chift update --insert` creates a client in your repository and the dependency on it";
        let Some(api) = used.next() else { bail!("no package in {} depends on {API}; {make}", dir.display()) };
        if let Some(other) = used.next() {
            bail!("{} uses {API} twice: {} and {}; remove one of them", dir.display(), api.id, other.id);
        }
        if let Some(source) = &api.source {
            bail!("{} uses {API} from {source}, not one that it generates; {make}", dir.display());
        }
        let Some(client) = api.manifest_path.parent().filter(|folder| folder.starts_with(copy)) else {
            bail!(
                "a manifest names {API} by the absolute path {}; write a relative path, which leads to the client in \
                 the copy of the program",
                api.manifest_path.display()
            );
        };
        let is_own = |manifest: &Path| manifest.starts_with(copy) && *manifest != api.manifest_path;
        let own = metadata.packages.iter().filter(|package| package.source.is_none() && is_own(&package.manifest_path));
        Ok(Self {
            copy,
            cargo,
            client: client.to_owned(),
            is_member: metadata.workspace_members.contains(&api.id),
            packages: own.map(|package| package.id.clone()).collect(),
        })
    }

    /// Replaces the client; returns whether anything changed.
    ///
    /// # Errors
    ///
    /// When the crate is not a generated one, or a file cannot be written.
    pub(super) fn replace(&mut self, template: &Template, outcome: &Outcome) -> anyhow::Result<bool> {
        let manifest = self.client.join("Cargo.toml");
        let targets = if scaffold::is_generated(&self.client) {
            // The hand-written part of the crate has to be that of this generator too.
            let membership = scaffold::membership(&manifest).unwrap_or(Membership::Alone);
            Layout::team(&self.client, template).generated(outcome, membership)?
        } else {
            let folder = self.client.join("src/generated");
            if !folder.join(CLIENT).is_file() {
                bail!("`cargo chift update` did not write {API}, so its client cannot be replaced");
            }
            vec![(folder, Content::Folder(outcome.files()))]
        };
        let changed = emit::differing(targets)?;
        if changed.iter().any(|(path, _)| *path == manifest) {
            // The lock file may lack what the crate depends on now.
            self.cargo.locked = false;
        }
        emit::replace_all(&changed)?;
        Ok(!changed.is_empty())
    }

    /// The generated file with the methods and types.
    fn generated(&self) -> PathBuf {
        self.client.join("src/generated").join(CLIENT)
    }

    /// Replaces the generated file with the methods and types.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(super) fn set_source(&self, source: &str) -> anyhow::Result<()> {
        let file = self.generated();
        fs::write(&file, source).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Lets the generated crate itself use deprecated items, even if a warning is an error.
    ///
    /// # Errors
    ///
    /// When its source cannot be read or written.
    pub(super) fn allow_deprecated(&self) -> anyhow::Result<()> {
        let file = self.client.join("src/lib.rs");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let text = format!("#![allow(deprecated)]\n{text}");
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Checks the program, but not the tests of the generated crate.
    ///
    /// # Errors
    ///
    /// When cargo cannot be run.
    pub(super) fn check(&self) -> anyhow::Result<Check> {
        self.cargo.check(if self.is_member { &[API] } else { &[] })
    }

    /// Calls `read` with what is needed to interpret messages about the client.
    pub(super) fn with_places<T>(&self, (source, client): Source<'_>, read: impl FnOnce(&Places<'_>) -> T) -> T {
        read(&Places {
            copy: self.copy,
            workspace: self.cargo.workspace,
            client: &self.client,
            generated: &self.generated(),
            definitions: &Definitions::of(source, client),
            packages: &self.packages,
            text: &|path| fs::read_to_string(path).ok(),
        })
    }

    /// The errors in the program with the client that `which` names.
    ///
    /// # Errors
    ///
    /// When another package has errors, or cargo fails without any.
    pub(super) fn errors(&self, check: &Check, client: Source<'_>, which: &str) -> anyhow::Result<Errors> {
        let errors = self.with_places(client, |places| Errors::of(&check.output, places));
        if let Some((package, messages)) = errors.foreign.iter().next() {
            bail!(
                "{package} does not compile with the {which} client, so its callers cannot be checked. Update \
                 cargo-chift and chift-auth to the same version; if that does not help, it is a defect of the \
                 generator\n{}",
                first(messages)
            );
        }
        if errors.own.is_empty() && !check.succeeded {
            let log: Vec<&str> = check.log.lines().skip_while(|line| !line.starts_with("error")).collect();
            bail!("`cargo check` fails with the {which} client:\n{}", log.join("\n"));
        }
        Ok(errors)
    }

    /// Checks that the program compiles with the old client.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub(super) fn require_success(&self, check: &Check, old: &Outcome) -> anyhow::Result<()> {
        let errors = self.errors(check, source(old), "old")?;
        if let Some(error) = errors.own.first() {
            bail!(
                "the program does not compile with the old client, so it cannot be compared; the first of {} errors is \
                 in {}:{}. Correct the program, or name the document, the overlay and the tags that its client was \
                 generated from\n{}",
                errors.own.len(),
                error.file,
                error.line,
                first(&errors.rendered)
            );
        }
        Ok(())
    }

    /// The parts of the program that compile with the old client, and that cargo did not compile with the new one.
    pub(super) fn unchecked(&self, old: &Check, new: &Check) -> BTreeSet<(String, Target)> {
        let failed = new.output.reports.iter().filter(|report| report.message.is_error());
        let failed: BTreeSet<_> = failed.map(|report| (&report.package_id, &report.target)).collect();
        let is_unchecked = |target: &&(String, Target)| {
            self.packages.contains(&target.0)
                && !new.output.compiled.contains(*target)
                && !failed.contains(&(&target.0, &target.1))
        };
        old.output.compiled.iter().filter(is_unchecked).cloned().collect()
    }

    /// The names of parts of the program, for a person.
    pub(super) fn names(&self, targets: &BTreeSet<(String, Target)>) -> Vec<String> {
        let name = |target: &Target| {
            let path = Path::new(&target.src_path);
            path.strip_prefix(self.copy).unwrap_or(path).display().to_string().replace('\\', "/")
        };
        let names: BTreeSet<String> = targets.iter().map(|(_, target)| name(target)).collect();
        names.into_iter().collect()
    }
}

/// The first of the compiler's messages.
fn first(messages: &[String]) -> String {
    messages.iter().take(SHOWN).map(|message| message.trim_end()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The program with these `chift-api` by their manifests and sources, of which the first `used` ones are used.
    fn find(apis: &[(&str, Option<&str>)], used: usize) -> Result<(PathBuf, bool, Vec<String>), String> {
        let package = |id: &str, name: &str, manifest: &str, source: Option<&str>| {
            json!({
                "id": id, "name": name, "version": "1.0.0", "source": source, "manifest_path": manifest,
                "dependencies": [],
            })
        };
        let ids: Vec<String> = (0..apis.len()).map(|at| format!("api{at}")).collect();
        let mut packages: Vec<Value> =
            apis.iter().zip(&ids).map(|((manifest, source), id)| package(id, API, manifest, *source)).collect();
        packages.push(package("shop", "shop", "/copy/shop/Cargo.toml", None));
        packages.push(package("serde", "serde", "/registry/serde/Cargo.toml", Some("registry")));
        let metadata = json!({
            "packages": packages, "workspace_members": ["shop", "api0"], "workspace_root": "/copy",
            "target_directory": "/target",
            "resolve": {"nodes": [{"id": "shop", "dependencies": ids[..used]}, {"id": "api0", "dependencies": []}]},
        });
        let metadata: Metadata = serde_json::from_value(metadata).unwrap();
        let copy = Path::new("/copy");
        let cargo = Cargo { workspace: copy, target: Path::new("/target"), locked: true };
        let found = Program::find(&metadata, cargo, copy, Path::new("shop"));
        found.map(|it| (it.client, it.is_member, it.packages)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_local_client_that_a_package_uses_is_found() {
        let expected = (PathBuf::from("/copy/chift-api"), true, vec!["shop".to_owned()]);
        assert_eq!(find(&[("/copy/chift-api/Cargo.toml", None)], 1), Ok(expected));
    }

    #[test]
    fn a_program_without_a_client_of_its_own_is_refused() {
        let local = ("/copy/chift-api/Cargo.toml", None);
        let git = ("/git/chift-api/Cargo.toml", Some("git+https://a.b/c"));
        for (apis, used, expected) in [
            (&[][..], 0, "no package in shop depends on chift-api; `cargo chift update --insert`"),
            // A member of the workspace that no package uses.
            (&[local], 0, "no package in shop depends on chift-api"),
            (&[git], 1, "shop uses chift-api from git+https://a.b/c"),
            (&[local, git], 2, "shop uses chift-api twice: api0 and api1"),
            (&[("/elsewhere/chift-api/Cargo.toml", None)], 1, "by the absolute path /elsewhere/chift-api/Cargo.toml"),
        ] {
            let error = find(apis, used).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
