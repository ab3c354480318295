//! Input that `regen` refuses: the error names the problem, and no file changes.

use std::fs;

use xtask::regen::{self, Args};

use crate::workspace::{CHECKED_IN, DOCUMENT, Workspace, project};

/// `DOCUMENT` with one part replaced.
fn edited(old: &str, new: &str) -> String {
    assert!(DOCUMENT.contains(old), "the document does not contain {old}");
    DOCUMENT.replacen(old, new, 1)
}

#[test]
fn an_invalid_document_is_refused_and_no_file_changes() {
    let second_path = "paths:\n  /again:\n    get:\n      operationId: get_token_token_post\n      \
                       responses: {'200': {description: ''}}\n";
    let until = |end: &str| DOCUMENT[..DOCUMENT.find(end).unwrap()].to_owned();
    let cases: [(&str, Vec<u8>, &str); 12] = [
        ("not text", vec![0xff, 0xfe, 0x00], "chift.yaml is not UTF-8 text"),
        ("not YAML", "a: [1, 2".into(), "openapi/chift.yaml: not YAML"),
        ("not OpenAPI", "shopping: [milk]".into(), "there is no field `openapi`"),
        ("empty", Vec::new(), "the document is not an object"),
        ("version 2.0", "swagger: '2.0'\ninfo: {}\npaths: {}".into(), "#/swagger: "),
        ("version 4.0", edited("3.1.0", "4.0.0").into(), "#/openapi: version \"4.0.0\""),
        (
            "a $ref to nothing",
            edited("schemas/Token'", "schemas/Tokn'").into(),
            "schema/$ref: `#/components/schemas/Tokn` ",
        ),
        (
            "a duplicate operationId",
            edited("paths:\n", second_path).into(),
            "operationId `get_token_token_post` is already used at #/paths/~1again/get/operationId",
        ),
        ("truncated in a word", until("ityScheme").into(), "openapi/chift.yaml"),
        ("truncated at a line", until("    Token:\n").into(), "`#/components/schemas/Token` "),
        (
            "an unknown type",
            edited("access_token:\n          type: string", "access_token:\n          type: banana").into(),
            "#/components/schemas/Token/properties/access_token",
        ),
        (
            "an overlay action that selects nothing",
            edited("        clientSecret:\n", "        clientPassword:\n").into(),
            "openapi/overlay.yaml: actions[0] selects nothing: $.components.schemas.Key.properties.clientSecret",
        ),
    ];
    let workspace = Workspace::new();
    for (name, document, expected) in cases {
        workspace.write(CHECKED_IN, document);
        let before = workspace.files();
        let message = workspace.regen().expect_err(name);
        assert!(message.contains(expected), "{name}: {message}");
        assert_eq!(workspace.files(), before, "{name}");
    }
}

/// A truncated document is refused, unless it is valid by chance.
#[test]
fn a_document_truncated_at_any_byte_never_causes_a_panic_or_a_partial_write() {
    let workspace = Workspace::new();
    for end in (0..DOCUMENT.len()).step_by(7) {
        workspace.write(CHECKED_IN, &DOCUMENT[..end]);
        let before = workspace.files();
        if workspace.regen().is_err() {
            assert_eq!(workspace.files(), before, "truncated at byte {end}");
        }
    }
}

#[test]
fn an_output_folder_that_cannot_be_written_is_named_in_the_error_and_no_file_is_left_behind() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("file"), "not a folder").unwrap();
    for (out, expected) in [("file/below", "file/below"), (".", "did not write")] {
        let args = Args {
            spec: Some(project().join("openapi/chift.yaml")),
            out: Some(scratch.path().join(out)),
            ..Args::default()
        };
        let message = format!("{:#}", regen::run(project(), &args, &mut Vec::new()).unwrap_err());
        assert!(message.contains(expected), "{out}: {message}");
    }
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
}
