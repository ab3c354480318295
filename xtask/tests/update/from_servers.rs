//! Documents from a server, good and bad.

use std::time::{Duration, Instant};

use crate::server::Server;
use crate::workspace::{Workspace, grown};

#[test]
fn a_document_is_fetched_also_where_it_moved_to() {
    for path in ["/document", "/moved"] {
        let workspace = Workspace::new();
        let server = Server::start(&grown());
        let told = workspace.update(&[&server.url(path)]).unwrap();
        assert!(told.contains("+ ping  GET /ping"), "{told}");
        assert!(workspace.read("openapi/chift.yaml").contains("/ping:"));
    }
}

#[test]
fn a_version_that_was_taken_is_not_fetched_again_unless_the_document_was_edited() {
    let workspace = Workspace::new();
    let server = Server::start(&grown());
    let url = server.url("/document");
    workspace.update(&[&url]).unwrap();
    let written = workspace.read("openapi/chift.yaml");
    let told = workspace.update(&[&url]).unwrap();
    assert!(told.contains("has not changed since it was taken") && told.contains("nothing to write"), "{told}");
    workspace.write("openapi/chift.yaml", &written.replace("Pong", "Edited"));
    workspace.update(&[&url]).unwrap();
    assert_eq!(workspace.read("openapi/chift.yaml"), written);
    assert_eq!(*server.answered.lock().unwrap(), [200, 304, 200]);
}

#[test]
fn a_dry_run_is_not_remembered() {
    let workspace = Workspace::new();
    let server = Server::start(&grown());
    let url = server.url("/document");
    for _ in 0..2 {
        let told = workspace.update_with(&[&url], true, Duration::from_secs(30)).unwrap();
        assert!(told.contains("+ ping  GET /ping"), "{told}");
    }
}

#[test]
fn a_server_that_misbehaves_changes_nothing_and_is_named() {
    let workspace = Workspace::new();
    let server = Server::start(&grown());
    let before = workspace.files();
    for (path, expected) in [
        ("/nowhere", "the server answers 404"),
        ("/html", "is HTML and not a document"),
        ("/truncated", "breaks off after"),
        ("/noise", "not "),
        ("/bytes", "is not UTF-8 text"),
        ("/huge", "is larger than 32 MB"),
        ("/empty", "the document is not an object"),
        ("/loop", "redirect"),
    ] {
        let url = server.url(path);
        let message = workspace.update(&[&url]).expect_err(path);
        assert!(message.contains(expected) && message.contains(&server.base_url), "{path}: {message}");
        assert!(message.len() < 2_000, "{path}: {} characters of message", message.len());
        assert_eq!(workspace.files(), before, "{path}");
    }
}

#[test]
fn patience_has_an_end() {
    let workspace = Workspace::new();
    let server = Server::start("");
    let before = workspace.files();
    for path in ["/slow", "/slow-body"] {
        let started = Instant::now();
        let message = workspace.update_with(&[&server.url(path)], false, Duration::from_millis(300)).expect_err(path);
        assert!(message.contains(&server.base_url), "{path}: {message}");
        assert!(started.elapsed() < Duration::from_secs(20), "{path} took {:?}", started.elapsed());
        assert_eq!(workspace.files(), before);
    }
}

#[test]
fn nobody_there_is_named() {
    let workspace = Workspace::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let message = workspace.update(&[&format!("http://{free}/openapi.json")]).unwrap_err();
    assert!(message.starts_with("cannot fetch http://127.0.0.1:"), "{message}");
}
