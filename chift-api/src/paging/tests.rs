//! Lists of servers that are honest, and of others that are not.

use std::cell::RefCell;
use std::future::ready;

use super::{CollectError, Page, items};

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
    fn page(&self, page: i64, size: i64) -> Result<Page<u64>, String> {
        self.asked.borrow_mut().push(page);
        assert!(self.asked.borrow().len() < 100, "a loop");
        let page = u64::try_from(page).unwrap();
        let index = usize::try_from(page - 1).unwrap();
        let start: u64 = self.pages.iter().take(index).sum();
        let items = (start..start + self.pages.get(index).unwrap_or(&0)).collect();
        Ok(Page { items, total: (self.total)(page), page: (self.echo)(page), size: size.try_into().unwrap() })
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
