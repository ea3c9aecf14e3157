//! What a rejection is logged with, beside the rejection itself.

use std::time::SystemTime;

use http::request::Parts;

use super::RejectionCounter;

#[cfg_attr(
    not(feature = "tracing"),
    expect(dead_code, reason = "nothing is logged")
)]
pub(crate) struct DeliveryLog<'a> {
    pub(crate) request: &'a Parts,
    pub(crate) declared_length: Option<u64>,
    pub(crate) received_at: SystemTime,
    pub(crate) rejections: &'a RejectionCounter,
}
