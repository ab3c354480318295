//! How a name in the document is spelled in Rust. Every stage asks here, so that all of them agree.

use std::collections::HashSet;

use heck::{ToPascalCase as _, ToSnakeCase as _};

/// The type for a component of this name, as typify spells it.
pub(crate) fn type_name(component: &str) -> String {
    let name = component.replace('\'', "").replace(|c: char| !(c.is_alphanumeric() || c == '_'), "-").to_pascal_case();
    match name.chars().next() {
        None => "X".to_owned(),
        Some(first) if !first.is_alphabetic() => format!("X{name}"),
        Some(_) if name == "Self" => "Self_".to_owned(),
        Some(_) => name,
    }
}

/// The types that the generated code uses by this name, so that a generated type cannot have it.
pub(crate) const RESERVED_TYPES: [&str; 1] = ["String"];

/// The argument of a method, or the field of a struct, for a parameter of this name.
pub(crate) fn argument_name(parameter: &str) -> String {
    let name = snake_case(parameter);
    if is_identifier(&name) { name } else { format!("{name}_") }
}

/// A name in snake case as progenitor spells it, which is an identifier or a keyword.
fn snake_case(name: &str) -> String {
    let name = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ if is_snake_case(name) => return name.to_owned(),
        // `to_snake_case` keeps some characters that an identifier cannot contain, such as `²`.
        _ => name.replace('\'', "").replace(|c| !is_part_of_identifier(c), "-").to_snake_case(),
    };
    match name.chars().next() {
        None => "x".to_owned(),
        Some(first) if !begins_identifier(first) => format!("_{name}"),
        Some(_) => name,
    }
}

/// Whether a name is already as `to_snake_case` writes it, as most names are.
fn is_snake_case(name: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('_').all(is_word)
}

/// Whether an identifier can begin with this character.
fn begins_identifier(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() || c == '_' } else { is_identifier(&format!("{c}9")) }
}

/// Whether an identifier can contain this character. Few names have one that is not ASCII, and those cost a parser.
fn is_part_of_identifier(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { is_identifier(&format!("x9{c}")) }
}

/// The argument that holds the optional query parameters of an operation whose parameters have these names.
pub(crate) fn query_argument<S: AsRef<str>>(parameters: impl IntoIterator<Item = S>) -> String {
    let names: HashSet<String> = parameters.into_iter().map(|name| argument_name(name.as_ref())).collect();
    free_name("query", |name| names.contains(name))
}

/// The methods that the generated client already has, or calls on itself.
const RESERVED_METHODS: &[&str] = &[
    "api_version",
    "base_url",
    "baseurl",
    "client",
    "clone",
    "exec",
    "inner",
    "new",
    "new_with_client",
    "request",
    "retrying",
    "transaction",
    "with",
    "with_clock",
    "with_http",
    "with_idempotency_key",
    "with_session",
    "with_timeout",
];

/// The method for an operation of this name.
pub(crate) fn method_name(operation: &str) -> String {
    usable(snake_case(operation), "operation")
}

/// The method of the client that returns the group of operations with this tag.
///
/// A single letter before a capital is no word of its own: `ecommerce` for `eCommerce`.
pub(crate) fn group_name(tag: &str) -> String {
    let words = snake_case(tag);
    let begins_with_letter = words.split('_').next().is_some_and(|word| word.chars().count() == 1);
    let name = if begins_with_letter { words.replacen('_', "", 1) } else { words };
    usable(name, "group")
}

/// The name of a method of the client: `name`, or with a suffix if the client cannot have a method with that name.
fn usable(name: String, suffix: &str) -> String {
    let is_usable = !RESERVED_METHODS.contains(&name.as_str()) && is_identifier(&name);
    if is_usable { name } else { format!("{name}_{suffix}") }
}

/// The names that the generated code uses next to the structs of groups.
const RESERVED_GROUPS: &[&str] = &[
    "ByteStream",
    "Client",
    "ClientHooks",
    "ClientInfo",
    "Err",
    "Error",
    "Ok",
    "OperationInfo",
    "Option",
    "RequestBuilderExt",
    "ResponseValue",
    "Result",
    "Self",
    "Some",
    "String",
    "Vec",
];

/// The struct of the group that the method `accessor` of the client returns.
pub(crate) fn group_type(accessor: &str) -> String {
    let name = type_name(accessor);
    if RESERVED_GROUPS.contains(&name.as_str()) { format!("{name}Group") } else { name }
}

/// The name of a method without the name of its group, if it begins with it: the words of the tag, or their initials.
pub(crate) fn without_group<'a>(method: &'a str, tag: &str) -> Option<&'a str> {
    let words = snake_case(tag);
    let initials: String = words.split('_').filter_map(|word| word.chars().next()).collect();
    let prefixes = [words.clone(), group_name(tag), words.replace('_', ""), initials];
    let rest = prefixes.iter().find_map(|prefix| method.strip_prefix(prefix.as_str())?.strip_prefix('_'));
    rest.filter(|rest| rest.starts_with(begins_identifier))
}

/// `name`, or `name2`, `name3` and so on when it is taken.
pub(crate) fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while is_taken(&free) {
        free = format!("{name}{number}");
        number += 1;
    }
    free
}

fn is_identifier(name: &str) -> bool {
    // Since the 2024 edition, `gen` is a keyword; `syn` accepts it.
    name != "gen" && syn::parse_str::<syn::Ident>(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_the_name_that_typify_gives_it() {
        for (component, expected) in
            [("foo-bar.Baz", "FooBarBaz"), ("1st", "X1st"), ("---", "X"), ("Self", "Self_"), ("baker's", "Bakers")]
        {
            assert_eq!(type_name(component), expected);
        }
    }

    #[test]
    fn a_keyword_and_a_reserved_method_get_a_suffix() {
        assert_eq!(argument_name("Some Name"), "some_name");
        assert_eq!(argument_name("type"), "type_");
        assert_eq!(argument_name("gen"), "gen_");
        assert_eq!(method_name("getThing"), "get_thing");
        assert_eq!(method_name("exec"), "exec_operation");
        assert_eq!(method_name("type"), "type_operation");
        assert_eq!(method_name("1970-01-01"), "_1970_01_01");
    }

    #[test]
    fn any_name_gives_an_argument() {
        for (name, expected) in [
            ("$filter", "filter"),
            ("filter[a.b]", "filter_a_b"),
            ("customer's", "customers"),
            ("2fa", "_2fa"),
            ("+1", "plus1"),
            ("@", "x"),
            ("", "x"),
            ("x²", "x"),
            ("Größe", "größe"),
            ("名前", "名前"),
            ("self", "self_"),
        ] {
            assert_eq!(argument_name(name), expected, "{name}");
        }
    }

    #[test]
    fn the_query_argument_differs_from_every_parameter() {
        assert_eq!(query_argument(["page"]), "query");
        assert_eq!(query_argument(["Query"]), "query2");
    }

    #[test]
    fn the_methods_that_are_written_by_hand_are_reserved() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../chift-api/src/call");
        let mut found = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for item in syn::parse_file(&source).unwrap().items {
                let syn::Item::Impl(block) = item else { continue };
                if !crate::client::source::is_client_impl(&block) {
                    continue;
                }
                for item in &block.items {
                    if let syn::ImplItem::Fn(method) = item {
                        let name = method.sig.ident.to_string();
                        assert!(RESERVED_METHODS.contains(&name.as_str()), "`{name}` is not in RESERVED_METHODS");
                        found += 1;
                    }
                }
            }
        }
        assert!(found > 5, "{found}");
    }

    #[test]
    fn a_group_is_named_by_its_tag() {
        for (tag, name, group) in [
            ("Point of Sale", "point_of_sale", "PointOfSale"),
            ("eCommerce", "ecommerce", "Ecommerce"),
            ("Client", "client_group", "ClientGroup"),
            ("Error", "error", "ErrorGroup"),
            ("type", "type_group", "TypeGroup"),
            ("2FA", "_2fa", "X2fa"),
        ] {
            assert_eq!((group_name(tag).as_str(), group_type(&group_name(tag)).as_str()), (name, group), "{tag}");
        }
        for (method, tag, expected) in [
            ("baking_get_loaves", "Baking", Some("get_loaves")),
            ("pos_get_cakes", "Point of Sale", Some("get_cakes")),
            ("ecommerce_get_cakes", "eCommerce", Some("get_cakes")),
            ("baking2_get", "Baking", None),
            ("baking_2", "Baking", None),
        ] {
            assert_eq!(without_group(method, tag), expected, "{method}");
        }
    }

    #[test]
    fn a_taken_name_gets_the_next_free_number() {
        assert_eq!(free_name("A", |_| false), "A");
        assert_eq!(free_name("A", |name| ["A", "A2"].contains(&name)), "A3");
    }
}
