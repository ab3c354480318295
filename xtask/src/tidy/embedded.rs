//! The list of the files that `cargo chift` contains: generated, because a file that is missing from it would be missing
//! from every team's crate.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::{Repository, Violation};
use crate::options::title_of;
use crate::{read, template};

/// The list, which [`fix`] writes.
const LIST: &str = "xtask/src/bin/cargo-chift/files.rs";

const DOCUMENT: &str = "openapi/chift.yaml";

pub(super) fn list(repository: &Repository) -> Vec<Violation> {
    let expected = expected(repository);
    // A repository without the program has no list.
    if !repository.texts.contains_key("xtask/src/bin/cargo-chift/main.rs") || repository.text(LIST) == expected {
        return Vec::new();
    }
    let what = "does not list the files that generated crates are made from";
    vec![Violation::new(LIST, 0, what, "run: cargo xtask tidy --fix")]
}

/// Writes the list; returns whether it has changed.
pub(super) fn fix(root: &Path, repository: &Repository) -> anyhow::Result<bool> {
    let expected = expected(repository);
    let path = root.join(LIST);
    let differs = repository.text(LIST) != expected;
    if differs {
        fs::write(&path, expected).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(differs)
}

fn expected(repository: &Repository) -> String {
    let document = read::read(DOCUMENT, repository.text(DOCUMENT)).map(|document| document.value);
    let title = document.ok().as_ref().and_then(title_of).unwrap_or_default().to_owned();
    let mut text = format!(
        "//! The files that generated crates are made from. `cargo xtask tidy --fix` writes this list.\n\n\
         /// The `info.title` of the documents that the overlay is written for.\n\
         pub(crate) const TITLE: &str = {title:?};\n\n\
         macro_rules! files {{\n    ($($path:literal)*) => {{\n        \
         &[$(($path, include_str!(concat!(\"../../../../\", $path)))),*]\n    }};\n}}\n\n\
         /// The text of each file, by its path in the workspace.\n\
         pub(crate) const FILES: &[(&str, &str)] = files! {{\n"
    );
    for path in repository.texts.keys().filter(|path| template::is_part(path)) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {path:?}");
    }
    text.push_str("};\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: (&str, &str) = ("xtask/src/bin/cargo-chift/main.rs", "");
    const SOURCE: (&str, &str) = ("chift-api/src/lib.rs", "");

    #[test]
    fn a_list_with_a_file_missing_or_too_many_is_found() {
        let document = (DOCUMENT, "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {}\n");
        let complete = expected(&Repository::of(&[MAIN, SOURCE, document, ("chift-api/src/generated/client.rs", "")]));
        assert!(
            complete.contains("= \"Shop\";") && complete.contains("{\n    \"chift-api/src/lib.rs\"\n}"),
            "{complete}"
        );
        let found = |files: &[(&str, &str)]| list(&Repository::of(&[files, &[MAIN, document]].concat())).len();
        assert_eq!(found(&[(LIST, &complete), SOURCE]), 0);
        assert_eq!(found(&[(LIST, &complete)]), 1);
        assert_eq!(found(&[(LIST, &complete), SOURCE, ("chift-api/src/values/new.rs", "")]), 1);
        assert_eq!(found(&[SOURCE]), 1);
    }

    #[test]
    fn the_list_is_written_once() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("xtask/src/bin/cargo-chift")).unwrap();
        assert!(fix(root.path(), &Repository::of(&[MAIN, SOURCE])).unwrap());
        let text = fs::read_to_string(root.path().join(LIST)).unwrap();
        assert!(!fix(root.path(), &Repository::of(&[MAIN, SOURCE, (LIST, &text)])).unwrap());
    }
}
