//! One delivery.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use tokio::sync::Barrier;

pub(crate) struct Delivery {
    /// What distinguishes it from the other deliveries of its check, if there are several.
    pub(crate) label: &'static str,
    /// The lines of the signature header, in order.
    pub(crate) signatures: Vec<HeaderValue>,
    pub(crate) body: Payload,
    /// Whether it is an event with the effects of the first delivery: a charge.
    pub(crate) is_charge: bool,
    /// Whether it resembles another event, so that its loss is a matter of `duplicates`.
    pub(crate) is_twin: bool,
}

#[cfg_attr(
    not(feature = "http"),
    expect(dead_code, reason = "only sockets send some of them")
)]
pub(crate) enum Payload {
    Whole(Bytes),
    /// Without `Content-Length`.
    Undeclared(Bytes),
    /// The last byte is sent when as many deliveries as the barrier has places have come so far.
    Held(Bytes, Arc<Barrier>),
    /// Byte by byte, without the end.
    Dripped(Bytes),
    /// Only this `Content-Length`, without a body.
    Declared(u64),
}

impl Delivery {
    pub(crate) fn new(signatures: Vec<HeaderValue>, body: impl Into<Bytes>) -> Self {
        Self {
            label: "",
            signatures,
            body: Payload::Whole(body.into()),
            is_charge: false,
            is_twin: false,
        }
    }

    pub(crate) fn labelled(self, label: &'static str) -> Self {
        Self { label, ..self }
    }

    /// An event that must have the effects of the first delivery.
    pub(crate) fn charge(self) -> Self {
        Self {
            is_charge: true,
            ..self
        }
    }

    /// A charge that resembles another event.
    pub(crate) fn twin(self) -> Self {
        Self {
            is_twin: true,
            ..self.charge()
        }
    }

    pub(crate) fn with_body(self, body: Payload) -> Self {
        Self { body, ..self }
    }
}

impl Payload {
    /// The bytes, if the delivery consists of bytes only.
    pub(crate) fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Whole(bytes) | Self::Held(bytes, _) => Some(bytes),
            Self::Undeclared(_) | Self::Dripped(_) | Self::Declared(_) => None,
        }
    }
}
