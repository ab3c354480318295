//! Lists that come in pages, as a stream of their items.
//!
//! Chift's list operations take `page` (from 1) and `size` (at most 100, unless your account is granted more)
//! and answer `items`, `total`, `page` and `size`. [`items`] makes a stream of any of them from a closure that
//! fetches one page:
//!
//! ```
//! # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use chift_api::{Method, paging};
//!
//! let fetch = |page, size| {
//!     let call = client.request(Method::GET, "/consumers").query(&[("page", page), ("size", size)]);
//!     call.send::<paging::Page<serde_json::Value>>()
//! };
//! let mut consumers = paging::items(100, fetch).ahead(2);
//! while let Some(consumer) = consumers.next().await {
//!     println!("{}", consumer?["name"]);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A generated operation stands in the closure just as well; its answer is a [`ListPage`]:
//!
//! ```text
//! paging::items(100, |page, size| {
//!     let client = client.clone();
//!     async move { client.get_invoices(&consumer, &GetInvoicesQuery { page: Some(page), size: Some(size), ..filter }).await }
//! })
//! ```
//!
//! # When it ends
//!
//! - As many items as `total` says have come: no further page is asked for, and `total` may change on the way.
//! - A page has no items.
//!
//! A page that is shorter than it was asked to be does not end it: the next one is asked for while items are
//! missing. Nor does a `total` that is less than what has come already, or than a page before said, as long
//! as full pages come: it may be wrong.
//! A larger `total` than before is believed only of a page that says it is the one that was asked for, so
//! that a server which repeats its last page for ever is not followed.

mod items;
mod page;
#[cfg(test)]
mod tests;

pub use items::{CollectError, Items, items};
pub use page::{ListPage, Page};
