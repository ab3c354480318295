//! The local packages that a manifest names by their paths.

use std::path::PathBuf;

use anyhow::Context as _;
use toml::{Table, Value};

/// The tables of dependencies in a manifest, in its targets and in its workspace.
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// The paths of the packages that a manifest depends on, or replaces others with, as it writes them.
///
/// # Errors
///
/// When the manifest is not TOML.
pub(super) fn of(manifest: &str) -> anyhow::Result<Vec<PathBuf>> {
    let manifest: Table = manifest.parse().context("the manifest is not TOML")?;
    let table = |from: &Table, key: &str| from.get(key).and_then(Value::as_table).cloned().unwrap_or_default();
    let targets = table(&manifest, "target");
    let holders = [manifest.clone(), table(&manifest, "workspace")].into_iter();
    let holders = holders.chain(targets.values().filter_map(Value::as_table).cloned());
    let lists = holders.flat_map(|holder| DEPENDENCIES.map(|key| table(&holder, key)));
    let patches = table(&manifest, "patch").into_iter().filter_map(|(_, list)| list.as_table().cloned());
    let lists = lists.chain(patches).chain([table(&manifest, "replace")]);
    let path = |entry: &Value| Some(PathBuf::from(entry.get("path")?.as_str()?));
    Ok(lists.flat_map(|list| list.values().filter_map(path).collect::<Vec<_>>()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_all_tables_are_found() {
        let manifest = "[package]\nname = 'a'\n[lib]\npath = 'src/a.rs'\n\
            [dependencies]\nb = { path = 'b' }\nc = '1'\n[dev-dependencies.d]\npath = '../d'\n\
            [target.'cfg(unix)'.build-dependencies]\ne = { path = 'e' }\n\
            [workspace.dependencies]\nf = { path = 'f' }\n[patch.'https://x.y']\ng = { path = '/g' }\n";
        let mut paths = of(manifest).unwrap();
        paths.sort();
        assert_eq!(paths, ["/g", "../d", "b", "e", "f"].map(PathBuf::from));
        assert!(of("[").is_err());
    }
}
