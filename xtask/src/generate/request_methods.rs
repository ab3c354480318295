//! Names the methods OPTIONS and TRACE: progenitor calls `client.options(url)`, and reqwest has a function only for each of
//! the other methods.

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprField, ExprMethodCall, File, Ident, Member, parse_quote};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces `client.options(url)` with `client.request(Method::OPTIONS, url)`, and returns the number of changed calls.
pub(super) fn name(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut naming = Naming { count: 0 };
    source::methods_mut(client).for_each(|method| naming.visit_impl_item_fn_mut(method));
    naming.count
}

struct Naming {
    count: usize,
}

impl VisitMut for Naming {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let is_of_client =
            matches!(&*call.receiver, Expr::Field(ExprField { member: Member::Named(name), .. }) if name == "client");
        let method = ["options", "trace"].into_iter().find(|name| call.method == name);
        let (Some(method), true, Some(url)) = (method, is_of_client, call.args.first()) else { return };
        let method = Ident::new(&method.to_uppercase(), call.method.span());
        let client = &call.receiver;
        *call = parse_quote!(#client.request(::reqwest::Method::#method, #url));
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn only_the_methods_without_a_function_are_named() {
        let (count, written) = after(
            name,
            "impl Client {
                async fn a(&self) { let request = self.client.options(url).build()?; }
                async fn b(&self) { let request = self.client.trace(url).build()?; }
                async fn c(&self) { let request = self.client.get(url).build()?; body.options(url); }
            }",
        );
        assert_eq!(count, 2);
        for expected in [
            "self.client.request(::reqwest::Method::OPTIONS, url).build()?",
            "self.client.request(::reqwest::Method::TRACE, url).build()?",
            "self.client.get(url).build()?",
            "body.options(url)",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
