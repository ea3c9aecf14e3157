//! What is logged: one event per outcome, and nothing in it that a stranger chose. Without the feature `tracing`, nothing.
//!
//! Refusals are at `DEBUG`, below what subscribers show by default: anybody can cause as many as they like.

pub(crate) use self::enabled::*;

#[cfg(feature = "tracing")]
mod enabled {
    use std::time::SystemTime;

    use crate::{Rejection, VerifiedEvent};

    pub(crate) fn verified(event: &VerifiedEvent, now: SystemTime) {
        let signed_at = event.signed_at();
        // Negative where the sender's clock is ahead.
        let age_seconds = match now.duration_since(signed_at) {
            Ok(age) => age.as_secs_f64(),
            Err(ahead) => -ahead.duration().as_secs_f64(),
        };
        tracing::info!(
            id = event.id(),
            r#type = event.event_type().as_str(),
            age_seconds,
            "Loops event verified"
        );
    }

    pub(crate) fn refused(rejection: &Rejection) {
        tracing::debug!(reason = %rejection, "Loops delivery refused");
    }
}

#[cfg(not(feature = "tracing"))]
mod enabled {
    use std::time::SystemTime;

    use crate::{Rejection, VerifiedEvent};

    pub(crate) fn verified(_: &VerifiedEvent, _: SystemTime) {}

    pub(crate) fn refused(_: &Rejection) {}
}
