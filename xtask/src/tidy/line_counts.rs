//! How much code `chift-auth` has: it is a thin crate.

use super::{Repository, Violation};

const MAX_LINES: usize = 1_130;

pub(super) fn chift_auth(repository: &Repository) -> Vec<Violation> {
    let count = code_lines(repository);
    if count <= MAX_LINES {
        return Vec::new();
    }
    let what = format!("{count} lines are neither blank, comment nor test");
    vec![Violation::new("chift-auth/src", 0, what, format!("simplify; the limit is {MAX_LINES}"))]
}

/// The lines of `chift-auth/src` that are neither blank, comment nor test. The token store has features of its own
/// and does not count, but for what the rules of renewal need for it.
pub(super) fn code_lines(repository: &Repository) -> usize {
    let is_counted = |path: &str| {
        let file = path.strip_prefix("chift-auth/src/");
        file.is_some_and(|file| !file.starts_with("tests/") && !file.starts_with("store/"))
    };
    repository.rust().filter(|(path, _)| is_counted(path)).map(|(_, text)| code_lines_of(text)).sum()
}

/// Relies on rustfmt: an item ends with the first line of the same indentation that closes it.
fn code_lines_of(text: &str) -> usize {
    let mut count = 0;
    let mut test_item = None;
    for line in text.lines() {
        let code = line.trim_start();
        let indentation = line.len() - code.len();
        if let Some(outer) = test_item {
            let is_last = indentation == outer && (code.ends_with(['}', ';', ',']));
            test_item = if is_last { None } else { Some(outer) };
        } else if code == "#[cfg(test)]" {
            test_item = Some(indentation);
        } else if !code.is_empty() && !code.starts_with("//") {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_comments_and_tests_do_not_count() {
        let text = "//! A module.\n\nmod a;\n#[cfg(test)]\nmod tests;\n\n/// A type.\nstruct A {\n    b: u8, // one\n}\n\
                    impl A {\n    #[cfg(test)]\n    fn c(\n        self,\n    ) {\n        d();\n    }\n}\n\
                    #[cfg(test)]\nmod tests {\n    fn e() {}\n}\n";
        assert_eq!(code_lines_of(text), 6);
    }

    #[test]
    fn too_much_code_is_found_and_tests_and_store_are_left_out() {
        let (most, more) = ("a;\n".repeat(MAX_LINES), "a;\n".repeat(MAX_LINES + 1));
        let most = Repository::of(&[
            ("chift-auth/src/lib.rs", &most),
            ("chift-auth/src/store/memory.rs", "a;"),
            ("chift-auth/src/tests/mod.rs", "a;"),
            ("chift-api/src/lib.rs", "a;"),
        ]);
        assert_eq!((code_lines(&most), chift_auth(&most)), (MAX_LINES, Vec::new()));
        let more = Repository::of(&[("chift-auth/src/lib.rs", &more)]);
        assert!(chift_auth(&more)[0].what.starts_with(&format!("{} lines", MAX_LINES + 1)));
    }
}
