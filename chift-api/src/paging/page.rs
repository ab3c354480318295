//! One page of a list.

use serde::{Deserialize, Serialize};

use crate::ResponseValue;

/// The answer of a list operation. Every generated type with `items` and `total` is one; [`Page`] is one of
/// any items; and a list of another form can be made one:
///
/// ```
/// struct Names(Vec<String>);
///
/// impl chift_api::ListPage for Names {
///     type Item = String;
///     fn total(&self) -> Option<u64> { None }
///     fn page(&self) -> Option<u64> { None }
///     fn into_items(self) -> Vec<String> { self.0 }
/// }
/// ```
pub trait ListPage {
    /// What the list holds.
    type Item;

    /// How many items there are on all pages, if it is told.
    fn total(&self) -> Option<u64>;

    /// Which page this is, from 1, if it is told.
    fn page(&self) -> Option<u64>;

    /// The items of this page.
    fn into_items(self) -> Vec<Self::Item>;
}

impl<P: ListPage> ListPage for ResponseValue<P> {
    type Item = P::Item;

    fn total(&self) -> Option<u64> {
        self.as_ref().total()
    }

    fn page(&self) -> Option<u64> {
        self.as_ref().page()
    }

    fn into_items(self) -> Vec<P::Item> {
        self.into_inner().into_items()
    }
}

/// A page of any items: for [calls of paths that the document does not have](crate::Client::request).
///
/// ```
/// use chift_api::paging::Page;
/// let page: Page<String> = serde_json::from_str(r#"{"items": ["a"], "total": 1, "page": 1, "size": 50}"#)?;
/// assert_eq!(page.items, ["a"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many items there are on all pages.
    pub total: u64,
    /// Which page this is, from 1.
    pub page: u64,
    /// How many items a page has.
    pub size: u64,
}

impl<T> ListPage for Page<T> {
    type Item = T;

    fn total(&self) -> Option<u64> {
        Some(self.total)
    }

    fn page(&self) -> Option<u64> {
        Some(self.page)
    }

    fn into_items(self) -> Vec<T> {
        self.items
    }
}
