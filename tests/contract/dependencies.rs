//! The dependencies that a user's build compiles.

use std::process::Command;

use crate::document::root;

#[test]
fn a_users_build_contains_no_generator_no_command_line_parser_no_yaml_and_no_optional_crate() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "-e", "normal", "-p", "chift-auth", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"chift-api") && names.contains(&"progenitor-client"), "{tree}");
    for name in names {
        let forbidden = [
            "progenitor",
            "progenitor-impl",
            "progenitor-macro",
            "openapiv3",
            "clap",
            "httpmock",
            "prettyplease",
            "xtask",
            // Of optional features.
            "axum",
            "chacha20poly1305",
            "fs4",
            "hkdf",
            "hmac",
            "redis",
            "sha2",
            "tempfile",
        ];
        assert!(
            !forbidden.contains(&name) && !name.contains("typify") && !name.contains("yaml"),
            "{name} is a dependency\n{tree}"
        );
    }
}
