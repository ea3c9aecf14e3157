//! Plain hyper over real sockets.

mod http1;
mod http2;
mod raw;
mod versions;

use std::{convert::Infallible, net::SocketAddr};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::ServiceBuilder;
use tower_loops::VerifiedEvent;

use crate::support::{layer, wire};

/// Answers with what the inner service got: the id of the event and the body.
async fn echo(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let event: &VerifiedEvent = parts.extensions.get().unwrap();
    let bytes = body.collect().await?.to_bytes();
    assert_eq!(event.payload(), &bytes);
    let mut response = Response::new(Full::new(bytes));
    let id = event.id().parse().unwrap();
    response.headers_mut().insert("x-event", id);
    Ok(response)
}

/// A server that echoes verified bodies of at most this size.
async fn serve_echo(limit: usize) -> SocketAddr {
    let layer = layer().with_max_body_size(limit);
    wire::serve(ServiceBuilder::new().layer(layer).service_fn(echo)).await
}
