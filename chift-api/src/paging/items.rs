//! The stream of the items of all pages.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_util::Stream;
use futures_util::future::poll_fn;
use futures_util::stream::FuturesOrdered;

use crate::ListPage;

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
