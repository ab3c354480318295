//! The stream of the items of all pages.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_util::Stream;
use futures_util::future::poll_fn;
use futures_util::stream::FuturesOrdered;

use super::requests::{Requests, UnderWay};
use crate::ListPage;

/// A stream of all items of a list. It requests one page after the other with `fetch(page)`; pages count from 1. The
/// server decides how long a page is, or `fetch` does.
///
/// `fetch` is a closure or an async closure. It can call a generated operation: put `page` into the query of the
/// operation.
///
/// ```
/// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use chift_api::{Method, paging};
/// let mut names = paging::pages(async |page| {
///     client.request(Method::GET, "/names").query(&[("page", page)]).send::<paging::Page<String>>().await
/// });
/// while let Some(name) = names.try_next().await? {
///     println!("{name}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// The stream requests nothing until it is polled. It returns an error after all items of the pages before it, and then
/// ends.
pub fn pages<P, E, F, Fut>(mut fetch: F) -> Items<impl Requests<Page = P, Error = E>>
where
    P: ListPage,
    F: FnMut(i64) -> Fut,
    Fut: Future<Output = Result<P, E>>,
{
    Items::new(None, move |page, _| fetch(page))
}

/// Like [`pages`], for an `async move` closure, which owns what it uses. So a function can return the stream.
///
/// ```
/// use chift_api::paging::{self, Page, Stream};
/// use chift_api::{Client, Error, Method, Undocumented};
///
/// fn names(client: Client) -> impl Stream<Item = Result<String, Error<Undocumented>>> {
///     paging::owned_pages(async move |page| {
///         client.request(Method::GET, "/names").query(&[("page", page)]).send::<Page<String>>().await
///     })
/// }
/// ```
pub fn owned_pages<P, E, F>(fetch: F) -> Items<impl Requests<Page = P, Error = E>>
where
    P: ListPage,
    F: AsyncFn(i64) -> Result<P, E>,
{
    // The compiler does not accept closures that borrow here in a spawned task (rust-lang/rust#110338), so that `pages`
    // cannot take an `AsyncFn`.
    let fetch = Arc::new(fetch);
    pages(move |page| {
        let fetch = fetch.clone();
        async move { fetch(page).await }
    })
}

/// Like [`pages`], for pages of `size` items: it requests them with `fetch(page, size)`. A `size` of 0 is treated as 1.
/// More than 100 items need an [agreement with Chift](super#larger-pages); the server may return fewer.
///
/// ```
/// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use chift_api::{Method, paging};
/// let names = paging::items(100, |page, size| {
///     client.request(Method::GET, "/names").query(&[("page", page), ("size", size)]).send::<paging::Page<String>>()
/// });
/// let names: Vec<String> = names.ahead(2).collect_all(10_000).await?;
/// # Ok(())
/// # }
/// ```
pub fn items<P, E, F, Fut>(size: u32, fetch: F) -> Items<impl Requests<Page = P, Error = E>>
where
    P: ListPage,
    F: FnMut(i64, i64) -> Fut,
    Fut: Future<Output = Result<P, E>>,
{
    Items::new(Some(u64::from(size.max(1))), fetch)
}

/// The stream of [`pages`], [`owned_pages`] and [`items`]. It is `Unpin`.
///
/// It implements [`Stream`](super::Stream), so that the adapters of the crate `futures` apply, such as `try_collect`.
///
/// ```
/// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use chift_api::{Method, paging};
/// let names = paging::pages(|page| {
///     client.request(Method::GET, "/names").query(&[("page", page)]).send::<paging::Page<String>>()
/// });
/// let names: Vec<String> = names.ahead(2).collect_all(10_000).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream requests nothing until it is polled"]
pub struct Items<R: Requests> {
    requests: R,
    /// The number of items requested for a page; `None` if the server decides.
    size: Option<u64>,
    ahead: u32,
    /// Pages that arrived before they were needed, in order.
    waiting: VecDeque<Result<R::Page, R::Error>>,
    /// The number of pages requested, and the number of those processed.
    requested: u64,
    processed: u64,
    /// The number of items received.
    received: u64,
    /// The number of all items, as far as known.
    total: Option<u64>,
    has_shrunk: bool,
    /// The number of items of the first page: a server may return fewer than requested.
    page_length: Option<u64>,
    /// The remaining items of the current page.
    rest: vec::IntoIter<<R::Page as ListPage>::Item>,
    ended: bool,
}

// Nothing here is pinned in place.
impl<R: Requests> Unpin for Items<R> {}

impl<P, E, F, Fut> Items<UnderWay<F, Fut>>
where
    P: ListPage,
    F: FnMut(i64, i64) -> Fut,
    Fut: Future<Output = Result<P, E>>,
{
    fn new(size: Option<u64>, fetch: F) -> Self {
        Self {
            requests: UnderWay { fetch, futures: FuturesOrdered::new() },
            size,
            ahead: 0,
            waiting: VecDeque::new(),
            requested: 0,
            processed: 0,
            received: 0,
            total: None,
            has_shrunk: false,
            page_length: None,
            rest: Vec::new().into_iter(),
            ended: false,
        }
    }
}

impl<R: Requests> Items<R> {
    /// Requests up to `pages` pages in advance, concurrently, and keeps them in memory. It requests none beyond
    /// `total`, so the first page is requested alone. The requests make progress only while the stream is polled.
    /// Default: 0.
    pub fn ahead(mut self, pages: u32) -> Self {
        self.ahead = pages;
        self
    }

    /// The next item; `None` at the end. Like `StreamExt::next`, without the trait.
    #[allow(clippy::should_implement_trait)]
    pub async fn next(&mut self) -> Option<Result<<R::Page as ListPage>::Item, R::Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The next item; `Ok(None)` at the end. Like `TryStreamExt::try_next`, without the trait.
    ///
    /// # Errors
    ///
    /// The error of the next page, if it could not be fetched.
    pub async fn try_next(&mut self) -> Result<Option<<R::Page as ListPage>::Item>, R::Error> {
        self.next().await.transpose()
    }

    /// Collects all items, at most `bound`.
    ///
    /// # Errors
    ///
    /// [`CollectError::Call`] for the first call that fails, and [`CollectError::TooMany`] if there are more items.
    pub async fn collect_all(
        mut self,
        bound: usize,
    ) -> Result<Vec<<R::Page as ListPage>::Item>, CollectError<R::Error>> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            let item = item.map_err(CollectError::Call)?;
            if all.len() == bound {
                return Err(CollectError::TooMany { bound });
            }
            all.push(item);
        }
        Ok(all)
    }

    /// Requests pages: the next one if it is `needed`, and those in advance.
    fn request(&mut self, needed: bool) {
        let wanted = self.processed.saturating_add(u64::from(self.ahead.max(needed.into())));
        while self.requested < wanted
            && (needed && self.requested == self.processed || self.requested < self.known_pages())
        {
            self.requested += 1;
            // No list has that many pages, but the type allows it.
            let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            self.requests.begin(number(self.requested), number(self.size.unwrap_or_default()));
        }
    }

    /// The number of pages, as far as known.
    fn known_pages(&self) -> u64 {
        match (self.total, self.page_length) {
            (Some(total), Some(length)) if length > 0 => total.div_ceil(length),
            _ => 0,
        }
    }

    fn process(&mut self, page: R::Page) {
        self.processed += 1;
        let is_requested = page.page().is_none_or(|number| number == self.processed);
        self.has_shrunk |= matches!((page.total(), self.total), (Some(now), Some(before)) if now < before);
        self.total = match (page.total(), self.total) {
            (Some(now), Some(before)) if now > before && !is_requested => Some(before),
            (now, before) => now.or(before),
        };
        let items = page.into_items();
        let count = items.len() as u64;
        self.received = self.received.saturating_add(count);
        let length = *self.page_length.get_or_insert(count.min(self.size.unwrap_or(count)));
        // A server may return fewer items than requested, so a full page is one as long as the first. Without `total`,
        // a list could be one without pages, which ignores the page number and would never end.
        let of_full_page = if self.total.is_some() { length } else { self.size.unwrap_or(length) };
        let full = count >= of_full_page && is_requested;
        self.ended = match self.total {
            _ if count == 0 => true,
            Some(total) if self.received < total => false,
            Some(total) if self.received == total && !self.has_shrunk => true,
            // More items than `total`, a shrinking `total`, or none: a page that is not full is the end.
            _ => !full,
        };
        self.rest = items.into_iter();
    }
}

impl<R: Requests> Stream for Items<R> {
    type Item = Result<<R::Page as ListPage>::Item, R::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if !this.ended && this.ahead > 0 && this.processed > 0 {
                // Requests in advance make progress while items are returned.
                this.request(false);
                while let Poll::Ready(Some(result)) = this.requests.poll_next(context) {
                    this.waiting.push_back(result);
                }
            }
            if let Some(item) = this.rest.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if this.ended {
                this.requests.cancel();
                this.waiting.clear();
                return Poll::Ready(None);
            }
            this.request(true);
            let result = match this.waiting.pop_front() {
                Some(result) => Some(result),
                None => ready!(this.requests.poll_next(context)),
            };
            match result {
                Some(Ok(page)) => this.process(page),
                Some(Err(error)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => this.ended = true,
            }
        }
    }
}

impl<R: Requests> fmt::Debug for Items<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("size", &self.size)
            .field("pages", &self.processed)
            .field("items", &self.received)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// Why [`Items::collect_all`] failed.
///
/// ```
/// # async fn call<T, E: std::error::Error>(result: Result<Vec<T>, chift_api::paging::CollectError<E>>) {
/// use chift_api::paging::CollectError;
/// match result {
///     Err(CollectError::TooMany { bound }) => eprintln!("more than {bound} items"),
///     Err(CollectError::Call(error)) => eprintln!("{error}"),
///     _ => {}
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CollectError<E> {
    /// A call failed.
    Call(E),
    /// There are more items than the bound.
    TooMany {
        /// The largest number of items allowed.
        bound: usize,
    },
}

impl<E> fmt::Display for CollectError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(_) => f.write_str("a page of the list could not be fetched"),
            Self::TooMany { bound } => write!(f, "the list has more than {bound} items"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for CollectError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => Some(error),
            Self::TooMany { .. } => None,
        }
    }
}
