//! What a rejection is logged with, beside the rejection itself.

use std::time::SystemTime;

use super::{RejectionCounter, RequestFields};

#[cfg_attr(
    not(feature = "tracing"),
    expect(dead_code, reason = "nothing is logged")
)]
pub(crate) struct RejectionContext<'a> {
    pub(crate) request: &'a RequestFields,
    pub(crate) declared_length: Option<u64>,
    pub(crate) received_at: SystemTime,
    pub(crate) rejections: &'a RejectionCounter,
}
