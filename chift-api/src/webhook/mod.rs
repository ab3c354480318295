//! Webhooks: verifying that an event comes from Chift, and reading it. Needs the feature `webhooks`.
//!
//! Chift sends events, such as a new connection of a consumer, to a URL of yours. Anyone can send a request to it. So set
//! a signing secret for the webhook (`signingsecret`): Chift then signs each body with it, in the header
//! `X-Chift-Signature`. A [`Verifier`] checks the signature and returns the [`Event`].
//!
//! ```
//! use chift_api::reqwest::{StatusCode, header::HeaderMap};
//! use chift_api::webhook::{Event, Verifier};
//!
//! /// Called by your HTTP server with the headers and the body of `POST /chift`. The body contains the bytes exactly as
//! /// received: parsed and printed again, it can have another signature.
//! fn receive(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> StatusCode {
//!     let event = match verifier.verify_request(headers, body) {
//!         Ok(event) => event,
//!         Err(error) => {
//!             eprintln!("webhook refused: {error}"); // shows no secret, no signature and no body
//!             return error.status();
//!         }
//!     };
//!     match event {
//!         Event::ConnectionCreated(it) => println!("consumer {} connected {}", it.consumerid, it.connectionid),
//!         Event::ConnectionDown(it) => println!("consumer {} must reconnect {}", it.consumerid, it.connectionid),
//!         other => println!("ignored: {}", other.kind()),
//!     }
//!     StatusCode::NO_CONTENT
//! }
//!
//! // Once, when the program starts. During a rotation, pass the new and the old secret.
//! let verifier = Verifier::new(["a long random secret"])?;
//! assert_eq!(receive(&verifier, &HeaderMap::new(), b"{}"), 401);
//! # Ok::<(), chift_api::webhook::WebhookError>(())
//! ```
//!
//! # What verification does not protect from
//!
//! **Replay.** The signature covers the body only. Chift sends neither a signed time of sending nor an id of the event.
//! So a request that someone recorded can be sent again at any time, and it is correctly signed. Verification cannot
//! distinguish it from a repetition by Chift. Two measures help:
//!
//! - **Check the age.** [`Verifier::with_max_age`] refuses events whose field `created` is older than a limit, or in the
//!   future. `created` is a part of the signed body. A replay within the limit is still accepted, and an event that Chift
//!   delivers later than the limit is refused. A limit of hours is a common choice.
//! - **Make handlers idempotent.** Take an event as a hint that something has changed: read the current state with the
//!   client, and store it under the id of the connection, the execution or the issue. Then a second event changes
//!   nothing. If a handler must act once, remember what it has acted on: the kind, that id and `created`, in a table with
//!   a unique key, for at least the maximum age. Events can also arrive in another order than they were created.
//!
//! A signature also does not hide a body: serve your URL over https. And it does not show which webhook the event was
//! sent for: if several use the same secret, an event for one is valid for the others.
//!
//! # Which bytes are signed
//!
//! The two examples of Chift's documentation differ: one signs `JSON.stringify(body)`, the other Python's
//! `json.dumps(body, separators=(',', ':'))`, which escapes non-ASCII text. Neither states that the request has these
//! bytes. So a signature is accepted if it is that of one of these three texts:
//!
//! 1. the body, exactly as received;
//! 2. the body without white space outside of strings, with text as `JSON.stringify` prints it;
//! 3. the same, with text as `json.dumps` prints it.
//!
//! The last two are made from the received text, not from parsed values: the order of fields, duplicate fields and the
//! digits of numbers stay the same. This is what the signature of each recipe means for a body, computed with Node.js
//! and Python as their documentation shows (`yes` means that this crate accepts it):
//!
//! | the received body contains | `JSON.stringify` | `json.dumps` |
//! |---|---|---|
//! | any white space outside of strings, any escapes, non-ASCII text, lone surrogates | yes | yes |
//! | integers from -9007199254740991 to 9007199254740991 | yes | yes |
//! | larger integers | no, unless a double prints the same digits below 1e21 | yes |
//! | `0.1`, `12.5` and other decimals in shortest notation, from 0.0001 on | yes | yes |
//! | `1.0` | no, it signs `1` | yes |
//! | `-0` | no, it signs `0` | no, it signs `0` |
//! | `-0.0` | no, it signs `0` | yes |
//! | `1.50`, `1e2`, `1E5`, more than 17 digits | no | no |
//! | `1e+21` | yes | yes |
//! | `1e21` | no, it signs `1e+21` | no, it signs `1e+21` |
//! | `1e-7` | yes | no, it signs `1e-07` |
//! | `1e-07`, `1e-05`, `1e+16` | no | yes |
//! | `1e400` | no, it signs `null` | no, it signs `Infinity` |
//! | fields in another order than those that were signed | no | no |
//! | names of fields that are integers, such as `"1"` | only if they come first, in ascending order | yes |
//! | a field twice | no, it signs the last one only | no, it signs the last one only |
//!
//! A `no` does not concern a sender that signs the bytes that it sends, or that prints the request and the signed text
//! with the same language: then the first text, or the digits, are the same. All documented events contain only strings
//! and one integer, `created`.
//!
//! A body that is signed as received and is not JSON in UTF-8, such as one with Python's `NaN`, is
//! [`WebhookError::NotJson`].
//!
//! # How a signature is compared
//!
//! In constant time, and with all secrets: the time of the comparison shows neither how many digits are correct nor which
//! secret matches. A signature is exactly 64 *lowercase* hexadecimal digits, as Chift sends it; uppercase digits, white
//! space, a prefix such as `sha256=`, and a second header are refused.

mod compact;
mod error;
mod event;
mod fields;
#[cfg(feature = "httpmock")]
mod stand_in;
#[cfg(test)]
mod tests;
mod verify;

pub use error::WebhookError;
pub use event::{
    ConnectionEvent, ConnectionState, ConnectionUpdated, Event, FlowEvent, FlowExecuted, IssueCreated, OtherEvent,
};
pub use fields::Mismatch;
#[cfg(feature = "httpmock")]
pub use stand_in::signature_for_tests;
pub use verify::{CLOCK_TOLERANCE, DEFAULT_BODY_LIMIT, SIGNATURE_HEADER, Verifier, verify};
