//! Makes mocks write and compare bodies exactly, and accept any slice where the body is a list. progenitor's mocks convert
//! a body to `serde_json::Value`, in which a number is a double.

use std::mem;

use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprCall, ExprMethodCall, File, FnArg, ImplItemFn, ItemImpl, Path, Type, parse_quote};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces `.json_body_obj(value)` in the wrappers of `When` and `Then` with a call of the crate's own function, and
/// returns the number of these calls.
pub(super) fn write_exactly(mocks: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut bodies = Bodies { function: None, replaced: 0 };
    bodies.visit_file_mut(mocks);
    bodies.replaced
}

struct Bodies {
    /// The function for bodies in the current `impl`.
    function: Option<Path>,
    replaced: usize,
}

impl VisitMut for Bodies {
    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        let name = block.self_ty.to_token_stream().to_string();
        self.function = if name.ends_with("When") {
            Some(parse_quote!(crate::mock_bodies::expect))
        } else if name.ends_with("Then") {
            Some(parse_quote!(crate::mock_bodies::respond))
        } else {
            None
        };
        visit_mut::visit_item_impl_mut(self, block);
        self.function = None;
    }

    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        for input in &mut method.sig.inputs {
            if let FnArg::Typed(input) = input
                && let Type::Reference(reference) = &mut *input.ty
                && let Some(item) = source::first_argument(&reference.elem, "Vec").cloned()
            {
                *reference.elem = parse_quote!([#item]);
            }
        }
        visit_mut::visit_impl_item_fn_mut(self, method);
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = expression
            && let Some(function) = self.function.as_ref().filter(|_| method == "json_body_obj")
        {
            // Without parsing it again, which would take longer than the rest of the pass.
            let mut call: ExprCall = parse_quote!(#function());
            call.args.push(mem::replace(&mut **receiver, Expr::PLACEHOLDER));
            call.args.extend(mem::take(args));
            *expression = Expr::Call(call);
            self.replaced += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn bodies_are_written_and_compared_exactly_and_lists_are_slices() {
        let (count, written) = after(
            write_exactly,
            "pub mod operations {
                impl GetWhen { pub fn body(self, value: &types::Order) -> Self { Self(self.0.json_body_obj(value)) } }
                impl GetThen {
                    pub fn ok(self, value: &::std::vec::Vec<types::Order>) -> Self {
                        Self(self.0.status(200u16).header(\"a\", \"b\").json_body_obj(value))
                    }
                }
            }",
        );
        assert_eq!(count, 2);
        for expected in [
            "Self(crate::mock_bodies::expect(self.0, value))",
            "value: &[types::Order]",
            "crate::mock_bodies::respond( self.0.status(200u16).header(\"a\", \"b\"), value, )",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
