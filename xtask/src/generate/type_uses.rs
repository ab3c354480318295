//! States in the documentation of each type which operations send it and which return it.

use std::collections::BTreeMap;

use syn::{File, Item, parse_quote};

use super::groups::link;
use crate::client::{Client, source};

/// The most operations that one list contains.
const MOST: usize = 4;

/// The operations of a type, as links.
#[derive(Default)]
struct Uses {
    sent: Vec<String>,
    returned: Vec<String>,
}

/// Adds a line to each type that an operation uses, and returns the number of these types.
pub(super) fn name(file: &mut File, client: &Client) -> usize {
    let mut uses: BTreeMap<&str, Uses> = BTreeMap::new();
    for method in client.methods.values() {
        let link = link(method, client);
        for name in client.reached(method.arguments.iter().map(|argument| argument.kind.as_str())) {
            uses.entry(name).or_default().sent.push(link.clone());
        }
        for name in client.reached([method.success.plain.as_str()]) {
            uses.entry(name).or_default().returned.push(link.clone());
        }
    }
    let mut count = 0;
    for item in source::types_mut(file) {
        let Some(uses) = source::name(item).and_then(|name| uses.get(name.as_str())) else { continue };
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        let sides = [("Sent by", &uses.sent), ("Returned by", &uses.returned)];
        let lines = sides.into_iter().filter(|(_, links)| !links.is_empty());
        let lines: Vec<String> = lines.map(|(verb, links)| format!("{verb} {}.", list(links))).collect();
        let has_text = attributes.iter().any(|attribute| source::doc(attribute).is_some());
        let text = format!("{}{}", if has_text { "\n" } else { "" }, lines.join(" "));
        // After the present documentation, before the other attributes.
        let at = attributes.iter().rposition(|it| source::doc(it).is_some()).map_or(0, |at| at + 1);
        attributes.insert(at, parse_quote! { #[doc = #text] });
        count += 1;
    }
    count
}

fn list(links: &[String]) -> String {
    match links {
        [] => String::new(),
        [one] => one.clone(),
        links if links.len() > MOST => {
            format!("{} and {} more operations", links[..MOST].join(", "), links.len() - MOST)
        }
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::path_arguments::tests::operation;
    use super::super::tests::one_line;
    use super::*;
    use crate::client;

    #[test]
    fn each_type_names_the_operations_that_send_and_return_it() {
        let mut file: File = syn::parse_str(
            "pub mod types {
                #[doc = \"An order.\"] #[derive(Clone)] pub struct Order { pub line: Line }
                pub struct Line { pub price: f64 }
                pub struct Unused { pub price: f64 }
            }
            impl Client {
                pub async fn add(&self, body: &types::Order) -> Result<ResponseValue<()>, Error<()>> {}
                pub async fn list(&self) -> Result<ResponseValue<Vec<types::Line>>, Error<()>> {}
            }",
        )
        .unwrap();
        let client = client::read(&file, &Value::Null, &[operation("add", "/a"), operation("list", "/b")]);
        assert_eq!(name(&mut file, &client), 2);
        let written = one_line(&file);
        for expected in [
            "///An order. /** Sent by [`Client::add`](super::Client::add).*/ #[derive(Clone)] pub struct Order",
            "///Sent by [`Client::add`](super::Client::add). Returned by [`Client::list`](super::Client::list). pub struct Line",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }

    #[test]
    fn a_long_list_is_shortened() {
        let links: Vec<String> = (1..=6).map(|number| number.to_string()).collect();
        assert_eq!(list(&links[..2]), "1 and 2");
        assert_eq!(list(&links[..4]), "1, 2, 3 and 4");
        assert_eq!(list(&links), "1, 2, 3, 4 and 2 more operations");
    }
}
