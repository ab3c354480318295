//! Generating: the lowered document becomes Rust source, by progenitor and passes over its syntax tree.

mod body_types;
mod construction;
mod constructors;
mod error_sections;
mod field_names;
mod json_bodies;
mod locate;
mod objects;
mod pages;
mod path_arguments;
pub(crate) mod reach;
mod runtime;
mod schemas;
pub(crate) mod seams;
mod secret_answers;
mod variants;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};
use serde_json::{Value, json};
use syn::File;

use crate::document::marker;
use crate::document::operations::{self, Operation, Types};
use crate::document::pointer::Pointer;
use crate::document::problem::{Problem, Problems};
use crate::lower::Lowered;

/// Rust source by file name, formatted, without the header.
pub type Sources = BTreeMap<&'static str, String>;

/// What was generated.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The files of `src/generated/`.
    pub sources: Sources,
    /// How many operations there are.
    pub operations: usize,
    /// How many named types there are.
    pub types: usize,
}

/// The hand-written types that stand in for generated ones, by the schema that asks for them.
fn conversions() -> [(SchemaObject, &'static str); 5] {
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
    [
        (password, "crate::Secret"),
        (date_time, "crate::Timestamp"),
        (number, "crate::Decimal"),
        (marked(marker::REDACTED), "crate::Echo"),
        (marked(marker::UNDOCUMENTED), "crate::Undocumented"),
    ]
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { crate::Session });
    for (schema, name) in conversions() {
        settings.with_conversion(schema, name, std::iter::empty::<TypeImpl>());
    }
    settings
}

/// Generates the files of `src/generated/` from a lowered document.
///
/// # Errors
///
/// Where progenitor refuses the document, or panics on it, with the place when it can be found.
pub fn generate(lowered: &Lowered) -> Result<Generated, Problems> {
    // The client and the mocks have nothing to do with each other, and progenitor takes its time for both.
    let Lowered { document, operations, mocks, .. } = lowered;
    let (client, mocks) = thread::scope(|scope| {
        let mocks = scope.spawn(|| formatted_mocks(mocks, operations));
        (client(lowered), mocks.join())
    });
    let (mut client, type_count) = client?;
    let mocks = mocks.unwrap_or_else(|payload| panic::resume_unwind(payload))?;
    let door = door(base_url(document).as_deref().unwrap_or_default());
    let types = Types { secret_answers: secret_answers::list(&client), bodies: body_types::list(&client) };
    pages::implement(&mut client);
    error_sections::add(&mut client, operations, &types);
    objects::list_fields(&mut client);
    schemas::derive(&mut client);
    let table = operations::table(operations, &types);
    let sources = BTreeMap::from([
        ("client.rs", prettyplease::unparse(&client)),
        ("httpmock.rs", mocks),
        ("mod.rs", formatted("mod.rs", door)?),
        ("operations.rs", formatted("operations.rs", table)?),
    ]);
    Ok(Generated { sources, operations: operations.len(), types: type_count })
}

fn formatted_mocks(mocks: &Value, operations: &[Operation]) -> Result<String, Problems> {
    let spec = parsed_document(mocks)?;
    let mut mocks = parsed("httpmock.rs", guarded(|| Generator::new(&settings()).httpmock(&spec, "crate"))?)?;
    path_arguments::match_mocks(&mut mocks, operations)?;
    Ok(prettyplease::unparse(&mocks))
}

/// The client alone, not yet formatted, and how many named types it has.
pub(crate) fn client(lowered: &Lowered) -> Result<(File, usize), Problems> {
    let Lowered { document, operations, patched_fields, .. } = lowered;
    let spec = parsed_document(document)?;
    let mut generator = Generator::new(&settings());
    let client = guarded(|| generator.generate_tokens(&spec)).map_err(|problems| locate::place(document, problems))?;
    let mut client = parsed("client.rs", client)?;
    runtime::replace(&mut client)?;
    construction::restrict(&mut client)?;
    json_bodies::wipe(&mut client);
    path_arguments::encode(&mut client, operations)?;
    variants::name(&mut client);
    field_names::part(&mut client);
    seams::keep_empty(&mut client);
    seams::open_enums(&mut client);
    seams::nullable_fields(&mut client, patched_fields);
    constructors::add(&mut client);
    Ok((client, generator.get_type_space().iter_types().filter(is_named).count()))
}

fn parsed_document(document: &Value) -> Result<OpenAPI, Problems> {
    serde_json::from_value(document.clone()).map_err(|error| misread(document, &error))
}

/// The first server's URL, its variables replaced by their defaults; `None` when no absolute one is stated.
pub fn base_url(document: &Value) -> Option<String> {
    let server = document.get("servers")?.get(0)?;
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    url.contains("://").then(|| url.trim_end_matches('/').to_owned())
}

fn is_named(kind: &typify::Type<'_>) -> bool {
    use typify::TypeDetails::{Enum, Newtype, Struct};
    matches!(kind.details(), Enum(_) | Newtype(_) | Struct(_))
}

fn door(base_url: &str) -> TokenStream {
    quote! {
        #[allow(
            clippy::all, clippy::pedantic, clippy::restriction,
            missing_docs, unreachable_pub, unused_imports
        )]
        pub mod client;
        #[cfg(feature = "httpmock")]
        #[allow(
            clippy::all, clippy::pedantic, clippy::restriction,
            missing_docs, unreachable_pub, unused_imports, unused_mut
        )]
        pub mod httpmock;
        #[allow(clippy::all, clippy::pedantic, unreachable_pub)]
        pub mod operations;

        /// Where the document says that the API is: the first of its `servers`, without a slash at the end.
        pub const DEFAULT_BASE_URL: &str = #base_url;
    }
}

/// What to do where progenitor fails and no pass of ours has said why.
const GAP: &str = "change it with an overlay action; this is a gap in xtask/src/lower, whose pass `refuse the rest` should \
                   have named it";

/// progenitor's output is not what a pass expects: a release of progenitor's spells something differently.
fn missing(what: String) -> Problem {
    const HINT: &str = "progenitor has changed how it writes its output; adapt the pass in xtask/src/generate";
    Problem::new(&Pointer::root(), what, HINT)
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread, now, will be caught and told as an error: a panic hook need not
/// tell it as well.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// progenitor answers some documents with a panic; a panic is caught and told like any other refusal.
fn guarded<E: Display>(work: impl FnOnce() -> Result<TokenStream, E>) -> Result<TokenStream, Problems> {
    let refused = |what: String| Problems::from(Problem::new(&Pointer::root(), what, GAP));
    GUARDED.set(true);
    let ending = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    match ending {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(refused(format!("progenitor refuses the document: {error}"))),
        Err(payload) => {
            let said = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| payload.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Err(refused(format!("progenitor panics on the document: {said}")))
        }
    }
}

/// The parser of `openapiv3` says what is wrong but not where; so each part is tried alone.
fn misread(document: &Value, error: &serde_json::Error) -> Problems {
    const HINT: &str = "the document breaks a rule of OpenAPI 3.0 there; mend it with an overlay action";
    let mut found = Vec::new();
    for place in parts(document) {
        let mut alone = json!({"openapi": "3.0.3", "info": {"title": "", "version": ""}, "paths": {}});
        let Some(part) = place.find(document) else { continue };
        if let Some((last, way)) = place.tokens().split_last() {
            way.iter().fold(&mut alone, |node, token| &mut node[token])[last] = part.clone();
        }
        if let Err(error) = serde_json::from_value::<OpenAPI>(alone) {
            found.push(Problem::new(&place, error.to_string(), HINT));
        }
    }
    match Problems::none(found) {
        Err(problems) => problems,
        Ok(()) => Problem::new(&Pointer::root(), error.to_string(), HINT).into(),
    }
}

/// The smallest parts of a document that can stand alone in one.
fn parts(document: &Value) -> Vec<Pointer> {
    let children = |place: Pointer| -> Vec<Pointer> {
        match place.find(document) {
            Some(Value::Object(fields)) => fields.keys().map(|name| place.child(name)).collect(),
            _ => vec![place],
        }
    };
    let sections = children(Pointer::root()).into_iter().flat_map(|place| {
        let is_map = |name: &str| place.tokens().first().is_some_and(|first| first == name);
        match () {
            () if is_map("paths") => children(place),
            () if is_map("components") => children(place).into_iter().flat_map(children).collect(),
            () => vec![place],
        }
    });
    sections.collect()
}

fn formatted(name: &str, tokens: TokenStream) -> Result<String, Problems> {
    Ok(prettyplease::unparse(&parsed(name, tokens)?))
}

fn parsed(name: &str, tokens: TokenStream) -> Result<File, Problems> {
    syn::parse2(tokens).map_err(|error| {
        let what = format!("what was generated for {name} is not Rust: {error}");
        Problem::new(&Pointer::root(), what, "a name in the document may not be one in Rust").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_url_is_the_first_server_with_its_defaults() {
        let document =
            json!({"servers": [{"url": "https://{env}.example/", "variables": {"env": {"default": "api"}}}]});
        assert_eq!(base_url(&document).unwrap(), "https://api.example");
        assert_eq!(base_url(&json!({"servers": [{"url": "/"}]})), None);
        assert_eq!(base_url(&json!({})), None);
    }

    #[test]
    fn a_part_that_cannot_be_parsed_is_named() {
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {},
            "components": {"schemas": {"Good": {}, "Bad": {"type": "string", "maxLength": -1}}},
        });
        let lowered = Lowered { mocks: document.clone(), document, ..Lowered::default() };
        let message = generate(&lowered).unwrap_err().to_string();
        assert!(message.starts_with("#/components/schemas/Bad: "), "{message}");
    }

    #[test]
    #[allow(clippy::panic)]
    fn a_panic_of_the_generator_is_an_error() {
        let message = guarded::<String>(|| panic!("not yet")).unwrap_err().to_string();
        assert!(message.contains("progenitor panics on the document: not yet"), "{message}");
    }
}
