//! Reads the object of an event.

use std::{ops::Range, sync::atomic::Ordering::Relaxed};

use serde::de::DeserializeOwned;

use crate::{
    event::{
        error::ObjectError,
        event_data::{EventData, EventObject},
        locate,
        payload_text::text_at,
        verified::VerifiedEvent,
    },
    json::is_empty_array,
    trace,
};

impl VerifiedEvent {
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
    /// Another delivery of the event has the same object. Store the [`payload`](Self::payload) for
    /// a person, then respond 200. If it is not stored, respond 500: a 200 would lose the event.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_loops::{Secret, Signer, Verifier, VerifiedEvent};
    /// # let body = r#"{"id":"evt_1","type":"charge.succeeded",
    /// #     "data":{"object":{"amount":4900,"paid":"yes"}}}"#;
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
    /// If the payload has no `data.object`, or it does not deserialize as a `T`. One of this
    /// crate's objects is an error if `data.object.object` says that it is of another kind.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_loops::{Secret, Signer, Verifier, VerifiedEvent};
    /// # let body = r#"{"id":"evt_1","type":"charge.succeeded",
    /// #     "data":{"object":{"outcome":{"risk_score":7}}}}"#;
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

    /// `data.previous_attributes` as a type of your own or of this crate: the previous values of
    /// what the event changed. `None` if there are none. Deserialized at each call.
    ///
    /// # Errors
    ///
    /// If `data.previous_attributes` does not deserialize as a `T`.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_loops::{Secret, Signer, Verifier, VerifiedEvent};
    /// # let body = r#"{"id":"evt_1","type":"charge.refunded","data":{
    /// #     "object":{"amount_refunded":2900},"previous_attributes":{"amount_refunded":900}}}"#;
    /// # let secret = Secret::new("whsec_example")?;
    /// # let now = SystemTime::now();
    /// # let header = Signer::new(&secret).sign(body.as_bytes(), now);
    /// # let event = Verifier::new(secret).verify(header.as_bytes(), body.into(), now)?;
    /// use tower_loops::Charge;
    ///
    /// // `amount_refunded` is cumulative. This is the part that is new.
    /// let charge: Charge = event.object_as()?;
    /// let previous: Charge = event.previous_as()?.unwrap_or_default();
    /// let before = previous.amount_refunded.unwrap_or(0);
    /// assert_eq!(charge.amount_refunded.map(|now| now - before), Some(2000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn previous_as<T: DeserializeOwned>(&self) -> Result<Option<T>, ObjectError> {
        let previous = self.part(self.0.data.previous.as_ref())?;
        // PHP's spelling of an empty map.
        let previous = previous.filter(|json| !is_empty_array(json));
        previous
            .map(|json| locate::deserialize("data.previous_attributes", json))
            .transpose()
    }

    fn object_text(&self) -> Result<&str, ObjectError> {
        let object = self.part(self.0.data.object.as_ref())?;
        object.ok_or(ObjectError::Missing)
    }

    /// The text of a part of `data`.
    fn part(&self, range: Option<&Range<usize>>) -> Result<Option<&str>, ObjectError> {
        if self.0.data.is_malformed {
            return Err(ObjectError::unexpected("data"));
        }
        Ok(range.and_then(|range| text_at(self.payload(), range)))
    }
}
