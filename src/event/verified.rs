//! The event.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
    time::SystemTime,
};

use bytes::Bytes;

use crate::event::{
    envelope::{Data, Envelope},
    error::PayloadError,
    event_type::EventType,
    payload_text::PayloadText,
};

/// An event that Loops signed: the proof that a body was verified.
///
/// Only a [`Verifier`](crate::Verifier) creates one (and the layer, which uses it), so an
/// unverified request cannot reach a handler that takes a `VerifiedEvent`. What was stored comes
/// back through [`StoredEvent::trust`](crate::StoredEvent::trust). There is no other constructor
/// and no `Deserialize`:
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
pub struct VerifiedEvent(pub(super) Arc<Event>);

pub(super) struct Event {
    id: PayloadText,
    event_type: EventType,
    created: Option<i64>,
    livemode: Option<bool>,
    api_version: Option<PayloadText>,
    signed_at: SystemTime,
    secret_index: usize,
    payload: Bytes,
    pub(super) data: Data,
    /// Whether the unreadable fields of the object were logged.
    pub(super) is_logged: AtomicBool,
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

    /// Whether the event happened in live mode, not in test mode, if the payload says so once.
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

    /// Which accepted secret matched: 0 is the one given to `new`, 1 the first additional one.
    /// While the old secret of a rotation still matches, the rotation is not over.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.0.secret_index
    }

    /// The signed bytes.
    ///
    /// They may share a larger buffer of the server, which lives as long as they do: a small event
    /// that is kept can hold kilobytes. To keep it, copy it:
    /// `Bytes::copy_from_slice(event.payload())`.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.0.payload
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
