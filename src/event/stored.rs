//! A verified event in a form that can be stored.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::event::{error::PayloadError, verified::VerifiedEvent};

/// A verified event that can be stored in a queue, a table or a file. It contains the signed bytes,
/// so no part of the event is lost.
///
/// It proves nothing: anyone who can write to the storage can create one. [`trust`](Self::trust) is
/// the one way back to a [`VerifiedEvent`].
///
/// Serialized, it is `{"payload": "…", "signed_at": 1700000000, "secret_index": 0, "received_at":
/// 1700000000123}`: the signed bytes as text, the verified `t` in Unix seconds, and when this value
/// was made in Unix milliseconds. `Debug` shows nothing of the payload.
///
/// ```
/// # use std::time::SystemTime;
/// # use tower_loops::{Secret, Signer, Verifier};
/// use tower_loops::StoredEvent;
///
/// # let body = r#"{"id":"evt_1","type":"charge.succeeded"}"#;
/// # let (secret, now) = (Secret::new("whsec_example")?, SystemTime::now());
/// # let header = Signer::new(&secret).sign(body.as_bytes(), now);
/// # let event = Verifier::new(secret).verify(header.as_bytes(), body.into(), now)?;
/// // In the handler, before the 200:
/// let job = serde_json::to_string(&StoredEvent::from(&event))?;
/// // In the worker, which reads from a storage that only this application writes to:
/// let stored: StoredEvent = serde_json::from_str(&job)?;
/// assert_eq!(stored.trust()?.payload(), event.payload());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEvent {
    payload: Bytes,
    signed_at: SystemTime,
    secret_index: usize,
    received_at: SystemTime,
}

impl StoredEvent {
    /// Creates one from the columns of a storage. Nothing is checked.
    #[must_use]
    pub fn new(
        payload: Bytes,
        signed_at: SystemTime,
        secret_index: usize,
        received_at: SystemTime,
    ) -> Self {
        Self {
            payload,
            signed_at,
            secret_index,
            received_at,
        }
    }

    /// The verified event that this was made from.
    ///
    /// No signature is checked: Loops' signature is not stored, and its timestamp would be too old.
    /// By calling this, you vouch that
    ///
    /// - only code that stores *verified* events can write to the storage;
    /// - the storage returns what was written.
    ///
    /// Never call it on what a client sent.
    ///
    /// # Errors
    ///
    /// If the payload is not an event, so it is not what was stored.
    pub fn trust(self) -> Result<VerifiedEvent, PayloadError> {
        VerifiedEvent::parse(self.payload, self.signed_at, self.secret_index)
    }

    /// The signed bytes.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// The verified `t`: when the delivery was signed.
    #[must_use]
    pub fn signed_at(&self) -> SystemTime {
        self.signed_at
    }

    /// Which accepted secret matched.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// When this was made of the verified event, by the clock of the receiver.
    #[must_use]
    pub fn received_at(&self) -> SystemTime {
        self.received_at
    }
}

/// Received now, in whole milliseconds. This panics where there is no system clock
/// (`wasm32-unknown-unknown`).
impl From<&VerifiedEvent> for StoredEvent {
    fn from(event: &VerifiedEvent) -> Self {
        let now = SystemTime::now();
        let below_millis =
            Duration::from_nanos(u64::from(since_epoch(now).subsec_nanos() % 1_000_000));
        Self::new(
            event.payload().clone(),
            event.signed_at(),
            event.secret_index(),
            now - below_millis,
        )
    }
}

impl fmt::Debug for StoredEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredEvent")
            .field("payload_bytes", &self.payload.len())
            .field("signed_at", &self.signed_at)
            .field("secret_index", &self.secret_index)
            .field("received_at", &self.received_at)
            .finish()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "StoredEvent")]
struct Stored<T> {
    payload: T,
    signed_at: u64,
    secret_index: usize,
    received_at: u64,
}

impl Serialize for StoredEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = Stored {
            payload: str::from_utf8(&self.payload).map_err(ser::Error::custom)?,
            signed_at: since_epoch(self.signed_at).as_secs(),
            secret_index: self.secret_index,
            received_at: u64::try_from(since_epoch(self.received_at).as_millis())
                .map_err(ser::Error::custom)?,
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StoredEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::<String>::deserialize(deserializer)?;
        Ok(Self {
            payload: stored.payload.into(),
            signed_at: after_epoch(Duration::from_secs(stored.signed_at))?,
            secret_index: stored.secret_index,
            received_at: after_epoch(Duration::from_millis(stored.received_at))?,
        })
    }
}

/// A clock before 1970 counts as 1970.
fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn after_epoch<E: de::Error>(time: Duration) -> Result<SystemTime, E> {
    let time = UNIX_EPOCH.checked_add(time);
    time.ok_or_else(|| E::custom("a time that this system cannot hold"))
}
