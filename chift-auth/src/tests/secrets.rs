//! Searches logs at TRACE, errors and panic messages for secrets, with every fault of the scenarios.

use std::error::Error;
use std::fmt::Write as _;

use chift_tests::{Behavior, CLIENT_SECRET, FaultyServer, TokenFields};

use super::credentials;
use super::log::Log;
use crate::TokenSource;

/// `Debug` and `Display` of the error and all its sources.
fn printed(error: &dyn Error) -> String {
    let mut printed = format!("{error:?} {error:#?}");
    let mut next = Some(error);
    while let Some(error) = next {
        write!(printed, " {error} {error:?}").unwrap();
        next = error.source();
    }
    printed
}

fn faults() -> Vec<Behavior> {
    let token = |fields| Behavior::Token(fields);
    let error = |status| Behavior::Error {
        status,
        code: Some("ERROR_CHIFT_AUTHENTICATION_ERROR".to_owned()),
        retry_after: None,
    };
    vec![
        token(TokenFields::default()),
        token(TokenFields { life: Some(0), ..TokenFields::default() }),
        token(TokenFields { token_type: Some("mac".to_owned()), ..TokenFields::default() }),
        token(TokenFields { text: Some("half-a-tok\nline".to_owned()), ..TokenFields::default() }),
        error(401),
        error(422),
        error(500),
        Behavior::Redirect("http://127.0.0.1:9/token".to_owned()),
        Behavior::Html,
        Behavior::Large(10_000_000),
        Behavior::HalfJson,
        Behavior::Cut,
        Behavior::Close,
    ]
}

#[tokio::test]
async fn no_fault_puts_a_secret_into_a_log_an_error_or_a_panic() {
    let (captured, _guard) = Log::begin();

    let mut text = String::new();
    // Text that the server invents or cuts off is a secret as well.
    let mut secrets =
        vec![CLIENT_SECRET.to_owned(), "half-a-tok".to_owned(), "cut-tok".to_owned(), "xxxxxxxx".to_owned()];
    for fault in faults() {
        let server = FaultyServer::start();
        server.set_token_response(fault);
        let source = TokenSource::builder(credentials()).base_url(server.base_url()).attempts(1).build().unwrap();
        match source.token().await {
            Ok(token) => {
                write!(text, "{token:?} {:?} {:?} {source:?}", source.state(), source.client()).unwrap();
                source.invalidate(&token);
                let payload = std::panic::catch_unwind(|| panic!("{token:?} {:?}", token.secret())).unwrap_err();
                text.push_str(payload.downcast_ref::<String>().unwrap());
            }
            Err(error) => {
                text.push_str(&printed(&error));
                write!(text, "{:?}", source.state()).unwrap();
            }
        }
        // The same request through the generated operation.
        let client = source.client();
        if let Err(error) = client.generate_access_token(&credentials().request).await {
            text.push_str(&printed(&error));
        }
        secrets.extend(server.issued());
    }
    assert!(super::scenarios::run_all().await > 0);
    let log = captured.text();
    assert!(log.contains("TRACE") && log.contains("access token issued"), "the log was captured:\n{log}");
    assert!(text.len() > 1_000);
    for (place, text) in [("the log", &log), ("an error or a panic", &text)] {
        for (index, secret) in secrets.iter().filter(|secret| !secret.is_empty()).enumerate() {
            assert!(!text.contains(secret.as_str()), "secret {index} is in {place}");
        }
    }
    // The prefix of the tokens in the scenarios.
    assert!(!log.contains("issued-"), "a token is in the log");
}
