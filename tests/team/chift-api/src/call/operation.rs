//! The operations of the document.

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
    /// Whether a request carries the bearer token: whether one of the operation's security schemes is a bearer, or is not
    /// defined in the document.
    pub needs_bearer: bool,
}

/// The operation with this id; a binary search.
pub fn find(id: &str) -> Option<&'static Operation> {
    ALL.binary_search_by(|operation| operation.id.cmp(id)).ok().map(|index| &ALL[index])
}

/// The operation that `method` and `path` match, if the document has one: of several, the one with the fewest path
/// parameters.
pub(crate) fn matching(method: &Method, path: &str) -> Option<&'static Operation> {
    let candidates =
        ALL.iter().filter(|operation| operation.method == method.as_str() && matches_template(operation.path, path));
    candidates.min_by_key(|operation| operation.path.matches('{').count())
}

fn matches_template(template: &str, path: &str) -> bool {
    let mut steps = path.split('/');
    let matches_template = template.split('/').all(|expected| {
        steps.next().is_some_and(|step| step == expected || expected.contains('{') && !step.is_empty())
    });
    matches_template && steps.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_matches_its_template() {
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
            assert_eq!(matches_template(template, path), expected, "{template} {path}");
        }
    }
}
