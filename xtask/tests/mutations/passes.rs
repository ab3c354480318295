//! The passes over a document that has every construct: a snapshot of the number of places that each changes, and a
//! check that none is zero. This test fails when a release of progenitor writes its output differently.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use similar::TextDiff;
use xtask::options::Options;
use xtask::pipeline::{self, Input};

#[test]
fn each_pass_changes_what_the_snapshot_records() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations");
    let input = Input::read(&folder, Path::new("everything.yaml")).unwrap();
    let outcome = pipeline::run(&input, &Options::default()).unwrap();
    let mut counts = String::new();
    let mut idle = Vec::new();
    for stage in &outcome.stages {
        for (pass, count) in &stage.changes {
            writeln!(counts, "{:<8} {count:>4}  {pass}", stage.name).unwrap();
            idle.extend((*count == 0).then_some(*pass));
        }
    }
    assert!(idle.is_empty(), "these passes change nothing in everything.yaml: {idle:?}; add a construct for each");
    let path = folder.join("passes.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &counts).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let diff = TextDiff::from_lines(&expected, &counts).unified_diff().header("passes.txt", "now").to_string();
    assert!(diff.is_empty(), "{diff}\nto accept this: BLESS=1 cargo test -p xtask --test mutations passes");
}
