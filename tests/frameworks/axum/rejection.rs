//! A `Rejection` as the response of a handler, for handlers that verify by themselves.

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, header::CONTENT_TYPE};
use tower_loops::{Rejection, SIGNATURE_HEADER, Verifier};

use super::{HANDLED, oneshot};
use crate::support::{
    self, Answer, EVENT, INVALID, MISSING, PATH, forged, layer, secret, signed, unsigned,
};

#[tokio::test]
async fn its_response_is_that_of_the_layer() {
    let router = Router::new().route(PATH, post(async || "handled"));
    let by_layer = oneshot(&router.layer(layer()), forged()).await;
    assert_eq!(by_layer.seen(), INVALID);
    let rejection = by_layer.rejection.unwrap();
    let name = format!("{rejection:?}");
    let answer = Answer::of(rejection.into_response()).await;
    assert_eq!(answer.seen(), INVALID);
    assert_eq!(answer.headers[CONTENT_TYPE], "application/json");
    assert_eq!(format!("{:?}", answer.rejection.unwrap()), name);
}

#[tokio::test]
async fn a_handler_may_return_it() {
    async fn verify(headers: HeaderMap, body: Bytes) -> Result<Response, Rejection> {
        let header = headers.get(SIGNATURE_HEADER);
        let header = header.ok_or(Rejection::MissingSignature)?;
        let verifier = Verifier::new(secret("whsec_test"));
        let event = verifier.verify(header.as_bytes(), body, support::now())?;
        Ok(format!("handled {}", event.id()).into_response())
    }
    let router = Router::new().route(PATH, post(verify));
    assert_eq!(oneshot(&router, signed(EVENT)).await.seen(), HANDLED);
    for (request, seen) in [(unsigned(), MISSING), (forged(), INVALID)] {
        let answer = oneshot(&router, request).await;
        assert_eq!(answer.seen(), seen);
        assert!(
            answer.rejection.is_some(),
            "{seen:?} has its reason attached"
        );
    }
}
