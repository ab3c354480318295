//! Passes every argument of an operation by reference, so that callers need not know which types are `Copy`.

use std::collections::BTreeSet;

use syn::{File, FnArg, GenericParam, ImplItemFn, PathArguments, Type, parse_quote};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces the types `T` and `Option<T>` with `&T` and `Option<&T>`, and returns the number of arguments. A body of bytes
/// or text is moved into the request, and stays a value.
pub(super) fn pass(client: &mut File, lowered: &Lowered, _: &mut Vec<Problem>) -> usize {
    let operations: BTreeSet<&str> = lowered.operations.iter().map(|it| it.id.as_str()).collect();
    let methods = source::methods_mut(client);
    methods.filter(|method| operations.contains(method.sig.ident.to_string().as_str())).map(pass_in).sum()
}

fn pass_in(method: &mut ImplItemFn) -> usize {
    let Some(GenericParam::Lifetime(lifetime)) = method.sig.generics.params.first() else { return 0 };
    let lifetime = lifetime.lifetime.clone();
    let mut count = 0;
    for input in &mut method.sig.inputs {
        let FnArg::Typed(input) = input else { continue };
        if source::is_argument(input, "body") {
            continue;
        }
        let replaced: Option<Type> = match (&*input.ty, source::first_argument(&input.ty, "Option")) {
            (Type::Reference(_), _) | (_, Some(Type::Reference(_))) => None,
            (_, Some(kind)) => Some(parse_quote!(Option<&#lifetime #kind>)),
            (Type::Path(path), None) if is_plain(path) => Some(parse_quote!(&#lifetime #path)),
            _ => None,
        };
        if let Some(replaced) = replaced {
            *input.ty = replaced;
            count += 1;
        }
    }
    count
}

fn is_plain(path: &syn::TypePath) -> bool {
    path.path.segments.iter().all(|segment| !matches!(segment.arguments, PathArguments::Parenthesized(_)))
}

#[cfg(test)]
mod tests {
    use super::super::path_arguments::tests::operation;
    use super::super::tests::{lowered, one_line};
    use super::*;

    #[test]
    fn values_become_references_and_a_body_of_bytes_stays() {
        let mut file: File = syn::parse_str(
            "impl Client {
                pub async fn get<'a, B: Into<Body>>(&'a self, id: &'a str, kind: types::Kind, page: Option<i64>,
                    note: Option<&'a str>, body: B) {}
                pub fn other<'a>(&'a self, kind: types::Kind) {}
            }",
        )
        .unwrap();
        assert_eq!(pass(&mut file, &lowered(vec![operation("get", "/")]), &mut Vec::new()), 2);
        let written = one_line(&file);
        assert!(
            written
                .contains("id: &'a str, kind: &'a types::Kind, page: Option<&'a i64>, note: Option<&'a str>, body: B")
                && written.contains("pub fn other<'a>(&'a self, kind: types::Kind)"),
            "{written}"
        );
    }
}
