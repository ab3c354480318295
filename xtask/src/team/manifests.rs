//! The entries in a team's manifests that make `chift-auth` use the generated crate: found, and inserted without
//! changing anything else.

use std::fmt;

use anyhow::Context as _;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// The crate that a team depends on, and the one that is generated.
pub(super) const AUTH: &str = "chift-auth";
pub(crate) const API: &str = "chift-api";

/// A git repository as a dependency names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Git {
    /// The address.
    pub(crate) url: String,
    /// `branch`, `tag` or `rev`, and its value.
    pub(crate) reference: Option<(String, String)>,
}

impl Git {
    /// Parses cargo's name of a source, such as `git+https://example.com/a?branch=b#0123`; `None` for other sources.
    pub(crate) fn from_source(source: &str) -> Option<Self> {
        let address = source.strip_prefix("git+")?;
        let address = address.split_once('#').map_or(address, |(address, _)| address);
        let reference = |query: &str| {
            let (key, value) = query.split_once('=')?;
            let value = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
            ["branch", "tag", "rev"].contains(&key).then(|| (key.to_owned(), value.into_owned()))
        };
        if let Some((url, query)) = address.rsplit_once('?')
            && let Some(reference) = reference(query)
        {
            return Some(Self { url: url.to_owned(), reference: Some(reference) });
        }
        Some(Self { url: address.to_owned(), reference: None })
    }

    fn value(&self) -> Value {
        let reference = self.reference.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        inline([("git", self.url.as_str())].into_iter().chain(reference))
    }
}

impl fmt::Display for Git {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{AUTH} = {}", self.value())
    }
}

fn inline<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let mut table: InlineTable = fields.into_iter().collect();
    table.fmt();
    Value::InlineTable(table)
}

/// The text of the two lines that replace `chift-api` from `source` by the crate in the folder `path`.
pub(super) fn patch_lines(source: &str, path: &str) -> String {
    let key = if source == "crates-io" { source.to_owned() } else { format!("\"{source}\"") };
    format!("[patch.{key}]\n{API} = {}", inline([("path", path)]))
}

/// Adds `chift-auth` to the dependencies of a package, unless it is there.
pub(super) fn with_dependency(manifest: &str, git: &Git) -> anyhow::Result<String> {
    let mut document: DocumentMut = manifest.parse().context("the manifest is not TOML")?;
    let dependencies = table(document.as_table_mut(), "dependencies")?;
    if !dependencies.contains_key(AUTH) {
        dependencies.insert(AUTH, Item::Value(git.value()));
    }
    Ok(document.to_string())
}

/// Adds what the tests of a package with `chift-auth` need: its stand-in for Chift, and an asynchronous runtime.
pub(super) fn with_test_dependencies(manifest: &str) -> anyhow::Result<String> {
    let mut document: DocumentMut = manifest.parse().context("the manifest is not TOML")?;
    let version = |version| Item::Value(inline([("version", version)]));
    add_features(document.as_table_mut(), AUTH, version("*"), &["httpmock"])?;
    add_features(document.as_table_mut(), "tokio", version("1"), &["macros", "rt-multi-thread"])?;
    Ok(document.to_string())
}

/// Adds a dependency of tests with these features. Its source is that of the dependency of the package, if it has one.
fn add_features(root: &mut Table, name: &str, default: Item, features: &[&str]) -> anyhow::Result<()> {
    let own = root.get("dependencies").and_then(|dependencies| dependencies.get(name)).cloned();
    let item = table(root, "dev-dependencies")?.entry(name).or_insert_with(|| own.unwrap_or(default));
    if let Some(version) = item.as_str() {
        *item = Item::Value(inline([("version", version)]));
    }
    let dependency = item.as_table_like_mut().with_context(|| format!("the dependency `{name}` is not a table"))?;
    // Only a dependency of the package itself can be optional.
    dependency.remove("optional");
    let list = dependency.entry("features").or_insert_with(|| Item::Value(Array::new().into())).as_array_mut();
    let list = list.with_context(|| format!("the features of `{name}` are not a list"))?;
    for feature in features {
        if !list.iter().any(|present| present.as_str() == Some(feature)) {
            list.push(*feature);
        }
    }
    if let Some(table) = item.as_inline_table_mut() {
        table.fmt();
    }
    Ok(())
}

/// Replaces `chift-api` from `source` by the crate in the folder `path`, unless an entry does so.
pub(super) fn with_patch(manifest: &str, source: &str, path: &str) -> anyhow::Result<String> {
    let mut document: DocumentMut = manifest.parse().context("the manifest is not TOML")?;
    let root = document.as_table_mut();
    if !root.contains_key("patch") {
        let mut patch = Table::new();
        patch.set_implicit(true);
        root.insert("patch", Item::Table(patch));
    }
    let patch = table(root, "patch")?;
    let entries = table(patch, source)?;
    if !entries.contains_key(API) {
        entries.insert(API, Item::Value(inline([("path", path)])));
    }
    Ok(document.to_string())
}

fn table<'a>(parent: &'a mut dyn TableLike, key: &str) -> anyhow::Result<&'a mut dyn TableLike> {
    let item = parent.entry(key).or_insert_with(|| Item::Table(Table::new()));
    item.as_table_like_mut().with_context(|| format!("`{key}` is not a table"))
}

/// The sources for which a manifest replaces `chift-api`.
pub(super) fn patched_sources(manifest: &str) -> Vec<String> {
    let Ok(document) = manifest.parse::<DocumentMut>() else { return Vec::new() };
    let sources = document.get("patch").and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter);
    let replaces = |entries: &Item| {
        let renamed = |item: &Item| item.get("package").and_then(Item::as_str) == Some(API);
        let entries = entries.as_table_like().into_iter().flat_map(TableLike::iter);
        entries.into_iter().any(|(name, item)| name == API || renamed(item))
    };
    sources.filter(|(_, entries)| replaces(entries)).map(|(source, _)| source.to_owned()).collect()
}

/// The name of the registry that a manifest takes `chift-auth` from.
pub(super) fn registry(manifest: &str) -> Option<String> {
    let document: DocumentMut = manifest.parse().ok()?;
    let workspace = document.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let tables = [document.get("dependencies"), document.get("dev-dependencies"), workspace];
    let name = tables.into_iter().flatten().find_map(|table| table.get(AUTH)?.get("registry")?.as_str());
    name.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_source_is_split_into_address_and_reference() {
        let git = |source: &str| Git::from_source(source).map(|git| git.to_string());
        let expected = "chift-auth = { git = \"https://a.b/c\" }";
        assert_eq!(git("git+https://a.b/c#0123").as_deref(), Some(expected));
        let expected = "chift-auth = { git = \"file:///c\", branch = \"a/b\" }";
        assert_eq!(git("git+file:///c?branch=a%2Fb#0123").as_deref(), Some(expected));
        let expected = "chift-auth = { git = \"https://a.b/c?d=e\" }";
        assert_eq!(git("git+https://a.b/c?d=e#0123").as_deref(), Some(expected));
        assert_eq!(git("registry+https://a.b/c"), None);
    }

    #[test]
    fn entries_are_inserted_once_and_the_rest_of_the_manifest_stays() {
        let git = Git { url: "https://a.b/c".to_owned(), reference: None };
        let manifest = "# Ours.\n[package]\nname = 'bakery' # yes\n\n[dependencies]\n# why\nserde    = \"1\"\n\n[profile.dev]\ndebug=0\n";
        let text = with_dependency(manifest, &git).unwrap();
        let text = with_patch(&text, "https://a.b/c", "chift-api").unwrap();
        let with_dependency_line = manifest.replace("\"1\"\n", "\"1\"\nchift-auth = { git = \"https://a.b/c\" }\n");
        let patch = "\n[patch.\"https://a.b/c\"]\nchift-api = { path = \"chift-api\" }\n";
        assert_eq!(text, format!("{with_dependency_line}{patch}"));
        assert!(text.ends_with(&format!("{}\n", patch_lines("https://a.b/c", "chift-api"))));
        assert_eq!(patched_sources(&text), ["https://a.b/c"]);
        let again = with_dependency(&text, &git).unwrap();
        assert_eq!(with_patch(&again, "https://a.b/c", "chift-api").unwrap(), text);
    }

    #[test]
    fn entries_are_added_to_tables_that_exist_in_any_form() {
        let git = Git { url: "u".to_owned(), reference: None };
        assert_eq!(with_dependency("", &git).unwrap(), "[dependencies]\nchift-auth = { git = \"u\" }\n");
        let inline = with_patch("patch = { crates-io = { a = \"1\" } }\n", "crates-io", "p").unwrap();
        assert_eq!(patched_sources(&inline), ["crates-io"]);
        let table = "[patch.crates-io]\na = { path = \"a\" }\n";
        assert_eq!(with_patch(table, "crates-io", "p").unwrap(), format!("{table}chift-api = {{ path = \"p\" }}\n"));
        assert_eq!(patch_lines("crates-io", "p"), "[patch.crates-io]\nchift-api = { path = \"p\" }");
        assert!(with_patch("patch = 1", "crates-io", "p").is_err());
    }

    #[test]
    fn tests_get_the_stand_in_and_a_runtime_from_the_sources_of_the_package() {
        let manifest = "[dependencies]\nchift-auth = { git = \"u\" }\n";
        let added = "\n[dev-dependencies]\nchift-auth = { git = \"u\", features = [\"httpmock\"] }\n\
                     tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n";
        let text = with_test_dependencies(manifest).unwrap();
        assert_eq!(text, format!("{manifest}{added}"));
        assert_eq!(with_test_dependencies(&text).unwrap(), text);

        let own = "[dependencies]\nchift-auth = { workspace = true, optional = true }\ntokio = \"1.2\"\n\
                   [dev-dependencies]\ntokio = { version = \"1.3\", features = [\"macros\", \"net\"] }\n";
        let text = with_test_dependencies(own).unwrap();
        assert!(text.contains("\nchift-auth = { workspace = true, features = [\"httpmock\"] }"), "{text}");
        assert!(
            text.contains("\ntokio = { version = \"1.3\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }"),
            "{text}"
        );
        assert!(with_test_dependencies("dependencies = { chift-auth = 1 }").is_err());
    }

    #[test]
    fn the_name_of_a_registry_is_found_where_the_dependency_is_declared() {
        assert_eq!(registry("[dependencies]\nchift-auth = { version = '1', registry = 'r' }").as_deref(), Some("r"));
        assert_eq!(registry("[workspace.dependencies.chift-auth]\nregistry = 'r'").as_deref(), Some("r"));
        assert_eq!(registry("[dependencies]\nchift-auth = '1'"), None);
    }
}
