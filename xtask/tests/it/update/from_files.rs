//! `update` from documents and pages in files.

use std::time::Duration;

use crate::workspace::{CHECKED_IN, DOCUMENT, Workspace, document_with_ping};

const CHANGELOG: &str = "chift-api/CHANGELOG.md";

fn page(document: &str) -> String {
    format!("# A page\n\n## OpenAPI\n\n````yaml get /ping\n{document}````\n")
}

/// The document of a page with another operation; it shares the security scheme with the checked-in document.
const PING: &str = "openapi: 3.1.0
info: {title: A shop, version: 1.0.0}
servers: [{url: https://shop.example, description: The shop}]
security: [{bearerAuth: []}]
paths:
  /ping:
    get:
      operationId: ping_ping_get
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pong'}}}}
components:
  schemas:
    Pong: {type: object, required: [at], properties: {at: {type: string}}}
  securitySchemes:
    bearerAuth: {type: http, scheme: bearer}
";

#[test]
fn the_same_document_in_any_format_changes_no_file() {
    let workspace = Workspace::new();
    let value: serde_json::Value = yaml_serde::from_str(DOCUMENT).unwrap();
    let sources = [
        workspace.write("same.yaml", DOCUMENT),
        workspace.write("page.md", page(DOCUMENT)),
        workspace.write("same.json", value.to_string()),
    ];
    let before = workspace.files();
    for source in sources {
        let output = workspace.update(&[&source]).unwrap();
        assert!(output.contains("nothing to write"), "{output}");
        assert_eq!(workspace.files(), before);
    }
}

#[test]
fn a_page_with_the_whole_document_keeps_its_text() {
    let workspace = Workspace::new();
    let document = DOCUMENT.replace("Get a token", "Get another token");
    let source = workspace.write("page.md", page(&document));
    workspace.update(&[&source]).unwrap();
    assert_eq!(workspace.read(CHECKED_IN), document);
}

#[test]
fn a_new_document_updates_the_client_and_the_changelog_once() {
    let workspace = Workspace::new();
    let source = workspace.write("new.yaml", document_with_ping());
    let output = workspace.update(&[&source]).unwrap();
    assert!(output.contains("+ ping  GET /ping") && output.contains("version step: patch"), "{output}");
    assert!(workspace.read("chift-api/src/generated/client.rs").contains("pub async fn ping"));
    assert!(
        workspace.read(CHANGELOG).contains("- `ping` `GET /ping`: is new; no caller uses it yet (`operation-added`)\n")
    );
    let before = workspace.files();
    assert!(workspace.update(&[&source]).unwrap().contains("nothing to write"));
    assert_eq!(workspace.files(), before);
}

#[test]
fn keys_keep_their_order() {
    let workspace = Workspace::new();
    let source = workspace.write("new.yaml", document_with_ping());
    let order = |text: &str| yaml_serde::from_str::<serde_json::Value>(text).unwrap().to_string();
    workspace.update(&[&source]).unwrap();
    assert_eq!(order(&workspace.read(CHECKED_IN)), order(&workspace.read("new.yaml")));
}

#[test]
fn a_dry_run_reports_the_changes_and_writes_no_file() {
    let workspace = Workspace::new();
    let source = workspace.write("new.yaml", document_with_ping());
    let before = workspace.files();
    let output = workspace.update_with(&[&source], true, Duration::from_secs(30)).unwrap();
    assert!(output.contains("+ ping  GET /ping") && output.contains("openapi/chift.yaml would be written"), "{output}");
    assert_eq!(workspace.files(), before);
}

#[test]
fn pages_are_merged_into_the_document() {
    let workspace = Workspace::new();
    let (ping, token) = (workspace.write("ping.md", page(PING)), workspace.write("token.md", page(DOCUMENT)));
    workspace.update(&[&ping, &token]).unwrap();
    let client = workspace.read("chift-api/src/generated/client.rs");
    assert!(client.contains("pub async fn ping") && client.contains("pub async fn get_token"));
    let before = workspace.files();
    assert!(workspace.update(&[&token]).unwrap().contains("nothing to write"));
    assert_eq!(workspace.files(), before);
}

#[test]
fn an_unusable_source_changes_no_file_and_the_error_states_the_reason() {
    let workspace = Workspace::new();
    let conflict = PING.replace("Pong", "Token");
    let stale = DOCUMENT.replace("clientSecret", "client_secret");
    let files = [
        ("whole.yaml", DOCUMENT.to_owned()),
        ("ping.md", page(PING)),
        ("conflict.md", page(&conflict)),
        ("stale.yaml", stale),
        ("unusable.yaml", DOCUMENT.replace("expires_in:\n          type: integer", "expires_in: 5")),
        ("cut.md", page(PING)[..200].to_owned()),
    ];
    let [whole, ping, conflict, stale, unusable, cut] = files.map(|(name, text)| workspace.write(name, &text));
    let before = workspace.files();
    for (from, expected) in [
        (vec!["nowhere.yaml"], "cannot read nowhere.yaml"),
        (vec![&*whole, &*ping], "one whole document or any number of documentation pages, not both"),
        (vec![&*conflict], "#/components/schemas/Token: openapi/chift.yaml and "),
        (vec![&*stale], "similar: $.components.schemas.Key.properties.client_secret"),
        (vec![&*unusable], "no client can be generated from"),
        (vec![&*cut], "is never closed"),
    ] {
        let message = workspace.update(&from).expect_err(expected);
        assert!(message.contains(expected), "{from:?}: {message}");
        assert_eq!(workspace.files(), before);
    }
}
