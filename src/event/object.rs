//! `data.object`, typed by the event type.

use std::{collections::BTreeMap, error::Error, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, value::MapAccessDeserializer},
};
use serde_json::{Value, value::RawValue};

use super::{Charge, CheckoutSession, EventType, Invoice, Subscription};

/// What an event is about, in the type that belongs to the event type.
///
/// `Debug` shows what kind of object it is and its id, nothing else of the payload.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum EventObject {
    /// Of `charge.succeeded` and `charge.refunded`.
    Charge(Charge),
    /// Of `checkout.session.completed`.
    CheckoutSession(CheckoutSession),
    /// Of `customer.subscription.created` and `customer.subscription.deleted`.
    Subscription(Subscription),
    /// Of `invoice.payment_succeeded` and `invoice.payment_failed`.
    Invoice(Invoice),
    /// Of any other type: the JSON as it is.
    Other(Value),
}

impl EventObject {
    pub(super) fn parse(event_type: &EventType, payload: &[u8]) -> Result<Self, ObjectError> {
        match event_type {
            EventType::ChargeSucceeded | EventType::ChargeRefunded => {
                parse_object(payload).map(Self::Charge)
            }
            EventType::CheckoutSessionCompleted => parse_object(payload).map(Self::CheckoutSession),
            EventType::CustomerSubscriptionCreated | EventType::CustomerSubscriptionDeleted => {
                parse_object(payload).map(Self::Subscription)
            }
            EventType::InvoicePaymentSucceeded | EventType::InvoicePaymentFailed => {
                parse_object(payload).map(Self::Invoice)
            }
            EventType::Other(_) => parse(payload).map(Self::Other),
        }
    }
}

impl fmt::Debug for EventObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Charge(charge) => charge.fmt(f),
            Self::CheckoutSession(session) => session.fmt(f),
            Self::Subscription(subscription) => subscription.fmt(f),
            Self::Invoice(invoice) => invoice.fmt(f),
            Self::Other(_) => f.write_str("Other(..)"),
        }
    }
}

/// Reads `data.object` of a payload as a `T`, passing over everything else.
pub(super) fn parse<T: DeserializeOwned>(payload: &[u8]) -> Result<T, ObjectError> {
    #[derive(Deserialize)]
    struct Envelope<T> {
        data: Option<Object<Data<T>>>,
    }
    #[derive(Deserialize)]
    struct Data<T> {
        object: Option<T>,
    }

    match serde_json::from_slice::<Envelope<T>>(payload) {
        Ok(envelope) => envelope
            .data
            .and_then(|Object(data)| data.object)
            .ok_or(ObjectError::Missing),
        Err(error) => Err(ObjectError::Unexpected {
            line: error.line(),
            column: error.column(),
        }),
    }
}

fn parse_object<T: DeserializeOwned>(payload: &[u8]) -> Result<T, ObjectError> {
    parse(payload).map(|Object(object)| object)
}

/// A struct that is read from a JSON object only. Serde by itself takes an array of its fields as well.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Object<T>(pub(super) T);

/// The same for an optional field of a struct.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let object = Option::<Object<T>>::deserialize(deserializer)?;
    Ok(object.map(|Object(object)| object))
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

/// Why an event has no typed object. The event itself is as authentic as before.
///
/// It says where in the payload the trouble is, not what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectError {
    /// The payload has no `data.object`, or it is `null`.
    Missing,
    /// `data.object` does not have the expected shape.
    Unexpected {
        /// The line of the payload, from 1.
        line: usize,
        /// The column in that line, in bytes, from 1.
        column: usize,
    },
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the event has no data.object"),
            Self::Unexpected { line, column } => write!(
                f,
                "data.object is not of the expected shape at line {line}, column {column} of the payload"
            ),
        }
    }
}

impl Error for ObjectError {}

/// The key-value pairs that a seller attached to an object, such as an `order_id`.
///
/// A value that is not a string is kept as its JSON text (`42`, `true`); a `null` counts as absent.
pub type Metadata = BTreeMap<String, String>;

pub(super) fn metadata<'de, D>(deserializer: D) -> Result<Option<Metadata>, D::Error>
where
    D: Deserializer<'de>,
{
    let pairs = Option::<BTreeMap<String, Box<RawValue>>>::deserialize(deserializer)?;
    let text = |value: &RawValue| match value.get() {
        "null" => None,
        json => Some(serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())),
    };
    Ok(pairs.map(|pairs| {
        pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key, text(&value)?)))
            .collect()
    }))
}

/// A `Debug` that shows the id of an object and hides the rest, which is the customer's.
macro_rules! redacted_debug {
    ($object:ident) => {
        impl std::fmt::Debug for $object {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($object)).finish_non_exhaustive()
            }
        }
    };
    ($object:ident, id) => {
        impl std::fmt::Debug for $object {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($object))
                    .field("id", &self.id)
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(super) use redacted_debug;
