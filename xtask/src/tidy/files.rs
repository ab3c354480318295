//! Rules on files: where they are, how long they are, and what they must not contain.

use super::{Repository, Violation};

/// The folders of the top level; folders whose names start with a dot are configuration.
const FOLDERS: &[&str] = &["chift-api", "chift-auth", "openapi", "tests", "xtask"];

/// The limit for a file, and the length above which `--verbose` lists it.
const MAX_LINES: usize = 500;
const LONG: usize = 300;

/// The build script of `chift-api` includes this file, and an included file cannot have a module comment.
const INCLUDED: &str = "chift-api/fingerprint.rs";

/// The files in this folder are statements that a test puts into functions.
const STATEMENTS: &str = "xtask/tests/diff/cases/";

pub(super) fn top_level(repository: &Repository) -> Vec<Violation> {
    let is_known = |path: &str| match path.split_once('/') {
        Some((folder, _)) => folder.starts_with('.') || FOLDERS.contains(&folder),
        None => {
            path.starts_with('.')
                || path.starts_with("LICENSE-")
                || path == "Cargo.lock"
                || has_extension(path, &["md", "toml"])
        }
    };
    let unknown = repository.texts.keys().filter(|path| !is_known(path));
    unknown
        .map(|path| Violation::new(path, 0, "unknown at the top level", "move it into a crate or `tests/`"))
        .collect()
}

pub(super) fn module_comments(repository: &Repository) -> Vec<Violation> {
    let has_comment = |text: &str| text.starts_with("//!") || text.starts_with("#![doc = include_str!");
    let is_module = |path: &str| path != INCLUDED && !path.starts_with(STATEMENTS);
    let without = repository.rust().filter(|(path, text)| is_module(path) && !has_comment(text));
    let hint = "start it with a `//!` comment that says what it is";
    without.map(|(path, _)| Violation::new(path, 1, "no module comment", hint)).collect()
}

pub(super) fn lengths(repository: &Repository) -> Vec<Violation> {
    let hint = format!("split it by purpose; at most {MAX_LINES}, better under {LONG}");
    longer_than(repository, MAX_LINES, &hint)
}

pub(super) fn long_files(repository: &Repository) -> Vec<Violation> {
    longer_than(repository, LONG, "does it have one purpose?")
}

fn longer_than(repository: &Repository, limit: usize, hint: &str) -> Vec<Violation> {
    let lengths = repository.rust().map(|(path, text)| (path, text.lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > limit);
    long.map(|(path, lines)| Violation::new(path, 0, format!("{lines} lines"), hint)).collect()
}

/// `rustc` ignores a file that no `mod` item declares.
pub(super) fn undeclared_modules(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, _) in repository.rust() {
        let Some((folder, file)) = path.rsplit_once('/') else { continue };
        let (folder, name) = match file {
            "lib.rs" | "main.rs" => continue,
            // A module that is a folder is declared one folder up.
            "mod.rs" => folder.rsplit_once('/').unwrap_or(("", folder)),
            _ => (folder, file.trim_end_matches(".rs")),
        };
        let parents = [
            format!("{folder}/lib.rs"),
            format!("{folder}/main.rs"),
            format!("{folder}/mod.rs"),
            format!("{folder}.rs"),
        ];
        let parents: Vec<&str> =
            parents.iter().filter_map(|parent| Some(repository.texts.get(parent)?.as_str())).collect();
        let declaration = format!("mod {name};");
        let declares = |text: &&str| text.lines().any(|line| line.trim_start().ends_with(&declaration));
        // Without a parent it is a program of its own: an example, a benchmark, an integration test.
        if !parents.is_empty() && !parents.iter().any(declares) {
            violations.push(Violation::new(path, 0, "no module declares this file", "declare it or delete it"));
        }
    }
    violations
}

pub(super) fn machine_paths(repository: &Repository) -> Vec<Violation> {
    let roots = ["home", "root", "tmp", "Users"].map(|root| format!("/{root}/"));
    // Not a part of an address or of another path.
    let contains = |line: &str, root: &String| {
        let mut before = line.match_indices(root.as_str()).map(|(at, _)| line[..at].chars().next_back());
        before.any(|before| before.is_none_or(|before| " \"'`=(".contains(before)))
    };
    lines(repository.hand_written(), |_, line| roots.iter().any(|root| contains(line, root)))
        .map(|(path, line)| Violation::new(path, line, "a path of one machine", "use a relative path or a variable"))
        .collect()
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/contract/")
        || path.starts_with("tests/team/tests/")
        || path.starts_with("xtask/tests/")
        || path.contains("/src/tests/")
}

pub(super) fn sleeping_tests(repository: &Repository) -> Vec<Violation> {
    let tests = repository.rust().filter(|(path, _)| is_test(path));
    let hint = "drive the clock, or wait for the event itself";
    lines(tests, |_, line| line.contains("time::sleep(") || line.contains("thread::sleep("))
        .map(|(path, line)| Violation::new(path, line, "a test sleeps", hint))
        .collect()
}

pub(super) fn fixed_ports(repository: &Repository) -> Vec<Violation> {
    let address = |line: &str| Some(line.split_once("bind(\"")?.1.split_once('"')?.0.to_owned());
    lines(repository.rust(), |_, line| address(line).is_some_and(|address| !address.ends_with(":0")))
        .map(|(path, line)| Violation::new(path, line, "a server binds a fixed port", "bind port 0"))
        .collect()
}

pub(super) fn workflows(repository: &Repository) -> Vec<Violation> {
    let files = repository.texts.iter().filter(|(path, _)| path.starts_with(".github/"));
    let error = |text: &str| yaml_serde::from_str::<serde_json::Value>(text).err();
    files
        .filter(|(path, _)| has_extension(path, &["yaml", "yml"]))
        .filter_map(|(path, text)| Some(Violation::new(path, 0, format!("not YAML: {}", error(text)?), "correct it")))
        .collect()
}

pub(super) fn licences(repository: &Repository) -> Vec<Violation> {
    let licences = repository.texts.iter().filter(|(path, _)| path.starts_with("LICENSE-"));
    let copies = licences.flat_map(|(name, text)| {
        ["chift-api", "chift-auth"].map(|package| (format!("{package}/{name}"), name, text.as_str()))
    });
    copies
        .filter(|(copy, _, text)| repository.text(copy) != *text)
        .map(|(copy, name, _)| Violation::new(&copy, 0, format!("differs from {name}"), "copy it from the top level"))
        .collect()
}

/// Path and number of the lines for which `matches` holds.
fn lines<'a>(
    files: impl Iterator<Item = (&'a str, &'a str)>,
    matches: impl Fn(&str, &str) -> bool,
) -> impl Iterator<Item = (&'a str, usize)> {
    let numbered =
        files.flat_map(|(path, text)| text.lines().enumerate().map(move |(index, line)| (path, index + 1, line)));
    numbered.filter(move |(path, _, line)| matches(path, line)).map(|(path, number, _)| (path, number))
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places that a rule finds in a repository of these files.
    fn found(rule: fn(&Repository) -> Vec<Violation>, files: &[(&str, &str)]) -> Vec<String> {
        let violations = rule(&Repository::of(files));
        violations.iter().map(|violation| format!("{}:{}", violation.path, violation.line)).collect()
    }

    #[test]
    fn an_unknown_folder_or_file_at_the_top_level_is_found() {
        let files = [("Cargo.toml", ""), (".ci/run", ""), ("xtask/a.rs", ""), ("benches/b.rs", ""), ("run.sh", "")];
        assert_eq!(found(top_level, &files), ["benches/b.rs:0", "run.sh:0"]);
    }

    #[test]
    fn a_file_without_a_module_comment_is_found() {
        let files = [("a.rs", "//! A."), ("b.rs", "// B."), ("c.rs", "#![doc = include_str!(\"C\")]"), ("d.md", "D")];
        assert_eq!(found(module_comments, &files), ["b.rs:1"]);
    }

    #[test]
    fn a_file_with_too_many_lines_is_found() {
        let (allowed, long, short) = ("\n".repeat(500), "\n".repeat(501), "\n".repeat(300));
        let files = [("a.rs", allowed.as_str()), ("b.rs", &long), ("c.rs", &short)];
        assert_eq!(found(lengths, &files), ["b.rs:0"]);
        assert_eq!(found(long_files, &files), ["a.rs:0", "b.rs:0"]);
    }

    #[test]
    fn a_file_that_no_module_declares_is_found() {
        let files = [
            ("x/src/lib.rs", "pub mod lower;\nmod used;\n// mod commented;"),
            ("x/src/lower/forgotten.rs", ""),
            ("x/src/lower/mod.rs", "pub(crate) mod pass;"),
            ("x/src/lower/pass.rs", ""),
            ("x/src/lost/mod.rs", ""),
            ("x/src/used.rs", ""),
            ("x/src/used/part.rs", ""),
            ("x/tests/program.rs", ""),
        ];
        let expected = ["x/src/lost/mod.rs:0", "x/src/lower/forgotten.rs:0", "x/src/used/part.rs:0"];
        assert_eq!(found(undeclared_modules, &files), expected);
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        let path = format!("see \"/{}/me\"\n/{0}/you\nhttps://example.com/{0}/me", "home");
        assert_eq!(found(machine_paths, &[("a.md", &path)]), ["a.md:1", "a.md:2"]);
    }

    #[test]
    fn a_test_that_sleeps_is_found() {
        let text = "tokio::time::sleep(pause)\nstd::thread::sleep(pause)\nclock.sleep(pause)";
        let files = [("chift-auth/src/clock.rs", text), ("chift-auth/src/tests/clock.rs", text)];
        assert_eq!(
            found(sleeping_tests, &files),
            ["chift-auth/src/tests/clock.rs:1", "chift-auth/src/tests/clock.rs:2"]
        );
    }

    #[test]
    fn a_fixed_port_is_found() {
        let text = ["0", "8080"].map(|port| format!("TcpListener::bind(\"127.0.0.1:{port}\")")).join("\n");
        assert_eq!(found(fixed_ports, &[("a.rs", &text)]), ["a.rs:2"]);
    }

    #[test]
    fn a_workflow_that_is_not_yaml_is_found() {
        let files =
            [(".github/workflows/a.yaml", "on: push"), (".github/workflows/b.yml", "on: [push"), ("c.yaml", "[")];
        assert_eq!(found(workflows, &files), [".github/workflows/b.yml:0"]);
    }

    #[test]
    fn a_licence_that_is_missing_or_differs_is_found() {
        let files = [("LICENSE-MIT", "MIT"), ("chift-api/LICENSE-MIT", "MIT"), ("chift-auth/LICENSE-MIT", "mine")];
        assert_eq!(found(licences, &files), ["chift-auth/LICENSE-MIT:0"]);
        assert_eq!(found(licences, &files[..2]), ["chift-auth/LICENSE-MIT:0"]);
    }
}
