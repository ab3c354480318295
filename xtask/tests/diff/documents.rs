//! Tests with the vendor's whole documents, which are not in the repository. `.ci/run` runs them if the documents
//! exist.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

const PAIRS: [[&str; 2]; 3] =
    [["2025-08-13", "2025-09-10"], ["2026-06-30", "2026-07-24"], ["2025-09-10", "2026-06-30"]];

/// The method and path of each operation, and the name of each schema.
fn operations_and_schemas(path: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let text = std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}; this test needs ../shared/specs", path.display()));
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
            if item.get(method).is_some() {
                operations.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    (operations, document["components"]["schemas"].as_object().unwrap().keys().cloned().collect())
}

#[test]
#[ignore = "needs ../shared/specs; run by .ci/run"]
fn counts_equal_the_set_differences_in_both_directions() {
    let shared = std::env::var("CHIFT_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(shared).join("specs");
    for [a, b] in PAIRS {
        for [old, new] in [[a, b], [b, a]] {
            let [old, new] = [old, new].map(|date| folder.join(format!("chift-{date}.json")));
            let ((operations, schemas), (operations_now, schemas_now)) =
                (operations_and_schemas(&old), operations_and_schemas(&new));
            let started = Instant::now();
            let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
                .arg("diff")
                .args([&old, &new])
                .arg("--json")
                .output()
                .unwrap();
            let took = started.elapsed();
            assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();

            // A moved operation counts as removed from its old location and added at the new one.
            let places = |key: &str, fates: &[&str]| -> BTreeSet<String> {
                let entries = report["operations"].as_array().unwrap().iter();
                let of_fate = entries.filter(|entry| {
                    fates.iter().any(|fate| entry["fate"] == *fate) || entry.get("place_was").is_some()
                });
                of_fate.filter_map(|entry| Some(entry.get(key).or(entry.get("place"))?.as_str()?.to_owned())).collect()
            };
            assert_eq!(places("place", &["added"]), &operations_now - &operations);
            assert_eq!(places("place_was", &["removed"]), &operations - &operations_now);
            let names =
                |key: &str| -> BTreeSet<String> { serde_json::from_value(report["schemas"][key].clone()).unwrap() };
            assert_eq!(names("added"), &schemas_now - &schemas);
            assert_eq!(names("removed"), &schemas - &schemas_now);
            println!("{} -> {}: {:.2} s", old.display(), new.display(), took.as_secs_f64());
            assert!(took < Duration::from_secs(2), "{} -> {} took {took:?}", old.display(), new.display());
        }
    }
}
