//! Removes the header `api-version`, which progenitor sends with every request: dropshot, the server that progenitor is
//! made for, reads it. No `OpenAPI` document means it, and Chift's documentation does not mention it.

use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, File, Stmt, parse_quote};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Removes the header from each operation, and the map of headers if it has no other one; returns the number of changed
/// operations.
pub(super) fn remove(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut count = 0;
    for method in source::methods_mut(client) {
        if remove_from(&mut method.block) {
            count += 1;
        }
    }
    count
}

fn remove_from(block: &mut Block) -> bool {
    let Some(header) = block.stmts.iter().position(is_version_header) else { return false };
    block.stmts.remove(header);
    let Some(map) = block.stmts.iter().position(source::is_header_map) else { return true };
    if block.stmts.iter().any(source::adds_header) {
        // progenitor reserves space for the removed header too.
        block.stmts[map] = parse_quote!(let mut header_map = ::reqwest::header::HeaderMap::new(););
    } else {
        block.stmts.remove(map);
        WithoutMap.visit_block_mut(block);
    }
    true
}

fn is_version_header(statement: &Stmt) -> bool {
    source::adds_header(statement) && source::mentions(statement, "api_version")
}

/// Removes the call `.headers(header_map)`.
struct WithoutMap;

impl VisitMut for WithoutMap {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            *expression = (*call.receiver).clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn the_header_is_removed_and_the_others_stay() {
        let map = "let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map.append(::reqwest::header::HeaderName::from_static(\"api-version\"), ::reqwest::header::HeaderValue::from_static(Self::api_version()));";
        let request = "let mut request = self.client.get(url).headers(header_map).build()?;";
        let (count, written) = after(
            remove,
            &format!(
                "impl Client {{
                    async fn a(&self) {{ {map} {request} }}
                    async fn b(&self) {{ {map} header_map.append(\"X-A\", x_a.to_string().try_into()?); {request} }}
                    async fn c(&self) {{ {map} if let Some(value) = x {{ header_map.append(\"X-A\", value); }} {request} }}
                    fn d() {{}}
                }}"
            ),
        );
        assert_eq!(count, 3);
        assert!(!written.contains("api-version") && !written.contains("with_capacity"), "{written}");
        assert_eq!(written.matches(".headers(header_map)").count(), 2, "{written}");
        assert!(written.contains("let mut request = self.client.get(url).build()?;"), "{written}");
    }
}
