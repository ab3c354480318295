//! The support library of the generated code. The names are those of `progenitor_client`, which progenitor's output
//! uses; a generation pass replaces that crate by this module.

// A document uses only a part of it.
#![allow(async_fn_in_trait, dead_code, unused_imports)]

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Request, RequestBuilder, Response};
use serde::Serialize;

pub use super::error::{CallError, Error};
pub use super::path::path_segment;
pub use super::query_param::QueryParam;
pub use super::response::{ByteStream, ResponseValue};
pub use super::styles::{Style, header_value, path_value, secret_header};

use super::styles;
use crate::RequestError;
use crate::values::wiped;

/// The operation that a request belongs to.
pub struct OperationInfo {
    pub operation_id: &'static str,
}

/// The parts of a generated client.
pub trait ClientInfo<Inner> {
    fn api_version() -> &'static str;

    fn baseurl(&self) -> &str;

    fn client(&self) -> &reqwest::Client;

    fn inner(&self) -> &Inner;
}

/// The hook that every generated operation calls.
pub trait ClientHooks<Inner> {
    /// Sends a request.
    async fn exec(&self, request: Request, info: &OperationInfo) -> Result<Response, CallError>;
}

/// Declares a group of operations, with the fields and hooks that progenitor's code uses.
#[allow(unused_macros, reason = "a document without tags does not use it")]
macro_rules! group {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Copy)]
        pub struct $name<'a> {
            baseurl: &'a str,
            client: &'a ::reqwest::Client,
            hooks: &'a super::Client,
        }

        impl<'a> $name<'a> {
            pub(super) fn of(client: &'a super::Client) -> Self {
                Self { baseurl: &client.baseurl, client: &client.client, hooks: client }
            }
        }

        impl crate::runtime::ClientHooks<crate::Session> for $name<'_> {
            async fn exec(
                &self,
                request: ::reqwest::Request,
                info: &crate::runtime::OperationInfo,
            ) -> ::std::result::Result<::reqwest::Response, crate::runtime::CallError> {
                self.hooks.exec(request, info).await
            }
        }

        impl ::std::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
#[allow(unused_imports, reason = "a document without tags does not use it")]
pub(crate) use group;

/// Declares a view of the client, or of a group of operations, that sets an argument.
#[allow(unused_macros, reason = "a document without the argument does not use it")]
macro_rules! view {
    ($(#[$attribute:meta])* $name:ident $argument:ident: $kind:ty) => {
        $(#[$attribute])*
        pub struct $name<'a> {
            client: &'a super::Client,
            $argument: $kind,
        }

        impl<'a> $name<'a> {
            pub(super) fn of(client: &'a super::Client, $argument: $kind) -> Self {
                Self { client, $argument }
            }
        }

        impl ::std::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
#[allow(unused_imports, reason = "a document without the argument does not use it")]
pub(crate) use view;

/// The parts of a request that `reqwest` does not write as needed.
pub trait RequestBuilderExt: Sized {
    /// Appends a parameter to the query.
    fn styled_query<T: Serialize + ?Sized>(
        self,
        name: &str,
        style: Style,
        explode: bool,
        value: &T,
    ) -> Result<Self, RequestError>;

    /// Sets a JSON body.
    fn json_body<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, RequestError>;

    /// Sets a form body.
    fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, RequestError>;

    /// Sets a JSON body, if there is one.
    fn optional_json_body<T: Serialize + ?Sized>(self, body: Option<&T>) -> Result<Self, RequestError> {
        match body {
            Some(body) => self.json_body(body),
            None => Ok(self),
        }
    }

    /// Sets a form body, if there is one.
    fn optional_form_urlencoded<T: Serialize + ?Sized>(self, body: Option<&T>) -> Result<Self, RequestError> {
        match body {
            Some(body) => self.form_urlencoded(body),
            None => Ok(self),
        }
    }
}

impl RequestBuilderExt for RequestBuilder {
    fn styled_query<T: Serialize + ?Sized>(
        self,
        name: &str,
        style: Style,
        explode: bool,
        value: &T,
    ) -> Result<Self, RequestError> {
        styles::add_to_query(self, name, style, explode, value)
    }

    fn json_body<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, RequestError> {
        let body = wiped::json(body)?;
        Ok(self.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body))
    }

    fn form_urlencoded<T: Serialize + ?Sized>(self, body: &T) -> Result<Self, RequestError> {
        progenitor_client::RequestBuilderExt::<()>::form_urlencoded(self, body)
            .map_err(|_| RequestError::new("the body cannot be written as a form"))
    }
}
