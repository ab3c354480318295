//! The hook that every generated operation calls to send its request.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Request, Response};

use super::error::CallError;
use super::exchange::{BodyType, exchange};
use super::multipart;
use super::runtime::{ClientHooks, OperationInfo};
use crate::{Client, Session, generated, operations};

impl ClientHooks<Session> for Client {
    async fn exec(&self, mut request: Request, info: &OperationInfo) -> Result<Response, CallError> {
        if let Some(media_type) = generated::operations::sent_as(info.operation_id) {
            let media_type = multipart::with_boundary(media_type, request.body());
            request.headers_mut().insert(CONTENT_TYPE, media_type);
        }
        exchange(self, request, operations::find(info.operation_id), BodyType::Documented).await
    }
}
