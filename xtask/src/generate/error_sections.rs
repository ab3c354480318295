//! The section `# Errors` in the documentation of each operation: which status brings which type.

use std::collections::BTreeMap;

use quote::ToTokens as _;
use syn::{File, ImplItemFn, Type, parse_quote};

use super::reach;
use crate::document::operations::{Operation, Types};

/// Adds the sections; returns how many.
pub(super) fn add(client: &mut File, operations: &[Operation], types: &Types) -> usize {
    let by_id: BTreeMap<&str, &Operation> =
        operations.iter().map(|operation| (operation.id.as_str(), operation)).collect();
    let mut count = 0;
    for method in reach::methods_mut(client) {
        let Some(operation) = by_id.get(method.sig.ident.to_string().as_str()) else { continue };
        let none = BTreeMap::new();
        let bodies = types.bodies.get(&operation.id).unwrap_or(&none);
        if let Some(section) = section(method, operation, bodies) {
            count += usize::from(append(method, &section));
        }
    }
    count
}

fn section(method: &ImplItemFn, operation: &Operation, bodies: &BTreeMap<String, Type>) -> Option<String> {
    let failure = link(&reach::argument(&method.sig.output, "Error")?);
    let undocumented = "[`Undocumented`](crate::Undocumented)";
    let about = if operation.errors.is_empty() {
        format!("The document gives none, so {failure} holds {undocumented}.")
    } else {
        format!("The status decides what {failure} holds; one that is not listed, {undocumented}.")
    };
    let mut lines = vec!["# Errors".to_owned(), String::new(), about, String::new()];
    for (status, told) in &operation.errors {
        let kind = operation.bodies.get(status).and_then(|name| bodies.get(name));
        let kind = kind.map_or_else(|| undocumented.to_owned(), link);
        let told = told.trim_end_matches('.');
        let gap = if told.is_empty() { "" } else { " " };
        lines.push(format!("- {status}{gap}{told}: {kind}"));
    }
    Some(lines.join("\n").trim_end().to_owned())
}

/// A type as the documentation shows it: a link, where it is one type and not made of several.
fn link(kind: &Type) -> String {
    let path = match kind {
        Type::Path(path) => path.path.segments.last().filter(|last| last.arguments.is_none()).map(|last| (path, last)),
        _ => None,
    };
    match path {
        Some((path, last)) => format!("[`{}`]({})", last.ident, path.to_token_stream().to_string().replace(' ', "")),
        None => format!("`{}`", kind.to_token_stream().to_string().replace(' ', "")),
    }
}

/// Adds a paragraph to the text of a method's documentation; whether it has one.
fn append(method: &mut ImplItemFn, paragraph: &str) -> bool {
    let texts = method.attrs.iter_mut().filter_map(|attribute| Some((reach::doc(attribute)?, attribute)));
    let Some((text, last)) = texts.last() else { return false };
    let text = format!("{}\n\n{paragraph}\n", text.trim_end());
    *last = parse_quote! { #[doc = #text] };
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_told_with_its_type() {
        let mut client: File = parse_quote! {
            impl Client {
                #[doc = "Adds one.\n\n"]
                pub async fn add(&self) -> Result<ResponseValue<()>, Error<types::BadFailure>> {}
                pub fn other(&self) {}
            }
        };
        let texts = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let operation = Operation {
            id: "add".to_owned(),
            method: "POST".to_owned(),
            path: "/a".to_owned(),
            needs_bearer: true,
            bodies: texts(&[("400", "Bad"), ("422", "add422")]),
            errors: texts(&[("400", "Not so."), ("409", ""), ("422", "Never")]),
            sent_as: None,
        };
        let types = Types {
            bodies: [(
                "add".to_owned(),
                [("Bad".to_owned(), parse_quote!(types::Bad)), ("add422".to_owned(), parse_quote!(Vec<types::Bad>))]
                    .into(),
            )]
            .into(),
            ..Types::default()
        };
        assert_eq!(add(&mut client, &[operation], &types), 1);
        let written = prettyplease::unparse(&client);
        for expected in [
            "Adds one.\n\n# Errors\n\nThe status decides what [`BadFailure`](types::BadFailure) holds;",
            "- 400 Not so: [`Bad`](types::Bad)\n- 409: [`Undocumented`](crate::Undocumented)\n- 422 Never: `Vec<types::Bad>`\n",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
