//! The closures that callers write first, with a client in the form of the generated one.

use std::future::ready;

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::{Page, Stream, items, owned_pages, pages};
use crate::ResponseValue;

#[derive(Clone)]
struct Client(String);

#[derive(Clone, Copy)]
struct Invoicing<'a>(&'a Client);

#[derive(Clone, Default)]
struct Query {
    page: Option<i64>,
    size: Option<i64>,
    filter: Option<String>,
}

impl Client {
    fn invoicing(&self) -> Invoicing<'_> {
        Invoicing(self)
    }
}

impl Invoicing<'_> {
    async fn get_invoices(
        self,
        consumer: &String,
        query: impl std::borrow::Borrow<Query>,
    ) -> Result<ResponseValue<Page<String>>, String> {
        ready(()).await;
        let query = query.borrow();
        let size = query.size.unwrap_or(2);
        let page = query.page.unwrap_or(1);
        let all = ["a", "b", "c", "d", "e"].map(|name| format!("{}{consumer}{name}", self.0.0));
        let filter = query.filter.clone().unwrap_or_default();
        let all: Vec<_> = all.into_iter().filter(|name| !name.ends_with(&filter) || filter.is_empty()).collect();
        let start = usize::try_from((page - 1) * size).unwrap();
        let total = all.len() as u64;
        let items = all.into_iter().skip(start).take(usize::try_from(size).unwrap()).collect();
        let page = Page { items, total, page: page.try_into().unwrap(), size: size.try_into().unwrap() };
        Ok(ResponseValue::new(page, reqwest::StatusCode::OK, reqwest::header::HeaderMap::new()))
    }
}

fn client() -> (Client, String, Query) {
    (Client("x".to_owned()), "1".to_owned(), Query::default())
}

const ALL: [&str; 5] = ["x1a", "x1b", "x1c", "x1d", "x1e"];

#[tokio::test]
async fn a_closure_that_returns_the_future_of_an_operation() {
    let (client, consumer, query) = client();
    let stream = pages(|page| client.invoicing().get_invoices(&consumer, Query { page: Some(page), ..query.clone() }));
    assert_eq!(stream.collect_all(100).await.unwrap(), ALL);
    let stream = items(2, |page, size| {
        let query = Query { page: Some(page), size: Some(size), ..query.clone() };
        client.invoicing().get_invoices(&consumer, query)
    });
    assert_eq!(stream.ahead(3).collect_all(100).await.unwrap(), ALL);
}

#[tokio::test]
async fn an_async_closure_that_borrows_its_query() -> Result<(), String> {
    let (client, consumer, query) = client();
    let mut stream = pages(async |page| {
        client.invoicing().get_invoices(&consumer, &Query { page: Some(page), ..Default::default() }).await
    });
    let mut all = Vec::new();
    while let Some(invoice) = stream.try_next().await? {
        all.push(invoice);
    }
    assert_eq!(all, ALL);
    let stream = pages(async |page| {
        let query = Query { page: Some(page), filter: Some("c".to_owned()), ..query.clone() };
        let page = client.invoicing().get_invoices(&consumer, &query).await?;
        Ok::<_, String>(page)
    });
    let filtered: Vec<_> = stream.ahead(1).try_collect().await?;
    assert_eq!(filtered, ["x1a", "x1b", "x1d", "x1e"]);
    Ok(())
}

#[tokio::test]
async fn in_a_spawned_task() {
    let (client, consumer, query) = client();
    let task = tokio::spawn(async move {
        let mut invoices =
            pages(|page| client.invoicing().get_invoices(&consumer, Query { page: Some(page), ..query.clone() }));
        let mut count = 0;
        while let Some(invoice) = invoices.next().await {
            count += invoice?.len();
        }
        let invoices = pages(async |page| {
            client.invoicing().get_invoices(&consumer, &Query { page: Some(page), ..query.clone() }).await
        });
        count += invoices.ahead(2).collect_all(100).await.unwrap().len();
        Ok::<_, String>(count)
    });
    assert_eq!(task.await.unwrap(), Ok(20));
    let (client, consumer, query) = self::client();
    let stream = owned_pages(async move |page| {
        client.invoicing().get_invoices(&consumer, &Query { page: Some(page), ..query.clone() }).await
    });
    assert_eq!(tokio::spawn(stream.ahead(1).collect_all(100)).await.unwrap().unwrap(), ALL);
}

fn owned(client: Client, consumer: String) -> impl Stream<Item = Result<String, String>> + Send + Unpin {
    owned_pages(async move |page| {
        client.invoicing().get_invoices(&consumer, &Query { page: Some(page), ..Default::default() }).await
    })
}

fn borrowed<'a>(
    client: &'a Client,
    consumer: &'a String,
    query: &'a Query,
) -> impl Stream<Item = Result<String, String>> + Send {
    pages(move |page| client.invoicing().get_invoices(consumer, Query { page: Some(page), ..query.clone() }))
}

#[tokio::test]
async fn in_a_function_that_returns_the_stream() {
    let (client, consumer, query) = client();
    let first: Vec<_> = owned(client.clone(), consumer.clone()).take(3).try_collect().await.unwrap();
    assert_eq!(first, ALL[..3]);
    let all: Vec<_> = borrowed(&client, &consumer, &query).collect().await;
    assert_eq!(all, ALL.map(|invoice| Ok(invoice.to_owned())));
    let mut boxed: std::pin::Pin<Box<dyn Stream<Item = Result<String, String>> + Send>> =
        Box::pin(owned(client, consumer));
    assert_eq!(boxed.try_next().await, Ok(Some("x1a".to_owned())));
}

#[tokio::test]
async fn a_closure_that_changes_what_it_captures() {
    let (client, consumer, _) = client();
    let mut count = 0;
    let stream = pages(|page| {
        count += 1;
        client.invoicing().get_invoices(&consumer, Query { page: Some(page), ..Default::default() })
    });
    assert_eq!(stream.collect_all(5).await.unwrap(), ALL);
    assert_eq!(count, 3);
}

#[tokio::test]
async fn with_a_clone_for_each_page() {
    let (client, consumer, _) = client();
    let stream = items(2, move |page, size| {
        let (client, consumer) = (client.clone(), consumer.clone());
        async move {
            let query = Query { page: Some(page), size: Some(size), filter: None };
            client.invoicing().get_invoices(&consumer, &query).await
        }
    });
    assert_eq!(tokio::spawn(stream.collect_all(5)).await.unwrap().unwrap(), ALL);
}
