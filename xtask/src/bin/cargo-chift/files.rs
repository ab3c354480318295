//! The files that generated crates are made from. `cargo xtask tidy --fix` writes this list.

/// The `info.title` of the documents that the overlay is written for.
pub(crate) const TITLE: &str = "Chift API";

macro_rules! files {
    ($($path:literal)*) => {
        &[$(($path, include_str!(concat!("../../../../", $path)))),*]
    };
}

/// The text of each file, by its path in the workspace.
pub(crate) const FILES: &[(&str, &str)] = files! {
    "Cargo.lock"
    "Cargo.toml"
    "chift-api/Cargo.toml"
    "chift-api/README.md"
    "chift-api/src/call/authorize.rs"
    "chift-api/src/call/base_url.rs"
    "chift-api/src/call/clock.rs"
    "chift-api/src/call/context.rs"
    "chift-api/src/call/error.rs"
    "chift-api/src/call/error_details.rs"
    "chift-api/src/call/exchange.rs"
    "chift-api/src/call/hooks.rs"
    "chift-api/src/call/http_client.rs"
    "chift-api/src/call/mod.rs"
    "chift-api/src/call/multipart.rs"
    "chift-api/src/call/operation.rs"
    "chift-api/src/call/path.rs"
    "chift-api/src/call/query_param.rs"
    "chift-api/src/call/raw.rs"
    "chift-api/src/call/redact.rs"
    "chift-api/src/call/request_error.rs"
    "chift-api/src/call/response.rs"
    "chift-api/src/call/retry.rs"
    "chift-api/src/call/retry_budget.rs"
    "chift-api/src/call/runtime.rs"
    "chift-api/src/call/send.rs"
    "chift-api/src/call/session.rs"
    "chift-api/src/call/span.rs"
    "chift-api/src/call/styles.rs"
    "chift-api/src/call/text.rs"
    "chift-api/src/call/transport_error.rs"
    "chift-api/src/lib.rs"
    "chift-api/src/paging/items.rs"
    "chift-api/src/paging/mod.rs"
    "chift-api/src/paging/page.rs"
    "chift-api/src/paging/tests.rs"
    "chift-api/src/stand_in.rs"
    "chift-api/src/values/dates.rs"
    "chift-api/src/values/mod.rs"
    "chift-api/src/values/nullable.rs"
    "chift-api/src/values/number.rs"
    "chift-api/src/values/object/mod.rs"
    "chift-api/src/values/object/read.rs"
    "chift-api/src/values/object/rest.rs"
    "chift-api/src/values/object/schema.rs"
    "chift-api/src/values/object/tests.rs"
    "chift-api/src/values/object/write.rs"
    "chift-api/src/values/open.rs"
    "chift-api/src/values/raw_json.rs"
    "chift-api/src/values/redacted.rs"
    "chift-api/src/values/schemas.rs"
    "chift-api/src/values/secret.rs"
    "chift-api/src/values/timestamp.rs"
    "chift-api/src/values/union/form.rs"
    "chift-api/src/values/union/mod.rs"
    "chift-api/src/values/union/tests.rs"
    "chift-api/src/values/wiped.rs"
    "openapi/overlay.yaml"
};
