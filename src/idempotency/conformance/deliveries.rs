//! Deliveries to a layer around a store.

use std::{convert::Infallible, time::SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use crate::{
    ResponseBody, Secret, Signer, VerifiedEvent, Verifier,
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

/// So many events, `evt_0` and so on.
pub(super) fn events(count: usize) -> Vec<VerifiedEvent> {
    let secret = Secret::new("whsec_conformance").expect("it is not empty");
    let signer = Signer::new(secret.clone());
    let verifier = Verifier::new(secret);
    let now = SystemTime::now();
    let event = |number| {
        let body = Bytes::from(format!(
            r#"{{"id":"evt_{number}","type":"charge.succeeded"}}"#
        ));
        let header = signer.sign(&body, now);
        verifier
            .verify(header.as_bytes(), body, now)
            .expect("it is signed")
    };
    (0..count).map(event).collect()
}
