//! Makes a request body that the document does not require an `Option`, and sends no body for `None`. progenitor requires
//! every body.
//!
//! A body that may also be null already is an `Option`; `None` leaves it out. A body of bytes stays as it is: it can be
//! empty.

use std::collections::BTreeSet;

use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, File, FnArg, parse_quote};

use super::unexpected_output;
use crate::client::source;
use crate::document::problem::Problem;
use crate::document::references::{self, has_value};
use crate::lower::Lowered;

/// Changes the methods whose body is optional, and returns their number.
///
/// Reports a problem if such a method does not write its body as expected.
pub(super) fn wrap(client: &mut File, lowered: &Lowered, problems: &mut Vec<Problem>) -> usize {
    let document = &lowered.document;
    let optional = lowered.operations.iter().filter(|operation| {
        let node = &document["paths"][&operation.path][operation.method.to_lowercase()];
        let body = references::resolved(&node["requestBody"], document);
        body.is_object() && !has_value(body, "required", true)
    });
    let optional: BTreeSet<&str> = optional.map(|operation| operation.id.as_str()).collect();
    let mut count = 0;
    for method in source::methods_mut(client).filter(|it| optional.contains(it.sig.ident.to_string().as_str())) {
        let mut calls = Calls(0);
        if source::body(method).is_none() || !source::writes_body(method) {
            continue;
        }
        for input in &mut method.sig.inputs {
            if let FnArg::Typed(argument) = input
                && source::is_argument(argument, "body")
                && source::first_argument(&argument.ty, "Option").is_none()
            {
                let kind = &argument.ty;
                argument.ty = parse_quote!(Option<#kind>);
            }
        }
        calls.visit_impl_item_fn_mut(method);
        if calls.0 != 1 {
            let (id, found) = (&method.sig.ident, calls.0);
            problems.push(unexpected_output(format!("the method {id} writes its optional body {found} times")));
        }
        count += 1;
    }
    count
}

/// Replaces `.json_body(&body)` with `.optional_json_body(body.as_ref())`, and the same for a form.
struct Calls(usize);

impl VisitMut for Calls {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if source::BODY_WRITERS.iter().any(|name| call.method == name)
            && let Some(Expr::Reference(body)) = call.args.first()
        {
            let body = &body.expr;
            call.args = parse_quote!(#body.as_ref());
            call.method = format_ident!("optional_{}", call.method);
            self.0 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::path_arguments::tests::operation;
    use super::super::tests::{lowered, one_line};
    use super::*;

    #[test]
    fn a_body_that_is_not_required_can_be_left_out() {
        let mut client: File = syn::parse_str(
            "impl Client {
                pub async fn bake<'a>(&'a self, id: i64, body: &'a types::Cake) -> Result<ResponseValue<()>, Error<()>> {
                    let mut request = self.client.get(url).json_body(&body)?.build()?;
                }
                pub async fn send<'a, B>(&'a self, body: B) -> Result<ResponseValue<()>, Error<()>> {
                    let mut request = self.client.get(url).body(body).build()?;
                }
                pub async fn serve<'a>(&'a self, body: &'a types::Cake) -> Result<ResponseValue<()>, Error<()>> {
                    let mut request = self.client.get(url).form_urlencoded(&body)?.build()?;
                }
                pub async fn clear<'a>(&'a self, body: Option<&'a types::Cake>) -> Result<ResponseValue<()>, Error<()>> {
                    let mut request = self.client.get(url).json_body(&body)?.build()?;
                }
            }",
        )
        .unwrap();
        let body = json!({"get": {"requestBody": {"content": {}}}});
        let mut lowered = lowered(["bake", "clear", "send", "serve"].map(|id| operation(id, &format!("/{id}"))).into());
        lowered.document["paths"] = json!({"/bake": body, "/clear": body, "/send": body, "/serve": body});
        lowered.document["paths"]["/serve"]["get"]["requestBody"]["required"] = json!(true);
        let mut problems = Vec::new();
        assert_eq!((wrap(&mut client, &lowered, &mut problems), problems.len()), (2, 0));
        let written = one_line(&client);
        for expected in [
            "id: i64, body: Option<&'a types::Cake>,",
            ".optional_json_body(body.as_ref())?",
            "body: B)",
            ".form_urlencoded(&body)?",
            "clear<'a>( &'a self, body: Option<&'a types::Cake>, )",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
        assert_eq!(written.matches(".optional_json_body(").count(), 2, "{written}");
    }
}
