//! Verifies a delivery as an application does: with the layer of tower-loops.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_loops::{LoopsSignatureLayer, Rejection, Secret, VerifiedEvent};

use super::Received;
use crate::client::JSON;

#[derive(Clone)]
pub(super) struct Gate(LoopsSignatureLayer);

/// The result of the layer.
pub(super) struct Checked {
    pub(super) result: Result<VerifiedEvent, Rejection>,
    /// What Loops is answered, unless an application answers.
    pub(super) response: Response<Full<Bytes>>,
}

impl Gate {
    pub(super) fn new(secret: &Secret) -> Self {
        Self(LoopsSignatureLayer::new(secret))
    }

    pub(super) async fn check(&self, received: &Received) -> Checked {
        let mut request = Request::new(Full::new(received.body.clone()));
        *request.method_mut() = received.method.clone();
        *request.headers_mut() = received.headers.clone();
        let Ok(response) = self.0.layer(service_fn(acknowledge)).oneshot(request).await;
        let (mut parts, body) = response.into_parts();
        let Ok(body) = body.collect().await;
        let extensions = &mut parts.extensions;
        let result = match (extensions.remove(), extensions.remove()) {
            (Some(event), _) => Ok(event),
            (None, Some(rejection)) => Err(rejection),
            // The layer marks every rejection.
            (None, None) => Err(Rejection::body_timeout()),
        };
        let response = Response::from_parts(parts, Full::new(body.to_bytes()));
        Checked { result, response }
    }
}

impl Checked {
    /// The result of a request whose body did not arrive whole.
    pub(super) fn rejected(rejection: Rejection) -> Self {
        Self {
            response: rejection.to_response(),
            result: Err(rejection),
        }
    }

    /// Whether the holder of the secret signed the body, now.
    pub(super) fn is_genuine(&self) -> bool {
        matches!(self.result, Ok(_) | Err(Rejection::InvalidPayload { .. }))
    }
}

async fn acknowledge(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::from(r#"{"received": true}"#));
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    if let Some(event) = request.extensions().get::<VerifiedEvent>() {
        response.extensions_mut().insert(event.clone());
    }
    Ok(response)
}
