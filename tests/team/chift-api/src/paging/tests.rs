//! Lists of consistent and of inconsistent servers.

use std::cell::RefCell;
use std::future::ready;

use super::{CollectError, ListPage, Page, items};

/// A page of a list that states no total.
struct WithoutTotal(Vec<u64>);

impl ListPage for WithoutTotal {
    type Item = u64;

    fn total(&self) -> Option<u64> {
        None
    }

    fn page(&self) -> Option<u64> {
        None
    }

    fn into_items(self) -> Vec<u64> {
        self.0
    }
}

/// A list of numbers from 0, on a server whose `total` and `page` may be wrong.
struct List {
    /// The number of items of each page, regardless of the requested size. Later pages are empty.
    pages: &'static [u64],
    total: fn(page: u64) -> u64,
    stated_page: fn(page: u64) -> u64,
    requested: RefCell<Vec<i64>>,
}

impl List {
    fn new(pages: &'static [u64], total: fn(u64) -> u64) -> Self {
        Self { pages, total, stated_page: |page| page, requested: RefCell::default() }
    }

    #[allow(clippy::unnecessary_wraps)]
    fn page(&self, page: i64, size: i64) -> Result<Page<u64>, String> {
        self.requested.borrow_mut().push(page);
        assert!(self.requested.borrow().len() < 100, "endless requests");
        let page = u64::try_from(page).unwrap();
        let index = usize::try_from(page - 1).unwrap();
        let start: u64 = self.pages.iter().take(index).sum();
        let items = (start..start + self.pages.get(index).unwrap_or(&0)).collect();
        Ok(Page { items, total: (self.total)(page), page: (self.stated_page)(page), size: size.try_into().unwrap() })
    }

    /// The items, and the pages requested.
    async fn read(&self, ahead: u32) -> (Vec<u64>, Vec<i64>) {
        self.requested.borrow_mut().clear();
        let stream = items(10, |page, size| ready(self.page(page, size))).ahead(ahead);
        let all = stream.collect_all(1000).await.unwrap();
        (all, self.requested.borrow().clone())
    }
}

fn up_to(end: u64) -> Vec<u64> {
    (0..end).collect()
}

#[tokio::test]
async fn a_consistent_list_is_read_without_superfluous_requests() {
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
async fn an_inconsistent_list_loses_no_item_and_ends() {
    for (what, list, end, requests) in [
        ("pages shorter than requested", List::new(&[4, 4, 4], |_| 12), 12, 3),
        ("a short page in the middle", List::new(&[10, 3, 10], |_| 23), 23, 3),
        ("a total without further items", List::new(&[10, 10], |_| 500), 20, 3),
        ("a total that grows", List::new(&[10, 10, 10], |page| page * 10 + 5), 30, 4),
        ("a total that shrinks with the list", List::new(&[10, 10, 2], |page| 30 - 4 * (page - 1)), 22, 3),
        (
            "a total that shrinks to the items received, and more follow",
            List::new(&[10, 10, 5], |page| 30 - 10 * (page - 1)),
            25,
            3,
        ),
        ("a total that is always less than the items received", List::new(&[10, 10, 5], |_| 1), 25, 3),
        ("no items at all, and a total of millions", List::new(&[], |_| 9_000_000), 0, 1),
        (
            "a last page that is repeated forever, with a growing total",
            List { stated_page: |page| page.min(3), ..List::new(&[10; 90], |page| page * 10 + 10) },
            40,
            4,
        ),
        (
            "a last page that is repeated forever, with a total that is less than the items received",
            List { stated_page: |page| page.min(3), ..List::new(&[10; 90], |_| 1) },
            40,
            4,
        ),
        (
            "pages shorter than requested, and a total that shrinks to the items received",
            List::new(&[4, 4, 4, 2], |page| 12 - 4 * (page - 1).min(1)),
            14,
            4,
        ),
        (
            "pages shorter than requested, and a total that is less than the items received",
            List::new(&[4, 4, 4, 2], |page| if page == 1 { 5 } else { 1 }),
            14,
            4,
        ),
        ("a page shorter than requested, and a total that is less than its items", List::new(&[4, 4, 2], |_| 1), 10, 3),
        ("a page number that is always 1", List { stated_page: |_| 1, ..List::new(&[10, 10, 5], |_| 25) }, 25, 3),
    ] {
        let (items, pages) = list.read(0).await;
        assert_eq!((items, pages.len()), (up_to(end), requests), "{what}");
        let (items, _) = list.read(3).await;
        assert_eq!(items, up_to(end), "{what}, read ahead");
    }
}

#[tokio::test]
async fn without_a_total_a_page_shorter_than_requested_is_the_last() {
    for (lengths, end, requests) in [(&[10, 10, 3][..], 23, 3), (&[10, 10], 20, 3), (&[3], 3, 1), (&[], 0, 1)] {
        let list = List { pages: lengths, ..List::new(&[], |_| 0) };
        let fetch = |page, size| ready(list.page(page, size).map(|page| WithoutTotal(page.items)));
        assert_eq!(items(10, fetch).collect_all(1000).await.unwrap(), up_to(end), "{lengths:?}");
        assert_eq!(list.requested.borrow().len(), requests, "{lengths:?}");
    }
    // A list without pages, which ignores the page number.
    let unpaged = items(10, |_, _| ready(Ok::<_, String>(WithoutTotal(vec![0, 1, 2]))));
    assert_eq!(unpaged.collect_all(1000).await.unwrap(), up_to(3));
}

#[tokio::test]
async fn an_error_follows_the_items_before_it_and_ends_the_stream() {
    for ahead in [0, 3] {
        let list = List::new(&[10, 10, 10, 10], |_| 40);
        let fetch = |page, size| ready(if page == 3 { Err("page 3".to_owned()) } else { list.page(page, size) });
        let mut stream = items(10, fetch).ahead(ahead);
        let mut received = Vec::new();
        while let Some(item) = stream.next().await {
            received.push(item);
        }
        let mut expected: Vec<_> = up_to(20).into_iter().map(Ok).collect();
        expected.push(Err("page 3".to_owned()));
        assert_eq!(received, expected);
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test]
async fn more_items_than_the_bound_are_an_error_and_are_not_requested() {
    let list = List::new(&[10; 90], |_| 900);
    let fetch = |page, size| ready(list.page(page, size));
    assert_eq!(items(10, fetch).collect_all(15).await, Err(CollectError::TooMany { bound: 15 }));
    assert_eq!(*list.requested.borrow(), [1, 2]);
    let list = List::new(&[10], |_| 10);
    assert_eq!(items(10, |page, size| ready(list.page(page, size))).collect_all(10).await.unwrap().len(), 10);
}

#[tokio::test]
async fn at_most_the_set_number_of_pages_is_requested_in_advance() {
    let list = List::new(&[10; 20], |_| 200);
    let mut stream = items(10, |page, size| ready(list.page(page, size))).ahead(3);
    assert!(list.requested.borrow().is_empty(), "nothing is requested until the stream is polled");
    stream.next().await.unwrap().unwrap();
    assert_eq!(*list.requested.borrow(), [1, 2, 3, 4]);
    for _ in 0..9 {
        stream.next().await.unwrap().unwrap();
    }
    assert_eq!(list.requested.borrow().len(), 4);
    stream.next().await.unwrap().unwrap();
    assert_eq!(*list.requested.borrow(), [1, 2, 3, 4, 5]);
}
