//! A `Rejection` as the response of a handler that verifies by itself.

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, header::CONTENT_TYPE};
use tower_loops::{Rejection, SIGNATURE_HEADER, Verifier};

use super::{is_guarded, oneshot};
use crate::support::{self, PATH, SECRET, secret, unsigned};

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
    is_guarded(&router, "in the handler").await;
    let answer = oneshot(&router, unsigned()).await;
    assert_eq!(answer.headers[CONTENT_TYPE], "application/json");
    assert_eq!(answer.outcome(), "Missing signature", "it is attached");
}
