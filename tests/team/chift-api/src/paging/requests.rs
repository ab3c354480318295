//! The requests of a list that are under way.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::FuturesOrdered;

use crate::ListPage;

/// Requests pages and returns them in order. It names the types of a closure's pages and errors, so that the type of
/// its futures need not be named.
pub trait Requests {
    /// The type of the pages.
    type Page: ListPage;
    /// The type of the errors.
    type Error;

    /// Begins to request a page.
    fn begin(&mut self, page: i64, size: i64);
    /// The next page; `None` if no request is under way.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Self::Page, Self::Error>>>;
    /// Drops the requests that are under way.
    fn cancel(&mut self);
}

/// The futures of a closure.
pub struct UnderWay<F, Fut: Future> {
    pub(super) fetch: F,
    pub(super) futures: FuturesOrdered<Fut>,
}

impl<P, E, F, Fut> Requests for UnderWay<F, Fut>
where
    P: ListPage,
    F: FnMut(i64, i64) -> Fut,
    Fut: Future<Output = Result<P, E>>,
{
    type Page = P;
    type Error = E;

    fn begin(&mut self, page: i64, size: i64) {
        self.futures.push_back((self.fetch)(page, size));
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P, E>>> {
        // `FuturesOrdered` stores the futures on the heap.
        Pin::new(&mut self.futures).poll_next(context)
    }

    fn cancel(&mut self) {
        self.futures = FuturesOrdered::new();
    }
}
