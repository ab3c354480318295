//! Makes the errors of parsing a string name the string and the type.

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprLit, ExprMethodCall, File, Item, Lit, Type, parse_quote};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces the fixed texts in the implementations of `FromStr`, and returns their number.
pub(super) fn name(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut count = 0;
    for item in source::types_mut(client) {
        if let Item::Impl(block) = item
            && block.trait_.as_ref().is_some_and(|(path, _)| source::is_named(path, "FromStr"))
            && let Type::Path(of) = &*block.self_ty
            && let Some(name) = of.path.get_ident().map(ToString::to_string)
        {
            let mut naming = Naming { name, count: 0 };
            naming.visit_item_impl_mut(block);
            count += naming.count;
        }
    }
    count
}

struct Naming {
    name: String,
    count: usize,
}

impl VisitMut for Naming {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if is_fixed_text(expression) {
            let text = format!("{{value:?}} is not a value of `{}`", self.name);
            *expression = parse_quote!(::std::format!(#text).into());
            self.count += 1;
            return;
        }
        visit_mut::visit_expr_mut(self, expression);
    }
}

/// Whether an expression is `"…".into()`.
fn is_fixed_text(expression: &Expr) -> bool {
    matches!(expression, Expr::MethodCall(ExprMethodCall { method, receiver, .. })
        if method == "into" && matches!(&**receiver, Expr::Lit(ExprLit { lit: Lit::Str(_), .. })))
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn the_string_and_the_type_are_named() {
        let (count, written) = after(
            name,
            "pub mod types {
                impl ::std::str::FromStr for Kind {
                    fn from_str(value: &str) -> Result<Self, E> {
                        match value { \"a\" => Ok(Self::A), _ => Err(\"invalid value\".into()) }
                    }
                }
            }",
        );
        assert_eq!(count, 1);
        assert!(written.contains("Err(::std::format!(\"{value:?} is not a value of `Kind`\").into())"), "{written}");
    }
}
