//! Compares the reports on each case with the files in its folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use similar::TextDiff;
use xtask::diff::{self, FailOn, Format, Rule, Step, written};

use crate::cases;

/// The expected reports of a case: the file, the direction, and the format.
const REPORTS: [(&str, usize, Format); 6] = [
    ("expected.txt", 0, Format::Text),
    ("expected.reverted.txt", 1, Format::Text),
    ("expected.md", 0, Format::Markdown),
    ("expected.json", 0, Format::Json),
    ("expected.github.txt", 0, Format::Github),
    ("expected.junit.xml", 0, Format::Junit),
];

#[test]
fn the_reports_on_each_case_are_the_expected_ones() {
    let mut differences = String::new();
    for case in cases::all() {
        let both = case.differences();
        for (file, direction, format) in REPORTS {
            let report = written(&both[direction], format, FailOn::default()).unwrap();
            differences += &changed(&case.folder.join(file), &report);
        }
    }
    assert!(differences.is_empty(), "{differences}\nto accept this: {ACCEPT}");
}

#[test]
fn a_document_does_not_differ_from_itself() {
    let mut case = cases::all().remove(0);
    case.new = case.old.clone();
    let [difference, _] = case.differences();
    assert_eq!(difference.entries, []);
    assert_eq!(difference.step(), Step::None);
}

#[test]
fn each_kind_of_change_has_a_case() {
    let mut found = BTreeSet::new();
    for case in cases::all() {
        for difference in case.differences() {
            for entry in difference.entries {
                found.insert(entry.rule);
                found
                    .extend(entry.sites.iter().flat_map(|site| &site.consequences).map(|consequence| consequence.rule));
            }
        }
    }
    let missing: Vec<&Rule> = Rule::ALL.iter().filter(|rule| !found.contains(rule)).collect();
    assert!(missing.is_empty(), "add a case for each of {missing:?}");
}

#[test]
fn the_documentation_lists_each_kind_of_change() {
    compare_with_file("docs/diff-rules.md", &format!("{}\n{}", include_str!("rules.md"), diff::table()));
}

#[test]
fn json_is_valid_by_the_published_schema() {
    let schema = diff::schema();
    compare_with_file("docs/diff-report.schema.json", &format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for case in cases::all() {
        for difference in case.differences() {
            let report = written(&difference, Format::Json, FailOn::default()).unwrap();
            let report: serde_json::Value = serde_json::from_str(&report).unwrap();
            if let Err(error) = validator.validate(&report) {
                panic!("{}: {error}", case.name);
            }
        }
    }
    assert!(!validator.is_valid(&serde_json::json!({"version": 1})));
}

/// The command that rewrites the files.
const ACCEPT: &str = "BLESS=1 cargo test -p xtask --test diff";

/// Fails if a file of this crate is not as given.
fn compare_with_file(file: &str, text: &str) {
    let difference = changed(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file), text);
    assert!(difference.is_empty(), "{difference}\nto accept this: {ACCEPT}");
}

/// How a file differs from the text, which [`ACCEPT`] writes; empty if it does not.
fn changed(path: &Path, text: &str) -> String {
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let name = path.display().to_string();
    TextDiff::from_lines(expected.as_str(), text).unified_diff().header(&name, "now").to_string()
}
