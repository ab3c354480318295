//! Which `chift-api` a team's `chift-auth` uses, and why it is not the generated one.
//!
//! cargo ignores a `[patch]` that does not fit and prints only a warning. The build then fails with "method not found",
//! so these rules refuse what cargo ignores.

use std::path::Path;

use anyhow::{Context as _, bail};
use semver::{Version, VersionReq};

use super::cargo::{Metadata, Package, is_same};
use super::manifests::{API, AUTH};

/// How a team's packages use the generated crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Usage {
    /// No package depends on `chift-auth`.
    NoDependency,
    /// `chift-auth` comes from this source, and so does its `chift-api`.
    NotPatched {
        /// The source as cargo names it.
        source: String,
    },
    /// `chift-auth` uses the generated crate.
    Patched,
}

/// How the packages of a dependency graph use the crate of this `version` with this `manifest`, which may not exist yet.
///
/// # Errors
///
/// When `[patch]` cannot replace the crate that `chift-auth` depends on, or more than one `chift-api` is used.
pub(super) fn usage(graph: &Metadata, manifest: &Path, version: &str) -> anyhow::Result<Usage> {
    let Some(auth) = graph.named(AUTH).next() else { return Ok(Usage::NoDependency) };
    if let Some(other) = graph.named(AUTH).nth(1) {
        bail!("two {AUTH} are used: {} and {}; use the same source and version for all packages", auth.id, other.id);
    }
    let Some(source) = &auth.source else {
        bail!(
            "{AUTH} comes from the folder {}, and [patch] does not replace the dependencies of a package in a folder; \
             take it from a git repository, which can be this folder: {{ git = \"file://…\" }}",
            auth.manifest_path.parent().unwrap_or(&auth.manifest_path).display()
        );
    };
    check_version(auth, source, version)?;
    let used = graph.dependencies(&auth.id).find(|package| package.name == API);
    if !used.is_some_and(|used| is_same(&used.manifest_path, manifest)) {
        return Ok(Usage::NotPatched { source: source.clone() });
    }
    if let Some(other) = graph.named(API).find(|package| !is_same(&package.manifest_path, manifest)) {
        let users = graph.packages.iter().filter(|user| graph.dependencies(&user.id).any(|it| it.id == other.id));
        let users: Vec<&str> = users.map(|user| user.name.as_str()).collect();
        bail!(
            "{API} is used twice: the generated crate, and {} by {}; its types are not those of {AUTH}. Use \
             `chift_auth::chift_api` instead of a dependency of your own",
            other.id,
            users.join(", ")
        );
    }
    Ok(Usage::Patched)
}

/// Checks that `chift-auth` accepts the version of the generated crate.
fn check_version(auth: &Package, source: &str, version: &str) -> anyhow::Result<()> {
    let required = auth.dependencies.iter().find(|it| it.name == API && it.kind.is_none());
    let required = &required.with_context(|| format!("{} does not depend on {API}", auth.id))?.req;
    let [generated, theirs] = [version, &auth.version].map(Version::parse);
    let (generated, theirs) = (generated?, theirs?);
    if VersionReq::parse(required)?.matches(&generated) {
        return Ok(());
    }
    let fix = if generated < theirs {
        let address = match source.strip_prefix("git+") {
            Some(address) => format!("--git {}", address.split(['?', '#']).next().unwrap_or(address)),
            None => "--git <REPOSITORY>".to_owned(),
        };
        format!("update the generator: cargo install {address} --locked --bin cargo-chift xtask")
    } else {
        format!("update {AUTH}, and its version in your manifest if it states one: cargo update {AUTH}")
    };
    bail!(
        "{AUTH} {theirs} requires {API} {required}, and the generated crate has version {generated}, which cargo would \
         ignore; {fix}"
    );
}

/// Why `[patch]` has no effect, if an entry for `chift-api` exists. `root` and `others` are the sources for which the
/// manifest of the workspace, and the manifests of its packages, replace the crate.
pub(super) fn why_not_patched(key: &str, root: &[String], others: &[String]) -> Option<String> {
    if root.iter().any(|source| is_same_source(source, key)) {
        return Some(format!("the entry in [patch.\"{key}\"] does not lead to the generated crate; correct its path"));
    }
    if let Some(other) = root.first() {
        return Some(format!(
            "[patch.\"{other}\"] replaces {API} from another source than that of {AUTH}; write [patch.\"{key}\"]"
        ));
    }
    let what = "counts only in the manifest of the workspace, and is in that of a package; move it";
    (!others.is_empty()).then(|| format!("[patch] {what}"))
}

/// Whether cargo takes two names of a source for the same.
fn is_same_source(one: &str, other: &str) -> bool {
    let plain = |source: &str| source.trim_end_matches('/').trim_end_matches(".git").to_ascii_lowercase();
    plain(one) == plain(other)
}

/// The name of a source in `[patch]`. A registry has the name that a manifest gives it.
pub(super) fn patch_key(source: &str, registry: Option<&str>) -> String {
    match source {
        "registry+https://github.com/rust-lang/crates.io-index" | "sparse+https://index.crates.io/" => {
            "crates-io".to_owned()
        }
        _ => match super::manifests::Git::from_source(source) {
            Some(git) => git.url,
            None => registry.map_or_else(|| source.trim_start_matches("registry+").to_owned(), str::to_owned),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn package(name: &str, version: &str, source: Option<&str>, requires: Option<&str>) -> Value {
        let dependency = requires.map(|req| json!({"name": API, "req": req, "kind": null}));
        let manifest = source.map_or_else(|| format!("/team/{name}/Cargo.toml"), |_| format!("/git/{name}/Cargo.toml"));
        json!({
            "id": format!("{name} {version} {}", source.unwrap_or("here")), "name": name, "version": version,
            "source": source, "manifest_path": manifest, "dependencies": Vec::from_iter(dependency),
        })
    }

    const GIT: &str = "git+https://a.b/c?branch=d#0123";

    /// The usage in a graph of `chift-auth` from `source`, which uses the first of these `chift-api`.
    fn usage_of(source: Option<&str>, requires: &str, apis: &[Option<&str>]) -> Result<Usage, String> {
        let auth = package(AUTH, "0.2.0", source, Some(requires));
        let apis: Vec<Value> = apis.iter().map(|source| package(API, "0.2.0", *source, None)).collect();
        let bakery = package("bakery", "1.0.0", None, None);
        let nodes = json!([
            {"id": auth["id"], "dependencies": [apis[0]["id"]]},
            {"id": bakery["id"], "dependencies": apis.iter().map(|api| &api["id"]).collect::<Vec<_>>()},
        ]);
        let packages: Vec<&Value> = apis.iter().chain([&auth, &bakery]).collect();
        let graph = json!({
            "packages": packages, "resolve": {"nodes": nodes}, "workspace_members": [], "workspace_root": "/team",
            "target_directory": "/team/target",
        });
        let graph: Metadata = serde_json::from_value(graph).unwrap();
        usage(&graph, Path::new("/team/chift-api/Cargo.toml"), "0.2.1").map_err(|error| error.to_string())
    }

    #[test]
    fn the_crate_that_chift_auth_uses_is_found() {
        assert_eq!(usage_of(Some(GIT), "^0.2", &[None]), Ok(Usage::Patched));
        assert_eq!(usage_of(Some(GIT), "^0.2", &[Some(GIT)]), Ok(Usage::NotPatched { source: GIT.to_owned() }));
    }

    #[test]
    fn a_version_that_cargo_would_ignore_is_refused_with_the_command_that_helps() {
        let later = usage_of(Some(GIT), "^0.3.0", &[Some(GIT)]).unwrap_err();
        assert!(later.contains("chift-auth 0.2.0 requires chift-api ^0.3.0"), "{later}");
        assert!(later.contains("version 0.2.1") && later.contains("cargo update chift-auth"), "{later}");
        let mut auth = package(AUTH, "0.3.0", Some(GIT), Some("^0.3.0"));
        let check = |auth: &Value| {
            check_version(&serde_json::from_value(auth.clone()).unwrap(), GIT, "0.2.1")
                .map_err(|error| error.to_string())
        };
        let later = check(&auth).unwrap_err();
        assert!(later.contains("cargo install --git https://a.b/c --locked --bin cargo-chift xtask"), "{later}");
        auth["dependencies"] = json!([{"name": API, "req": "^0.2.0", "kind": null}]);
        assert_eq!(check(&auth), Ok(()));
    }

    #[test]
    fn a_second_crate_and_a_folder_are_refused() {
        let twice = usage_of(Some(GIT), "^0.2", &[None, Some(GIT)]).unwrap_err();
        assert!(twice.contains("used twice") && twice.contains("by bakery"), "{twice}");
        let folder = usage_of(None, "^0.2", &[None]).unwrap_err();
        assert!(folder.contains("comes from the folder /team/chift-auth"), "{folder}");
    }

    #[test]
    fn an_entry_without_effect_is_explained() {
        let sources = |list: &[&str]| list.iter().map(|source| (*source).to_owned()).collect::<Vec<_>>();
        let why = |root: &[&str], others: &[&str]| why_not_patched("https://a.b/c", &sources(root), &sources(others));
        assert_eq!(why(&[], &[]), None);
        assert!(why(&["https://a.b/c.git"], &[]).unwrap().contains("correct its path"));
        assert!(why(&["crates-io"], &[]).unwrap().contains("write [patch.\"https://a.b/c\"]"));
        assert!(why(&[], &["crates-io"]).unwrap().contains("move it"));
    }

    #[test]
    fn a_source_has_a_name_in_patch() {
        let crates_io = "registry+https://github.com/rust-lang/crates.io-index";
        for (source, registry, expected) in [
            (crates_io, None, "crates-io"),
            (GIT, None, "https://a.b/c"),
            ("sparse+https://a.b/index/", Some("ours"), "ours"),
            ("registry+https://a.b/index", None, "https://a.b/index"),
        ] {
            assert_eq!(patch_key(source, registry), expected);
        }
    }
}
