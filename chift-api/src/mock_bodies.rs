//! The JSON bodies of typed mocks, with exact numbers. httpmock converts a body to `serde_json::Value`, in which a number
//! is a double: an amount of 17 digits arrives one cent off.

use httpmock::{Then, When};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Responds with this body.
///
/// # Panics
///
/// If the body has no JSON, as an amount after a division by zero has none.
pub(crate) fn respond<T: Serialize + ?Sized>(then: Then, body: &T) -> Then {
    then.body(json(body))
}

/// Expects a request with an equal body. httpmock compares them too, because its message shows where they differ.
///
/// # Panics
///
/// If the body has no JSON.
pub(crate) fn expect<T>(when: When, body: &T) -> When
where
    T: Serialize + ToOwned + ?Sized,
    T::Owned: DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    let text = json(body);
    let expected: Option<T::Owned> = serde_json::from_str(&text).ok();
    when.json_body_obj(body).is_true(move |request| {
        let received = request.body_ref();
        received == text.as_bytes() || (expected.is_some() && serde_json::from_slice(received).ok() == expected)
    })
}

#[expect(clippy::panic, reason = "only tests define mocks, and httpmock panics there too")]
fn json<T: Serialize + ?Sized>(body: &T) -> String {
    serde_json::to_string(body).unwrap_or_else(|error| panic!("the body of a mock cannot be written as JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use httpmock::MockServer;

    use super::*;
    use crate::Decimal;

    /// Both are the same double.
    const AMOUNTS: [&str; 2] = ["1000000000000000.01", "1000000000000000.02"];

    fn amount(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_response_has_exact_amounts() {
        let server = MockServer::start();
        server.mock(|_, then| drop(respond(then, &[amount(AMOUNTS[0])][..])));
        let body = reqwest::get(server.base_url()).await.unwrap().text().await.unwrap();
        assert_eq!(body, "[1000000000000000.01]");
    }

    #[tokio::test]
    async fn a_request_with_another_cent_does_not_match() {
        let server = MockServer::start();
        server.mock(|when, then| {
            expect(when, &amount(AMOUNTS[0]));
            then.status(204);
        });
        let mut statuses = Vec::new();
        for body in [AMOUNTS[0], "1000000000000000.010", AMOUNTS[1], "\"text\""] {
            let request = reqwest::Client::new().post(server.base_url()).body(body).send();
            statuses.push(request.await.unwrap().status().as_u16());
        }
        assert_eq!(statuses, [204, 204, 404, 404]);
    }
}
