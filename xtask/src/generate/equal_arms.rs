//! Joins the arms of an operation that handle several statuses in the same way, as those of `4XX` and `5XX` do. Compiling
//! an `await` in each arm takes time.

use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Arm, ExprMatch, File, Pat, PatOr};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Joins successive arms with the same body, and returns the number of arms that are no longer there.
pub(super) fn join(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut matches = Matches(0);
    source::methods_mut(client).for_each(|method| matches.visit_impl_item_fn_mut(method));
    matches.0
}

struct Matches(usize);

impl VisitMut for Matches {
    fn visit_expr_match_mut(&mut self, expression: &mut ExprMatch) {
        visit_mut::visit_expr_match_mut(self, expression);
        let mut joined: Vec<Arm> = Vec::new();
        for arm in std::mem::take(&mut expression.arms) {
            match joined.last_mut().filter(|last| are_equal(last, &arm)) {
                Some(last) => {
                    add(&mut last.pat, arm.pat);
                    self.0 += 1;
                }
                None => joined.push(arm),
            }
        }
        expression.arms = joined;
    }
}

/// Whether two arms differ only in their patterns, which bind nothing.
fn are_equal(a: &Arm, b: &Arm) -> bool {
    let is_status = |arm: &Arm| matches!(arm.pat, Pat::Lit(_) | Pat::Range(_) | Pat::Or(_));
    is_status(a) && is_status(b) && a.body.to_token_stream().to_string() == b.body.to_token_stream().to_string()
}

fn add(pattern: &mut Pat, other: Pat) {
    if let Pat::Or(list) = pattern {
        list.cases.push(other);
        return;
    }
    let first = std::mem::replace(pattern, other.clone());
    let cases = [first, other].into_iter().collect();
    *pattern = Pat::Or(PatOr { attrs: Vec::new(), leading_vert: None, cases });
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn successive_statuses_with_the_same_body_are_one_arm() {
        let (count, written) = after(
            join,
            "impl Client { pub async fn get(&self) {
                match status { 200 => a(), 400..=404 => b().await, 405 => b().await, 500..=599 => b().await, _ => b().await }
            } }",
        );
        assert_eq!(count, 2);
        assert!(written.contains("200 => a(), 400..=404 | 405 | 500..=599 => b().await, _ => b().await,"), "{written}");
    }

    #[test]
    fn other_arms_stay() {
        let (count, _) = after(
            join,
            "impl Client { pub async fn get(&self) {
                match status { 200 => a(), 400 => b(), 401 if c => b(), 500 => a(), x => a() }
            } }",
        );
        assert_eq!(count, 0);
    }
}
