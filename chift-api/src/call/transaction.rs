//! What became of a request with an idempotency key.

use std::sync::Arc;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::path::path_segment;
use super::runtime::ClientInfo as _;
use crate::values::object::object;
use crate::{Client, Context, Error, IdempotencyKey, IndexMap, Integer, Timestamp, Undocumented};

/// A request with an idempotency key that Chift has received, and its result; from [`Client::transaction`].
///
/// ```
/// # fn show(transaction: &chift_api::Transaction) {
/// match transaction.status() {
///     Some(status) if status.is_success() => println!("created: {:?}", transaction.created_entity_id),
///     Some(status) => println!("failed with status {status}"),
///     None => println!("in progress"),
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Transaction {
    /// When Chift received the request.
    pub created_on: Timestamp,
    /// The HTTP method of the request.
    pub method: String,
    /// The path of the request.
    pub route: String,
    /// The HTTP status with which Chift responded to the request; see [`status`](Self::status).
    pub status_code: Option<Integer>,
    /// The id of what the request created, if it created something.
    pub created_entity_id: Option<String>,
    /// Fields that Chift has added since.
    pub extra: IndexMap<String, Value>,
}

object! {
    Transaction {
        required created_on "created_on";
        required method "method";
        required route "route";
        optional status_code "status_code";
        optional created_entity_id "created_entity_id";
    } extra: IndexMap<String, Value>
}

impl Transaction {
    /// The HTTP status with which Chift responded to the request; `None` if there is no response yet.
    ///
    /// ```
    /// # fn show(transaction: &chift_api::Transaction) {
    /// let is_done = transaction.status().is_some_and(|status| status.is_success());
    /// # }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        let code = self.status_code.as_ref()?.get()?;
        StatusCode::from_u16(code.try_into().ok()?).ok()
    }
}

impl Client {
    /// Looks up what became of the request that was sent to a connection with the idempotency key `key`: after Chift
    /// refused a call as a [`repeat`](crate::ErrorDetails::repeat), or after a call broke off without a response.
    ///
    /// Returns `None` if Chift does not know such a request: it has not arrived, it is older than six months, or it went
    /// to another connection. Send it again *with the same key*; then Chift executes it at most once, even if the
    /// first one arrives late.
    ///
    /// This needs no generated operation, so it works with any document. It sends the token but none of the headers of a
    /// [`Context`](crate::Context), so that the view with the key can be used for it.
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// # let (consumer, connection) = (uuid::Uuid::nil(), uuid::Uuid::nil());
    /// use chift_api::IdempotencyKey;
    /// let key = IdempotencyKey::new("invoice-2026-0042")?;
    /// match client.transaction(&consumer, &connection, &key).await? {
    ///     Some(transaction) => println!("{:?} {:?}", transaction.status(), transaction.created_entity_id),
    ///     None => println!("not received; send it again with the same key"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The same as for a generated operation. A 404 that does not come from Chift itself, but from a proxy or from a
    /// server without this operation, is an error and not `None`.
    pub async fn transaction(
        &self,
        consumer_id: &Uuid,
        connection_id: &Uuid,
        key: &IdempotencyKey,
    ) -> Result<Option<Transaction>, Error<Undocumented>> {
        let path = format!(
            "/consumers/{}/connections/{}/transactions",
            path_segment("consumer_id", &consumer_id.to_string())?,
            path_segment("connection_id", &connection_id.to_string())?,
        );
        // With the key in a header, the look-up itself would be a repeat.
        let session = self.inner().clone().with_context(Arc::new(Context::new()));
        let client = Self::new_with_client(self.baseurl(), self.client().clone(), session);
        let query = [("client_request_id", key.as_str())];
        match client.request(Method::GET, &path).query(&query).send::<Transaction>().await {
            Ok(transaction) => Ok(Some(transaction.into_inner())),
            Err(Error::ErrorResponse(error)) if error.status() == StatusCode::NOT_FOUND && is_from_chift(&error) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether an error has the form of Chift's: `{"message": …, "status": "error", …}`. The 404s of web frameworks and
/// gateways for an unknown path have at most a message.
fn is_from_chift(error: &Undocumented) -> bool {
    error.message().is_some() && error.body()["status"] == "error"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_one_of_http_or_none() {
        for (code, expected) in [
            ("200", Some(StatusCode::OK)),
            ("422.0", Some(StatusCode::UNPROCESSABLE_ENTITY)),
            ("null", None),
            ("0", None),
            ("-1", None),
            ("70000", None),
            ("1e40", None),
        ] {
            let json = format!(
                r#"{{"created_on": "2026-05-15T12:34:56", "method": "POST", "route": "/a", "status_code": {code}}}"#
            );
            let transaction: Transaction = serde_json::from_str(&json).unwrap();
            assert_eq!(transaction.status(), expected, "{code}");
        }
    }
}
