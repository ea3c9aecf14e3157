//! The log events of a delivery: verified, rejected, with an unreadable object.

use std::{error::Error, time::SystemTime};

use super::{
    rejection_context::RejectionContext, rejection_counter::RejectionCounter, target::TARGET,
};
use crate::{event::VerifiedEvent, rejection::Rejection};

/// The longest part of an id or type that is logged, in bytes. A signed id can be as long as the
/// body.
const MAX_TEXT: usize = 255;

pub(crate) fn verified(
    event: &VerifiedEvent,
    received_at: SystemTime,
    rejections: &RejectionCounter,
) {
    rejections.reset();
    // Negative if the sender's clock is ahead.
    let age_seconds = match received_at.duration_since(event.signed_at()) {
        Ok(age) => age.as_secs_f64(),
        Err(ahead) => -ahead.duration().as_secs_f64(),
    };
    tracing::info!(
        target: TARGET,
        id = truncated(event.id()),
        r#type = truncated(event.event_type().as_str()),
        age_seconds,
        "Loops event verified"
    );
}

/// Logs the paths of what cannot be read in the object of an event, and no value.
pub(crate) fn unreadable(event: &VerifiedEvent, paths: &[String]) {
    tracing::warn!(
        target: TARGET,
        id = truncated(event.id()),
        r#type = truncated(event.event_type().as_str()),
        ?paths,
        "the object of a Loops event has fields that cannot be read"
    );
}

fn truncated(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// An event at this level with the details of a rejection: what the crate knows, and nothing of
/// header, body or secret.
macro_rules! rejection_event {
    ($level:ident, $rejection:expr, $delivery:expr, $($message:tt)+) => {{
        let (rejection, delivery): (&Rejection, &RejectionContext<'_>) = ($rejection, $delivery);
        let details = Details::of(rejection);
        tracing::event!(
            target: TARGET,
            tracing::Level::$level,
            kind = rejection.kind().as_str(),
            reason = details.reason.map(tracing::field::display),
            age_seconds = details.age,
            signatures = details.signatures,
            secrets = details.secrets,
            received_bytes = rejection.received(),
            declared_bytes = delivery.declared_length,
            limit_bytes = details.limit,
            method = delivery.request.method,
            content_encoding = delivery.request.content_encoding,
            $($message)+
        )
    }};
}

/// Logs a rejection: at WARN what only the holder of the secret can cause, else at DEBUG. When
/// nothing has been verified for some rejections, one WARN a minute says so.
pub(crate) fn rejected(rejection: &Rejection, delivery: &RejectionContext<'_>) {
    if let Rejection::InvalidPayload { .. } = rejection {
        rejection_event!(WARN, rejection, delivery, "Loops delivery rejected");
    } else {
        rejection_event!(DEBUG, rejection, delivery, "Loops delivery rejected");
    }
    if let Rejection::MissingSignature = rejection {
        // Not a delivery: anything on the internet sends such requests.
        return;
    }
    if let Some(count) = delivery.rejections.increment(delivery.received_at) {
        let newest = rejection.kind();
        rejection_event!(
            WARN,
            rejection,
            delivery,
            "{count} rejected since the last verified delivery, newest: {newest}"
        );
    }
}

#[derive(Default)]
struct Details<'a> {
    reason: Option<&'a (dyn Error + 'static)>,
    age: Option<i64>,
    signatures: Option<usize>,
    secrets: Option<usize>,
    limit: Option<usize>,
}

impl<'a> Details<'a> {
    fn of(rejection: &'a Rejection) -> Self {
        let mut details = Self::default();
        match rejection {
            Rejection::MalformedSignature { reason, .. } => details.reason = Some(reason),
            Rejection::InvalidPayload { reason, .. } => details.reason = Some(reason),
            Rejection::TimestampOutsideTolerance { age, .. } => details.age = Some(*age),
            Rejection::InvalidSignature {
                signatures,
                secrets,
                ..
            } => {
                details.signatures = Some(*signatures);
                details.secrets = Some(*secrets);
            }
            Rejection::BodyTooLarge { limit, .. } => details.limit = *limit,
            // The error of a body may quote what the client sent.
            Rejection::UnreadableBody(_)
            | Rejection::MissingSignature
            | Rejection::AmbiguousSignature
            | Rejection::BodyTimeout { .. } => {}
        }
        details
    }
}
