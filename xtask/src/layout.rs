//! Where the document, its overlay and the generated files are: in this project's workspace, or in a team's repository.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::emit::{Content, Target};
use crate::options::{DOCUMENT, OVERLAY, Options, Overlay, Scope, Tool};
use crate::origin::Origin;
use crate::pipeline::{Input, Outcome};
use crate::scaffold::{self, Membership};
use crate::template::Template;

/// A document with its overlay, and what is generated from them.
#[derive(Debug, Clone)]
pub struct Layout<'a> {
    /// The folder that contains `openapi/`.
    pub folder: PathBuf,
    /// What is generated.
    pub output: Output<'a>,
}

/// What is generated from a document.
#[derive(Debug, Clone, Copy)]
pub enum Output<'a> {
    /// The folder `chift-api/src/generated` of this project's workspace.
    Workspace,
    /// A whole crate, in the folder that contains `openapi/`.
    Crate(&'a Template),
}

impl<'a> Layout<'a> {
    /// The layout of this project's workspace at `root`.
    pub fn workspace(root: &Path) -> Self {
        Self { folder: root.to_owned(), output: Output::Workspace }
    }

    /// The layout of a team's crate in `folder`.
    pub fn team(folder: &Path, template: &'a Template) -> Self {
        Self { folder: folder.to_owned(), output: Output::Crate(template) }
    }

    /// The command line for this layout.
    pub fn tool(&self) -> Tool {
        match self.output {
            Output::Workspace => Tool::Xtask,
            Output::Crate(_) => Tool::Chift,
        }
    }

    pub(crate) fn changelog(&self) -> PathBuf {
        self.folder.join(match self.output {
            Output::Workspace => "chift-api/CHANGELOG.md",
            Output::Crate(_) => "CHANGELOG.md",
        })
    }

    /// The record of the versions that servers sent. A team's repository has no place for it.
    pub(crate) fn versions(&self) -> Option<PathBuf> {
        match self.output {
            Output::Workspace => Some(self.folder.join("target/update/versions.json")),
            Output::Crate(_) => None,
        }
    }

    /// The document; `None` in a team's repository before the first update.
    pub(crate) fn document(&self) -> anyhow::Result<Option<Input>> {
        match self.output {
            Output::Workspace => Input::read(&self.folder, Path::new(DOCUMENT)).map(Some),
            Output::Crate(_) => read_if_present(&self.folder.join(DOCUMENT)),
        }
    }

    /// The options for the document with its present overlay, and those of `origin`.
    pub(crate) fn options(&self, origin: &Origin) -> anyhow::Result<Options> {
        let own = match self.output {
            Output::Workspace => Some(Input::read(&self.folder, Path::new(OVERLAY))?),
            Output::Crate(_) => read_if_present(&self.folder.join(OVERLAY))?,
        };
        self.options_with(own, origin)
    }

    /// Like [`Self::options`], with another overlay, or none.
    pub(crate) fn options_with(&self, own: Option<Input>, origin: &Origin) -> anyhow::Result<Options> {
        let mut overlays = match self.output {
            Output::Workspace => Vec::new(),
            Output::Crate(template) => vec![Overlay::of_project(template)?],
        };
        overlays.extend(own.map(|input| Overlay { input, scope: Scope::This }));
        let Origin { skip_unsupported, tags, .. } = origin.clone();
        let (tool, folder) = (self.tool(), self.folder.clone());
        Ok(Options { overlays, skip_unsupported, tags, tool, folder, ..Options::default() })
    }

    /// A new text for the file `name`: [`DOCUMENT`] or [`OVERLAY`].
    pub(crate) fn input(&self, name: &str, text: String) -> Input {
        Input::of(self.named(&self.folder.join(name)), text)
    }

    /// The generated files and folders with their new content.
    pub(crate) fn generated(&self, outcome: &Outcome, membership: Membership) -> anyhow::Result<Vec<Target>> {
        let files = outcome.files();
        match self.output {
            Output::Workspace => Ok(vec![(self.folder.join("chift-api/src/generated"), Content::Folder(files))]),
            Output::Crate(template) => Ok(vec![
                (self.manifest(), Content::File(scaffold::manifest(template, membership, self.tool())?)),
                (self.folder.join("README.md"), Content::File(template.text("chift-api/README.md")?.to_owned())),
                (self.folder.join("src"), Content::Folder(scaffold::source(template, files))),
            ]),
        }
    }

    /// The manifest of a team's crate.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.folder.join("Cargo.toml")
    }

    /// A path for messages: below the workspace, or as the team names it.
    pub(crate) fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        self.named(path).display()
    }

    fn named<'p>(&self, path: &'p Path) -> &'p Path {
        match self.output {
            Output::Workspace => path.strip_prefix(&self.folder).unwrap_or(path),
            Output::Crate(_) => path,
        }
    }
}

fn read_if_present(path: &Path) -> anyhow::Result<Option<Input>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        Ok(_) => Input::read(Path::new(""), path).map(Some),
    }
}
