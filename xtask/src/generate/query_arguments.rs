//! Lets callers pass the struct of the optional query parameters by value, by reference, or not at all.

use quote::format_ident;
use syn::{File, FnArg, Type, parse_quote};

use crate::client::{Client, Place, source};

/// Replaces the type `&Q` of each such argument with `impl Query<Q>`, and returns their number.
pub(super) fn accept_none(file: &mut File, client: &Client) -> usize {
    let mut count = 0;
    for method in source::methods_mut(file) {
        let arguments = client.methods.get(&method.sig.ident.to_string()).map(|it| it.arguments.as_slice());
        let query = arguments.unwrap_or_default().iter().find(|argument| argument.place == Place::QueryStruct);
        let Some(argument) = query else { continue };
        let name = format_ident!("{}", argument.name);
        for input in &mut method.sig.inputs {
            if let FnArg::Typed(input) = input
                && source::is_argument(input, &argument.name)
                && let Type::Reference(reference) = &*input.ty
            {
                let kind = &reference.elem;
                *input.ty = parse_quote!(impl crate::Query<#kind>);
                method.block.stmts.insert(0, parse_quote! { let #name = crate::Query::get(&#name); });
                count += 1;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::one_line;
    use super::*;
    use crate::client;
    use crate::document::operations;

    #[test]
    fn the_struct_of_query_parameters_is_passed_in_any_form() {
        let mut file: File = syn::parse_str(
            "pub mod types { pub struct GetQuery { pub page: Option<i64> } }
            impl Client {
                pub async fn get<'a>(&'a self, id: &'a str, query: &'a types::GetQuery) -> Result<ResponseValue<()>, Error<()>> {
                    let url = 1;
                }
            }",
        )
        .unwrap();
        let parameter = json!({"name": "query", "in": "query", "explode": true, "schema": {"$ref": "#/components/schemas/GetQuery"}});
        let document = json!({"paths": {"/a": {"get": {"operationId": "get", "parameters": [parameter]}}}});
        let client = client::read(&file, &document, &operations::list(&document));
        assert_eq!(accept_none(&mut file, &client), 1);
        let written = one_line(&file);
        for expected in
            ["query: impl crate::Query<types::GetQuery>, )", "{ let query = crate::Query::get(&query); let url = 1; }"]
        {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
