//! Operations whose answers hold a secret, with the types of those answers.

use std::collections::BTreeSet;

use syn::visit::Visit as _;
use syn::{File, Item, Type};

use super::reach::{self, Names};

/// The operations' ids, each with the type that its answer is read as.
pub(super) fn list(client: &File) -> Vec<(String, Type)> {
    let types = reach::types(client);
    let mut found: Vec<(String, Type)> = reach::methods(client)
        .filter_map(|method| {
            Some((method.sig.ident.to_string(), reach::argument(&method.sig.output, "ResponseValue")?))
        })
        .filter(|(_, answer)| holds_secret(types, answer))
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}

fn holds_secret(types: &[Item], answer: &Type) -> bool {
    let mut names = Names::default();
    names.visit_type(answer);
    let mut made_of = Names(BTreeSet::new());
    for item in reach::structs(types, names.0) {
        made_of.visit_fields(&item.fields);
    }
    made_of.0.contains("Secret")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_a_secret_at_any_depth() {
        let client: File = syn::parse_str(
            "pub mod types {
                pub struct Token { pub access_token: crate::Secret }
                pub struct Page { pub items: ::std::vec::Vec<Token> }
                pub struct Order { pub id: i64 }
            }
            impl Client {
                pub async fn page(&self) -> Result<ResponseValue<types::Page>, Error<()>> {}
                pub async fn order(&self) -> Result<ResponseValue<types::Order>, Error<()>> {}
                pub async fn token(&self, body: &types::Token) -> Result<ResponseValue<types::Token>, Error<()>> {}
            }",
        )
        .unwrap();
        let found: Vec<_> = list(&client).into_iter().map(|(id, _)| id).collect();
        assert_eq!(found, ["page", "token"]);
    }
}
