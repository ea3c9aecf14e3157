//! `data.object` in its type, alone and with the type of the event.

use std::fmt;

use serde_json::Value;

use crate::event::{
    error::ObjectError,
    event_type::EventType,
    locate,
    object::{self, Charge, CheckoutSession, Invoice, Subscription, Unread, digest},
};

/// What happened, and what it happened to: the type of an event and its object in one value.
///
/// An event of one of the types of Loops' guide whose object says that it is of another kind is
/// [`Other`](Self::Other).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventData {
    /// `charge.succeeded`: a payment went through.
    ChargeSucceeded(Charge),
    /// `charge.refunded`: a payment was refunded, in whole or in part.
    ChargeRefunded(Charge),
    /// `checkout.session.completed`: a customer completed a checkout.
    CheckoutSessionCompleted(CheckoutSession),
    /// `customer.subscription.created`: a subscription began.
    CustomerSubscriptionCreated(Subscription),
    /// `customer.subscription.deleted`: a subscription ended.
    CustomerSubscriptionDeleted(Subscription),
    /// `invoice.payment_succeeded`: a recurring invoice was paid.
    InvoicePaymentSucceeded(Invoice),
    /// `invoice.payment_failed`: the payment of a recurring invoice failed.
    InvoicePaymentFailed(Invoice),
    /// Any other type of event. Its object may have a type nevertheless, as that of
    /// `customer.subscription.updated`.
    Other(EventObject),
}

impl EventData {
    pub(super) fn new(event_type: &EventType, object: EventObject) -> Self {
        use EventObject as Object;
        match (event_type, object) {
            (EventType::ChargeSucceeded, Object::Charge(it)) => Self::ChargeSucceeded(it),
            (EventType::ChargeRefunded, Object::Charge(it)) => Self::ChargeRefunded(it),
            (EventType::CheckoutSessionCompleted, Object::CheckoutSession(it)) => {
                Self::CheckoutSessionCompleted(it)
            }
            (EventType::CustomerSubscriptionCreated, Object::Subscription(it)) => {
                Self::CustomerSubscriptionCreated(it)
            }
            (EventType::CustomerSubscriptionDeleted, Object::Subscription(it)) => {
                Self::CustomerSubscriptionDeleted(it)
            }
            (EventType::InvoicePaymentSucceeded, Object::Invoice(it)) => {
                Self::InvoicePaymentSucceeded(it)
            }
            (EventType::InvoicePaymentFailed, Object::Invoice(it)) => {
                Self::InvoicePaymentFailed(it)
            }
            (_, object) => Self::Other(object),
        }
    }
}

/// What an event is about, in the type that `data.object.object` names, else in the type that
/// belongs to the type of the event.
///
/// `Debug` shows the kind of object and a digest, nothing of the payload.
#[derive(Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "handlers match on the objects, of which there is one a call"
)]
#[non_exhaustive]
pub enum EventObject {
    /// A `charge`, such as that of `charge.succeeded`.
    Charge(Charge),
    /// A `checkout.session`, such as that of `checkout.session.completed`.
    CheckoutSession(CheckoutSession),
    /// A `subscription`, such as that of `customer.subscription.created`.
    Subscription(Subscription),
    /// An `invoice`, such as that of `invoice.payment_succeeded`.
    Invoice(Invoice),
    /// Any other: the JSON as it is.
    Other(Value),
}

impl EventObject {
    /// Reads `data.object`, first in the type that belongs to the type of the event.
    pub(super) fn read(event_type: &EventType, json: &str) -> Result<Self, ObjectError> {
        let read = match kind_of(event_type) {
            Some(kind) => Self::read_as(kind, json),
            None => Err(Unread::OtherKind(object::kind(json).unwrap_or_default())),
        };
        let read = match read {
            Err(Unread::OtherKind(kind)) => Self::read_as(&kind, json),
            read => read,
        };
        match read {
            Err(Unread::OtherKind(_)) if json.starts_with('{') => {
                locate::deserialize("data.object", json).map(Self::Other)
            }
            read => read.map_err(|_| ObjectError::unexpected("data.object")),
        }
    }

    fn read_as(kind: &str, json: &str) -> Result<Self, Unread> {
        match kind {
            "charge" => object::read(json).map(Self::Charge),
            "checkout.session" => object::read(json).map(Self::CheckoutSession),
            "subscription" => object::read(json).map(Self::Subscription),
            "invoice" => object::read(json).map(Self::Invoice),
            other => Err(Unread::OtherKind(other.to_owned())),
        }
    }

    /// The paths of what could not be read.
    #[must_use]
    pub fn unreadable(&self) -> &[String] {
        match self {
            Self::Charge(charge) => charge.unreadable(),
            Self::CheckoutSession(session) => session.unreadable(),
            Self::Subscription(subscription) => subscription.unreadable(),
            Self::Invoice(invoice) => invoice.unreadable(),
            Self::Other(_) => &[],
        }
    }
}

/// The kind of object that events of this type are about.
fn kind_of(event_type: &EventType) -> Option<&'static str> {
    match event_type {
        EventType::ChargeSucceeded | EventType::ChargeRefunded => Some("charge"),
        EventType::CheckoutSessionCompleted => Some("checkout.session"),
        EventType::CustomerSubscriptionCreated | EventType::CustomerSubscriptionDeleted => {
            Some("subscription")
        }
        EventType::InvoicePaymentSucceeded | EventType::InvoicePaymentFailed => Some("invoice"),
        EventType::Other(_) => None,
    }
}

impl fmt::Debug for EventObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Charge(charge) => charge.fmt(f),
            Self::CheckoutSession(session) => session.fmt(f),
            Self::Subscription(subscription) => subscription.fmt(f),
            Self::Invoice(invoice) => invoice.fmt(f),
            Self::Other(value) => f.debug_tuple("Other").field(&digest(value)).finish(),
        }
    }
}
