//! Deliveries to a layer around a store.

use std::convert::Infallible;

use http::{Request, Response};
use tower_service::Service;

use crate::{
    event::VerifiedEvent,
    idempotency::{EventStore, Idempotency},
    middleware::ResponseBody,
};

/// A handler of these deliveries.
pub(super) trait Deliverable:
    Service<Request<()>, Response = Response<()>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<H> Deliverable for H where
    H: Service<Request<()>, Response = Response<()>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static
{
}

pub(super) async fn deliver<H: Deliverable, St: EventStore>(
    mut service: Idempotency<H, St>,
    event: &VerifiedEvent,
) -> Response<ResponseBody<()>> {
    let mut request = Request::new(());
    request.extensions_mut().insert(event.clone());
    let Ok(response) = service.call(request).await;
    response
}
