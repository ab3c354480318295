//! Compares the report on each case with the text file next to the case.

use std::fmt::Write as _;
use std::fs;

use similar::TextDiff;
use xtask::diff::{Fate, Format, Step, Verdict, written};

use crate::cases;

#[test]
fn the_report_on_each_case_is_the_expected_one() {
    let mut differences = String::new();
    for (file, cases) in cases::all() {
        let mut report = String::new();
        for case in &cases {
            let [forward, backward] = case.differences();
            for (direction, difference) in [("", forward), (", reverted", backward)] {
                write!(report, "== {}{direction}\n\n{}\n", case.name, written(&difference, Format::Text).unwrap())
                    .unwrap();
            }
        }
        let path = cases::folder().join(format!("cases/{file}.txt"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &report).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        let diff = TextDiff::from_lines(&expected, &report);
        write!(differences, "{}", diff.unified_diff().header(&format!("{file}.txt"), "reported")).unwrap();
    }
    assert!(differences.is_empty(), "{differences}\nto accept this: BLESS=1 cargo test -p xtask --test diff");
}

#[test]
fn a_document_does_not_differ_from_itself() {
    let (_, cases) = cases::all().remove(0);
    let mut case = cases.into_iter().next().unwrap();
    case.new = case.old.clone();
    let [difference, _] = case.differences();
    assert_eq!(difference.entries().count(), 0);
    assert_eq!(difference.step(), Step::None);
}

#[test]
fn markdown_starts_with_the_breaking_changes_and_json_has_the_verdict() {
    let (_, cases) = cases::all().into_iter().find(|(file, _)| file == "parameters").unwrap();
    let case = cases.iter().find(|case| case.name == "a required parameter is added").unwrap();
    let [forward, backward] = case.differences();
    let markdown = written(&forward, Format::Markdown).unwrap();
    assert!(
        markdown.starts_with("#### Breaking\n\n- `list_things`  `GET /things`: **breaks:** argument `shop` is new"),
        "{markdown}"
    );
    let json: serde_json::Value = serde_json::from_str(&written(&backward, Format::Json).unwrap()).unwrap();
    assert_eq!(json["verdict"], "breaking");
    assert_eq!(json["step"]["before_1.0"], "minor");
    assert_eq!(json["operations"][0]["changes"][0]["part"], "argument `shop`");
    assert_eq!((backward.operations[0].fate, backward.verdict()), (Fate::Changed, Verdict::Breaking));
}
