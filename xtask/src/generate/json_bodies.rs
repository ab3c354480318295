//! Makes the crate's own runtime write JSON bodies, into memory that is overwritten when it is dropped. reqwest's
//! `json` leaves a copy of the client secret in memory.

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, parse_quote};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces each call `.json(&body)` with `.json_body(&body)?`, and returns their number.
pub(super) fn wipe(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut calls = JsonCalls(0);
    source::methods_mut(client).for_each(|method| calls.visit_impl_item_fn_mut(method));
    calls.0
}

struct JsonCalls(usize);

impl VisitMut for JsonCalls {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Some((receiver, body)) = source::json_call(expression) {
            *expression = parse_quote!(#receiver.json_body(#body)?);
            self.0 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn the_runtime_writes_a_json_body() {
        let (count, written) = after(
            wipe,
            "impl Client {
                async fn a(&self) { let mut request = self.client.post(url).json(&body).headers(map).build()?; }
                async fn b(&self) { let mut request = self.client.get(url).headers(map).build()?; }
            }",
        );
        assert_eq!(count, 1);
        let written = written.replace(' ', "");
        assert!(written.contains("self.client.post(url).json_body(&body)?.headers(map).build()?"), "{written}");
    }
}
