//! Rules on addresses, as long as nothing is published and the address of the repository is not decided: no reader must
//! be led to a page that does not exist, or to the crate of a stranger.

use std::path::Path;

use super::{Repository, Violation};

/// Stands for the address of the repository.
const REPOSITORY: &str = "<REPOSITORY>";

/// Pages that exist only after publication.
const UNPUBLISHED: [&str; 5] =
    ["crates.io/crates/chift", "docs.rs/chift", "lib.rs/crates/chift", "github.com/chift-rs", "gitlab.com/chift-rs"];

/// The keys of a manifest that state an address.
const KEYS: [&str; 3] = ["documentation", "homepage", "repository"];

fn is_manifest(path: &str) -> bool {
    path == "Cargo.toml" || path.ends_with("/Cargo.toml")
}

fn is_readme(path: &str) -> bool {
    path == "README.md" || path.ends_with("/README.md")
}

fn is_markdown(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "md")
}

/// The lines of the files for which `matches` holds.
fn lines<'a>(
    repository: &'a Repository,
    matches: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (&'a str, usize, &'a str)> {
    let files = repository.texts.iter().filter(move |(path, _)| matches(path));
    files.flat_map(|(path, text)| text.lines().enumerate().map(|(index, line)| (path.as_str(), index + 1, line)))
}

/// No manifest and no Markdown leads to a page that does not exist yet.
pub(super) fn unknown(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, line, text) in lines(repository, |path| is_manifest(path) || is_markdown(path)) {
        let key = text.split(['=', '.']).next().unwrap_or_default().trim();
        let is_key = is_manifest(path) && KEYS.contains(&key) && text.contains('=');
        if is_key || UNPUBLISHED.iter().any(|page| text.contains(page)) {
            let hint = "nothing is published, and the address of the repository is not decided; name no address";
            violations.push(Violation::new(path, line, "an address that is not known to exist", hint));
        }
    }
    violations
}

/// The README has the token for the address in one command, and no other README or manifest has it.
pub(super) fn token(repository: &Repository) -> Vec<Violation> {
    let found: Vec<_> =
        lines(repository, |path| is_manifest(path) || is_readme(path)).filter(|it| it.2.contains(REPOSITORY)).collect();
    let is_command =
        |path: &str, text: &str| path == "README.md" && text.starts_with("cargo install --git <REPOSITORY> ");
    let more = found.iter().filter(|(path, _, text)| !is_command(path, text));
    let hint = "one command of the README installs cargo-chift; everything else follows from it";
    let mut violations: Vec<Violation> =
        more.map(|(path, line, _)| Violation::new(path, *line, format!("names {REPOSITORY}"), hint)).collect();
    let commands = found.iter().filter(|(path, _, text)| is_command(path, text)).count();
    if commands != 1 && repository.texts.contains_key("README.md") {
        let what = format!("{commands} commands install from {REPOSITORY}, not one");
        violations.push(Violation::new("README.md", 0, what, hint));
    }
    violations
}

/// No README takes a crate of this workspace from a registry: the names are not claimed.
pub(super) fn bare_versions(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, line, text) in lines(repository, is_readme) {
        let names = ["chift-api", "chift-auth", "cargo-chift"];
        let is_bare = names.iter().any(|name| {
            let dependency = text.trim_start().strip_prefix(name).map(str::trim_start);
            let dependency = dependency.and_then(|rest| rest.strip_prefix('='));
            let from_registry = |rest: &str| !rest.contains("git =") && !rest.contains("path =");
            dependency.is_some_and(from_registry)
                || ["cargo add ", "cargo install "].iter().any(|command| text.contains(&format!("{command}{name}")))
                || text.contains(&format!("{name}@"))
        });
        if is_bare {
            let hint =
                "the name is not claimed, so it could be the crate of a stranger; name a git repository or a folder";
            violations.push(Violation::new(path, line, "takes a crate of this workspace from a registry", hint));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: fn(&Repository) -> Vec<Violation>, files: &[(&str, &str)]) -> Vec<String> {
        let violations = rule(&Repository::of(files));
        violations.iter().map(|violation| format!("{}:{}", violation.path, violation.line)).collect()
    }

    const INSTALL: &str = "cargo install --git <REPOSITORY> --locked --bin cargo-chift xtask\n";

    #[test]
    fn a_page_that_does_not_exist_is_found() {
        let manifest = "[package]\nrepository.workspace = true\nname = \"repository\"\nhomepage = \"https://a.b\"\n";
        let files = [
            ("a/Cargo.toml", manifest),
            ("a/README.md", "[a](https://docs.rs/chift-api)\nhttps://docs.rs/schemars\nrepository = 1\n"),
            ("a.rs", "https://docs.rs/chift-api"),
        ];
        assert_eq!(found(unknown, &files), ["a/Cargo.toml:2", "a/Cargo.toml:4", "a/README.md:1"]);
    }

    #[test]
    fn the_token_stands_in_one_command() {
        assert!(found(token, &[("README.md", INSTALL), ("a.rs", "<REPOSITORY>")]).is_empty());
        assert_eq!(found(token, &[("README.md", "")]), ["README.md:0"]);
        assert_eq!(found(token, &[("README.md", &INSTALL.repeat(2))]), ["README.md:0"]);
        let more = format!("{INSTALL}git clone <REPOSITORY>\n");
        assert_eq!(found(token, &[("README.md", &more), ("a/README.md", INSTALL)]), ["README.md:2", "a/README.md:1"]);
    }

    #[test]
    fn a_crate_of_this_workspace_from_a_registry_is_found() {
        let bare = "chift-auth = \"0.1\"\nchift-auth = { version = \"0.1\" }\ncargo add chift-auth\nchift-api@0.1.0\n";
        assert_eq!(found(bare_versions, &[("README.md", bare)]).len(), 4);
        let exact = "chift-auth = { git = \"a\" }\nchift-api = { path = \"a\" }\n`chift-auth` is a crate\n";
        assert!(found(bare_versions, &[("README.md", exact), ("a/Cargo.toml", bare)]).is_empty());
    }
}
