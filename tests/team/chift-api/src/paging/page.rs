//! Pages of a list.

use serde::{Deserialize, Serialize};

use crate::ResponseValue;

/// A page of a list. Every generated type with `items` and `total` implements it, and so does [`Page`], for items of
/// any type. Implement it for a list of another form:
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a page of a list",
    note = "a page is a generated type with `items` and `total`, `paging::Page`, or your own type that implements `ListPage`"
)]
pub trait ListPage {
    /// The type of the items.
    type Item;

    /// The number of items on all pages, if the server states it.
    fn total(&self) -> Option<u64>;

    /// The number of this page, from 1, if the server states it.
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

/// A page with items of any type, for [requests to arbitrary paths](crate::Client::request).
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
    /// The number of items on all pages.
    pub total: u64,
    /// The number of this page, from 1.
    pub page: u64,
    /// The largest number of items on a page.
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
