//! The argument of an operation that holds its query parameters.

use std::borrow::Cow;

/// The query parameters `Q` of an operation: by value, by reference, or `None` if the operation requires none of them.
///
/// ```
/// use chift_api::Query;
/// #[derive(Clone, Default)]
/// struct GetInvoicesQuery { page: Option<u64> }
///
/// fn page_of(query: impl Query<GetInvoicesQuery>) -> Option<u64> {
///     query.get().page
/// }
/// let second = GetInvoicesQuery { page: Some(2) };
/// assert_eq!(page_of(&second), Some(2));
/// assert_eq!(page_of(second), Some(2));
/// assert_eq!(page_of(None), None);
/// ```
pub trait Query<Q: Clone> {
    /// The parameters.
    fn get(&self) -> Cow<'_, Q>;
}

impl<Q: Clone> Query<Q> for Q {
    fn get(&self) -> Cow<'_, Q> {
        Cow::Borrowed(self)
    }
}

impl<Q: Clone> Query<Q> for &Q {
    fn get(&self) -> Cow<'_, Q> {
        Cow::Borrowed(self)
    }
}

impl<Q: Clone + Default> Query<Q> for Option<Q> {
    fn get(&self) -> Cow<'_, Q> {
        self.as_ref().map_or_else(|| Cow::Owned(Q::default()), Cow::Borrowed)
    }
}
