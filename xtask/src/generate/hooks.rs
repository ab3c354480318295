//! Leaves out the hooks before and after a request, which do nothing in this client. Compiling an `await` in each
//! operation takes time.

use syn::{Expr, ExprMethodCall, File, ImplItemFn, Pat, Stmt, parse_quote};

use super::unexpected_output;
use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Removes the calls of `pre` and `post`, and returns the number of operations.
///
/// Reports a problem if an operation sends its request in another form.
pub(super) fn remove(client: &mut File, lowered: &Lowered, problems: &mut Vec<Problem>) -> usize {
    let count = source::methods_mut(client).filter_map(remove_in).count();
    if count != lowered.operations.len() {
        problems.push(unexpected_output(format!(
            "{count} of {} operations call the hooks of progenitor in the expected form",
            lowered.operations.len()
        )));
    }
    count
}

fn remove_in(method: &mut ImplItemFn) -> Option<()> {
    let statements = &mut method.block.stmts;
    let sending = statements.iter().position(|statement| sent(statement).is_some())?;
    let call = sent(&statements[sending])?.clone();
    let hooks = [statements.get(sending.checked_sub(1)?)?, statements.get(sending + 1)?];
    let (Stmt::Local(response), true) = (statements.get(sending + 2)?, hooks.map(is_hook) == [true; 2]) else {
        return None;
    };
    let response = &response.pat;
    let exchange = parse_quote! { let #response = #call.await?; };
    statements.splice(sending - 1..=sending + 2, [exchange]);
    // Only a hook changed the request.
    let request = call.args.first()?;
    for statement in statements {
        if let Stmt::Local(local) = statement
            && let Pat::Ident(pattern) = &mut local.pat
            && matches!(request, Expr::Path(path) if path.path.is_ident(&pattern.ident))
        {
            pattern.mutability = None;
            local.attrs.clear();
        }
    }
    Some(())
}

/// The call in the statement `let result = self.exec(request, …).await;`.
fn sent(statement: &Stmt) -> Option<&ExprMethodCall> {
    let Stmt::Local(local) = statement else { return None };
    awaited(&local.init.as_ref()?.expr).filter(|call| call.method == "exec")
}

/// Whether a statement is `self.pre(…).await?;` or `self.post(…).await?;`.
fn is_hook(statement: &Stmt) -> bool {
    let Stmt::Expr(Expr::Try(tried), Some(_)) = statement else { return false };
    awaited(&tried.expr).is_some_and(|call| call.method == "pre" || call.method == "post")
}

/// `call` in `call.await`.
fn awaited(expression: &Expr) -> Option<&ExprMethodCall> {
    let Expr::Await(awaited) = expression else { return None };
    match &*awaited.base {
        Expr::MethodCall(call) => Some(call),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::path_arguments::tests::operation;
    use super::super::tests::{lowered, one_line};
    use super::*;

    fn without_hooks(source: &str) -> (String, usize) {
        let mut file: File = syn::parse_str(source).unwrap();
        let mut problems = Vec::new();
        remove(&mut file, &lowered(vec![operation("get", "/")]), &mut problems);
        (one_line(&file), problems.len())
    }

    #[test]
    fn a_request_is_sent_without_hooks() {
        let written = without_hooks(
            "impl Client { pub async fn get<'a>(&'a self) -> Result<ResponseValue<()>, Error<()>> {
                #[allow(unused_mut)]
                let mut request = self.client.get(url).build()?;
                let info = OperationInfo { operation_id: \"get\" };
                self.pre(&mut request, &info).await?;
                let _result = self.exec(request, &info).await;
                self.post(&_result, &info).await?;
                let response = _result?;
                Ok(response)
            } }",
        );
        let expected = "impl Client { pub async fn get<'a>(&'a self) -> Result<ResponseValue<()>, Error<()>> { \
            let request = self.client.get(url).build()?; let info = OperationInfo { operation_id: \"get\", }; \
            let response = self.exec(request, &info).await?; Ok(response) } }";
        assert_eq!(written, (expected.to_owned(), 0));
    }

    #[test]
    fn another_form_is_a_problem() {
        let source =
            "impl Client { pub async fn get(&self) { let request = 1; let result = self.exec(request).await; } }";
        assert_eq!(without_hooks(source), (source.to_owned(), 1));
    }
}
