//! The event types of Loops' guide, and others.

use std::{cmp::Ordering, convert::Infallible, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What happened. Loops' guide names seven types; any other is [`Other`](Self::Other), as it came.
///
/// ```
/// use tower_loops::EventType;
///
/// assert_eq!("charge.succeeded".parse(), Ok(EventType::ChargeSucceeded));
/// assert_eq!(EventType::from("payout.paid"), "payout.paid");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventType {
    /// `charge.succeeded`: a payment went through.
    ChargeSucceeded,
    /// `charge.refunded`: a payment was refunded, in whole or in part.
    ChargeRefunded,
    /// `checkout.session.completed`: a customer completed a checkout.
    CheckoutSessionCompleted,
    /// `customer.subscription.created`: a subscription began.
    CustomerSubscriptionCreated,
    /// `customer.subscription.deleted`: a subscription ended.
    CustomerSubscriptionDeleted,
    /// `invoice.payment_succeeded`: a recurring invoice was paid.
    InvoicePaymentSucceeded,
    /// `invoice.payment_failed`: the payment of a recurring invoice failed.
    InvoicePaymentFailed,
    /// A type without a variant in this version of the crate.
    Other(OtherEventType),
}

/// The text of an [`EventType::Other`]. It is never one of the known types: each text has one
/// value.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OtherEventType(Arc<str>);

impl OtherEventType {
    /// The type as the payload has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OtherEventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! known {
    ($($variant:ident = $text:literal,)*) => {
        impl EventType {
            /// The type as the payload has it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(other) => other.as_str(),
                }
            }
        }

        impl From<&str> for EventType {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(OtherEventType(other.into())),
                }
            }
        }
    };
}

known! {
    ChargeSucceeded = "charge.succeeded",
    ChargeRefunded = "charge.refunded",
    CheckoutSessionCompleted = "checkout.session.completed",
    CustomerSubscriptionCreated = "customer.subscription.created",
    CustomerSubscriptionDeleted = "customer.subscription.deleted",
    InvoicePaymentSucceeded = "invoice.payment_succeeded",
    InvoicePaymentFailed = "invoice.payment_failed",
}

/// Ordered by text.
impl Ord for EventType {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for EventType {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<str> for EventType {
    fn eq(&self, text: &str) -> bool {
        self.as_str() == text
    }
}

impl PartialEq<&str> for EventType {
    fn eq(&self, text: &&str) -> bool {
        self.as_str() == *text
    }
}

impl AsRef<str> for EventType {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EventType {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = EventType;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event type")
            }

            fn visit_str<E>(self, text: &str) -> Result<EventType, E> {
                Ok(EventType::from(text))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}
