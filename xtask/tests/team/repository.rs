//! A team's repository in a temporary folder, and the git repository that its `chift-auth` comes from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use xtask::regen::Status;
use xtask::team::{self, RegenArgs, UpdateArgs};
use xtask::template::Template;
use xtask::update;

/// A document with one operation.
pub(crate) const DOCUMENT: &str = "openapi: 3.1.0
info: {title: A bakery, version: '1'}
paths:
  /bread:
    get:
      operationId: list_bread
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Loaf'}}}}
components:
  schemas:
    Loaf: {type: object, required: [weight], properties: {weight: {type: integer}, note: {type: string}}}
";

/// The text of the example.
pub(crate) const EXAMPLE: &str = "//! A typed call.\n";

/// The same document with another operation.
pub(crate) fn document_with_cakes() -> String {
    let operation =
        "  /cakes:\n    get:\n      operationId: list_cakes\n      responses:\n        '204': {description: none}\n";
    DOCUMENT.replace("components:\n", &format!("{operation}components:\n"))
}

/// An overlay with one action.
pub(crate) fn overlay(target: &str) -> String {
    format!(
        "overlay: 1.0.0\ninfo: {{title: O, version: '1'}}\nactions:\n- {{target: {target}, description: why, update: {{format: password}}}}\n"
    )
}

/// The template of a generated crate of version 0.1.0 without dependencies.
fn template() -> Template {
    let files = [
        ("Cargo.toml", "[workspace.package]\nversion = \"0.1.0\"\n"),
        ("chift-api/Cargo.toml", "[package]\nname = \"chift-api\"\nversion.workspace = true\nedition = \"2024\"\n"),
        ("chift-api/README.md", "# chift-api\n"),
        ("chift-api/src/lib.rs", "//! By hand.\n"),
        ("tests/team/tests/chift.rs", EXAMPLE),
        ("openapi/overlay.yaml", "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nactions: []\n"),
    ];
    Template::new(files, "Another title")
}

/// The address of a git repository with `chift-auth` and `chift-api`. On the branch `later`, they have version 0.2.0.
///
/// It is always the same, so that cargo keeps one copy of it.
pub(crate) fn git_url() -> String {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("chift.git");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        git(&folder, &["init", "--quiet", "--initial-branch", "main"]);
        for (branch, version) in [("main", "0.1.0"), ("later", "0.2.0")] {
            let package =
                |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n");
            let dependency =
                format!("[dependencies]\nchift-api = {{ path = \"../chift-api\", version = \"{version}\" }}\n");
            write(&folder, "Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"chift-api\", \"chift-auth\"]\n");
            write(&folder, "chift-api/Cargo.toml", &package("chift-api"));
            let features = "[features]\nhttpmock = []\n";
            write(&folder, "chift-auth/Cargo.toml", &(package("chift-auth") + &dependency + features));
            for name in ["chift-api", "chift-auth"] {
                write(&folder, &format!("{name}/src/lib.rs"), "");
            }
            if branch != "main" {
                git(&folder, &["checkout", "--quiet", "-b", branch]);
            }
            git(&folder, &["add", "."]);
            git(&folder, &["commit", "--quiet", "--message", version]);
        }
        git(&folder, &["checkout", "--quiet", "main"]);
        format!("file://{}", folder.display())
    })
    .clone()
}

/// Runs git without the settings of the machine.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b.c");
        command.env(format!("GIT_{who}_DATE"), "2026-01-01T00:00:00Z");
    }
    let output = command.args(["-C", folder.to_str().unwrap()]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The repository of a team.
pub(crate) struct Team {
    root: TempDir,
    /// The documents to update from, which are not in the repository.
    documents: TempDir,
    /// The folder that the commands run in.
    here: PathBuf,
}

impl Team {
    /// A repository with these files. Each folder that has a manifest with a package also has a program.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            write(root.path(), name, text);
            if text.contains("[package]") {
                write(root.path(), &name.replace("Cargo.toml", "src/main.rs"), "fn main() {}\n");
            }
        }
        Self { here: root.path().to_owned(), root, documents: tempfile::tempdir().unwrap() }
    }

    /// A single package with this name and more lines in its manifest.
    pub(crate) fn single(more: &str) -> Self {
        Self::new(&[("Cargo.toml", &package("bakery", more))])
    }

    /// Runs the commands in a subfolder.
    pub(crate) fn inside(mut self, folder: &str) -> Self {
        self.here = self.root.path().join(folder);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        write(self.root.path(), name, text);
        self.path(name)
    }

    /// Every file with its text.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let mut open = vec![self.root.path().to_owned()];
        while let Some(folder) = open.pop() {
            // A folder without files counts too.
            files.insert(folder.clone(), String::new());
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    files.insert(path.clone(), fs::read_to_string(&path).unwrap());
                }
            }
        }
        files
    }

    /// Arguments of an update from `document`, which it writes to a file outside of the repository.
    pub(crate) fn args(&self, document: &str) -> UpdateArgs {
        let file = self.documents.path().join("document.yaml");
        fs::write(&file, document).unwrap();
        let from = vec![file.to_str().unwrap().to_owned()];
        UpdateArgs {
            update: update::Args { from, ..update::Args::default() },
            out: "chift-api".into(),
            overlay: None,
            insert: false,
            example: false,
            package: None,
            git: Some(git_url()),
        }
    }

    /// Runs `update`; returns the status and the output, or the error.
    pub(crate) fn run(&self, args: &UpdateArgs) -> Result<(Status, String), String> {
        let mut out = Vec::new();
        let status = team::update(&template(), &self.here, args, &mut out).map_err(|error| format!("{error:#}"))?;
        Ok((status, String::from_utf8(out).unwrap()))
    }

    /// Runs `update --insert`; returns the output.
    pub(crate) fn insert(&self) -> String {
        self.run(&UpdateArgs { insert: true, ..self.args(DOCUMENT) }).unwrap().1
    }

    /// Runs `regen`; returns the status and the output, or the error.
    pub(crate) fn regen(&self, check: bool) -> Result<(Status, String), String> {
        let mut out = Vec::new();
        let args = RegenArgs { check, report: false, verbose: false, out: "chift-api".into() };
        let status = team::regen(&template(), &self.here, &args, &mut out).map_err(|error| format!("{error:#}"))?;
        Ok((status, String::from_utf8(out).unwrap()))
    }

    /// The manifests of the workspace's members, and of each `chift-api` in the graph, by `cargo metadata --offline` in
    /// `folder`.
    pub(crate) fn metadata(&self, folder: &str) -> (Vec<String>, Vec<String>) {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--offline", "--format-version", "1"])
            .current_dir(self.path(folder))
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !stderr.contains("warning"), "{stderr}");
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let root = fs::canonicalize(self.root.path()).unwrap();
        let manifests = |matches: &dyn Fn(&Value) -> bool| {
            let packages = metadata["packages"].as_array().unwrap().iter().filter(|package| matches(package));
            let path = |package: &Value| {
                let path = Path::new(package["manifest_path"].as_str().unwrap());
                path.strip_prefix(&root).unwrap_or(path).to_str().unwrap().to_owned()
            };
            let mut paths: Vec<String> = packages.map(path).collect();
            paths.sort();
            paths
        };
        let members = manifests(&|package| metadata["workspace_members"].as_array().unwrap().contains(&package["id"]));
        (members, manifests(&|package| package["name"] == "chift-api"))
    }
}

/// A manifest.
pub(crate) fn package(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n{more}")
}
