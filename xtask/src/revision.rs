//! Documents of a revision in git: `REVISION:PATH`, as `git show` reads it.
//!
//! A pull request compares its document with that of its base:
//! `cargo chift diff origin/main:openapi/chift.yaml openapi/chift.yaml`.

use std::io;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, anyhow, bail};

use crate::pipeline::Input;

impl Input {
    /// Reads the file `path`, which is relative to `root`; or if there is none, the file of a revision in the git
    /// repository around `root`, for a `path` such as `origin/main:openapi/chift.yaml`.
    ///
    /// As in git, the path in a revision is relative to the root of the repository. If it starts with `./` or `../`, it
    /// is relative to `root`. Without a revision, as in `:openapi/chift.yaml`, the file is that of the index.
    ///
    /// ```no_run
    /// use std::path::Path;
    /// use xtask::pipeline::Input;
    ///
    /// let base = Input::read_file_or_revision(Path::new(""), Path::new("origin/main:openapi/chift.yaml"))?;
    /// assert_eq!(base.name, "origin/main:openapi/chift.yaml");
    /// # anyhow::Ok(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is neither such a file nor such a revision with that file, when git is needed and not installed, or
    /// when the text is not UTF-8.
    pub fn read_file_or_revision(root: &Path, path: &Path) -> anyhow::Result<Self> {
        match File::parse(path).filter(|_| !root.join(path).exists()) {
            Some(file) => file.read("git", root),
            None => Self::read(root, path),
        }
    }
}

/// The path of an input with this name: that of its file, in a revision or not.
pub(crate) fn path_of(name: &str) -> &str {
    File::parse(Path::new(name)).map_or(name, |file| file.path)
}

/// A file of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct File<'a> {
    /// `REVISION:PATH`.
    argument: &'a str,
    /// Empty for the index.
    revision: &'a str,
    path: &'a str,
}

impl<'a> File<'a> {
    /// `None` for an argument that is no `REVISION:PATH`: without a colon, with the drive of a Windows path, a URL, or
    /// one that git would take for an option.
    fn parse(argument: &'a Path) -> Option<Self> {
        let argument = argument.to_str()?;
        let (revision, path) = argument.split_once(':')?;
        let is_drive = revision.len() == 1 && path.starts_with(['\\', '/']);
        let is_url = path.starts_with("//");
        let is_other = is_drive || is_url || revision.starts_with('-') || path.is_empty();
        (!is_other).then_some(Self { argument, revision, path })
    }

    /// Reads the file with the program `git` in `folder`.
    fn read(self, git: &str, folder: &Path) -> anyhow::Result<Input> {
        let Self { argument, revision, path } = self;
        let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
        let run = |arguments: &[&str]| run(git, folder, arguments).with_context(|| format!("cannot read {argument}"));
        let output = run(&["cat-file", "blob", &format!("{revision}:{path}")])?;
        if output.status.success() {
            let text = String::from_utf8(output.stdout).with_context(|| format!("{argument} is not UTF-8 text"))?;
            return Ok(Input { name: argument.to_owned(), text });
        }
        let reason = if !run(&["rev-parse", "--git-dir"])?.status.success() {
            "there is no such file, and this is no git repository; check the path, or run this in the repository"
                .to_owned()
        } else if revision.is_empty() {
            format!("the index has no file `{path}`; {PATHS}")
        } else if run(&["rev-parse", "--quiet", "--verify", &format!("{revision}^{{tree}}")])?.status.success() {
            format!("revision `{revision}` has no file `{path}`; {PATHS}")
        } else {
            format!(
                "there is no such file, and no revision `{revision}`; check its name, or get it with `git fetch`: CI jobs \
                 often check out a single commit"
            )
        };
        let message = String::from_utf8_lossy(&output.stderr);
        Err(anyhow!("git: {}", message.trim()).context(reason).context(format!("cannot read {argument}")))
    }
}

/// How git reads a path of a revision.
const PATHS: &str = "the path is relative to the root of the repository, or with `./` to the current folder";

fn run(git: &str, folder: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(git);
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    match command.args(arguments).env("LC_ALL", "C").output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            bail!("there is no such file, and git, which reads revisions, is not installed; install it, or name a file")
        }
        output => output.context("git cannot be run"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_path_of_an_input_is_that_in_its_revision() {
        assert_eq!(path_of("origin/main:openapi/chift.yaml"), "openapi/chift.yaml");
        assert_eq!(path_of("C:\\chift.yaml"), "C:\\chift.yaml");
    }

    /// Runs git without the settings of the machine.
    fn git(folder: &Path, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A repository whose file `a/b.yaml` is `old` in the branch `base`, `staged` in the index and `new` in the folder.
    fn repository() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &[u8]| fs::write(folder.path().join("a/b.yaml"), text).unwrap();
        git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/not-utf-8"), b"\xff").unwrap();
        write(b"old\r\n");
        git(folder.path(), &["-c", "core.autocrlf=false", "add", "."]);
        git(folder.path(), &["commit", "--quiet", "--message=First"]);
        git(folder.path(), &["branch", "team/base"]);
        git(folder.path(), &["branch", "C"]);
        write(b"staged\n");
        git(folder.path(), &["add", "."]);
        write(b"new\n");
        folder
    }

    fn read(folder: &Path, argument: &str) -> anyhow::Result<Input> {
        Input::read_file_or_revision(folder, Path::new(argument))
    }

    #[test]
    fn a_file_of_a_revision_is_read() {
        let folder = repository();
        for (inside, argument, text) in [
            ("", "a/b.yaml", "new\n"),
            ("", "team/base:a/b.yaml", "old\r\n"),
            ("", "HEAD:a/b.yaml", "old\r\n"),
            ("", "C:a/b.yaml", "old\r\n"),
            ("", ":a/b.yaml", "staged\n"),
            ("a", "main:a/b.yaml", "old\r\n"),
            ("a", "main:./b.yaml", "old\r\n"),
            ("a", "main:../a/b.yaml", "old\r\n"),
        ] {
            let input = read(&folder.path().join(inside), argument).unwrap();
            assert_eq!((input.name.as_str(), input.text.as_str()), (argument, text));
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_existing_file_takes_precedence() {
        let folder = repository();
        fs::create_dir(folder.path().join("main:a")).unwrap();
        fs::write(folder.path().join("main:a/b.yaml"), "file").unwrap();
        assert_eq!(read(folder.path(), "main:a/b.yaml").unwrap().text, "file");
    }

    #[test]
    fn an_error_says_what_is_missing() {
        let folder = repository();
        for (argument, expected) in [
            ("main:b.yaml", "cannot read main:b.yaml: revision `main` has no file `b.yaml`; the path is relative to"),
            ("main:a", "revision `main` has no file `a`"),
            (":b.yaml", "the index has no file `b.yaml`"),
            ("other:a/b.yaml", "no revision `other`; check its name, or get it with `git fetch`"),
            ("main:a/not-utf-8", "main:a/not-utf-8 is not UTF-8 text"),
            ("b.yaml", "cannot read "),
        ] {
            let error = format!("{:#}", read(folder.path(), argument).unwrap_err());
            assert!(error.contains(expected), "{argument}: {error}");
        }
        let outside = tempfile::tempdir().unwrap();
        let error = format!("{:#}", read(outside.path(), "main:a/b.yaml").unwrap_err());
        assert!(error.contains("this is no git repository"), "{error}");
        let file = File::parse(Path::new("main:a/b.yaml")).unwrap();
        let error = format!("{:#}", file.read("no-such-git", folder.path()).unwrap_err());
        assert!(error.starts_with("cannot read main:a/b.yaml: there is no such file, and git"), "{error}");
    }

    #[test]
    fn other_arguments_are_files() {
        for argument in ["a.yaml", "C:\\a.yaml", "c:/a.yaml", "-p:a", "--batch:a", "https://a.b/c.json", "main:"] {
            assert_eq!(File::parse(Path::new(argument)), None, "{argument}");
        }
    }
}
