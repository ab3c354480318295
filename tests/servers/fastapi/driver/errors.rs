//! Error bodies, and which operations receive the bearer token.

use chift_api::{Client, Error, types};
use serde_json::json;

use crate::{Checks, auth_item, line};

pub(crate) async fn run(checks: &mut Checks, client: &Client, anonymous: &Client) {
    checks.run("a refused token request has the validator's body", refused_token(anonymous.clone())).await;
    checks.run("a refused parameter has the validator's body", refused_query(client.clone())).await;
    checks.run("an undocumented status keeps its body", undocumented(client.clone(), anonymous.clone())).await;
    checks.run("a documented error has its type", documented(client.clone())).await;
    checks.run("an operation without security gets no token", no_token(client.clone())).await;
    checks.run("an operation with basic authentication gets no token", no_token_for_basic(client.clone())).await;
    checks.run("an operation with an API key gets no token", no_token_for_a_key(client.clone())).await;
}

async fn refused_token(client: Client) {
    let body = auth_item(" ", "flour");
    let Err(Error::ErrorResponse(response)) = client.generate_access_token(&body).await else {
        panic!("the server accepts a blank id");
    };
    assert_eq!(response.status(), 422);
    assert!(!format!("{response:?}").contains("flour"));
    let types::ApiError::HttpValidationError(error) = response.into_inner() else {
        panic!("the body is not the documented one");
    };
    let [detail] = error.detail.as_deref().unwrap() else { panic!("one rule is broken") };
    assert_eq!(serde_json::to_value(&detail.loc).unwrap(), json!(["body", "clientId"]));
    assert_eq!((detail.type_.as_str(), detail.msg.as_str()), ("value_error", "Value error, blank"));
    assert_eq!(serde_json::to_value(&detail.ctx).unwrap(), json!({"error": {}}));
}

async fn refused_query(client: Client) {
    let query = types::ListOrdersQuery { page: Some(0), size: Some(101), ..Default::default() };
    let Err(Error::ErrorResponse(response)) = client.list_orders(&query, None).await else {
        panic!("the server accepts page 0");
    };
    let types::ApiError::HttpValidationError(error) = response.into_inner() else {
        panic!("the body is not the documented one");
    };
    let places: Vec<_> = error.detail.unwrap().iter().map(|it| serde_json::to_value(&it.loc).unwrap()).collect();
    assert_eq!(places, [json!(["query", "page"]), json!(["query", "size"])]);
}

async fn undocumented(client: Client, anonymous: Client) {
    let body = auth_item("a baker", "sugar");
    let Err(Error::ErrorResponse(response)) = anonymous.generate_access_token(&body).await else {
        panic!("the server accepts a wrong secret");
    };
    assert_eq!(response.status(), 401);
    let types::ApiError::Undocumented(body) = response.into_inner() else {
        panic!("the document does not list 401");
    };
    assert_eq!(body.body(), &json!({"detail": "wrong secret"}));

    let Err(Error::ErrorResponse(response)) = client.read_order(&418).await else { panic!("418 is not a success") };
    assert_eq!(response.status(), 418);
    assert!(matches!(response.into_inner(), types::ApiError::Undocumented(_)));

    let Err(Error::ErrorResponse(response)) = anonymous.read_order(&1).await else { panic!("it needs a token") };
    assert_eq!(response.status(), 401);
}

async fn documented(client: Client) {
    let Err(Error::ErrorResponse(response)) = client.read_order(&50).await else { panic!("there is no order 50") };
    assert_eq!(response.status(), 404);
    let types::ApiError::Problem(problem) = response.into_inner() else {
        panic!("the body is not a problem");
    };
    assert_eq!((problem.code.as_str(), problem.message.as_str()), ("unknown_order", "no order 50"));

    let price = types::LineInputPrice::String("1.00".to_owned());
    let mut body = types::NewOrder::new(vec![line("rye", 1, price)]);
    body.note = Some("again".to_owned());
    let Err(Error::ErrorResponse(response)) = client.create_order(&body).await else { panic!("it is a duplicate") };
    assert_eq!(response.status(), 409);
    let types::ApiError::Conflict(conflict) = response.into_inner() else {
        panic!("the body is not a conflict");
    };
    assert_eq!(conflict.existing_order, 1);
}

async fn no_token(client: Client) {
    assert!(!client.health().await.unwrap().into_inner().authorization);
}

async fn no_token_for_basic(client: Client) {
    assert!(!client.read_books().await.unwrap().into_inner().authorization);
}

async fn no_token_for_a_key(client: Client) {
    assert!(!client.read_scales().await.unwrap().into_inner().authorization);
}
