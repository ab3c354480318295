//! Arguments in a path: each is exactly one segment, or the call is refused.
//!
//! progenitor encodes them with `encode_path(&x.to_string())`, which cannot fail and leaves `\`, `.` and `..` as they
//! are; a URL parser then reads them as steps to another path.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprCall, ExprMethodCall, File, Macro, Token, parse_quote};

use super::missing;
use crate::document::operations::Operation;
use crate::document::problem::Problem;

/// Puts `path_segment("x", &x.to_string())?` in place of progenitor's encoding; returns how often.
///
/// # Errors
///
/// Where an operation has fewer of these calls than its path has parameters.
pub(super) fn encode(client: &mut File, operations: &[Operation]) -> Result<usize, Problem> {
    let mut expected: BTreeMap<&str, usize> =
        operations.iter().map(|operation| (operation.id.as_str(), operation.path.matches('{').count())).collect();
    let mut total = 0;
    for method in super::reach::methods_mut(client) {
        let Some(parameters) = expected.remove(method.sig.ident.to_string().as_str()) else { continue };
        let mut encoding = Encoding { count: 0 };
        encoding.visit_impl_item_fn_mut(method);
        if encoding.count != parameters {
            let (id, count) = (&method.sig.ident, encoding.count);
            return Err(missing(format!(
                "{id} encodes {count} arguments of its path, which has {parameters} parameters"
            )));
        }
        total += encoding.count;
    }
    match expected.into_iter().find(|(_, parameters)| *parameters > 0) {
        Some((id, _)) => Err(missing(format!("the operation {id} has no method, so that its path cannot be checked"))),
        None => Ok(total),
    }
}

struct Encoding {
    count: usize,
}

impl VisitMut for Encoding {
    fn visit_macro_mut(&mut self, item: &mut Macro) {
        if !item.path.is_ident("format") {
            return;
        }
        let Ok(mut arguments) = item.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) else { return };
        let before = self.count;
        arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
        if self.count > before {
            item.tokens = arguments.into_token_stream();
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::Call(call) = expression
            && let Some(argument) = encoded(call)
        {
            let name = name(argument);
            let argument = argument.clone();
            *expression = parse_quote!(crate::runtime::path_segment(#name, #argument)?);
            self.count += 1;
            return;
        }
        visit_mut::visit_expr_mut(self, expression);
    }
}

/// The argument of `encode_path`.
fn encoded(call: &ExprCall) -> Option<&Expr> {
    let is_it = matches!(&*call.func, Expr::Path(path) if path.path.is_ident("encode_path"));
    call.args.first().filter(|_| is_it && call.args.len() == 1)
}

/// The variable that an expression is about.
fn name(expression: &Expr) -> String {
    struct First(Option<String>);
    impl<'ast> Visit<'ast> for First {
        fn visit_ident(&mut self, ident: &'ast syn::Ident) {
            self.0.get_or_insert_with(|| ident.to_string().trim_start_matches("r#").to_owned());
        }
    }
    let mut first = First(None);
    visit::visit_expr(&mut first, expression);
    first.0.unwrap_or_default()
}

/// The same for the mocks: a pattern of the encoded segment in place of the text itself, which is not one.
///
/// # Errors
///
/// Where a pattern has another form than expected, or there is none though paths have parameters.
pub(super) fn match_mocks(mocks: &mut File, operations: &[Operation]) -> Result<usize, Problem> {
    let has_parameters = operations.iter().any(|operation| operation.path.contains('{'));
    let mut matching = Matching { patterns: 0, count: 0 };
    matching.visit_file_mut(mocks);
    // progenitor leaves out a parameter whose name another one has too, so their number is not that of parameters.
    if matching.count == matching.patterns && (matching.count > 0 || !has_parameters) {
        Ok(matching.count)
    } else {
        let Matching { patterns, count } = matching;
        Err(missing(format!("its mocks match {patterns} paths by a value, and {count} of them as expected")))
    }
}

struct Matching {
    /// Patterns that are made of a value.
    patterns: usize,
    count: usize,
}

impl VisitMut for Matching {
    fn visit_expr_call_mut(&mut self, call: &mut ExprCall) {
        let is_regex = call.func.to_token_stream().to_string().replace(' ', "") == "regex::Regex::new";
        if is_regex
            && let Some(Expr::Reference(reference)) = call.args.first_mut()
            && let Expr::Macro(format) = &mut *reference.expr
            && let Ok(mut arguments) = format.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        {
            self.patterns += 1;
            for argument in arguments.iter_mut().filter(|argument| is_text_of_value(argument)) {
                let pattern: TokenStream = quote! { crate::path::segment_pattern(&#argument) };
                *argument = parse_quote!(#pattern);
                self.count += 1;
            }
            format.mac.tokens = arguments.into_token_stream();
            return;
        }
        visit_mut::visit_expr_call_mut(self, call);
    }
}

fn is_text_of_value(expression: &Expr) -> bool {
    matches!(expression, Expr::MethodCall(ExprMethodCall { method, .. }) if method == "to_string")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(id: &str, path: &str) -> Operation {
        Operation {
            id: id.to_owned(),
            method: "GET".to_owned(),
            path: path.to_owned(),
            needs_bearer: true,
            bodies: BTreeMap::new(),
            errors: BTreeMap::new(),
            sent_as: None,
        }
    }

    fn client() -> File {
        parse_quote! {
            impl Client {
                pub async fn get(&self, id: &str, r#type: &str) -> Result<ResponseValue<()>, Error<()>> {
                    let url = format!("{}/a/{}/b/{}", self.baseurl, encode_path(&id.to_string()), encode_path(&r#type.to_string()),);
                }
            }
        }
    }

    #[test]
    fn each_argument_of_a_path_is_checked_by_name() {
        let mut client = client();
        assert_eq!(encode(&mut client, &[operation("get", "/a/{id}/b/{type}")]).unwrap(), 2);
        let written = prettyplease::unparse(&client).split_whitespace().collect::<String>();
        for expected in [
            "crate::runtime::path_segment(\"id\",&id.to_string())?",
            "crate::runtime::path_segment(\"type\",&r#type.to_string())?",
        ] {
            assert!(written.contains(expected), "{written}");
        }
        assert!(!written.contains("encode_path"), "{written}");
    }

    #[test]
    fn a_path_with_more_parameters_than_are_checked_is_an_error() {
        let operation = operation("get", "/a/{id}/b/{type}/{more}");
        let message = encode(&mut client(), &[operation]).unwrap_err().to_string();
        assert!(message.contains("get encodes 2 arguments") && message.contains("3 parameters"), "{message}");
        assert!(encode(&mut client(), &[self::operation("other", "/{id}")]).is_err());
        assert!(match_mocks(&mut parse_quote! {}, &[self::operation("other", "/{id}")]).is_err());
    }

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
        assert_eq!(match_mocks(&mut mocks, &[operation("get", "/a/{id}")]).unwrap(), 1);
        let written = prettyplease::unparse(&mocks).split_whitespace().collect::<String>();
        assert!(written.contains("crate::path::segment_pattern(&value.to_string())"), "{written}");
        assert!(written.contains("query_param(\"q\",value.to_string())"), "{written}");
    }
}
