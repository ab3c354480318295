//! Calls progenitor with the settings of this crate, and converts its panics to errors.

use std::cell::Cell;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::document::marker;
use crate::document::pointer::Pointer;
use crate::document::problem::Problem;
use crate::lower::numbers;

/// The hint for a document that progenitor refuses although no lowering pass did.
pub(super) const GAP: &str = "change this place with an overlay action, and extend the check in \
                              xtask/src/lower/refuse.rs so that it refuses this construct";

/// The hand-written types that replace generated ones, each with the schema that selects it.
fn conversions() -> [(SchemaObject, &'static str); 6] {
    let password = SchemaObject {
        instance_type: Some(InstanceType::String.into()),
        format: Some("password".to_owned()),
        ..SchemaObject::default()
    };
    let marked = |name: &str| SchemaObject {
        extensions: [(marker::KEY.to_owned(), json!(name))].into(),
        ..SchemaObject::default()
    };
    let date_time = SchemaObject { format: Some("date-time".to_owned()), ..password.clone() };
    let number = SchemaObject { instance_type: Some(InstanceType::Number.into()), ..SchemaObject::default() };
    // What remains of the formats after the pass `choose number types`.
    let float = SchemaObject { format: Some(numbers::FLOAT.to_owned()), ..number.clone() };
    [
        (password, "crate::Secret"),
        (date_time, "crate::Timestamp"),
        (number, "crate::Decimal"),
        (float, "crate::Float"),
        (marked(marker::REDACTED), "crate::Redacted"),
        (marked(marker::UNDOCUMENTED), "crate::Undocumented"),
    ]
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { crate::Session })
        // Keeps the order of the fields.
        .with_map_type("::indexmap::IndexMap");
    for (schema, name) in conversions() {
        settings.with_conversion(schema, name, std::iter::empty::<TypeImpl>());
    }
    settings
}

/// The document in the form that progenitor reads.
pub(super) fn read(document: &Value) -> serde_json::Result<OpenAPI> {
    OpenAPI::deserialize(document)
}

/// Generates the source of the client.
pub(super) fn client(spec: &OpenAPI) -> Result<TokenStream, Problem> {
    guarded(|| Generator::new(&settings()).generate_tokens(spec))
}

/// Generates the source of the mocks.
pub(super) fn mocks(spec: &OpenAPI) -> Result<TokenStream, Problem> {
    guarded(|| Generator::new(&settings()).httpmock(spec, "crate"))
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread will be caught and reported as an error. If so, a panic hook need not print it.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Runs `work`, and returns its panic as an error: progenitor panics on some documents.
fn guarded<E: Display>(work: impl FnOnce() -> Result<TokenStream, E>) -> Result<TokenStream, Problem> {
    let refused = |what: String| Problem::new(&Pointer::root(), what, GAP);
    GUARDED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    match result {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(refused(format!("progenitor refuses the document: {error}"))),
        Err(payload) => {
            let message = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| payload.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Err(refused(format!("progenitor panics on the document: {message}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::panic)]
    fn a_panic_of_progenitor_is_an_error() {
        let message = guarded::<String>(|| panic!("not yet")).unwrap_err().to_string();
        assert!(message.contains("progenitor panics on the document: not yet"), "{message}");
    }
}
