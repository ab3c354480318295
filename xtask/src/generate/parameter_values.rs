//! Makes the crate's own runtime write the query parameters and headers that progenitor cannot write, and gives renamed
//! arguments their names in the request. `path_arguments` does the same for paths.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, ItemImpl, LitStr, Type, parse_quote};

use super::unexpected_output;
use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::{Form, Lowered, Parameter, Parameters};
use crate::names;

/// Changes the recorded query parameters and headers, and returns their number.
///
/// Reports a problem if progenitor does not write one of them as expected.
pub(super) fn write(client: &mut File, lowered: &Lowered, problems: &mut Vec<Problem>) -> usize {
    let mut total = 0;
    for method in source::methods_mut(client) {
        let id = method.sig.ident.to_string();
        let Some(parameters) = lowered.parameters.get(&id) else { continue };
        let mut values = Values { parameters, found: 0 };
        values.visit_impl_item_fn_mut(method);
        let expected = parameters.values().filter(|parameter| parameter.position != "path").count();
        if values.found != expected {
            problems.push(unexpected_output(format!(
                "the method {id} writes {} of the {expected} recorded parameters as expected",
                values.found
            )));
        }
        total += values.found;
    }
    total
}

/// The arguments of the runtime's functions that state a style.
pub(super) fn style(style: &str, explode: bool) -> TokenStream {
    let style = format_ident!("{style}");
    quote!(crate::runtime::Style::#style, #explode)
}

struct Values<'a> {
    parameters: &'a BTreeMap<String, Parameter>,
    found: usize,
}

impl Values<'_> {
    fn parameter(&self, name: &LitStr, position: &str) -> Option<&Parameter> {
        self.parameters.get(&name.value()).filter(|parameter| parameter.position == position)
    }
}

impl VisitMut for Values<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Some((receiver, name, value)) = source::query_call(expression)
            && let Some(Parameter { wire, form, .. }) = self.parameter(name, "query")
        {
            *expression = match form {
                Form::Styled { style: name, explode } => {
                    let style = style(name, *explode);
                    parse_quote!(#receiver.styled_query(#wire, #style, #value)?)
                }
                Form::Plain | Form::Secret => {
                    parse_quote!(#receiver.query(&crate::runtime::QueryParam::new(#wire, #value)))
                }
            };
            self.found += 1;
        } else if let Some((receiver, name, value)) = source::header_call(expression)
            && let Some(Parameter { wire, form, .. }) = self.parameter(name, "header")
        {
            let written: Expr = match form {
                Form::Plain => parse_quote!(#value.to_string().try_into()?),
                Form::Secret => parse_quote!(crate::runtime::secret_header(#wire, &#value)?),
                Form::Styled { style: name, explode } => {
                    let style = style(name, *explode);
                    parse_quote!(crate::runtime::header_value(#wire, #style, &#value)?)
                }
            };
            *expression = parse_quote!(#receiver.append(#wire, #written));
            self.found += 1;
        }
    }
}

/// Gives the renamed parameters in mocks their names in the request, and returns their number.
pub(super) fn restore_in_mocks(mocks: &mut File, lowered: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut names = MockNames { by_struct: by_struct(&lowered.mock_parameters), current: None, found: 0 };
    names.visit_file_mut(mocks);
    names.found
}

/// The recorded parameters by the name of the struct that matches their requests.
pub(super) fn by_struct(parameters: &Parameters) -> BTreeMap<String, &BTreeMap<String, Parameter>> {
    parameters.iter().map(|(id, own)| (format!("{}When", names::type_name(id)), own)).collect()
}

struct MockNames<'a> {
    by_struct: BTreeMap<String, &'a BTreeMap<String, Parameter>>,
    current: Option<&'a BTreeMap<String, Parameter>>,
    found: usize,
}

impl VisitMut for MockNames<'_> {
    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        self.current = match &*block.self_ty {
            Type::Path(path) => path.path.get_ident().and_then(|name| self.by_struct.get(&name.to_string()).copied()),
            _ => None,
        };
        visit_mut::visit_item_impl_mut(self, block);
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if let Some((name, position)) = source::mock_parameter(call)
            && let Some(parameter) = self.current.and_then(|own| own.get(&name.value()))
            && parameter.position == position
            && parameter.wire != name.value()
        {
            *name = LitStr::new(&parameter.wire, name.span());
            self.found += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{lowered, one_line};
    use super::*;

    fn parameter(position: &str, wire: &str, form: Form) -> Parameter {
        Parameter { position: position.to_owned(), wire: wire.to_owned(), form }
    }

    fn recorded() -> BTreeMap<String, Parameter> {
        let list = |style| Form::Styled { style, explode: false };
        BTreeMap::from([
            ("tags".to_owned(), parameter("query", "tags", list("Form"))),
            ("filter_query".to_owned(), parameter("query", "$filter", Form::Plain)),
            ("X-Key".to_owned(), parameter("header", "X-Key", Form::Secret)),
            ("X-Ids".to_owned(), parameter("header", "X-Ids", list("Simple"))),
            ("id_header".to_owned(), parameter("header", "Id", Form::Plain)),
        ])
    }

    const METHOD: &str = r#"impl Client { pub async fn get(&self) -> Result<ResponseValue<()>, Error<()>> {
        header_map.append("X-Key", x_key.to_string().try_into()?);
        if let Some(value) = x_ids { header_map.append("X-Ids", value.to_string().try_into()?); }
        header_map.append("id_header", id_header.to_string().try_into()?);
        let mut request = self.client.get(url)
            .query(&crate::runtime::QueryParam::new("tags", &tags))
            .query(&crate::runtime::QueryParam::new("filter_query", &filter_query))
            .query(&crate::runtime::QueryParam::new("page", &page)).headers(header_map).build()?;
    } }"#;

    #[test]
    fn recorded_parameters_are_written_by_the_runtime_and_the_others_stay() {
        let mut client: File = syn::parse_str(METHOD).unwrap();
        let (mut lowered, mut problems) = (lowered(Vec::new()), Vec::new());
        lowered.parameters = [("get".to_owned(), recorded())].into();
        assert_eq!((write(&mut client, &lowered, &mut problems), problems.len()), (5, 0));
        let written = one_line(&client).replace(' ', "");
        for expected in [
            r#"header_map.append("X-Key",crate::runtime::secret_header("X-Key",&x_key)?)"#,
            r#"header_map.append("X-Ids",crate::runtime::header_value("X-Ids",crate::runtime::Style::Simple,false,&value,)?"#,
            r#"header_map.append("Id",id_header.to_string().try_into()?)"#,
            r#".styled_query("tags",crate::runtime::Style::Form,false,&tags)?"#,
            r#".query(&crate::runtime::QueryParam::new("$filter",&filter_query))"#,
            r#".query(&crate::runtime::QueryParam::new("page",&page))"#,
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }

    #[test]
    fn a_recorded_parameter_that_is_not_found_is_a_problem() {
        let mut client: File = syn::parse_str(METHOD).unwrap();
        let (mut lowered, mut problems) = (lowered(Vec::new()), Vec::new());
        let mut own = recorded();
        own.insert("more".to_owned(), parameter("query", "more", Form::Plain));
        lowered.parameters = [("get".to_owned(), own)].into();
        write(&mut client, &lowered, &mut problems);
        assert!(problems[0].to_string().contains("writes 5 of the 6 recorded parameters"), "{problems:?}");
    }

    #[test]
    fn a_mock_has_the_name_in_the_request() {
        let mut mocks: File = syn::parse_str(
            r#"impl GetWhen {
                fn filter_query(self, value: &str) -> Self { Self(self.0.query_param("filter_query", value.to_string())) }
                fn id_header(self) -> Self { Self(self.0.header_missing("id_header")) }
                fn other(self) -> Self { Self(self.0.header("X-Key", "a")) }
            }"#,
        )
        .unwrap();
        let mut lowered = lowered(Vec::new());
        lowered.mock_parameters = [("get".to_owned(), recorded())].into();
        assert_eq!(restore_in_mocks(&mut mocks, &lowered, &mut Vec::new()), 2);
        let written = one_line(&mocks);
        assert!(written.contains("query_param(\"$filter\"") && written.contains("header_missing(\"Id\")"), "{written}");
    }
}
