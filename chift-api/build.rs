//! Warns if the documents in `openapi/` have changed since `src/generated/` was generated from them.
//!
//! It does nothing outside of the workspace: a published crate has no `openapi/` beside it.

use std::fs;
use std::path::Path;

include!("fingerprint.rs");

/// All generated files begin with the same lines, and every client has this file.
const GENERATED: &str = "src/generated/mod.rs";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let workspace = Path::new("..");
    if !workspace.join("openapi/chift.yaml").is_file() || !workspace.join("xtask/Cargo.toml").is_file() {
        return;
    }
    println!("cargo::rerun-if-changed=../openapi");
    println!("cargo::rerun-if-changed={GENERATED}");
    let header = fs::read_to_string(GENERATED).unwrap_or_default();
    let stated = header.lines().filter_map(|line| line.strip_prefix("// input ")?.rsplit_once(' '));
    // The command with its options, as the header states it.
    let command = header.lines().next().and_then(|line| line.split('`').nth(1)).unwrap_or("cargo xtask regen");
    let mut inputs = 0;
    for (name, stated) in stated {
        inputs += 1;
        let fresh = fs::read(workspace.join(name)).is_ok_and(|text| fingerprint(&text) == stated);
        if !fresh {
            println!("cargo::warning={name} has changed since src/generated was generated from it; run: {command}");
        }
    }
    if inputs == 0 {
        println!("cargo::warning={GENERATED} does not state its inputs; run: {command}");
    }
}
