//! What is known of an operation besides its types.

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
