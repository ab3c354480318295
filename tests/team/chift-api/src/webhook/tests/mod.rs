//! Tests of webhooks. `.ci/webhooks` compares with the signatures of Node.js and Python.

mod arbitrary;
mod compact;
mod event;
#[cfg(feature = "httpmock")]
mod stand_in;
mod verify;

use super::compact::json;
use super::verify::{digest, hex};
use crate::Secret;

/// A secret that no output may contain.
const SECRET: &str = "signing-s3cret";

const CREATED: &str = r#"{"accountid":"0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11","event":"account.connection.created","consumerid":"00000000-0000-0000-0000-000000000001","created":1767225600,"connectionid":"00000000-0000-0000-0000-000000000002"}"#;

/// The signature of a text.
fn sign(secret: &str, text: &[u8]) -> String {
    hex(&digest(&Secret::from(secret), text).unwrap())
}
