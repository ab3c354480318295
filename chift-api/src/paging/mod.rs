//! Paged lists, as a stream of their items.
//!
//! Chift's list operations take `page` (from 1) and `size` (default 50, at most 100, more on request) and return
//! `items`, `total`, `page` and `size`. [`items`] turns any of them into a stream, with a closure that fetches one
//! page:
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
//! The closure can also call a generated operation, whose response is a [`ListPage`]:
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
//! The stream ends after as many items as `total` states, or after a page without items. It does not request another
//! page then. `total` may change between pages.
//!
//! Servers are not always consistent, so three rules keep the stream from losing items or running forever:
//!
//! - A page with fewer items than requested does not end the stream while `total` states more items.
//! - A `total` that is less than the number of items received, or less than on an earlier page, does not end the stream
//!   while full pages arrive.
//! - A `total` that is larger than before counts only if the page states the requested page number. So a server that
//!   repeats its last page does not cause an endless stream.

#[cfg(test)]
mod closures;
mod items;
mod page;
mod requests;
#[cfg(test)]
mod tests;

pub use futures_util::Stream;
pub use items::{CollectError, Items, items, owned_pages, pages};
pub use page::{ListPage, Page};
