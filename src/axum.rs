//! axum: `VerifiedEvent` as an extractor, `Rejection` as a response.

use std::{error::Error, fmt};

use axum_core::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use crate::{event::VerifiedEvent, rejection::Rejection};

/// Takes the event that [`LoopsSignatureLayer`](crate::LoopsSignatureLayer) put into the request.
///
/// `Option<VerifiedEvent>` [is no extractor](crate::guide::compiler_errors#optionverifiedevent), on
/// purpose: a handler that also runs for unverified requests is a mistake that must not compile.
impl<S: Sync> FromRequestParts<S> for VerifiedEvent {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingLayer> {
        parts.extensions.get().cloned().ok_or(MissingLayer(()))
    }
}

/// A handler takes a [`VerifiedEvent`], and the request has none: the route is not behind a
/// [`LoopsSignatureLayer`](crate::LoopsSignatureLayer), or a middleware between the layer and the
/// handler dropped the request's extensions.
///
/// The response is a 500 without details; the reason is logged at ERROR. This is an error of the
/// configuration, so the body is not drained.
#[derive(Clone, Copy, Debug)]
pub struct MissingLayer(());

impl fmt::Display for MissingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a handler takes a VerifiedEvent, but the request has none: there is no LoopsSignatureLayer around the route, or a middleware between them dropped the request's extensions",
        )
    }
}

impl Error for MissingLayer {}

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        tracing::error!(target: "tower_loops", "{self}");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.to_response().map(axum_core::body::Body::new)
    }
}
