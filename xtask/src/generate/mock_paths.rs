//! Makes mocks match the encoded path segment. progenitor puts the argument into the regular expression without
//! encoding or escaping it.

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprCall, File, Token, parse_quote};

use super::unexpected_output;
use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces the arguments in the patterns of paths, and returns their number.
///
/// Reports a problem if a pattern has an unexpected form, or if there is none although paths have parameters.
pub(super) fn encode(mocks: &mut File, lowered: &Lowered, problems: &mut Vec<Problem>) -> usize {
    let has_parameters = lowered.operations.iter().any(|operation| operation.path.contains('{'));
    let mut found = Patterns { all: 0, replaced: 0 };
    found.visit_file_mut(mocks);
    let Patterns { all, replaced } = found;
    // progenitor omits a parameter that shares its name with another, so there may be fewer patterns than parameters.
    if replaced != all || (replaced == 0 && has_parameters) {
        problems.push(unexpected_output(format!(
            "progenitor's mocks match {all} paths by a value, and {replaced} of these have the expected form"
        )));
    }
    replaced
}

struct Patterns {
    /// The number of patterns that contain a value.
    all: usize,
    replaced: usize,
}

impl VisitMut for Patterns {
    fn visit_expr_call_mut(&mut self, call: &mut ExprCall) {
        if let Some(format) = source::path_pattern(call)
            && let Ok(mut arguments) = format.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        {
            self.all += 1;
            for argument in arguments.iter_mut().filter(|argument| source::is_text_of_argument(argument)) {
                *argument = parse_quote!(crate::path::segment_pattern(&#argument));
                self.replaced += 1;
            }
            format.tokens = arguments.into_token_stream();
            return;
        }
        visit_mut::visit_expr_call_mut(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::super::path_arguments::tests::operation;
    use super::super::tests::{lowered, one_line};
    use super::*;

    #[test]
    fn mocks_match_the_segment_that_is_sent() {
        let mut mocks: File = parse_quote! {
            impl When {
                fn id(self, value: &str) -> Self {
                    let re = regex::Regex::new(&format!("^/a/{}$", value.to_string())).unwrap();
                    Self(self.0.path_matches(re))
                }
                fn new() -> Self { regex::Regex::new("^/a/[^/]*$").unwrap() }
                fn query(self, value: &str) -> Self { Self(self.0.query_param("q", value.to_string())) }
            }
        };
        let (lowered, mut problems) = (lowered(vec![operation("get", "/a/{id}")]), Vec::new());
        assert_eq!((encode(&mut mocks, &lowered, &mut problems), problems.len()), (1, 0));
        let written = one_line(&mocks).replace(' ', "");
        assert!(written.contains("crate::path::segment_pattern(&value.to_string())"), "{written}");
        assert!(written.contains("query_param(\"q\",value.to_string())"), "{written}");
    }

    #[test]
    fn mocks_without_patterns_are_a_problem_when_paths_have_parameters() {
        let mut problems = Vec::new();
        encode(&mut parse_quote! {}, &lowered(vec![operation("get", "/{id}")]), &mut problems);
        assert_eq!(problems.len(), 1);
    }
}
