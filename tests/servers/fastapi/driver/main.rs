//! Calls every operation of the bakery with typed values, and checks the typed results.
//!
//! `.ci/run` compiles it as an example of the client that it generates from the application's document, and passes the
//! base URL of the running application. All checks run; the program fails if one of them failed, or if an operation of
//! the client never succeeded.

mod errors;
mod orders;
mod requests;
mod unions;
mod values;

use std::collections::BTreeMap;
use std::future::Future;
use std::process::ExitCode;

use chift_api::{
    Authorize, Bearer, BearerFuture, Client, Decimal, Method, Operation, Secret, Session, operations, types,
};

/// The authorizer of the checks: it always returns the same token.
struct Fixed(Secret);

impl Authorize for Fixed {
    fn bearer(&self) -> BearerFuture<'_> {
        Box::pin(async { Ok(Bearer::new(&self.0)) })
    }
}

/// The checks that failed.
#[derive(Default)]
struct Checks {
    run: usize,
    failed: Vec<&'static str>,
}

impl Checks {
    /// Runs a check. A panic is a failure; the panic message states the reason and the place.
    async fn run<F: Future<Output = ()> + Send + 'static>(&mut self, name: &'static str, check: F) {
        self.run += 1;
        if tokio::spawn(check).await.is_err() {
            self.failed.push(name);
        }
    }
}

/// The body of a token request.
fn auth_item(client_id: &str, client_secret: &str) -> types::AuthItem {
    let account_id = uuid::Uuid::from_u128(7);
    let (client_id, client_secret) = (client_id.to_owned(), client_secret.into());
    types::AuthItem::new(types::AuthItemRequired { account_id, client_id, client_secret })
}

/// A line of an order.
fn line(product: &str, quantity: i64, price: types::LineInputPrice) -> types::LineInput {
    types::LineInput::new(types::LineInputRequired { price, product: product.to_owned(), quantity })
}

/// An exact number, as a program writes it.
fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let base_url = std::env::args().nth(1).expect("the first argument is the base URL");
    let anonymous = Client::new(&base_url, Session::anonymous()).unwrap();
    let body = auth_item("a baker", "flour");
    let token = anonymous.generate_access_token(&body).await.unwrap().into_inner();
    assert_eq!(token.token_type, "bearer");
    assert!(!format!("{token:?}").contains("bakery-token"), "the token is printed");
    let client = Client::new(&base_url, Session::authorized(Fixed(token.access_token))).unwrap();

    let mut checks = Checks::default();
    errors::run(&mut checks, &client, &anonymous).await;
    orders::run(&mut checks, &client).await;
    requests::run(&mut checks, &client).await;
    unions::run(&mut checks, &client).await;
    values::run(&mut checks, &client).await;

    // The server counts the successful responses of each operation.
    let counts = client.request(Method::GET, "/calls").send::<BTreeMap<String, usize>>().await.unwrap().into_inner();
    let succeeded = |it: &&Operation| counts.contains_key(&format!("{} {}", it.method, it.path));
    let missing: Vec<_> = operations::ALL.iter().filter(|it| !succeeded(it)).map(|it| it.id).collect();
    println!("{} operations, {} checks", operations::ALL.len(), checks.run);
    for id in &missing {
        println!("never succeeded: {id}");
    }
    for name in &checks.failed {
        println!("failed: {name}");
    }
    if missing.is_empty() && checks.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
