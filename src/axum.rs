//! axum's side: the event as an extractor, the refusal as a response.

use axum_core::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use crate::{Rejection, VerifiedEvent};

/// Takes the event that [`LoopsSignatureLayer`](crate::LoopsSignatureLayer) put into the request.
impl<S: Sync> FromRequestParts<S> for VerifiedEvent {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingLayer> {
        parts.extensions.get().cloned().ok_or(MissingLayer(()))
    }
}

/// The answer to a request for which a handler wants a [`VerifiedEvent`] and no
/// [`LoopsSignatureLayer`](crate::LoopsSignatureLayer) stands before it: a 500 that says nothing to the sender, and an error
/// in the log that says it to you.
#[derive(Clone, Copy, Debug)]
pub struct MissingLayer(());

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        tracing::error!(
            "a handler takes a VerifiedEvent, but there is no LoopsSignatureLayer around it"
        );
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.to_response().map(axum_core::body::Body::new)
    }
}
