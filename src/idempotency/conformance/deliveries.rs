//! Deliveries to a layer around a store.

use std::{convert::Infallible, time::Duration};

use http::{Request, Response, StatusCode};
use tokio::time::{Instant, sleep};
use tower_service::Service;

use crate::{
    event::VerifiedEvent, idempotency::DUPLICATE_HEADER, middleware::ResponseBody,
    store::suite::TIMEOUT,
};

pub(super) type Answer = Response<ResponseBody<()>>;

pub(super) async fn deliver<S>(service: &S, event: &VerifiedEvent) -> Answer
where
    S: Service<Request<()>, Response = Answer, Error = Infallible> + Clone,
{
    let mut request = Request::new(());
    request.extensions_mut().insert(event.clone());
    let Ok(response) = service.clone().call(request).await;
    response
}

/// Delivers an event until it is answered 200. Until then only these answers may come.
pub(super) async fn deliver_until_ok<S>(service: &S, event: &VerifiedEvent, until: [u16; 2])
where
    S: Service<Request<()>, Response = Answer, Error = Infallible> + Clone,
{
    let begun = Instant::now();
    loop {
        let status = deliver(service, event).await.status();
        if status == StatusCode::OK {
            return;
        }
        let may_come = until.contains(&status.as_u16()) && begun.elapsed() < TIMEOUT;
        assert!(may_come, "{} is answered {status}", event.id());
        sleep(Duration::from_millis(1)).await;
    }
}

/// Asserts that the event is known, and not handled again.
pub(super) async fn assert_duplicate<S>(service: &S, event: &VerifiedEvent, when: &str)
where
    S: Service<Request<()>, Response = Answer, Error = Infallible> + Clone,
{
    let response = deliver(service, event).await;
    let (id, status) = (event.id(), response.status());
    let is_duplicate = response.headers().contains_key(DUPLICATE_HEADER);
    assert!(is_duplicate, "{id} is no duplicate {when}: {status}");
}
