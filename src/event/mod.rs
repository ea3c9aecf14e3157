//! The event: what a proved body says.

mod charge;
mod checkout;
mod envelope;
mod event_type;
mod invoice;
mod json;
mod marks;
mod nesting;
mod object;
mod reference;
mod subscription;

pub use charge::{BillingDetails, Charge};
pub use checkout::{CheckoutSession, CustomerDetails, TotalDetails};
pub use envelope::PayloadError;
pub use event_type::{EventType, OtherEventType};
pub use invoice::Invoice;
pub use object::{EventObject, Metadata, ObjectError};
pub use reference::Reference;
pub use subscription::Subscription;

use std::{fmt, sync::Arc, time::SystemTime};

use bytes::Bytes;
use serde::de::DeserializeOwned;

use envelope::Envelope;

/// An event that Loops signed: the proof that a body was verified.
///
/// Only a [`Verifier`](crate::Verifier) makes one (and the layer, which uses it), so a handler that takes a `VerifiedEvent`
/// cannot be reached by an unverified request. There is no public constructor and no `Deserialize`:
///
/// ```compile_fail
/// let forged: tower_loops::VerifiedEvent = serde_json::from_str("{}").unwrap();
/// ```
///
/// Cheap to clone: the payload is shared. `Debug` shows the id and the type, nothing else of the payload.
#[derive(Clone)]
pub struct VerifiedEvent {
    id: Arc<str>,
    event_type: EventType,
    created: Option<i64>,
    livemode: Option<bool>,
    signed_at: SystemTime,
    secret_index: usize,
    payload: Bytes,
}

impl VerifiedEvent {
    /// Reads the envelope of a payload whose signature was verified.
    pub(crate) fn parse(
        payload: Bytes,
        signed_at: SystemTime,
        secret_index: usize,
    ) -> Result<Self, PayloadError> {
        let envelope = Envelope::parse(&payload)?;
        Ok(Self {
            id: envelope.id.into(),
            event_type: EventType::from(&*envelope.event_type),
            created: envelope.created,
            livemode: envelope.livemode,
            signed_at,
            secret_index,
            payload,
        })
    }

    /// The id of the event: the key by which repeated deliveries are told.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What happened.
    #[must_use]
    pub fn event_type(&self) -> &EventType {
        &self.event_type
    }

    /// When the event was made, in Unix seconds, where the payload has that as an integer.
    #[must_use]
    pub fn created(&self) -> Option<i64> {
        self.created
    }

    /// Whether the event is of live or of test mode, where the payload says so.
    #[must_use]
    pub fn livemode(&self) -> Option<bool> {
        self.livemode
    }

    /// The verified `t`: when this delivery was signed.
    #[must_use]
    pub fn signed_at(&self) -> SystemTime {
        self.signed_at
    }

    /// Which accepted secret matched: 0 is the one given to `new`, 1 the first additional one. While the old secret of a
    /// rotation still matches, the rotation is not over.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// The signed bytes.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// `data.object`, typed by the event type. Parsed at each call.
    ///
    /// # Errors
    ///
    /// When the payload has no `data.object`, or when it is not of the shape that the event type has.
    pub fn object(&self) -> Result<EventObject, ObjectError> {
        EventObject::parse(&self.event_type, &self.payload)
    }

    /// `data.object` as a type of your own. Parsed at each call.
    ///
    /// # Errors
    ///
    /// When the payload has no `data.object`, or when it does not deserialize as a `T`.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_loops::{Secret, Signer, Verifier, VerifiedEvent};
    /// # let body = r#"{"id":"evt_1","type":"charge.succeeded","data":{"object":{"outcome":{"risk_score":7}}}}"#;
    /// # let secret = Secret::new("whsec_example")?;
    /// # let now = SystemTime::now();
    /// # let header = Signer::new(secret.clone()).sign(body.as_bytes(), now);
    /// # let event = Verifier::new(secret).verify(header.as_bytes(), body.into(), now)?;
    /// #[derive(serde::Deserialize)]
    /// struct Charge { outcome: Outcome }
    /// #[derive(serde::Deserialize)]
    /// struct Outcome { risk_score: u8 }
    ///
    /// let charge: Charge = event.object_as()?;
    /// assert_eq!(charge.outcome.risk_score, 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn object_as<T: DeserializeOwned>(&self) -> Result<T, ObjectError> {
        object::parse(&self.payload)
    }
}

impl fmt::Debug for VerifiedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedEvent")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .finish_non_exhaustive()
    }
}
