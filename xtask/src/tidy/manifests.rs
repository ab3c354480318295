//! Rules on manifests: what a crate depends on, inherits and publishes.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Repository, Violation};

/// The crates that are published.
const LIBRARIES: &[&str] = &["chift-api", "chift-auth"];

/// The crates of this workspace that a crate may depend on outside of its tests; any for those not listed.
const DIRECTIONS: &[(&str, &[&str])] =
    &[("chift-api", &[]), ("chift-auth", &["chift-api"]), ("xtask", &["chift-test-server"])];

/// The example repository of a team, which is a workspace of its own.
const TEAM: &str = "tests/team/";

/// The keys that every crate inherits.
const INHERITED: &[&str] = &["edition", "license", "rust-version", "version"];

/// The features that docs.rs must turn on, because some items exist only with them.
const DOCUMENTED_FEATURES: &[&str] = &["httpmock", "schemars", "webhooks"];

/// The manifest of a crate.
struct Package<'a> {
    path: &'a str,
    name: String,
    manifest: Table,
}

impl<'a> Package<'a> {
    fn parse(path: &'a str, text: &str) -> Option<Self> {
        let manifest: Table = text.parse().ok()?;
        let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
        Some(Self { path, name, manifest })
    }

    fn is_library(&self) -> bool {
        LIBRARIES.contains(&self.name.as_str())
    }

    fn key(&self, key: &str) -> Option<&Value> {
        self.manifest.get("package")?.get(key)
    }

    /// Section, name and requirement of each dependency.
    fn dependencies(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let targets = self.manifest.get("target").and_then(Value::as_table).into_iter().flatten();
        let tables = targets.filter_map(|(_, target)| target.as_table()).chain([&self.manifest]);
        let sections = tables.flatten().filter(|(section, _)| section.ends_with("dependencies"));
        sections.flat_map(|(section, entries)| {
            let entries = entries.as_table().into_iter().flatten();
            entries.map(move |(name, requirement)| (section.as_str(), name.as_str(), requirement))
        })
    }

    fn violation(&self, what: impl Into<String>, hint: impl Into<String>) -> Violation {
        Violation::new(self.path, 0, what, hint)
    }
}

/// The crates of the workspace. A manifest that is not TOML is left out; cargo reports it.
fn packages(repository: &Repository) -> Vec<Package<'_>> {
    let is_ours = |path: &str| path.ends_with("/Cargo.toml") && !path.starts_with(TEAM);
    let manifests = repository.texts.iter().filter(|(path, _)| is_ours(path));
    manifests.filter_map(|(path, text)| Package::parse(path, text)).collect()
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// Each dependency is taken from the workspace, and each of the workspace is used.
pub(super) fn workspace_dependencies(repository: &Repository) -> Vec<Violation> {
    let packages = packages(repository);
    let mut violations = Vec::new();
    let mut used = BTreeSet::new();
    for package in &packages {
        for (section, name, requirement) in package.dependencies() {
            used.insert(name);
            // A crate that depends on itself, for the features that its tests need, cannot inherit.
            let is_itself = requirement.get("path").and_then(Value::as_str) == Some(".");
            if !inherits(requirement) && !is_itself {
                let what = format!("{section}.{name} is not inherited");
                violations.push(package.violation(what, "write the version into [workspace.dependencies]"));
            }
        }
    }
    let workspace: Table = repository.text("Cargo.toml").parse().unwrap_or_default();
    let stated = workspace.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    for (name, _) in stated.and_then(Value::as_table).into_iter().flatten() {
        if !used.contains(name.as_str()) {
            let what = format!("no crate uses workspace.dependencies.{name}");
            violations.push(Violation::new("Cargo.toml", 0, what, "remove it"));
        }
    }
    violations
}

/// `tests` depend on `chift-auth`, which depends on `chift-api`; `xtask` depends on none of them, but on the test
/// server, which depends on no other crate of the workspace.
pub(super) fn directions(repository: &Repository) -> Vec<Violation> {
    let packages = packages(repository);
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut violations = Vec::new();
    for package in &packages {
        let Some((_, allowed)) = DIRECTIONS.iter().find(|(name, _)| *name == package.name) else { continue };
        for (section, name, _) in package.dependencies() {
            if section != "dev-dependencies" && names.contains(name) && !allowed.contains(&name) {
                let hint = "dependencies run one way: tests, chift-auth, chift-api; xtask depends on none of them";
                violations.push(package.violation(format!("depends on {name}"), hint));
            }
        }
    }
    violations
}

pub(super) fn publishing(repository: &Repository) -> Vec<Violation> {
    let is_private = |package: &Package| package.key("publish").and_then(Value::as_bool) == Some(false);
    let packages = packages(repository);
    let wrong = packages.iter().filter(|package| is_private(package) == package.is_library());
    wrong
        .map(|package| {
            if package.is_library() {
                package.violation("`publish = false` in a library", "remove it")
            } else {
                package.violation("would be published", "add `publish = false`")
            }
        })
        .collect()
}

pub(super) fn inheritance(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages(repository) {
        for key in INHERITED {
            if !package.key(key).is_some_and(inherits) {
                let what = format!("does not inherit `{key}`");
                violations.push(package.violation(what, format!("write `{key}.workspace = true`")));
            }
        }
        if !package.manifest.get("lints").is_some_and(inherits) {
            violations.push(package.violation("does not inherit the lints", "write `workspace = true` under [lints]"));
        }
    }
    violations
}

pub(super) fn docs_rs(repository: &Repository) -> Vec<Violation> {
    let shows_all = |package: &Package| {
        let settings = package.key("metadata")?.get("docs")?.get("rs")?;
        let features = settings.get("features").and_then(Value::as_array);
        let has = |name: &&str| features.is_some_and(|list| list.iter().any(|feature| feature.as_str() == Some(name)));
        let all = settings.get("all-features").and_then(Value::as_bool) == Some(true);
        Some(all || DOCUMENTED_FEATURES.iter().all(has))
    };
    let packages = packages(repository);
    let hidden = packages.iter().filter(|package| package.is_library() && shows_all(package) != Some(true));
    let what = format!("docs.rs does not turn on {}", DOCUMENTED_FEATURES.join(", "));
    hidden.map(|package| package.violation(what.as_str(), "list them in [package.metadata.docs.rs]")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a rule finds in a workspace with one crate, whose manifest has `more` after its name.
    fn found(rule: fn(&Repository) -> Vec<Violation>, name: &str, more: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"{name}\"\n{more}");
        let other = "[package]\nname = \"chift-auth\"\n[package.metadata.docs.rs]\nall-features = true";
        let repository = Repository::of(&[
            ("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\n"),
            ("one/Cargo.toml", &manifest),
            ("other/Cargo.toml", other),
        ]);
        let violations = rule(&repository);
        violations.into_iter().filter(|violation| violation.path != "other/Cargo.toml").map(|v| v.what).collect()
    }

    #[test]
    fn a_dependency_with_a_version_of_its_own_is_found() {
        let own = "[dependencies]\nserde.workspace = true\none = { path = \".\" }\n[target.'cfg(unix)'.dev-dependencies]\nlibc = \"1\"";
        assert_eq!(found(workspace_dependencies, "one", own), ["dev-dependencies.libc is not inherited"]);
    }

    #[test]
    fn a_dependency_that_no_crate_uses_is_found() {
        assert_eq!(found(workspace_dependencies, "one", ""), ["no crate uses workspace.dependencies.serde"]);
    }

    #[test]
    fn a_dependency_in_the_wrong_direction_is_found() {
        let dependency = "[dependencies]\nchift-auth.workspace = true\nserde.workspace = true";
        assert_eq!(found(directions, "chift-api", dependency), ["depends on chift-auth"]);
        assert!(found(directions, "chift-tests", dependency).is_empty());
        assert!(found(directions, "xtask", "[dev-dependencies]\nchift-auth.workspace = true").is_empty());
    }

    #[test]
    fn a_test_crate_that_would_be_published_is_found() {
        assert_eq!(found(publishing, "chift-tests", ""), ["would be published"]);
        assert_eq!(found(publishing, "chift-api", "publish = false"), ["`publish = false` in a library"]);
        assert!(found(publishing, "chift-tests", "publish = false").is_empty());
    }

    #[test]
    fn a_crate_that_does_not_inherit_is_found() {
        let rest = "license.workspace = true\nrust-version.workspace = true\nversion.workspace = true\n";
        let expected = ["does not inherit `edition`", "does not inherit the lints"];
        assert_eq!(found(inheritance, "one", &format!("edition = \"2024\"\n{rest}")), expected);
        let all = format!("edition.workspace = true\n{rest}[lints]\nworkspace = true");
        assert!(found(inheritance, "one", &all).is_empty());
    }

    #[test]
    fn a_library_whose_features_docs_rs_does_not_show_is_found() {
        let what = "docs.rs does not turn on httpmock, schemars, webhooks";
        assert_eq!(found(docs_rs, "chift-api", ""), [what]);
        assert_eq!(found(docs_rs, "chift-api", "[package.metadata.docs.rs]\nfeatures = [\"httpmock\"]"), [what]);
        let all = "[package.metadata.docs.rs]\nfeatures = [\"httpmock\", \"schemars\", \"webhooks\"]";
        assert!(found(docs_rs, "chift-api", all).is_empty());
    }
}
