//! JSON bodies are written by the crate's own runtime, into memory that is overwritten when it is dropped: reqwest's
//! `json` leaves a copy of the client secret behind.

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, File, parse_quote};

use super::reach;

/// Puts `.json_body(&body)?` in place of `.json(&body)`; returns how often.
pub(super) fn wipe(client: &mut File) -> usize {
    let mut bodies = Bodies(0);
    reach::methods_mut(client).for_each(|method| bodies.visit_impl_item_fn_mut(method));
    bodies.0
}

struct Bodies(usize);

impl VisitMut for Bodies {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = expression
            && method == "json"
            && args.len() == 1
        {
            *expression = parse_quote!(#receiver.json_body(#args)?);
            self.0 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_body_is_written_by_the_runtime() {
        let mut client: File = parse_quote! {
            impl Client {
                async fn a(&self) { let mut request = self.client.post(url).json(&body).headers(map).build()?; }
                async fn b(&self) { let mut request = self.client.get(url).headers(map).build()?; }
            }
        };
        assert_eq!(wipe(&mut client), 1);
        let written = prettyplease::unparse(&client).split_whitespace().collect::<String>();
        assert!(written.contains("self.client.post(url).json_body(&body)?.headers(map).build()?"), "{written}");
    }
}
