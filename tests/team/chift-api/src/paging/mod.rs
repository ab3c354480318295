//! Paged lists, as a stream of their items.
//!
//! Chift's list operations take `page` (from 1) and `size` (default 50, [at most 100](#larger-pages)) and return `items`,
//! `total`, `page` and `size`. [`pages`] turns any of them into a stream of items, with a closure that fetches
//! one page:
//!
//! ```
//! # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use chift_api::{Method, paging};
//!
//! let mut consumers = paging::pages(|page| {
//!     client.request(Method::GET, "/consumers").query(&[("page", page)]).send::<paging::Page<serde_json::Value>>()
//! });
//! while let Some(consumer) = consumers.try_next().await? {
//!     println!("{}", consumer["name"]);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`items`] does the same and sets the size of a page. A closure can also call a generated operation, whose response is
//! a [`ListPage`], in either of these forms:
//!
//! ```
//! # use chift_api::{Error, ResponseValue, paging::{self, Page}};
//! # #[derive(Clone)]
//! # struct Client;
//! # #[derive(Clone, Copy)]
//! # struct Invoicing<'a>(&'a Client);
//! # #[derive(Clone, Default)]
//! # struct GetInvoicesQuery { page: Option<i64>, size: Option<i64> }
//! # impl Client { fn invoicing(&self) -> Invoicing<'_> { Invoicing(self) } }
//! # impl Invoicing<'_> {
//! #     async fn get_invoices(
//! #         self,
//! #         _: &String,
//! #         _: impl std::borrow::Borrow<GetInvoicesQuery>,
//! #     ) -> Result<ResponseValue<Page<String>>, Error> { std::future::pending().await }
//! # }
//! # async fn call(client: Client, consumer: String) -> Result<(), Box<dyn std::error::Error>> {
//! # let query = GetInvoicesQuery::default();
//! let invoices = paging::pages(|page| {
//!     client.invoicing().get_invoices(&consumer, GetInvoicesQuery { page: Some(page), ..query.clone() })
//! });
//!
//! let invoices = paging::items(100, async |page, size| {
//!     let query = GetInvoicesQuery { page: Some(page), size: Some(size), ..Default::default() };
//!     client.invoicing().get_invoices(&consumer, &query).await
//! });
//! # let _ = invoices;
//! # Ok(())
//! # }
//! ```
//!
//! Both work in a spawned task too. To return the stream from a function that owns the client, use [`owned_pages`].
//!
//! # Larger pages
//!
//! A page has at most 100 items by default. Chift allows a `size` of 500 on request, and of 1,000 for enterprise
//! customers. Agree on it with Chift; then a long list takes a fifth or a tenth of the requests:
//!
//! ```
//! # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use chift_api::{Method, paging};
//! let mut products = paging::items(500, |page, size| {
//!     let query = [("page", page), ("size", size)];
//!     client.request(Method::GET, "/products").query(&query).send::<paging::Page<serde_json::Value>>()
//! });
//! # while let Some(product) = products.try_next().await? {}
//! # Ok(())
//! # }
//! ```
//!
//! The client sends every `size` unchanged, also one above the maximum that the document states for a parameter. If the
//! server returns fewer items than requested, the stream reads the list in pages of that length. If the server refuses
//! the size, the stream returns its error.
//!
//! # When it ends
//!
//! The stream ends after as many items as `total` states, or after a page without items. It does not request another
//! page then. `total` may change between pages. A list without `total` ends after a page with fewer items than requested,
//! so request no more items than the server returns.
//!
//! Servers are not always consistent, so three rules keep the stream from losing items or running forever:
//!
//! - A page with fewer items than requested does not end the stream while `total` states more items.
//! - A `total` that is less than the number of items received, or less than on an earlier page, does not end the stream
//!   while full pages arrive: pages as long as the first one.
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
