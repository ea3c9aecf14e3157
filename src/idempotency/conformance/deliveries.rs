//! Deliveries to a layer around a store.

use std::convert::Infallible;

use http::{Request, Response};
use tower_service::Service;

use crate::{
    ResponseBody, VerifiedEvent,
    idempotency::{EventStore, Idempotency},
};

pub(super) async fn deliver<H, St>(
    mut service: Idempotency<H, St>,
    event: &VerifiedEvent,
) -> Response<ResponseBody<()>>
where
    H: Service<Request<()>, Response = Response<()>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static,
    St: EventStore,
{
    let mut request = Request::new(());
    request.extensions_mut().insert(event.clone());
    let Ok(response) = service.call(request).await;
    response
}
