//! Deliveries at a time that stands still, for a layer with the same clock.

pub(crate) mod example;
pub(crate) mod wire;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower_loops::LoopsSignatureLayer;

pub(crate) use testkit::{
    delivery::{EVENT, PATH, SECRET, forged, now, secret, unsigned},
    response::{Answer, INVALID, MISSING, TOO_LARGE},
};

pub(crate) fn layer() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret(SECRET)).with_clock(now)
}

/// An event whose payload has this length.
pub(crate) fn event_of(bytes: usize) -> String {
    testkit::delivery::event_of("charge.succeeded", bytes)
}

/// A delivery of this event.
pub(crate) fn signed(event: &str) -> Request<Full<Bytes>> {
    testkit::delivery::delivery(event.to_owned())
}
