//! The stated `rust-version`, compared with what the dependencies state.

use std::env;
use std::process::Command;

use serde_json::Value;
use toml::Table;

use super::{Repository, Violation};

const MANIFEST: &str = "Cargo.toml";

pub(super) fn of_dependencies(repository: &Repository) -> Vec<Violation> {
    let workspace: Table = repository.text(MANIFEST).parse().unwrap_or_default();
    let stated = workspace.get("workspace").and_then(|table| table.get("package")?.get("rust-version")?.as_str());
    let Some(stated) = stated else { return Vec::new() };
    match metadata(repository) {
        Ok(metadata) => later_than(stated, &metadata),
        Err(error) => {
            let hint = "the highest `rust-version` of the dependencies is unknown without it";
            vec![Violation::new(MANIFEST, 0, format!("`cargo metadata` failed: {error}"), hint)]
        }
    }
}

/// The dependencies on this platform, which are on this machine after a build.
fn metadata(repository: &Repository) -> anyhow::Result<Value> {
    let run = |program: &str, arguments: &[&str]| -> anyhow::Result<Vec<u8>> {
        let output = Command::new(program).args(arguments).current_dir(&repository.root).output()?;
        anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(output.stdout)
    };
    let host = String::from_utf8(run("rustc", &["--print", "host-tuple"])?)?;
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host.trim()];
    Ok(serde_json::from_slice(&run(&cargo, &arguments)?)?)
}

fn later_than(stated: &str, metadata: &Value) -> Vec<Violation> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let later = packages
        .filter(|package| package["rust_version"].as_str().is_some_and(|needed| numbers(needed) > numbers(stated)));
    later
        .map(|package| {
            let [name, version, needed] =
                ["name", "version", "rust_version"].map(|key| package[key].as_str().unwrap_or_default());
            let what = format!("{name} {version} needs Rust {needed}, `rust-version` is {stated}");
            Violation::new(MANIFEST, 0, what, "take an earlier version of it, or raise `rust-version`")
        })
        .collect()
}

/// `1.88` and `1.88.0` are the same version.
fn numbers(version: &str) -> [u64; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or_default());
    [(); 3].map(|()| parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_dependency_that_needs_a_later_rust_is_found() {
        let package = |name: &str, version: Value| json!({"name": name, "version": "2.0.0", "rust_version": version});
        let metadata = json!({"packages": [
            package("same", json!("1.88.0")), package("silent", json!(null)), package("earlier", json!("1.9")),
            package("later", json!("1.88.1")),
        ]});
        let found: Vec<_> = later_than("1.88", &metadata).into_iter().map(|violation| violation.what).collect();
        assert_eq!(found, ["later 2.0.0 needs Rust 1.88.1, `rust-version` is 1.88"]);
    }

    #[test]
    fn a_graph_that_cannot_be_read_is_a_violation() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "[workspace.package]\nrust-version = \"1.88\"";
        let repository = Repository { root: folder.path().to_owned(), ..Repository::of(&[(MANIFEST, manifest)]) };
        assert!(of_dependencies(&repository)[0].what.starts_with("`cargo metadata` failed"));
    }
}
