//! The event.

use std::{
    fmt,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::SystemTime,
};

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{
    event::{
        data::{EventData, EventObject},
        envelope::Envelope,
        error::{ObjectError, PayloadError},
        event_type::EventType,
        locate,
        payload_text::{PayloadText, text_at},
    },
    json::last_member,
    trace,
};

/// An event that Loops signed: the proof that a body was verified.
///
/// Only a [`Verifier`](crate::Verifier) creates one (and the layer, which uses it), so an unverified
/// request cannot reach a handler that takes a `VerifiedEvent`. There is no public constructor and
/// no `Deserialize`:
///
/// ```compile_fail
/// let forged: tower_loops::VerifiedEvent = serde_json::from_str("{}").unwrap();
/// ```
///
/// Loops signs the timestamp and the body, and nothing else: path, query, method and headers of the
/// request are not authenticated. Within the tolerance a captured delivery passes again, at any
/// route with the same secret.
///
/// Cheap to clone: everything is shared. `Debug` shows the id and the type, nothing else of the
/// payload.
#[derive(Clone)]
pub struct VerifiedEvent(Arc<Event>);

struct Event {
    id: PayloadText,
    event_type: EventType,
    created: Option<i64>,
    livemode: Option<bool>,
    api_version: Option<PayloadText>,
    signed_at: SystemTime,
    secret_index: usize,
    payload: Bytes,
    /// Where in the payload the JSON text of `data` is. Not `Bytes`: a clone would allocate.
    data: Option<Range<usize>>,
    /// Whether it was logged what of the object cannot be read.
    is_logged: AtomicBool,
}

impl VerifiedEvent {
    /// Reads the envelope of a payload whose signature was verified.
    pub(crate) fn parse(
        payload: Bytes,
        signed_at: SystemTime,
        secret_index: usize,
    ) -> Result<Self, PayloadError> {
        let envelope = Envelope::parse(&payload)?;
        Ok(Self(Arc::new(Event {
            id: envelope.id,
            event_type: EventType::from(&*envelope.event_type),
            created: envelope.created,
            livemode: envelope.livemode,
            api_version: envelope.api_version,
            signed_at,
            secret_index,
            data: envelope.data,
            payload,
            is_logged: AtomicBool::new(false),
        })))
    }

    /// The id of the event. Repeated deliveries have the same id and type.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.id.get(&self.0.payload)
    }

    /// What happened.
    #[must_use]
    pub fn event_type(&self) -> &EventType {
        &self.0.event_type
    }

    /// When the event was created, in Unix seconds, where the payload has that once, as a plain
    /// integer.
    #[must_use]
    pub fn created(&self) -> Option<i64> {
        self.0.created
    }

    /// Whether the event is of live or of test mode, where the payload says so once.
    #[must_use]
    pub fn livemode(&self) -> Option<bool> {
        self.0.livemode
    }

    /// The version of the API that the objects follow, where the payload names it once.
    #[must_use]
    pub fn api_version(&self) -> Option<&str> {
        let version = self.0.api_version.as_ref()?;
        Some(version.get(&self.0.payload))
    }

    /// The verified `t`: when this delivery was signed.
    #[must_use]
    pub fn signed_at(&self) -> SystemTime {
        self.0.signed_at
    }

    /// Which accepted secret matched: 0 is the one given to `new`, 1 the first additional one. While
    /// the old secret of a rotation still matches, the rotation is not over.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.0.secret_index
    }

    /// The signed bytes.
    ///
    /// They may share a larger buffer of the server, which lives as long as they do: a small event
    /// that is kept can hold kilobytes. To keep it, copy it: `Bytes::copy_from_slice(event.payload())`.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.0.payload
    }

    /// The type of the event and its object in one value: what a handler matches on. Read at each
    /// call; a type of your own for the object comes from [`object_as`](Self::object_as).
    ///
    /// Fields are read one by one: what cannot be read is `None`, and the object's `unreadable()`
    /// names its path. Feature `tracing` logs these paths at WARN, once an event.
    ///
    /// # Errors
    ///
    /// If the payload has no `data.object`, or it is not a JSON object. For [`EventObject::Other`]
    /// also if `serde_json::Value` cannot hold it: more than 127 levels, a number beyond `f64`.
    ///
    /// No other delivery of the event has another object. Respond 200 to what never parses, and keep
    /// its [`payload`](Self::payload) for a person: else it is sent again and again.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_loops::{Secret, Signer, Verifier, VerifiedEvent};
    /// # let body = r#"{"id":"evt_1","type":"charge.succeeded","data":{"object":{"amount":4900,"paid":"yes"}}}"#;
    /// # let secret = Secret::new("whsec_example")?;
    /// # let now = SystemTime::now();
    /// # let header = Signer::new(&secret).sign(body.as_bytes(), now);
    /// # let event = Verifier::new(secret).verify(header.as_bytes(), body.into(), now)?;
    /// use tower_loops::EventData;
    ///
    /// match event.data()? {
    ///     EventData::ChargeSucceeded(charge) => {
    ///         assert_eq!(charge.amount, Some(4900));
    ///         assert_eq!(charge.unreadable(), ["data.object.paid"]);
    ///     }
    ///     other => panic!("{other:?}"),
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn data(&self) -> Result<EventData, ObjectError> {
        Ok(EventData::new(self.event_type(), self.object()?))
    }

    /// `data.object`, in the type that it says it is, else in the type that belongs to the type of
    /// the event. Read at each call, as by [`data`](Self::data).
    ///
    /// An unknown object becomes a `serde_json::Value`, which can take 90 times the memory of its
    /// text; [`object_as`](Self::object_as) of a type of your own takes less.
    ///
    /// # Errors
    ///
    /// As of [`data`](Self::data).
    pub fn object(&self) -> Result<EventObject, ObjectError> {
        let object = EventObject::read(self.event_type(), self.object_text()?)?;
        let unreadable = object.unreadable();
        if !unreadable.is_empty() && !self.0.is_logged.swap(true, Relaxed) {
            trace::unreadable(self, unreadable);
        }
        Ok(object)
    }

    /// `data.object` as a type of your own. Deserialized at each call, by `serde_json`; a lone
    /// surrogate (half of a cut emoji) is U+FFFD.
    ///
    /// # Errors
    ///
    /// If the payload has no `data.object`, or it does not deserialize as a `T`. One of this crate's
    /// objects is an error if `data.object.object` says that it is of another kind.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_loops::{Secret, Signer, Verifier, VerifiedEvent};
    /// # let body = r#"{"id":"evt_1","type":"charge.succeeded","data":{"object":{"outcome":{"risk_score":7}}}}"#;
    /// # let secret = Secret::new("whsec_example")?;
    /// # let now = SystemTime::now();
    /// # let header = Signer::new(&secret).sign(body.as_bytes(), now);
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
        locate::deserialize("data.object", self.object_text()?)
    }

    /// `data.previous_attributes` as a type of your own or of this crate: the values that the event
    /// changed, as they were before; `None` if there are none. Deserialized at each call.
    ///
    /// # Errors
    ///
    /// If `data.previous_attributes` does not deserialize as a `T`.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_loops::{Secret, Signer, Verifier, VerifiedEvent};
    /// # let body = r#"{"id":"evt_1","type":"charge.refunded","data":{"object":{"amount_refunded":2900},"previous_attributes":{"amount_refunded":900}}}"#;
    /// # let secret = Secret::new("whsec_example")?;
    /// # let now = SystemTime::now();
    /// # let header = Signer::new(&secret).sign(body.as_bytes(), now);
    /// # let event = Verifier::new(secret).verify(header.as_bytes(), body.into(), now)?;
    /// use tower_loops::Charge;
    ///
    /// // `amount_refunded` is cumulative. This is what is new of it.
    /// let charge: Charge = event.object_as()?;
    /// let previous: Charge = event.previous_as()?.unwrap_or_default();
    /// let before = previous.amount_refunded.unwrap_or(0);
    /// assert_eq!(charge.amount_refunded.map(|now| now - before), Some(2000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn previous_as<T: DeserializeOwned>(&self) -> Result<Option<T>, ObjectError> {
        let previous = self.data_member("previous_attributes")?;
        previous
            .map(|json| locate::deserialize("data.previous_attributes", json))
            .transpose()
    }

    fn object_text(&self) -> Result<&str, ObjectError> {
        self.data_member("object")?.ok_or(ObjectError::Missing)
    }

    /// The JSON text of a member of `data`; `None` if it is absent or `null`.
    fn data_member(&self, key: &str) -> Result<Option<&str>, ObjectError> {
        let range = self.0.data.as_ref();
        match range.and_then(|range| text_at(self.payload(), range)) {
            None | Some("null") => Ok(None),
            Some(data) if data.starts_with('{') => {
                Ok(last_member(data, key).filter(|value| *value != "null"))
            }
            Some(_) => Err(ObjectError::unexpected("data")),
        }
    }
}

impl fmt::Debug for VerifiedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedEvent")
            .field("id", &self.id())
            .field("event_type", self.event_type())
            .finish_non_exhaustive()
    }
}
