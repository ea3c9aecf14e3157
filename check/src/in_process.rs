//! A receiver that is a Tower service.

use std::{future::poll_fn, sync::Mutex, sync::PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri, header::CONTENT_TYPE};
use http_body::Body;
use http_body_util::Full;
use tower_loops::{BoxError, SIGNATURE_HEADER};
use tower_service::Service;

use crate::{
    delivery::Delivery,
    endpoint::{Answer, BoxFuture, Endpoint, NoAnswer},
};

pub(crate) struct InProcess<S> {
    service: Mutex<S>,
    uri: Uri,
}

impl<S> InProcess<S> {
    pub(crate) fn new(service: S, uri: Uri) -> Self {
        Self {
            service: Mutex::new(service),
            uri,
        }
    }
}

impl<S, B> Endpoint for InProcess<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Into<BoxError>>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    fn deliver(&self, delivery: Delivery) -> BoxFuture<'static, Result<Answer, NoAnswer>> {
        let Some(body) = delivery.body.bytes() else {
            let error = "a service in this process has no connection".to_owned();
            return Box::pin(async { Err(NoAnswer::Unreachable(error)) });
        };
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = headers(&delivery);
        let service = self.service.lock();
        let mut service = service.unwrap_or_else(PoisonError::into_inner).clone();
        // In a spawned task, which catches a panic. Concurrent deliveries run in parallel.
        let task = tokio::spawn(async move {
            let broken = |error: BoxError| NoAnswer::broken(&*error);
            let ready = poll_fn(|context| service.poll_ready(context)).await;
            ready.map_err(|error| broken(error.into()))?;
            let response = service.call(request).await;
            Answer::read(response.map_err(|error| broken(error.into()))?).await
        });
        Box::pin(async move {
            let done = task.await;
            done.unwrap_or_else(|error| Err(NoAnswer::broken(&error)))
        })
    }

    fn has_connections(&self) -> bool {
        false
    }
}

/// The headers of a delivery, whatever carries it.
pub(crate) fn headers(delivery: &Delivery) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let json = http::HeaderValue::from_static("application/json");
    headers.insert(CONTENT_TYPE, json);
    for line in &delivery.signatures {
        headers.append(SIGNATURE_HEADER, line.clone());
    }
    headers
}
