//! A `Rejection` as the response of a handler that verifies by itself.

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
    self, EVENT, INVALID, MISSING, PATH, SECRET, forged, secret, signed, unsigned,
};

#[tokio::test]
async fn a_handler_may_return_it() {
    async fn verify(headers: HeaderMap, body: Bytes) -> Result<Response, Rejection> {
        let header = headers.get(SIGNATURE_HEADER);
        let header = header.ok_or(Rejection::MissingSignature)?;
        let verifier = Verifier::new(secret(SECRET));
        let event = verifier.verify(header.as_bytes(), body, support::now())?;
        Ok(format!("handled {}", event.id()).into_response())
    }
    let router = Router::new().route(PATH, post(verify));
    assert_eq!(oneshot(&router, signed(EVENT)).await.seen(), HANDLED);
    for (request, seen) in [(unsigned(), MISSING), (forged(), INVALID)] {
        let answer = oneshot(&router, request).await;
        assert_eq!(answer.seen(), seen);
        assert_eq!(answer.headers[CONTENT_TYPE], "application/json");
        assert!(
            answer.rejection.is_some(),
            "{seen:?} has its reason attached"
        );
    }
}
