//! Adds a section `# Errors` to the documentation of each operation: the type of the body for each status.

use syn::{File, ImplItemFn, parse_quote};

use crate::client::{Client, Method, Spelling, source};

/// Adds the sections, and returns their number.
pub(super) fn add(file: &mut File, client: &Client) -> usize {
    let methods = source::methods_mut(file).filter_map(|method| {
        let section = section(client, client.methods.get(&method.sig.ident.to_string())?);
        append(method, &section).then_some(())
    });
    methods.count()
}

fn section(client: &Client, method: &Method) -> String {
    let failure = link(&method.failure);
    let bodies = client.bodies(&method.failure);
    let undocumented = "[`Undocumented`](crate::Undocumented)";
    let operation = &method.operation;
    let introduction = if operation.errors.is_empty() {
        format!("The document lists no errors, so {failure} always contains {undocumented}.")
    } else {
        format!("The status selects the body that {failure} contains; for other statuses, it is {undocumented}.")
    };
    let mut lines = vec!["# Errors".to_owned(), String::new(), introduction, String::new()];
    for (status, description) in &operation.errors {
        let body = operation.bodies.get(status).and_then(|name| bodies.get(name.as_str()));
        let body = body.map_or_else(|| undocumented.to_owned(), |body| link(body));
        let description = description.trim_end_matches('.');
        let gap = if description.is_empty() { "" } else { " " };
        lines.push(format!("- {status}{gap}{description}: {body}"));
    }
    lines.join("\n").trim_end().to_owned()
}

/// A type in documentation: a link for a single type, and code for any other.
fn link(kind: &Spelling) -> String {
    let code = kind.code.replace(' ', "");
    match code.rsplit("::").next() {
        Some(name) if name.chars().all(|c| c.is_alphanumeric() || c == '_') => format!("[`{name}`]({code})"),
        _ => format!("`{code}`"),
    }
}

/// Adds a paragraph to a method's documentation; returns `false` if the method has none.
fn append(method: &mut ImplItemFn, paragraph: &str) -> bool {
    let texts = method.attrs.iter_mut().filter_map(|attribute| Some((source::doc(attribute)?, attribute)));
    let Some((text, last)) = texts.last() else { return false };
    let text = format!("{}\n\n{paragraph}\n", text.trim_end());
    *last = parse_quote! { #[doc = #text] };
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::super::path_arguments::tests::operation;
    use super::*;
    use crate::client;
    use crate::document::operations::Operation;

    #[test]
    fn each_status_is_listed_with_its_type() {
        let mut file: File = parse_quote! {
            pub mod types {
                pub enum BadFailure { Bad(Bad), #[serde(rename = "add422")] Add422(Vec<Bad>) }
                pub struct Bad { pub message: String }
            }
            impl Client {
                #[doc = "Adds one.\n\n"]
                pub async fn add(&self) -> Result<ResponseValue<()>, Error<types::BadFailure>> {}
                pub fn other(&self) {}
            }
        };
        let texts = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        let operation = Operation {
            bodies: texts(&[("400", "Bad"), ("422", "add422")]),
            errors: texts(&[("400", "Not so."), ("409", ""), ("422", "Never")]),
            ..operation("add", "/a")
        };
        let client = client::read(&file, &Value::Null, &[operation]);
        assert_eq!(add(&mut file, &client), 1);
        let written = prettyplease::unparse(&file);
        for expected in [
            "Adds one.\n\n# Errors\n\nThe status selects the body that [`BadFailure`](types::BadFailure) contains;",
            "- 400 Not so: [`Bad`](types::Bad)\n- 409: [`Undocumented`](crate::Undocumented)\n- 422 Never: `Vec<types::Bad>`\n",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
