//! What the generated operations call. The names are those that progenitor gives them; a generation pass makes the
//! generated code take them from here and not from `progenitor_client`.

// Each document uses some of it.
#![allow(async_fn_in_trait, dead_code, unused_imports)]

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Request, RequestBuilder, Response};
use serde::Serialize;

pub use super::error::{CallError, Error};
pub use super::path::path_segment;
pub use super::response::{ByteStream, ResponseValue};
pub use progenitor_client::QueryParam;

use crate::RequestError;
use crate::values::wiped;

/// Identifies the operation that a request belongs to.
pub struct OperationInfo {
    pub operation_id: &'static str,
}

/// What a generated client is made of.
pub trait ClientInfo<Inner> {
    fn api_version() -> &'static str;

    fn baseurl(&self) -> &str;

    fn client(&self) -> &reqwest::Client;

    fn inner(&self) -> &Inner;
}

/// What happens to every request between the generated operation and the wire.
pub trait ClientHooks<Inner>: ClientInfo<Inner> {
    /// Before a request is sent.
    async fn pre<E>(&self, _: &mut Request, _: &OperationInfo) -> Result<(), Error<E>> {
        Ok(())
    }

    /// Sends a request.
    async fn exec(&self, request: Request, info: &OperationInfo) -> Result<Response, CallError>;

    /// After it was sent.
    async fn post<E>(&self, _: &Result<Response, CallError>, _: &OperationInfo) -> Result<(), Error<E>> {
        Ok(())
    }
}

/// What the generated code needs of a request in the making.
pub trait RequestBuilderExt: Sized {
    /// JSON as the body.
    fn json_body<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, RequestError>;

    /// A form as the body.
    fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, RequestError>;
}

impl RequestBuilderExt for RequestBuilder {
    fn json_body<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, RequestError> {
        let body = wiped::json(body)?;
        Ok(self.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body))
    }

    fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, RequestError> {
        progenitor_client::RequestBuilderExt::<()>::form_urlencoded(self, body)
            .map_err(|_| RequestError::new("the body cannot be written as a form"))
    }
}
