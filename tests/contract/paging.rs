//! Paged lists, over real HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chift_api::paging::{self, Page};
use chift_api::{Client, Error, Method, ResponseValue, RetryPolicy, Undocumented};
use chift_auth::TokenSource;
use chift_tests::{Behavior, FaultyServer, StandIn};
use httpmock::{HttpMockRequest, HttpMockResponse};
use serde_json::json;

type PageResult = Result<ResponseValue<Page<u64>>, Error<Undocumented>>;

/// Starts a stand-in with a list of `count` numbers at `/numbers`. It reports `total(page)` as the total, responds to
/// page `broken` with an error, and counts the requests.
fn list(count: u64, total: fn(page: u64) -> u64, broken: u64) -> (StandIn, Client, Arc<AtomicUsize>) {
    list_with_pages(count, u64::MAX, total, broken)
}

/// Like [`list`], with at most `longest` numbers on a page.
fn list_with_pages(
    count: u64,
    longest: u64,
    total: fn(page: u64) -> u64,
    broken: u64,
) -> (StandIn, Client, Arc<AtomicUsize>) {
    let (chift, requests) = (StandIn::start(), Arc::new(AtomicUsize::new(0)));
    let counter = requests.clone();
    chift.server().mock(|when, then| {
        when.method("GET").path("/numbers");
        then.respond_with(move |request: &HttpMockRequest| {
            counter.fetch_add(1, Ordering::SeqCst);
            let parameter = |name: &str| -> u64 {
                let uri = request.uri();
                let query = uri.query().unwrap_or_default();
                query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap().parse().unwrap()
            };
            let (page, size) = (parameter("page"), parameter("size").min(longest));
            let items: Vec<u64> = ((page - 1) * size..count.min(page * size)).collect();
            let body = json!({"items": items, "total": total(page), "page": page, "size": size});
            let status = if page == broken { 500 } else { 200 };
            HttpMockResponse::builder().status(status).body(body.to_string()).build()
        });
    });
    let client = TokenSource::for_stand_in(&chift).build().unwrap().client();
    (chift, client, requests)
}

async fn fetch(client: &Client, page: i64, size: i64) -> PageResult {
    client.request(Method::GET, "/numbers").query(&[("page", page), ("size", size)]).send().await
}

#[tokio::test]
async fn a_list_is_read_with_one_request_per_page() {
    for (count, total, size, pages) in [
        (1000, (|_| 1000) as fn(u64) -> u64, 100, 10),
        (1001, |_| 1001, 100, 11),
        (999, |_| 999, 100, 10),
        (7, |_| 7, 100, 1),
        (0, |_| 0, 100, 1),
        (5, |_| 5, 1, 5),
    ] {
        for ahead in [0, 4] {
            let (chift, client, requests) = list(count, total, 0);
            let all = paging::items(size, |page, size| fetch(&client, page, size)).ahead(ahead);
            assert_eq!(all.collect_all(2000).await.unwrap(), (0..count).collect::<Vec<_>>());
            assert_eq!((requests.load(Ordering::SeqCst), chift.token_requests()), (pages, 1), "{count}, {ahead} ahead");
        }
    }
}

/// Chift returns at most 100 items on a page, unless it agreed to 500 or 1,000.
#[tokio::test]
async fn large_pages_are_read_with_as_few_requests_as_the_server_allows() {
    let constant: fn(u64) -> u64 = |_| 1_050;
    let shrinking: fn(u64) -> u64 = |page| 1_050 - 10 * (page - 1);
    let growing: fn(u64) -> u64 = |page| 1_000 + 25 * page.min(2);
    for (size, longest, count, total, pages) in [
        (500, 500, 1_050, constant, 3),
        (500, 100, 1_050, constant, 11),
        (1_000, 1_000, 1_050, constant, 2),
        (1_000, 500, 1_050, constant, 3),
        (1_000, 100, 1_050, constant, 11),
        (500, 100, 1_000, |_| 1_000, 10),
        (1_000, 1_000, 1_000, |_| 1_000, 1),
        (500, 100, 7, |_| 7, 1),
        (500, 500, 1_050, shrinking, 3),
        (500, 100, 1_050, shrinking, 11),
        (500, 500, 1_050, growing, 3),
        (500, 100, 1_050, growing, 11),
        (500, 100, 1_050, |_| 0, 11),
    ] {
        for ahead in [0, 4] {
            let (_chift, client, requests) = list_with_pages(count, longest, total, 0);
            let all = paging::items(size, |page, size| fetch(&client, page, size)).ahead(ahead);
            let all = all.collect_all(2_000).await.unwrap();
            assert_eq!(all, (0..count).collect::<Vec<_>>(), "{size} by {longest}, {ahead} ahead");
            assert_eq!(requests.load(Ordering::SeqCst), pages, "{size} by {longest}, {ahead} ahead");
        }
    }
}

#[tokio::test]
async fn a_wrong_total_costs_at_most_one_request_and_loses_no_item() {
    for (what, total) in [
        ("always zero", (|_| 0) as fn(u64) -> u64),
        ("always too high", |_| 1_000_000),
        ("decreasing", |page| 300 - 100 * (page - 1).min(3)),
        ("increasing", |page| 100 * (page + 1)),
    ] {
        let (_chift, client, requests) = list(250, total, 0);
        let all = paging::items(100, |page, size| fetch(&client, page, size)).collect_all(1000).await.unwrap();
        assert_eq!(all, (0..250).collect::<Vec<_>>(), "{what}");
        assert!(requests.load(Ordering::SeqCst) <= 4, "{what}: {requests:?}");
    }
}

#[tokio::test]
async fn the_error_of_a_page_comes_after_the_items_before_it() {
    for ahead in [0, 4] {
        let (_chift, client, _) = list(1000, |_| 1000, 3);
        let mut stream = paging::items(100, |page, size| fetch(&client, page, size)).ahead(ahead);
        for expected in 0..200 {
            assert_eq!(stream.next().await.unwrap().unwrap(), expected);
        }
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 500);
        assert!(stream.next().await.is_none());
    }
}

#[tokio::test]
async fn a_stream_can_move_to_another_task() {
    let (_chift, client, _) = list(30, |_| 30, 0);
    let task = tokio::spawn(async move {
        let fetch = |page, size| {
            let client = client.clone();
            async move { fetch(&client, page, size).await }
        };
        paging::items(10, fetch).ahead(2).collect_all(100).await.unwrap().len()
    });
    assert_eq!(task.await.unwrap(), 30);
}

#[tokio::test]
async fn a_retrying_client_requests_a_page_again_after_a_transient_failure() {
    let server = FaultyServer::start();
    let failing = |status| Behavior::Error { status, code: None, retry_after: None };
    server.set_call_responses(vec![failing(503), failing(401), Behavior::Ok]);
    let retry = RetryPolicy::builder().initial_backoff(std::time::Duration::from_millis(1)).build().unwrap();
    let client = crate::request_context::client(&server).retrying(retry);
    let stream = paging::items(100, |page, size| fetch(&client, page, size));
    assert_eq!(stream.collect_all(100).await.unwrap(), Vec::<u64>::new());
    assert_eq!((server.calls(), server.token_requests()), (3, 2));
}
