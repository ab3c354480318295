//! Encodes each path argument as exactly one segment. A call with an argument that cannot be one fails before it is
//! sent.
//!
//! progenitor encodes path arguments with `encode_path(&x.to_string())`, which cannot fail and does not encode `\`, `.`
//! and `..`. A URL parser then resolves them to another path.

use std::collections::BTreeMap;

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, Macro, Token, parse_quote};

use super::{parameter_values, unexpected_output};
use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::{Form, Lowered, Parameter};
use crate::names;

/// Replaces each call to `encode_path` with `path_segment("x", &x.to_string())?`, or for a list or an object with
/// `path_value`, and returns their number.
///
/// Reports a problem if an operation does not have one such call for each parameter of its path.
pub(super) fn encode(client: &mut File, lowered: &Lowered, problems: &mut Vec<Problem>) -> usize {
    let parameters = lowered.operations.iter().map(|it| (it.id.as_str(), it.path.matches('{').count()));
    let mut expected: BTreeMap<&str, usize> = parameters.collect();
    let mut total = 0;
    for method in source::methods_mut(client) {
        let Some(parameters) = expected.remove(method.sig.ident.to_string().as_str()) else { continue };
        let mut encoding = Encoding { recorded: lowered.parameters.get(&method.sig.ident.to_string()), count: 0 };
        encoding.visit_impl_item_fn_mut(method);
        if encoding.count != parameters {
            let (id, count) = (&method.sig.ident, encoding.count);
            problems.push(unexpected_output(format!(
                "the method {id} encodes {count} path arguments, and its path has {parameters} parameters"
            )));
        }
        total += encoding.count;
    }
    for (id, _) in expected.into_iter().filter(|(_, parameters)| *parameters > 0) {
        problems.push(unexpected_output(format!("the operation {id} has no method, so its path cannot be checked")));
    }
    total
}

struct Encoding<'a> {
    /// The parameters that progenitor cannot write itself.
    recorded: Option<&'a BTreeMap<String, Parameter>>,
    count: usize,
}

impl Encoding<'_> {
    /// The expression for the path argument `name` with the text `argument`, which is `&name.to_string()`.
    fn segment(&self, name: &str, argument: &Expr) -> Expr {
        let is_it = |(document_name, parameter): &(&String, &Parameter)| {
            parameter.position == "path" && names::argument_name(document_name) == name
        };
        let recorded = self.recorded.into_iter().flatten().find(is_it);
        let value = source::text_of(argument);
        match (recorded.map(|(_, parameter)| (&parameter.wire, &parameter.form)), value) {
            (Some((_, Form::Secret)), Some(value)) => {
                parse_quote!(crate::runtime::path_segment(#name, #value.expose())?)
            }
            (Some((wire, Form::Styled { style, explode })), Some(value)) => {
                let style = parameter_values::style(style, *explode);
                parse_quote!(crate::runtime::path_value(#name, #wire, #style, &#value)?)
            }
            _ => parse_quote!(crate::runtime::path_segment(#name, #argument)?),
        }
    }
}

impl VisitMut for Encoding<'_> {
    fn visit_macro_mut(&mut self, item: &mut Macro) {
        if !item.path.is_ident("format") || !source::encodes_argument(&item.tokens) {
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
            && let Some(argument) = source::encoded_argument(call)
        {
            *expression = self.segment(&name(argument), argument);
            self.count += 1;
            return;
        }
        visit_mut::visit_expr_mut(self, expression);
    }
}

/// The first variable in an expression.
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

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{lowered, one_line};
    use super::*;
    use crate::document::operations::Operation;

    pub(in super::super) fn operation(id: &str, path: &str) -> Operation {
        Operation {
            id: id.to_owned(),
            method: "GET".to_owned(),
            path: path.to_owned(),
            tag: None,
            needs_bearer: true,
            bodies: BTreeMap::new(),
            errors: BTreeMap::new(),
            sent_as: None,
        }
    }

    fn encoded(operation: Operation) -> (usize, String, Vec<Problem>) {
        encoded_with(operation, BTreeMap::new())
    }

    fn encoded_with(operation: Operation, recorded: BTreeMap<String, Parameter>) -> (usize, String, Vec<Problem>) {
        let mut client: File = parse_quote! {
            impl Client {
                pub async fn get(&self, id: &str, r#type: &str) -> Result<ResponseValue<()>, Error<()>> {
                    let url = format!("{}/a/{}/b/{}", self.baseurl, encode_path(&id.to_string()), encode_path(&r#type.to_string()),);
                }
            }
        };
        let mut problems = Vec::new();
        let mut lowered = lowered(vec![operation]);
        lowered.parameters = [("get".to_owned(), recorded)].into();
        let count = encode(&mut client, &lowered, &mut problems);
        (count, one_line(&client).replace(' ', ""), problems)
    }

    #[test]
    fn each_path_argument_is_encoded_and_named() {
        let (count, written, problems) = encoded(operation("get", "/a/{id}/b/{type}"));
        assert_eq!((count, problems.len()), (2, 0));
        for expected in [
            "crate::runtime::path_segment(\"id\",&id.to_string())?",
            "crate::runtime::path_segment(\"type\",&r#type.to_string())?",
        ] {
            assert!(written.contains(expected), "{written}");
        }
        assert!(!written.contains("encode_path"), "{written}");
    }

    #[test]
    fn a_list_and_a_secret_are_written_by_the_runtime() {
        let recorded = |wire: &str, form| Parameter { position: "path".to_owned(), wire: wire.to_owned(), form };
        let label = Form::Styled { style: "Label", explode: true };
        for (form, expected) in [
            (label, r#"path_value("id","Id",crate::runtime::Style::Label,true,&id)?"#),
            (Form::Secret, r#"path_segment("id",id.expose())?"#),
        ] {
            let recorded = [("Id".to_owned(), recorded("Id", form))].into();
            let (count, written, problems) = encoded_with(operation("get", "/a/{Id}/b/{type}"), recorded);
            assert_eq!((count, problems.len()), (2, 0));
            assert!(written.contains(expected), "{written}");
            assert!(written.contains("path_segment(\"type\",&r#type.to_string())?"), "{written}");
        }
    }

    #[test]
    fn a_path_parameter_that_is_not_encoded_is_a_problem() {
        let (_, _, problems) = encoded(operation("get", "/a/{id}/b/{type}/{more}"));
        let message = problems[0].to_string();
        assert!(message.contains("get encodes 2 path arguments") && message.contains("3 parameters"), "{message}");
        assert_eq!(encoded(operation("other", "/{id}")).2.len(), 1);
    }
}
