//! A `Rejection` as what a handler answers: for handlers that verify by themselves.

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Response},
    routing::post,
};
use http::HeaderMap;
use tower_loops::{Rejection, SIGNATURE_HEADER, Verifier};

use super::{HANDLED, oneshot};
use crate::support::{
    self, Answer, EVENT, INVALID, MISSING, PATH, Pieces, forged, layer, secret, signed, signed_as,
    unsigned,
};

#[tokio::test]
async fn the_reason_for_an_unread_body_is_answered_as_by_the_layer() {
    let router = Router::new().route(PATH, post(async || "handled"));
    let broken = signed_as(EVENT, Pieces::of(EVENT, 9).failing());
    let by_layer = oneshot(&router.layer(layer()), broken).await;
    let expected = (400, r#"{"error":"Unreadable body"}"#);
    assert_eq!(by_layer.seen(), expected);

    let rejection = by_layer.rejection.unwrap();
    assert!(matches!(rejection, Rejection::UnreadableBody(_)));
    let by_hand = Answer::of(rejection.into_response()).await;
    assert_eq!(by_hand.seen(), expected);
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
