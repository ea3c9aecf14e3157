//! What a request declares before its body is read.

use std::time::SystemTime;

use http::{
    HeaderMap, Version,
    header::{CONTENT_LENGTH, EXPECT},
    request::Parts,
};
use http_body::SizeHint;

use crate::trace::{RejectionContext, RejectionCounter, RequestFields};

/// One request: its head, and the size hint of its body.
pub(super) struct Delivery {
    /// When the service was called, by the layer's clock.
    pub(super) received_at: SystemTime,
    /// The length that the body has or exceeds, in bytes; `None` if nothing declares one. Wider
    /// than any limit, so that a length of too many digits is over all of them.
    length: Option<u128>,
    /// The client sends the body only after a `100 Continue`.
    pub(super) awaits_continue: bool,
    fields: RequestFields,
}

impl Delivery {
    pub(super) fn new(parts: &Parts, body: &SizeHint, received_at: SystemTime) -> Self {
        let at_least = Some(body.lower())
            .filter(|lower| *lower > 0)
            .or(body.exact());
        Self {
            received_at,
            length: content_length(&parts.headers).max(at_least.map(u128::from)),
            awaits_continue: parts.version == Version::HTTP_11 && expects_continue(&parts.headers),
            fields: RequestFields::new(parts),
        }
    }

    pub(super) fn declared_length(&self) -> Option<u64> {
        self.length
            .map(|length| length.try_into().unwrap_or(u64::MAX))
    }

    pub(super) fn log<'a>(&'a self, rejections: &'a RejectionCounter) -> RejectionContext<'a> {
        RejectionContext {
            request: &self.fields,
            declared_length: self.declared_length(),
            received_at: self.received_at,
            rejections,
        }
    }

    pub(super) fn declares_more_than(&self, limit: usize) -> bool {
        self.length.is_some_and(|length| length > limit as u128)
    }
}

/// The largest `Content-Length`. Ignores values that are not numbers: the server has to reject
/// those.
fn content_length(headers: &HeaderMap) -> Option<u128> {
    let lengths = headers.get_all(CONTENT_LENGTH).iter();
    lengths.filter_map(|value| decimal(value.as_bytes())).max()
}

/// A number of any length, clamped.
fn decimal(text: &[u8]) -> Option<u128> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| {
        text.iter().fold(0_u128, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(u128::from(digit - b'0'))
        })
    })
}

fn expects_continue(headers: &HeaderMap) -> bool {
    headers
        .get(EXPECT)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}
