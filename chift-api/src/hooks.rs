//! What happens to every request between the generated operation and the wire.

use std::error::Error as StdError;
use std::fmt;

use futures_util::stream;
use progenitor_client::{ClientHooks, Error, OperationInfo};
use reqwest::header::{AUTHORIZATION, HeaderValue};

use crate::{AuthorizeError, Client, Secret, Session, operations};

impl ClientHooks<Session> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, info: &OperationInfo) -> Result<(), Error<E>> {
        // An operation that the table does not know is treated as protected: the server refuses a
        // call that lacks its bearer, and the caller sees that; the reverse would go unnoticed.
        let needs_bearer = operations::find(info.operation_id).is_none_or(|operation| operation.needs_bearer);
        let Some(authorizer) = self.inner.authorizer().filter(|_| needs_bearer) else {
            return Ok(());
        };
        let header = match authorizer.bearer().await {
            Ok(token) => bearer_header(&token),
            Err(error) => Err(error),
        };
        match header {
            Ok(header) => {
                request.headers_mut().insert(AUTHORIZATION, header);
                Ok(())
            }
            Err(error) => Err(carried(error).await),
        }
    }
}

fn bearer_header(token: &Secret) -> Result<HeaderValue, AuthorizeError> {
    let text = zeroize::Zeroizing::new(format!("Bearer {}", token.expose()));
    let mut header = HeaderValue::from_str(&text)
        .map_err(|_| AuthorizeError::from("the access token holds characters that cannot stand in a header"))?;
    header.set_sensitive(true);
    Ok(header)
}

/// The authorizer's error as an error of the call.
///
/// progenitor's error type has no room for an error of our own, except as a text; but a
/// `reqwest::Error` keeps the error of a body that fails while it is read. So the authorizer's error
/// is read from such a body, and [`authorize_error`] finds it again.
async fn carried<E>(error: AuthorizeError) -> Error<E> {
    let text = error.to_string();
    let body = reqwest::Body::wrap_stream(stream::iter([Err::<Vec<u8>, _>(NotAuthorized(error))]));
    match reqwest::Response::from(http::Response::new(body)).bytes().await {
        Err(error) => Error::CommunicationError(error.without_url()),
        // The body consists of one error; if reqwest ever overlooks it, the text is still told.
        Ok(_) => Error::Custom(text),
    }
}

/// Marks the authorizer's error in a chain of sources.
#[derive(Debug)]
struct NotAuthorized(AuthorizeError);

impl fmt::Display for NotAuthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call was not sent, because no access token could be had")
    }
}

impl StdError for NotAuthorized {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.0.as_ref())
    }
}

/// The authorizer's own error, if that is why a call failed: then the call was never sent.
///
/// `error` is what a generated call returned, or any error that has it among its sources.
/// With `chift-auth`, use `AuthError::of`, which also gives the type.
///
/// ```
/// # async fn call(client: chift_api::Client, body: chift_api::types::AuthItem) {
/// if let Err(error) = client.generate_access_token(&body).await {
///     match chift_api::authorize_error(&error) {
///         Some(reason) => eprintln!("no token: {reason}"),
///         None => eprintln!("the call itself failed: {error}"),
///     }
/// }
/// # }
/// ```
pub fn authorize_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + Send + Sync + 'static)> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(NotAuthorized(reason)) = error.downcast_ref() {
            return Some(reason.as_ref());
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Authorize, BearerFuture};

    /// Hands out the token it was made with, or fails when there is none.
    struct Fixed(Option<&'static str>);

    impl Authorize for Fixed {
        fn bearer(&self) -> BearerFuture<'_> {
            Box::pin(async { self.0.map(Secret::from).ok_or_else(|| "none today".into()) })
        }
    }

    async fn prepared(session: Session, operation_id: &'static str) -> Result<reqwest::Request, Error> {
        let client = Client::new("http://127.0.0.1:9", session);
        let mut request = reqwest::Request::new(reqwest::Method::GET, "http://127.0.0.1:9".parse().unwrap());
        client.pre(&mut request, &OperationInfo { operation_id }).await.map(|()| request)
    }

    #[tokio::test]
    async fn the_bearer_goes_to_operations_that_need_it_and_is_marked_sensitive() {
        let request = prepared(Session::authorized(Fixed(Some("t0ken"))), "an_operation_of_tomorrow").await.unwrap();
        let header = &request.headers()[AUTHORIZATION];
        assert_eq!(header, "Bearer t0ken");
        assert!(header.is_sensitive());
        assert!(!format!("{request:?}").contains("t0ken"));
    }

    #[tokio::test]
    async fn an_open_operation_and_an_anonymous_session_carry_none() {
        let open = operations::ALL.iter().find(|operation| !operation.needs_bearer).unwrap();
        for (session, id) in
            [(Session::authorized(Fixed(Some("t0ken"))), open.id), (Session::anonymous(), "an_operation_of_tomorrow")]
        {
            assert!(!prepared(session, id).await.unwrap().headers().contains_key(AUTHORIZATION));
        }
    }

    #[tokio::test]
    async fn the_authorizers_error_is_found_in_the_calls_error() {
        let error = prepared(Session::authorized(Fixed(None)), "any").await.unwrap_err();
        assert_eq!(authorize_error(&error).unwrap().to_string(), "none today");
        assert!(format!("{error:#}").ends_with("none today"), "{error:#}");
        assert!(authorize_error(&Error::<()>::Custom("other".to_owned())).is_none());
    }

    #[tokio::test]
    async fn a_token_that_cannot_stand_in_a_header_is_not_sent_and_not_shown() {
        let error = prepared(Session::authorized(Fixed(Some("t0ken\nX: y"))), "any").await.unwrap_err();
        assert!(authorize_error(&error).is_some());
        assert!(!format!("{error:#} {error:?}").contains("t0ken"));
    }
}
