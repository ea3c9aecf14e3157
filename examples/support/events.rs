//! A realistic event of each type in the vendor's guide.

macro_rules! events {
    ($($event_type:literal,)*) => {
        /// The event types of the vendor's guide, each with the payload of one such event.
        pub(crate) const EVENTS: &[(&str, &str)] = &[
            $(($event_type, include_str!(concat!("../events/", $event_type, ".json"))),)*
        ];
    };
}

events! {
    "charge.succeeded",
    "charge.refunded",
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "invoice.payment_succeeded",
    "invoice.payment_failed",
}

/// The payload of an event of this type, if it is one of the guide's.
pub(crate) fn payload(event_type: &str) -> Option<&'static str> {
    let (_, payload) = EVENTS.iter().find(|(known, _)| *known == event_type)?;
    Some(payload)
}
