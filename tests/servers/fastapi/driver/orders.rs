//! Orders: pages, bodies with nested optional parts, PATCH, statuses without content, and values of a later version.

use chift_api::{Client, Nullable, Open, types};
use serde_json::json;
use uuid::Uuid;

use crate::{Checks, line};

pub(crate) async fn run(checks: &mut Checks, client: &Client) {
    checks.run("a page has its items and totals", pages(client.clone())).await;
    checks.run("an order is created with nested values", creation(client.clone())).await;
    checks.run("values of a later version are kept", later_values(client.clone())).await;
    checks.run("a PATCH distinguishes absent, null and a value", patch(client.clone())).await;
    checks.run("an optional body may be left out", optional_body(client.clone())).await;
    checks.run("a response without content is read", deletion(client.clone())).await;
    checks.run("each successful status has its type", several_statuses(client.clone())).await;
    checks.run("a recursive type is read", recursion(client.clone())).await;
}

async fn pages(client: Client) {
    let query = types::ListOrdersQuery { page: Some(2), size: Some(3), ..Default::default() };
    let page = client.list_orders(&query, None).await.unwrap().into_inner();
    assert_eq!([page.total, page.page, page.size], [7, 2, 3]);
    assert_eq!(page.items.iter().map(|order| order.id.clone()).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!(page.items[0].total, "16.40");
    assert!(page.items[0].pickup_at.is_none());

    let statuses = vec![types::Stage::Baking, types::Stage::Ready];
    let page = client.list_orders(None, Some(&statuses)).await.unwrap().into_inner();
    assert_eq!(page.items.iter().map(|order| order.id.clone()).collect::<Vec<_>>(), [1, 2, 4, 5, 7]);
    assert!(page.items.iter().all(|order| order.status != Open::from(types::Stage::Open)));
}

async fn creation(client: Client) {
    let price = |text: &str| types::LineInputPrice::String(text.to_owned());
    let exact = types::LineInputPrice::Number("1234567890.12".parse().unwrap());
    let mut body = types::NewOrder::new(vec![line("rye", 3, price("0.10")), line("wedding cake", 1, exact)]);
    let mut address =
        types::Address::new(types::AddressRequired { street: "Veldstraat 1".into(), city: "Ghent".into() });
    address.floor = Some(0.into());
    let mut customer = types::Customer::new(Uuid::from_u128(5), "Ada");
    customer.born = Some("2000-02-29".parse().unwrap());
    customer.address = Some(address);
    body.customer = Some(customer);
    body.pickup_at = Some("2026-03-29T02:30:00".parse().unwrap());
    body.labels =
        Some([("b", "1"), ("a", "2")].map(|(name, text)| (name.to_owned(), text.to_owned())).into_iter().collect());

    let response = client.create_order(&body).await.unwrap();
    assert_eq!(response.status(), 201);
    let order = response.into_inner();
    assert_eq!(order.total, "1234567890.42");
    assert_eq!(order.lines.iter().map(|line| line.price.as_str()).collect::<Vec<_>>(), ["0.10", "1234567890.12"]);
    assert_eq!(order.status, Open::from(types::Stage::Open));
    assert_eq!(serde_json::to_value(&order.shelf).unwrap(), json!(2));
    assert_eq!(order.pickup_at.as_ref().map(|it| (it.as_str(), it.offset())), Some(("2026-03-29T02:30:00", None)));
    assert!(order.created_at.offset().is_some());
    let customer = order.customer.unwrap();
    assert_eq!((customer.id, customer.born), (Uuid::from_u128(5), "2000-02-29".parse().ok()));
    assert_eq!(customer.address.unwrap().floor, Some(0.into()));
    assert_eq!(order.note, None);
    assert_eq!(order.labels.unwrap()["a"], "2");
}

async fn later_values(client: Client) {
    let order = client.read_order(&99).await.unwrap().into_inner();
    assert_eq!(order.status.known(), None);
    assert_eq!(order.status.to_string(), "cooling");
    assert_eq!(order.extra["oven"], json!({"degrees": 230}));
}

async fn patch(client: Client) {
    let mut body = types::OrderPatch::default();
    let unchanged = client.change_order(&1, &body).await.unwrap().into_inner();
    assert_eq!(json!(unchanged.fields), json!({}));

    body.note = Nullable::Null;
    body.discount = Nullable::Value("0.25".parse().unwrap());
    body.pickup_at = Nullable::Value("2026-03-01T08:00:00+01:00".parse().unwrap());
    let changed = client.change_order(&1, &body).await.unwrap().into_inner();
    let expected = json!({"note": null, "discount": 0.25, "pickup_at": "2026-03-01T08:00:00+01:00"});
    assert_eq!(json!(changed.fields), expected);
}

async fn optional_body(client: Client) {
    let without = client.cancel_order(&3, None).await.unwrap().into_inner();
    assert_eq!(json!(without.fields), json!({"id": 3, "body": null}));
    let body = types::Problem::new(types::ProblemRequired { code: "burnt".into(), message: "oven too hot".into() });
    let with = client.cancel_order(&3, Some(&body)).await.unwrap().into_inner();
    assert_eq!(json!(with.fields)["body"]["code"], "burnt");
}

async fn deletion(client: Client) {
    assert_eq!(client.delete_order(&1).await.unwrap().status(), 204);
}

async fn several_statuses(client: Client) {
    use types::CustomerOrProductOrQueuedSuccess as Success;
    let body = types::Product::new("rye", types::ProductKind::Bread);
    let [old, new, later] = ["old", "new", "later"].map(|code| client.put_product(code, &body));
    let (old, new, later) = (old.await.unwrap(), new.await.unwrap(), later.await.unwrap());
    assert_eq!([old.status(), new.status(), later.status()].map(|it| it.as_u16()), [200, 201, 202]);
    assert!(matches!(old.into_inner(), Success::Product(product) if product.code == "old"));
    assert!(matches!(new.into_inner(), Success::Customer(customer) if customer.name == "rye"));
    assert!(matches!(later.into_inner(), Success::Queued(queued) if queued.ticket == 7));
}

async fn recursion(client: Client) {
    let all = client.list_categories().await.unwrap().into_inner();
    let breads = &all.children.as_ref().unwrap()[0];
    assert_eq!((breads.name.as_str(), breads.children.as_ref().unwrap()[0].name.as_str()), ("bread", "rye"));
}
