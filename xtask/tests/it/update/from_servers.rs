//! `update` from servers that work or fail.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chift_test_server::{Request, Response, Server};

use crate::workspace::{Workspace, document_with_ping};

/// Serves `document`, with a fault that the path selects.
fn serve(document: String) -> Server {
    Server::start(move |request| respond(request, &document)).unwrap()
}

fn respond(request: &Request, document: &str) -> Response {
    const ETAG: &str = "\"v1\"";
    match request.path() {
        "/document" if request.header("if-none-match") == Some(ETAG) => Response::new(304).header("etag", ETAG),
        "/document" => Response::new(200).header("etag", ETAG).body(document),
        "/moved" => Response::new(302).header("location", "/document"),
        "/loop" => Response::new(302).header("location", "/loop"),
        "/html" => Response::new(200).body("<!doctype html><title>Docs</title>"),
        "/truncated" => Response::new(200).body(&document[..500]).cut_off(),
        "/noise" => Response::new(200).body(noise(5 * 1024 * 1024)),
        "/bytes" => Response::new(200).body([0xff, 0xfe, 0x00]),
        "/huge" => Response::new(200).body(vec![b'a'; 33 * 1024 * 1024]),
        "/empty" => Response::new(200),
        "/silent" => Response::silence(),
        "/stalled" => Response::new(200).body("openapi").stall(),
        _ => Response::json(404, r#"{"detail": "Not Found"}"#),
    }
}

/// Pseudorandom printable characters, the same in each run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b" !\"#$%&'()*+,-./0123456789:;=?@AZ[]_az{|}~\n"[(state >> 24) as usize % 44]
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn a_document_is_fetched_directly_and_through_a_redirect() {
    for path in ["/document", "/moved"] {
        let workspace = Workspace::new();
        let server = serve(document_with_ping());
        let output = workspace.update(&[&server.url(path)]).unwrap();
        assert!(output.contains("+ ping  GET /ping"), "{output}");
        assert!(workspace.read("openapi/chift.yaml").contains("/ping:"));
    }
}

#[test]
fn an_unchanged_version_is_not_downloaded_again_unless_the_document_was_edited() {
    let workspace = Workspace::new();
    let known = Arc::new(Mutex::new(Vec::new()));
    let (log, document) = (known.clone(), document_with_ping());
    let server = Server::start(move |request| {
        log.lock().unwrap().push(request.header("if-none-match").is_some());
        respond(request, &document)
    })
    .unwrap();
    let url = server.url("/document");
    workspace.update(&[&url]).unwrap();
    let written = workspace.read("openapi/chift.yaml");
    let output = workspace.update(&[&url]).unwrap();
    assert!(
        output.contains("has not changed since the last update") && output.contains("nothing to write"),
        "{output}"
    );
    workspace.edit("Pong", "Edited");
    workspace.update(&[&url]).unwrap();
    assert_eq!(workspace.read("openapi/chift.yaml"), written);
    assert_eq!(*known.lock().unwrap(), [false, true, false]);
}

#[test]
fn a_dry_run_does_not_record_the_version() {
    let workspace = Workspace::new();
    let server = serve(document_with_ping());
    let url = server.url("/document");
    for _ in 0..2 {
        let output = workspace.update_with(&[&url], true, Duration::from_secs(30)).unwrap();
        assert!(output.contains("+ ping  GET /ping"), "{output}");
    }
}

#[test]
fn a_failing_server_changes_no_file_and_the_error_names_it() {
    let workspace = Workspace::new();
    let server = serve(document_with_ping());
    let before = workspace.files();
    for (path, expected) in [
        ("/nowhere", "the server responded with status 404"),
        ("/html", "is HTML and not an OpenAPI document"),
        ("/truncated", "stopped after"),
        ("/noise", "not "),
        ("/bytes", "is not UTF-8 text"),
        ("/huge", "is larger than 32 MB"),
        ("/empty", "the document is not an object"),
        ("/loop", "redirect"),
    ] {
        let url = server.url(path);
        let message = workspace.update(&[&url]).expect_err(path);
        assert!(message.contains(expected) && message.contains(&server.base_url()), "{path}: {message}");
        assert!(message.len() < 2_000, "{path}: the error has {} characters", message.len());
        assert_eq!(workspace.files(), before, "{path}");
    }
}

#[test]
fn a_request_to_a_slow_server_fails_after_the_timeout() {
    let workspace = Workspace::new();
    let server = serve(String::new());
    let before = workspace.files();
    for path in ["/silent", "/stalled"] {
        let started = Instant::now();
        let message = workspace.update_with(&[&server.url(path)], false, Duration::from_millis(300)).expect_err(path);
        assert!(message.contains(&server.base_url()), "{path}: {message}");
        assert!(started.elapsed() < Duration::from_secs(20), "{path} took {:?}", started.elapsed());
        assert_eq!(workspace.files(), before);
    }
}

#[test]
fn the_error_names_a_url_at_which_no_server_listens() {
    let workspace = Workspace::new();
    let url = serve(String::new()).url("/openapi.json");
    let message = workspace.update(&[&url]).unwrap_err();
    assert!(message.starts_with(&format!("cannot fetch {url}")), "{message}");
}
