//! What is known of an operation besides its types.

use reqwest::Method;

use crate::operations::ALL;

/// An operation of the document.
///
/// ```
/// use chift_api::operations;
/// for operation in operations::ALL {
///     println!("{} {} {}", operation.id, operation.method, operation.path);
/// }
/// let token = operations::find("generate_access_token").expect("it is in the document");
/// assert!(!token.needs_bearer);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation's id, which is also the name of its method on [`Client`](crate::Client).
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path template, with parameters in braces.
    pub path: &'static str,
    /// Whether a call must carry a bearer: whether the operation's effective `security` is something
    /// else than the empty list.
    pub needs_bearer: bool,
}

/// The operation of that id, in logarithmic time.
pub fn find(id: &str) -> Option<&'static Operation> {
    ALL.binary_search_by(|operation| operation.id.cmp(id)).ok().map(|index| &ALL[index])
}

/// The operation that a call of `path` is, if the document has it: the one with the fewest parameters, where
/// several match.
pub(crate) fn matching(method: &Method, path: &str) -> Option<&'static Operation> {
    let candidates = ALL.iter().filter(|operation| operation.method == method.as_str() && fits(operation.path, path));
    candidates.min_by_key(|operation| operation.path.matches('{').count())
}

fn fits(template: &str, path: &str) -> bool {
    let mut steps = path.split('/');
    let fits = template.split('/').all(|expected| {
        steps.next().is_some_and(|step| step == expected || expected.contains('{') && !step.is_empty())
    });
    fits && steps.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_known_again_by_its_template() {
        assert_eq!(matching(&Method::POST, "/token").map(|it| it.id), Some("generate_access_token"));
        assert_eq!(matching(&Method::GET, "/token"), None);
        for (template, path, expected) in [
            ("/a/{id}", "/a/1", true),
            ("/a/{id}", "/a/", false),
            ("/a/{id}", "/a", false),
            ("/a/{id}", "/a/1/b", false),
            ("/a/{id}/b", "/a/1/b", true),
            ("/a", "/a", true),
        ] {
            assert_eq!(fits(template, path), expected, "{template} {path}");
        }
    }
}
