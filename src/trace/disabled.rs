//! Without feature `tracing`: the same names without effect.

use std::time::SystemTime;

use http::request::Parts;

use super::rejection_context::RejectionContext;
use crate::{event::VerifiedEvent, rejection::Rejection};

pub(crate) fn verified(_: &VerifiedEvent, _: SystemTime, _: &RejectionCounter) {}

pub(crate) fn rejected(_: &Rejection, _: &RejectionContext<'_>) {}

pub(crate) fn unreadable(_: &VerifiedEvent, _: &[String]) {}

#[derive(Default)]
pub(crate) struct RejectionCounter;

pub(crate) struct RequestFields;

impl RequestFields {
    pub(crate) fn new(_: &Parts) -> Self {
        Self
    }
}
