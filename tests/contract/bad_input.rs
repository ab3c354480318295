//! Bad input to `cargo xtask regen`: a clear answer, and the crate as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xtask::regen::{self, Options};

use crate::document::root;

/// A copy of what `regen` reads and writes, to be spoiled.
pub(crate) struct Workspace(TempDir);

impl Workspace {
    pub(crate) fn copy() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        for folder in ["openapi", "chift-api/src/generated"] {
            fs::create_dir_all(copy.path().join(folder)).unwrap();
            for entry in fs::read_dir(root().join(folder)).unwrap() {
                let name = entry.unwrap().file_name();
                fs::copy(root().join(folder).join(&name), copy.path().join(folder).join(&name)).unwrap();
            }
        }
        copy
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn document(&self) -> PathBuf {
        self.path().join("openapi/chift.yaml")
    }

    pub(crate) fn edit(&self, edit: impl FnOnce(&str) -> String) {
        let before = fs::read_to_string(self.document()).unwrap();
        let after = edit(&before);
        assert_ne!(before, after, "the edit changes nothing");
        fs::write(self.document(), after).unwrap();
    }

    /// Everything below `chift-api`, by path.
    pub(crate) fn generated(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut open = vec![self.path().join("chift-api")];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    files.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        files
    }
}

/// The last place up to `end` where no letter is cut.
fn boundary(text: &str, end: usize) -> usize {
    (0..=end).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

type Spoil<'a> = Box<dyn Fn(&str) -> String + 'a>;

/// Spoils the document, and gives what `regen` says.
fn refusal(name: &str, spoil: impl FnOnce(&str) -> String) -> String {
    let workspace = Workspace::copy();
    let before = workspace.generated();
    workspace.edit(spoil);
    let error = regen::run(workspace.path(), &Options::default(), &mut Vec::new()).expect_err(name);
    assert_eq!(workspace.generated(), before, "{name}: the crate has changed");
    format!("{error:#}")
}

#[test]
fn every_spoiled_document_is_refused_and_the_crate_stays_as_it_was() {
    let second_path = "paths:\n  /again:\n    get:\n      operationId: generate_access_token_token_post\n      \
                       responses: {'200': {description: ''}}\n";
    let cases: Vec<(&str, Spoil, &str)> = vec![
        ("not YAML", Box::new(|_| "a: [1, 2".to_owned()), "openapi/chift.yaml: not YAML"),
        ("not OpenAPI", Box::new(|_| "shopping: [milk]".to_owned()), "there is no field `openapi`"),
        ("empty", Box::new(|_| String::new()), "the document is not an object"),
        ("version 2.0", Box::new(|_| "swagger: '2.0'\ninfo: {}\npaths: {}".to_owned()), "#/swagger: this is Swagger"),
        ("version 4.0", Box::new(|text| text.replace("3.1.0", "4.0.0")), "#/openapi: version \"4.0.0\" is not known"),
        (
            "a dangling $ref",
            Box::new(|text| text.replace("$ref: '#/components/schemas/Token'", "$ref: '#/components/schemas/Tokn'")),
            "schema/$ref: `#/components/schemas/Tokn` leads nowhere",
        ),
        (
            "a duplicate operationId",
            Box::new(|text| text.replacen("paths:\n", second_path, 1)),
            "operationId `generate_access_token_token_post` is already used at #/paths/~1again/get/operationId",
        ),
        (
            "truncated in a word",
            Box::new(|text| text[..boundary(text, text.len() / 2)].to_owned()),
            "openapi/chift.yaml",
        ),
        (
            "truncated at a line",
            Box::new(|text| text[..text.find("    HTTPValidationError:").unwrap()].to_owned()),
            "` leads nowhere",
        ),
        (
            "a construct that is not lowered",
            Box::new(|text| text.replace("token_type:\n          type: string", "token_type:\n          type: banana")),
            "#/components/schemas/Token/properties/token_type",
        ),
        (
            "an overlay action that selects nothing",
            Box::new(|text| text.replace("clientSecret", "clientPassword")),
            "openapi/overlay.yaml: actions[0] selects nothing: $.components.schemas.AuthItem.properties.clientSecret",
        ),
    ];
    for (name, spoil, expected) in cases {
        let message = refusal(name, spoil);
        assert!(message.contains(expected), "{name}: {message}");
    }
}

/// Wherever the document is cut off, the answer is an error or a document that is whole again.
#[test]
fn a_document_cut_off_anywhere_never_panics_and_never_half_writes() {
    let text = fs::read_to_string(root().join("openapi/chift.yaml")).unwrap();
    // As often as a small document has room for; a whole one takes half a second each time.
    let cuts = (text.len() / 41).min(100);
    for end in (0..cuts).map(|cut| boundary(&text, cut * text.len() / cuts)) {
        let workspace = Workspace::copy();
        let before = workspace.generated();
        fs::write(workspace.document(), &text[..end]).unwrap();
        if regen::run(workspace.path(), &Options::default(), &mut Vec::new()).is_err() {
            assert_eq!(workspace.generated(), before, "cut off at byte {end}");
        }
    }
}

#[test]
fn what_is_not_text_is_refused_by_name() {
    let workspace = Workspace::copy();
    fs::write(workspace.document(), [0xff, 0xfe, 0x00]).unwrap();
    let message = format!("{:#}", regen::run(workspace.path(), &Options::default(), &mut Vec::new()).unwrap_err());
    assert!(message.contains("chift.yaml is not UTF-8 text"), "{message}");
    fs::remove_file(workspace.document()).unwrap();
    let message = format!("{:#}", regen::run(workspace.path(), &Options::default(), &mut Vec::new()).unwrap_err());
    assert!(message.contains("cannot read") && message.contains("chift.yaml"), "{message}");
}

#[test]
fn an_output_folder_that_cannot_be_written_is_refused_by_name() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("file"), "not a folder").unwrap();
    fs::write(scratch.path().join("occupied"), "not a crate").unwrap();
    for (out, expected) in [("file/below", "file/below"), ("occupied", "is not a folder"), (".", "did not write")] {
        let spec = Some(root().join("openapi/chift.yaml"));
        let options = Options { spec, out: Some(scratch.path().join(out)), ..Options::default() };
        let message = format!("{:#}", regen::run(&root(), &options, &mut Vec::new()).unwrap_err());
        assert!(message.contains(expected), "{out}: {message}");
    }
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2, "nothing is left behind");
}
