//! Reads a [`Client`] from the syntax tree.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens as _;
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Fields, File, GenericArgument, GenericParam, ImplItemFn, Item, ItemImpl, Path, PathArguments, Type,
    TypeParamBound, Visibility, parse_quote,
};

use super::{
    Argument, Client, Construction, Field, Kind, Method, NamedType, Passing, Place, Spelling, Variant, construction,
    groups, source,
};
use crate::document::operations::Operation;
use crate::document::references;
use crate::names;

/// Reads the client of a lowered document with these operations.
pub(crate) fn read(file: &File, document: &Value, operations: &[Operation]) -> Client {
    let known: BTreeSet<String> = source::types(file).iter().filter_map(source::name).collect();
    let mut types = BTreeMap::new();
    for item in source::types(file) {
        let (Some(name), Some((kind, attributes))) = (source::name(item), kind(item, &known)) else { continue };
        let traits: BTreeSet<String> = source::derived(attributes)
            .iter()
            .filter_map(|path| path.segments.last().map(|last| last.ident.to_string()))
            .collect();
        let construction = match item {
            Item::Struct(item) => construction::of(item, |name| known.contains(name)),
            _ if traits.contains("Default") => Construction::Default,
            _ => Construction::Literal,
        };
        let is_growing = attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
        types.insert(name, NamedType { kind, construction, traits, is_growing, is_sent: false, is_received: false });
    }
    for item in source::types(file) {
        if let Item::Impl(block) = item {
            add_impl(block, &mut types);
        }
    }
    let mut methods = methods(file, document, operations, &known);
    let (groups, view) = groups::assign(&mut methods, document);
    let mut client = Client { methods, groups, view, types, ..Client::default() };
    mark_sides(&mut client);
    client
}

fn mark_sides(client: &mut Client) {
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
    let sent = client.methods.values().flat_map(|method| &method.arguments).map(|argument| argument.kind.as_str());
    let sent = owned(client.reached(sent));
    let received = client.methods.values().flat_map(|it| [it.success.plain.as_str(), it.failure.plain.as_str()]);
    let received = owned(client.reached(received));
    for (name, kind) in &mut client.types {
        kind.is_sent = sent.contains(name);
        kind.is_received = received.contains(name);
    }
}

fn methods(
    file: &File,
    document: &Value,
    operations: &[Operation],
    known: &BTreeSet<String>,
) -> BTreeMap<String, Method> {
    let methods: BTreeMap<String, &ImplItemFn> =
        source::methods(file).map(|method| (method.sig.ident.to_string(), method)).collect();
    let called = operations.iter().filter_map(|operation| {
        let method = methods.get(&operation.id)?;
        let node = &document["paths"][&operation.path][operation.method.to_lowercase()];
        let spelled = |kind: Option<&Type>| kind.map(|kind| spelling(kind, known)).unwrap_or_default();
        let value = Method {
            operation: operation.clone(),
            group: None,
            name: operation.id.clone(),
            arguments: arguments(method, |name| place(name, node)),
            success: spelled(source::success(method)),
            failure: spelled(source::failure(method)),
            is_stream: source::success(method).is_some_and(source::is_stream),
        };
        Some((operation.id.clone(), value))
    });
    called.collect()
}

fn arguments(method: &ImplItemFn, place: impl Fn(&str) -> Place) -> Vec<Argument> {
    let generics: Vec<String> = method
        .sig
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
            _ => None,
        })
        .collect();
    source::arguments(method)
        .map(|(name, kind)| {
            let (owned, passing) = passing(kind, &generics);
            Argument { place: place(&name), kind: plain(kind), owned: code(owned), passing, name }
        })
        .collect()
}

/// The part of a request that contains the argument `name`.
fn place(name: &str, operation: &Value) -> Place {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    parameters
        .filter(|it| it["name"].as_str().is_some_and(|it| names::argument_name(it) == name))
        .find_map(|it| match it["in"].as_str()? {
            "path" => Some(Place::Path),
            "query" if references::has_value(it, "explode", true) && it["schema"].get("$ref").is_some() => {
                Some(Place::QueryStruct)
            }
            "query" => Some(Place::Query),
            _ => Some(Place::Header),
        })
        .unwrap_or(Place::Body)
}

/// For an argument of the type `kind`, the type of an owned value, and how that value is passed.
fn passing(kind: &Type, generics: &[String]) -> (Type, Passing) {
    let is_str = |kind: &Type| matches!(kind, Type::Path(path) if path.path.is_ident("str"));
    let owned = |kind: &Type| match kind {
        _ if is_str(kind) => parse_quote!(String),
        Type::Slice(slice) => {
            let item = &slice.elem;
            parse_quote!(Vec<#item>)
        }
        other => other.clone(),
    };
    // The type of a body of bytes is a type parameter; a `String` is such a body.
    if matches!(kind, Type::Path(path) if generics.iter().any(|generic| path.path.is_ident(generic))) {
        return (parse_quote!(String), Passing::Value);
    }
    match (source::first_argument(kind, "Option"), kind) {
        (Some(Type::Reference(reference)), _) => {
            let kind = owned(&reference.elem);
            let passing = if is_str(&reference.elem) { Passing::AsDeref } else { Passing::AsRef };
            (parse_quote!(Option<#kind>), passing)
        }
        (Some(other), _) => (parse_quote!(Option<#other>), Passing::Value),
        (None, Type::Reference(reference)) => (owned(&reference.elem), Passing::Reference),
        (None, other) => (other.clone(), Passing::Value),
    }
}

fn kind<'a>(item: &'a Item, known: &BTreeSet<String>) -> Option<(Kind, &'a [Attribute])> {
    match item {
        Item::Struct(item) => {
            let public = |field: &&syn::Field| matches!(field.vis, Visibility::Public(_));
            let kind = match &item.fields {
                Fields::Named(fields) => Kind::Struct(fields.named.iter().filter_map(field).collect()),
                fields => Kind::Wrapper(list(fields.iter().filter(public).map(|field| plain(&field.ty)))),
            };
            Some((kind, &item.attrs))
        }
        Item::Enum(item) => {
            let variants = item.variants.iter().enumerate().map(|(position, variant)| {
                let name = variant.ident.to_string();
                let wire = source::wire_name(&variant.attrs).unwrap_or_else(|| name.clone());
                (name, Variant { position, wire, content: content(&variant.fields, known) })
            });
            Some((Kind::Enum(variants.collect()), &item.attrs))
        }
        _ => None,
    }
}

fn content(fields: &Fields, known: &BTreeSet<String>) -> Option<Spelling> {
    match fields {
        Fields::Unnamed(fields) => {
            let held: Vec<Spelling> = fields.unnamed.iter().map(|field| spelling(&field.ty, known)).collect();
            let plain = list(held.iter().map(|it| it.plain.clone()));
            Some(Spelling { plain, code: list(held.into_iter().map(|it| it.code)) })
        }
        Fields::Named(fields) => {
            let fields = fields.named.iter().filter_map(field);
            let plain = format!("{{{}}}", list(fields.map(|(name, field)| format!("{name}: {}", field.kind))));
            Some(Spelling { code: plain.clone(), plain })
        }
        Fields::Unit => None,
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn field(field: &syn::Field) -> Option<(String, Field)> {
    let name = field.ident.as_ref()?.to_string();
    let wire = source::wire_name(&field.attrs).unwrap_or_else(|| name.clone());
    let is_null_if_unset = source::presence(field) == source::Presence::RequiredOrNull;
    Some((name, Field { wire, kind: plain(&field.ty), is_null_if_unset }))
}

/// Adds the trait of an `impl` block to its type.
fn add_impl(block: &ItemImpl, types: &mut BTreeMap<String, NamedType>) {
    let of = plain(&block.self_ty);
    let Some((path, _)) = &block.trait_ else { return };
    let Some(last) = path.segments.last() else { return };
    let name = plain_path(&Path::from(last.clone()));
    if let Some(kind) = types.get_mut(&of) {
        if name == "Default" {
            kind.construction = Construction::Default;
        }
        // Every type has `From<&Self>`.
        if !name.starts_with("From<&") {
            kind.traits.insert(name);
        }
    } else if let Some(kind) = name.strip_prefix("From<").and_then(|it| types.get_mut(it.trim_end_matches('>'))) {
        kind.traits.insert(format!("Into<{of}>"));
    }
}

fn spelling(kind: &Type, known: &BTreeSet<String>) -> Spelling {
    let mut qualified = kind.clone();
    Qualify { known }.visit_type_mut(&mut qualified);
    Spelling { plain: plain(kind), code: code(qualified) }
}

/// Writes `types::` before the names of generated types.
struct Qualify<'a> {
    known: &'a BTreeSet<String>,
}

impl VisitMut for Qualify<'_> {
    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        visit_mut::visit_type_path_mut(self, path);
        if let Some(name) = path.path.get_ident().filter(|name| self.known.contains(&name.to_string())) {
            path.path = parse_quote!(types::#name);
        }
    }
}

fn code(kind: Type) -> String {
    kind.into_token_stream().to_string()
}

/// A type as a caller writes it: without lifetimes, and with only the last segment of a path that callers import.
pub(super) fn plain(kind: &Type) -> String {
    match kind {
        Type::Path(kind) if kind.qself.is_none() => plain_path(&kind.path),
        Type::Reference(kind) => format!("&{}", plain(&kind.elem)),
        Type::Slice(kind) => format!("[{}]", plain(&kind.elem)),
        Type::Tuple(kind) => format!("({})", list(kind.elems.iter().map(plain))),
        Type::ImplTrait(kind) => {
            let bounds = kind.bounds.iter().map(|bound| match bound {
                TypeParamBound::Trait(bound) => plain_path(&bound.path),
                bound => bound.to_token_stream().to_string(),
            });
            format!("impl {}", bounds.collect::<Vec<_>>().join(" + "))
        }
        kind => kind.to_token_stream().to_string(),
    }
}

fn plain_path(path: &Path) -> String {
    const IMPORTED: [&str; 5] = ["std", "types", "self", "uuid", "chrono"];
    let is_imported = path.segments.first().is_some_and(|first| IMPORTED.iter().any(|name| first.ident == name));
    let skipped = if is_imported { path.segments.len() - 1 } else { 0 };
    let segments = path.segments.iter().skip(skipped).map(|segment| {
        let arguments = match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => {
                let arguments = arguments.args.iter().filter_map(|argument| match argument {
                    GenericArgument::Lifetime(_) => None,
                    GenericArgument::Type(kind) => Some(plain(kind)),
                    argument => Some(argument.to_token_stream().to_string()),
                });
                format!("<{}>", list(arguments))
            }
            arguments => arguments.to_token_stream().to_string(),
        };
        format!("{}{arguments}", segment.ident)
    });
    segments.collect::<Vec<_>>().join("::")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::operations;

    #[test]
    fn methods_and_types_are_read_as_a_caller_writes_them() {
        let file: File = syn::parse_str(
            r#"pub mod types {
                #[derive(::serde::Serialize, Clone)]
                pub struct Order { #[serde(rename = "dueDate")] pub due_date: ::std::option::Option<crate::Timestamp>, pub lines: ::std::vec::Vec<Line> }
                pub enum Line { A, #[serde(rename = "b")] B }
                impl ::std::str::FromStr for Line {}
                impl Order { pub fn new(lines: ::std::vec::Vec<Line>) -> Self { todo!() } }
                pub struct GetQuery { pub page: ::std::option::Option<i64> }
                pub enum Failure { #[serde(rename = "add422")] Add422(::std::vec::Vec<Order>), Undocumented(crate::Undocumented) }
            }
            impl Client {
                pub async fn get<'a>(&'a self, id: &'a ::uuid::Uuid, note: Option<&'a str>, query: &'a types::GetQuery, body: &'a types::Order)
                    -> Result<ResponseValue<::std::vec::Vec<types::Line>>, Error<types::Failure>> { todo!() }
            }"#,
        )
        .unwrap();
        let document = json!({"paths": {"/a/{id}": {"patch": {"operationId": "get", "parameters": [
            {"name": "id", "in": "path"}, {"name": "note", "in": "header"},
            {"name": "query", "in": "query", "explode": true, "schema": {"$ref": "#/components/schemas/GetQuery"}},
        ]}}}});
        let client = read(&file, &document, &operations::list(&document));
        let method = &client.methods["get"];
        let arguments: Vec<_> = method
            .arguments
            .iter()
            .map(|it| (it.name.as_str(), it.kind.as_str(), it.place, it.owned.replace(' ', ""), it.passing))
            .collect();
        let expected = |name, kind, place, owned: &str, passing| (name, kind, place, owned.to_owned(), passing);
        assert_eq!(
            arguments,
            [
                expected("id", "&Uuid", Place::Path, "::uuid::Uuid", Passing::Reference),
                expected("note", "Option<&str>", Place::Header, "Option<String>", Passing::AsDeref),
                expected("query", "&GetQuery", Place::QueryStruct, "types::GetQuery", Passing::Reference),
                expected("body", "&Order", Place::Body, "types::Order", Passing::Reference),
            ]
        );
        assert_eq!((method.success.plain.as_str(), method.query()), ("Vec<Line>", Some("GetQuery")));
        assert_eq!(method.success.code.replace(' ', ""), "::std::vec::Vec<types::Line>");
        assert_eq!(client.bodies(&method.failure)["add422"].code.replace(' ', ""), "::std::vec::Vec<types::Order>");
        assert_eq!(client.patch_bodies(), ["Order"].into());
        let order = &client.types["Order"];
        let Kind::Struct(fields) = &order.kind else { panic!("not a struct: {order:?}") };
        let due_date = &fields["due_date"];
        assert_eq!((due_date.wire.as_str(), due_date.kind.as_str()), ("dueDate", "Option<crate::Timestamp>"));
        assert!(matches!(&order.construction, Construction::New(arguments) if arguments.len() == 1));
        assert!(order.is_sent && order.is_received, "the error holds it");
        assert!(client.types["GetQuery"].is_sent && !client.types["GetQuery"].is_received);
        assert!(client.types["Line"].is_sent && client.types["Line"].traits.contains("FromStr"));
    }
}
