//! Deliveries at a time that stands still, for a layer with the same clock.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use testkit::delivery::{self, SECRET, now, secret};
use tower_loops::LoopsSignatureLayer;

pub(crate) fn layer() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret(SECRET)).with_clock(now)
}

/// An event whose payload has this length.
pub(crate) fn event_of(bytes: usize) -> String {
    delivery::event_of("charge.succeeded", bytes)
}

/// A delivery of this event.
pub(crate) fn signed(event: &str) -> Request<Full<Bytes>> {
    delivery::delivery(event.to_owned())
}
