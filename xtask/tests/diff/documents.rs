//! Tests with the vendor's whole documents, which are not in the repository. `.ci/run` runs them if the documents
//! exist.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

const PAIRS: [[&str; 2]; 4] = [
    ["2025-03-31", "2025-08-13"],
    ["2025-08-13", "2025-09-10"],
    ["2025-09-10", "2026-06-30"],
    ["2026-06-30", "2026-07-24"],
];

/// The time that the comparison of two whole documents may take.
const LIMIT: Duration = Duration::from_millis(1500);

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
                .args(["--format", "json"])
                .output()
                .unwrap();
            let took = started.elapsed();
            assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();

            // A moved operation counts as removed from its old location and added at the new one.
            let places = |key: &str, id: &str| -> BTreeSet<String> {
                let entries = report["entries"].as_array().unwrap().iter();
                let sites = entries
                    .flat_map(|entry| entry["sites"].as_array().unwrap().iter().map(move |site| (&entry["id"], site)));
                let of_kind = sites.filter(|(rule, site)| *rule == id || site.get("operation_was").is_some());
                of_kind
                    .filter_map(|(_, site)| Some(site.get(key).or(site.get("operation"))?.as_str()?.to_owned()))
                    .collect()
            };
            assert_eq!(places("operation", "operation-added"), &operations_now - &operations);
            assert_eq!(places("operation_was", "operation-removed"), &operations - &operations_now);
            let names =
                |key: &str| -> BTreeSet<String> { serde_json::from_value(report["schemas"][key].clone()).unwrap() };
            assert_eq!(names("added"), &schemas_now - &schemas);
            assert_eq!(names("removed"), &schemas - &schemas_now);
            println!("{} -> {}: {:.2} s", old.display(), new.display(), took.as_secs_f64());
            assert!(took < LIMIT, "{} -> {} took {took:?}", old.display(), new.display());
        }
    }
}
