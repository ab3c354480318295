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
//!     call.send::<paging::Listed<serde_json::Value>>()
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

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_util::Stream;
use futures_util::future::poll_fn;
use futures_util::stream::FuturesOrdered;

pub use crate::list_page::{ListPage, Listed};

/// All items of a list, as a stream that asks for page after page of `size` items with `fetch(page, size)`.
///
/// Nothing is asked for until the stream is polled. An error comes in its place, after the items before it, and
/// ends the stream.
pub fn items<P, E, F, Fut>(size: u32, fetch: F) -> Items<P, E, F, Fut>
where
    P: ListPage,
    F: FnMut(i64, i64) -> Fut,
    Fut: Future<Output = Result<P, E>>,
{
    Items {
        fetch,
        size: u64::from(size.max(1)),
        ahead: 0,
        under_way: FuturesOrdered::new(),
        waiting: VecDeque::new(),
        asked: 0,
        taken: 0,
        arrived: 0,
        total: None,
        has_shrunk: false,
        step: None,
        rest: Vec::new().into_iter(),
        ended: false,
    }
}

/// The stream that [`items`] makes. It needs no pinning.
#[must_use = "nothing is asked for until it is polled"]
pub struct Items<P: ListPage, E, F, Fut: Future<Output = Result<P, E>>> {
    fetch: F,
    size: u64,
    ahead: u32,
    under_way: FuturesOrdered<Fut>,
    /// Pages that came before they were needed, in order.
    waiting: VecDeque<Result<P, E>>,
    /// How many pages were asked for, and how many of them have been looked at.
    asked: u64,
    taken: u64,
    /// How many items have come.
    arrived: u64,
    /// What is believed of the number of all items.
    total: Option<u64>,
    has_shrunk: bool,
    /// How many items the first page had: the server may give less than it is asked for.
    step: Option<u64>,
    /// What is left of the page at hand.
    rest: vec::IntoIter<P::Item>,
    ended: bool,
}

// Nothing in it is ever pinned but what `FuturesOrdered` holds on the heap.
impl<P: ListPage, E, F, Fut: Future<Output = Result<P, E>>> Unpin for Items<P, E, F, Fut> {}

impl<P, E, F, Fut> Items<P, E, F, Fut>
where
    P: ListPage,
    F: FnMut(i64, i64) -> Fut,
    Fut: Future<Output = Result<P, E>>,
{
    /// Asks for up to `pages` pages before they are needed; as many are held in memory, and asked for at a time.
    /// None is asked for beyond `total`, so the first page is always waited for alone. They proceed while the
    /// stream is polled. Default: 0.
    pub fn ahead(mut self, pages: u32) -> Self {
        self.ahead = pages;
        self
    }

    /// The next item; `None` at the end. The same as `StreamExt::next`, without that trait.
    #[allow(clippy::should_implement_trait)]
    pub async fn next(&mut self) -> Option<Result<P::Item, E>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All items, if they are not more than `bound`.
    ///
    /// # Errors
    ///
    /// The first call that fails, or [`CollectError::TooMany`] as soon as there are more.
    pub async fn collect_all(mut self, bound: usize) -> Result<Vec<P::Item>, CollectError<E>> {
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

    /// Asks for the pages that may be asked for: the next one when it is `needed`, and those ahead.
    fn ask(&mut self, needed: bool) {
        let wanted = self.taken.saturating_add(u64::from(self.ahead.max(needed.into())));
        while self.asked < wanted && (needed && self.asked == self.taken || self.asked < self.promised()) {
            self.asked += 1;
            // Nobody has that many pages, but the type allows for them.
            let (page, size) = (i64::try_from(self.asked), i64::try_from(self.size));
            self.under_way.push_back((self.fetch)(page.unwrap_or(i64::MAX), size.unwrap_or(i64::MAX)));
        }
    }

    /// How many pages there are, as far as is known.
    fn promised(&self) -> u64 {
        match (self.total, self.step) {
            (Some(total), Some(step)) if step > 0 => total.div_ceil(step),
            _ => 0,
        }
    }

    fn take(&mut self, page: P) {
        self.taken += 1;
        let honest = page.page().is_none_or(|number| number == self.taken);
        self.has_shrunk |= matches!((page.total(), self.total), (Some(now), Some(before)) if now < before);
        self.total = match (page.total(), self.total) {
            (Some(now), Some(before)) if now > before && !honest => Some(before),
            (now, before) => now.or(before),
        };
        let items = page.into_items();
        let count = items.len() as u64;
        self.arrived = self.arrived.saturating_add(count);
        self.step.get_or_insert(count.min(self.size));
        let full = count >= self.size && honest;
        self.ended = match self.total {
            _ if count == 0 => true,
            Some(total) if self.arrived < total => false,
            Some(total) if self.arrived == total && !self.has_shrunk => true,
            // More has come than there should be, `total` goes down, or nothing is told: only the pages
            // themselves can say.
            _ => !full,
        };
        self.rest = items.into_iter();
    }
}

impl<P, E, F, Fut> Stream for Items<P, E, F, Fut>
where
    P: ListPage,
    F: FnMut(i64, i64) -> Fut,
    Fut: Future<Output = Result<P, E>>,
{
    type Item = Result<P::Item, E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if !this.ended && this.ahead > 0 && this.taken > 0 {
                // What is asked for ahead goes on while items are handed out.
                this.ask(false);
                while let Poll::Ready(Some(result)) = Pin::new(&mut this.under_way).poll_next(context) {
                    this.waiting.push_back(result);
                }
            }
            if let Some(item) = this.rest.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if this.ended {
                this.under_way = FuturesOrdered::new();
                this.waiting.clear();
                return Poll::Ready(None);
            }
            this.ask(true);
            let result = match this.waiting.pop_front() {
                Some(result) => Some(result),
                None => ready!(Pin::new(&mut this.under_way).poll_next(context)),
            };
            match result {
                Some(Ok(page)) => this.take(page),
                Some(Err(error)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => this.ended = true,
            }
        }
    }
}

impl<P: ListPage, E, F, Fut: Future<Output = Result<P, E>>> fmt::Debug for Items<P, E, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("size", &self.size)
            .field("pages", &self.taken)
            .field("items", &self.arrived)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// Why a list could not be collected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CollectError<E> {
    /// A call failed.
    Call(E),
    /// There are more items than were asked for.
    TooMany {
        /// How many were asked for at most.
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::ready;

    use super::*;

    /// A list of numbers from 0, as a server tells of it that may lie.
    struct List {
        /// How many items each page has, whatever is asked for; behind them there is nothing.
        pages: &'static [u64],
        total: fn(page: u64) -> u64,
        echo: fn(page: u64) -> u64,
        asked: RefCell<Vec<i64>>,
    }

    impl List {
        fn new(pages: &'static [u64], total: fn(u64) -> u64) -> Self {
            Self { pages, total, echo: |page| page, asked: RefCell::default() }
        }

        #[allow(clippy::unnecessary_wraps)]
        fn page(&self, page: i64, size: i64) -> Result<Listed<u64>, String> {
            self.asked.borrow_mut().push(page);
            assert!(self.asked.borrow().len() < 100, "a loop");
            let page = u64::try_from(page).unwrap();
            let index = usize::try_from(page - 1).unwrap();
            let start: u64 = self.pages.iter().take(index).sum();
            let items = (start..start + self.pages.get(index).unwrap_or(&0)).collect();
            Ok(Listed { items, total: (self.total)(page), page: (self.echo)(page), size: size.try_into().unwrap() })
        }

        /// The items, and which pages were asked for.
        async fn read(&self, ahead: u32) -> (Vec<u64>, Vec<i64>) {
            self.asked.borrow_mut().clear();
            let stream = items(10, |page, size| ready(self.page(page, size))).ahead(ahead);
            let all = stream.collect_all(1000).await.unwrap();
            (all, self.asked.borrow().clone())
        }
    }

    fn up_to(end: u64) -> Vec<u64> {
        (0..end).collect()
    }

    #[tokio::test]
    async fn an_honest_list_is_read_with_no_request_too_many() {
        for (pages, total, requests) in [
            (&[10, 10, 10][..], 30, vec![1, 2, 3]), // a full last page
            (&[10, 10, 1], 21, vec![1, 2, 3]),
            (&[10], 10, vec![1]),
            (&[3], 3, vec![1]),
            (&[], 0, vec![1]),
        ] {
            let list = List { pages, ..List::new(&[], |_| 0) };
            let list = match total {
                30 => List { total: |_| 30, ..list },
                21 => List { total: |_| 21, ..list },
                10 => List { total: |_| 10, ..list },
                3 => List { total: |_| 3, ..list },
                _ => list,
            };
            for ahead in [0, 1, 2, 50] {
                assert_eq!(list.read(ahead).await, (up_to(total), requests.clone()), "{pages:?}, {ahead} ahead");
            }
        }
    }

    #[tokio::test]
    async fn a_list_that_lies_loses_nothing_and_ends() {
        for (what, list, end, requests) in [
            ("pages shorter than asked for", List::new(&[4, 4, 4], |_| 12), 12, 3),
            ("a short page in the middle", List::new(&[10, 3, 10], |_| 23), 23, 3),
            ("a total that nothing comes of", List::new(&[10, 10], |_| 500), 20, 3),
            ("a total that grows", List::new(&[10, 10, 10], |page| page * 10 + 5), 30, 4),
            ("a total that shrinks with the list", List::new(&[10, 10, 2], |page| 30 - 4 * (page - 1)), 22, 3),
            (
                "a total that shrinks to what has come, and more comes",
                List::new(&[10, 10, 5], |page| 30 - 10 * (page - 1)),
                25,
                3,
            ),
            ("a total that is always less than what came", List::new(&[10, 10, 5], |_| 1), 25, 3),
            ("no items at all, and a total of millions", List::new(&[], |_| 9_000_000), 0, 1),
            (
                "a last page that is repeated for ever, with a total that runs ahead",
                List { echo: |page| page.min(3), ..List::new(&[10; 90], |page| page * 10 + 10) },
                40,
                4,
            ),
            (
                "a last page that is repeated for ever, with a total that is less than what came",
                List { echo: |page| page.min(3), ..List::new(&[10; 90], |_| 1) },
                40,
                4,
            ),
            ("an echo that is always 1", List { echo: |_| 1, ..List::new(&[10, 10, 5], |_| 25) }, 25, 3),
        ] {
            let (items, asked) = list.read(0).await;
            assert_eq!((items, asked.len()), (up_to(end), requests), "{what}");
            let (items, _) = list.read(3).await;
            assert_eq!(items, up_to(end), "{what}, read ahead");
        }
    }

    #[tokio::test]
    async fn an_error_comes_in_its_place_and_ends_the_stream() {
        for ahead in [0, 3] {
            let list = List::new(&[10, 10, 10, 10], |_| 40);
            let fetch = |page, size| ready(if page == 3 { Err("page 3".to_owned()) } else { list.page(page, size) });
            let mut stream = items(10, fetch).ahead(ahead);
            let mut told = Vec::new();
            while let Some(item) = stream.next().await {
                told.push(item);
            }
            let mut expected: Vec<_> = up_to(20).into_iter().map(Ok).collect();
            expected.push(Err("page 3".to_owned()));
            assert_eq!(told, expected);
            assert_eq!(stream.next().await, None);
        }
    }

    #[tokio::test]
    async fn more_than_the_bound_is_an_error_and_not_more_memory() {
        let list = List::new(&[10; 90], |_| 900);
        let fetch = |page, size| ready(list.page(page, size));
        assert_eq!(items(10, fetch).collect_all(15).await, Err(CollectError::TooMany { bound: 15 }));
        assert_eq!(*list.asked.borrow(), [1, 2]);
        let list = List::new(&[10], |_| 10);
        assert_eq!(items(10, |page, size| ready(list.page(page, size))).collect_all(10).await.unwrap().len(), 10);
    }

    #[tokio::test]
    async fn pages_are_asked_for_no_further_ahead_than_said() {
        let list = List::new(&[10; 20], |_| 200);
        let mut stream = items(10, |page, size| ready(list.page(page, size))).ahead(3);
        assert!(list.asked.borrow().is_empty(), "nothing is asked for until the stream is polled");
        stream.next().await.unwrap().unwrap();
        assert_eq!(*list.asked.borrow(), [1, 2, 3, 4]);
        for _ in 0..9 {
            stream.next().await.unwrap().unwrap();
        }
        assert_eq!(list.asked.borrow().len(), 4);
        stream.next().await.unwrap().unwrap();
        assert_eq!(*list.asked.borrow(), [1, 2, 3, 4, 5]);
    }
}
