//! What a caller can see of a generated client: its methods with the types they take and bring, and those
//! types' fields, variants, ways to be made, and traits.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase as _;
use quote::ToTokens as _;
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Fields, File, FnArg, ImplItem, ImplItemFn, Item, ItemImpl, Pat, Type, Visibility, parse_quote};

use crate::document::references;
use crate::generate::reach;
use crate::lower::Lowered;

/// What a caller can see, each by its Rust name.
#[derive(Debug, Clone, Default)]
pub(super) struct Surface {
    pub(super) operations: BTreeMap<String, Call>,
    pub(super) types: BTreeMap<String, Shape>,
}

/// A method that calls an operation.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) answer: String,
    pub(super) failure: String,
    pub(super) needs_bearer: bool,
}

impl Call {
    /// The struct that the optional query parameters are gathered in.
    pub(super) fn query(&self) -> Option<&str> {
        let gathered = |it: &&Argument| it.place == Place::Gathered;
        self.arguments.iter().find(gathered)?.kind.strip_prefix('&')
    }
}

/// An argument of a method or of `new`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) place: Place,
}

/// Where a request carries an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Body,
    /// The struct of the optional query parameters.
    Gathered,
    /// A field of the value that `new` makes.
    Field,
}

/// A named type.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) making: Making,
    pub(super) traits: BTreeSet<String>,
    /// A request reaches it: callers make its values.
    pub(super) is_sent: bool,
    /// An answer or an error reaches it: callers read its values.
    pub(super) is_answered: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Struct(BTreeMap<String, Field>),
    /// A struct around one value without a name.
    Wrapper(String),
    Enum(BTreeMap<String, Variant>),
}

impl Kind {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Struct(_) => "a struct",
            Self::Wrapper(_) => "a wrapper",
            Self::Enum(variants) if variants.values().any(|variant| !variant.content.is_empty()) => "a choice",
            Self::Enum(_) => "an enum",
        }
    }
}

/// How a caller makes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Making {
    New(Vec<Argument>),
    Default,
    /// By naming everything.
    Literal,
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The name in JSON.
    pub(super) wire: String,
    pub(super) kind: String,
}

#[derive(Debug, Clone)]
pub(super) struct Variant {
    /// The text in JSON, where the variant has no content.
    pub(super) wire: String,
    /// The type it holds; empty for none.
    pub(super) content: String,
}

/// Reads the surface of `client`, which was generated from `lowered`.
pub(super) fn read(client: &File, lowered: &Lowered) -> Surface {
    let mut surface = Surface { operations: calls(client, lowered), types: BTreeMap::new() };
    for item in reach::types(client) {
        let (Some(name), Some((kind, attributes))) = (reach::name(item), kind(item)) else { continue };
        let traits = derived(attributes);
        let making = if traits.contains("Default") { Making::Default } else { Making::Literal };
        surface.types.insert(name, Shape { kind, making, traits, is_sent: false, is_answered: false });
    }
    for item in reach::types(client) {
        if let Item::Impl(block) = item {
            take_impl(block, &mut surface.types);
        }
    }
    let arguments = surface.operations.values().flat_map(|call| &call.arguments).map(|argument| &argument.kind);
    for name in reached(arguments, &surface.types) {
        surface.types.entry(name).and_modify(|shape| shape.is_sent = true);
    }
    let results = surface.operations.values().flat_map(|call| [&call.answer, &call.failure]);
    for name in reached(results, &surface.types) {
        surface.types.entry(name).and_modify(|shape| shape.is_answered = true);
    }
    surface
}

fn calls(client: &File, lowered: &Lowered) -> BTreeMap<String, Call> {
    let methods: BTreeMap<String, &ImplItemFn> =
        reach::methods(client).map(|method| (method.sig.ident.to_string(), method)).collect();
    let listed = lowered.operations.iter().cloned().filter_map(|operation| {
        let method = methods.get(&operation.id)?;
        let node = &lowered.document["paths"][&operation.path][operation.method.to_lowercase()];
        let result = |name| reach::argument(&method.sig.output, name).map(|kind| plain(&kind)).unwrap_or_default();
        let call = Call {
            arguments: method.sig.inputs.iter().filter_map(|input| argument(input, node)).collect(),
            answer: result("ResponseValue"),
            failure: result("Error"),
            needs_bearer: operation.needs_bearer,
            method: operation.method,
            path: operation.path,
        };
        Some((operation.id, call))
    });
    listed.collect()
}

fn argument(input: &FnArg, operation: &Value) -> Option<Argument> {
    let FnArg::Typed(input) = input else { return None };
    let Pat::Ident(name) = &*input.pat else { return None };
    let name = name.ident.to_string();
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let known = parameters
        .filter(|it| it["name"].as_str().is_some_and(|it| it.to_snake_case() == name.trim_end_matches('_')))
        .find_map(|it| match it["in"].as_str()? {
            "path" => Some(Place::Path),
            "query" if references::says(it, "explode", true) && it["schema"].get("$ref").is_some() => {
                Some(Place::Gathered)
            }
            "query" => Some(Place::Query),
            _ => Some(Place::Header),
        });
    Some(Argument { kind: plain(&input.ty), place: known.unwrap_or(Place::Body), name })
}

fn kind(item: &Item) -> Option<(Kind, &[Attribute])> {
    match item {
        Item::Struct(item) => {
            let public = |field: &&syn::Field| matches!(field.vis, Visibility::Public(_));
            let kind = match &item.fields {
                Fields::Named(fields) => Kind::Struct(fields.named.iter().filter_map(field).collect()),
                fields => Kind::Wrapper(
                    fields.iter().filter(public).map(|field| plain(&field.ty)).collect::<Vec<_>>().join(", "),
                ),
            };
            Some((kind, &item.attrs))
        }
        Item::Enum(item) => {
            let variants = item.variants.iter().map(|variant| {
                let name = variant.ident.to_string();
                let wire = reach::wire_name(&variant.attrs).unwrap_or_else(|| name.clone());
                let content = match &variant.fields {
                    Fields::Unnamed(fields) => {
                        fields.unnamed.iter().map(|field| plain(&field.ty)).collect::<Vec<_>>().join(", ")
                    }
                    Fields::Named(fields) => {
                        let told = fields.named.iter().filter_map(field);
                        let told: Vec<String> = told.map(|(name, field)| format!("{name}: {}", field.kind)).collect();
                        format!("{{{}}}", told.join(", "))
                    }
                    Fields::Unit => String::new(),
                };
                (name, Variant { wire, content })
            });
            Some((Kind::Enum(variants.collect()), &item.attrs))
        }
        _ => None,
    }
}

fn field(field: &syn::Field) -> Option<(String, Field)> {
    let name = field.ident.as_ref()?.to_string();
    let wire = reach::wire_name(&field.attrs).unwrap_or_else(|| name.clone());
    Some((name, Field { wire, kind: plain(&field.ty) }))
}

/// The last part of the name of each derived trait.
fn derived(attributes: &[Attribute]) -> BTreeSet<String> {
    let mut traits = BTreeSet::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        // The generator's derives are plain lists of paths; there is nothing else to be read.
        let _ = attribute.parse_nested_meta(|meta| {
            traits.extend(meta.path.segments.last().map(|last| last.ident.to_string()));
            Ok(())
        });
    }
    traits
}

/// What an `impl` block adds to the type it is for: `new`, or a trait.
fn take_impl(block: &ItemImpl, types: &mut BTreeMap<String, Shape>) {
    let of = plain(&block.self_ty);
    let Some((path, _)) = &block.trait_ else {
        let Some(shape) = types.get_mut(&of) else { return };
        let new = block.items.iter().find_map(|item| match item {
            ImplItem::Fn(method) if method.sig.ident == "new" => Some(method),
            _ => None,
        });
        if let Some(method) = new {
            let inputs = method.sig.inputs.iter().filter_map(|input| argument(input, &Value::Null));
            shape.making = Making::New(inputs.map(|argument| Argument { place: Place::Field, ..argument }).collect());
        }
        return;
    };
    let Some(last) = path.segments.last() else { return };
    let told = plain(&parse_quote!(#last));
    if let Some(shape) = types.get_mut(&of) {
        if told == "Default" {
            shape.making = Making::Default;
        }
        // `From<&Self>` is there for every type.
        if !told.starts_with("From<&") {
            shape.traits.insert(told);
        }
    } else if let Some(shape) = told.strip_prefix("From<").and_then(|it| types.get_mut(it.trim_end_matches('>'))) {
        shape.traits.insert(format!("Into<{of}>"));
    }
}

/// A type as a person writes it: `Option<Vec<Uuid>>`, `&Order`. Types of the crate's own, which are no
/// generated ones, keep their `crate::`.
fn plain(kind: &Type) -> String {
    struct Plain;
    impl VisitMut for Plain {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            path.leading_colon = None;
            let first = path.segments.first().map(|first| first.ident.to_string()).unwrap_or_default();
            if ["std", "types", "self", "uuid", "chrono"].contains(&first.as_str())
                && let Some(last) = path.segments.last().cloned()
            {
                *path = last.into();
            }
            visit_mut::visit_path_mut(self, path);
        }
        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            reference.lifetime = None;
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }
    let mut kind = kind.clone();
    Plain.visit_type_mut(&mut kind);
    let mut text = kind.to_token_stream().to_string();
    for (loose, tight) in
        [(" :: ", "::"), (" <", "<"), ("< ", "<"), (" >", ">"), ("& ", "&"), (" ,", ","), ("[ ", "["), (" ]", "]")]
    {
        text = text.replace(loose, tight);
    }
    text
}

/// The words of a type that may be names of generated types.
pub(super) fn names(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').filter(|word| !word.is_empty())
}

/// The generated types that values of the types `from` are made of.
fn reached<'a>(from: impl Iterator<Item = &'a String>, types: &BTreeMap<String, Shape>) -> BTreeSet<String> {
    let mut open: Vec<String> = from.flat_map(|kind| names(kind)).map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let Some(shape) = types.get(&name).filter(|_| seen.insert(name.clone())) else { continue };
        let mut take = |kind: &str| open.extend(names(kind).map(str::to_owned));
        match &shape.kind {
            Kind::Struct(fields) => fields.values().for_each(|field| take(&field.kind)),
            Kind::Wrapper(kind) => take(kind),
            Kind::Enum(variants) => variants.values().for_each(|variant| take(&variant.content)),
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::operations;

    #[test]
    fn methods_and_types_are_read_as_a_caller_writes_them() {
        let client: File = syn::parse_str(
            r#"pub mod types {
                #[derive(::serde::Serialize, Clone)]
                pub struct Order { #[serde(rename = "dueDate")] pub due_date: ::std::option::Option<crate::Timestamp>, pub lines: ::std::vec::Vec<Line> }
                pub enum Line { A, #[serde(rename = "b")] B }
                impl ::std::str::FromStr for Line {}
                impl Order { pub fn new(lines: ::std::vec::Vec<Line>) -> Self { todo!() } }
                pub struct GetQuery { pub page: ::std::option::Option<i64> }
            }
            impl Client {
                pub async fn get<'a>(&'a self, id: &'a ::uuid::Uuid, query: &'a types::GetQuery, body: &'a types::Order)
                    -> Result<ResponseValue<::std::vec::Vec<types::Line>>, Error<types::Failure>> { todo!() }
            }"#,
        )
        .unwrap();
        let document = json!({"paths": {"/a/{id}": {"get": {"operationId": "get", "parameters": [
            {"name": "id", "in": "path"},
            {"name": "query", "in": "query", "explode": true, "schema": {"$ref": "#/components/schemas/GetQuery"}},
        ]}}}});
        let operations = operations::list(&document);
        let surface = read(&client, &Lowered { document, operations, ..Lowered::default() });
        let call = &surface.operations["get"];
        let told: Vec<_> = call.arguments.iter().map(|it| (it.name.as_str(), it.kind.as_str(), it.place)).collect();
        assert_eq!(
            told,
            [("id", "&Uuid", Place::Path), ("query", "&GetQuery", Place::Gathered), ("body", "&Order", Place::Body)]
        );
        assert_eq!(
            (call.answer.as_str(), call.failure.as_str(), call.query()),
            ("Vec<Line>", "Failure", Some("GetQuery"))
        );
        let order = &surface.types["Order"];
        let Kind::Struct(fields) = &order.kind else { panic!("not a struct: {order:?}") };
        assert_eq!(
            (fields["due_date"].wire.as_str(), fields["due_date"].kind.as_str()),
            ("dueDate", "Option<crate::Timestamp>")
        );
        assert!(matches!(&order.making, Making::New(arguments) if arguments.len() == 1));
        assert!(order.is_sent && !order.is_answered);
        let line = &surface.types["Line"];
        assert!(line.is_sent && line.is_answered && line.traits.contains("FromStr"));
    }
}
