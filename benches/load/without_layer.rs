//! `examples/axum.rs` without its layer: the same handlers, on an unverified body.

#![expect(unused_variables, reason = "the layer is made, and left out")]

include!(concat!(env!("OUT_DIR"), "/axum.rs"));

/// Stands in for the crate: the event is read from the body with `serde_json`.
mod tower_loops {
    use axum::{
        Json,
        extract::{FromRequest, Request, rejection::JsonRejection},
    };
    use serde::{Deserialize, de::DeserializeOwned};
    use serde_json::value::RawValue;

    pub(crate) use real::*;

    #[derive(Deserialize)]
    pub(crate) struct VerifiedEvent {
        #[serde(rename = "type")]
        event_type: EventType,
        livemode: Option<bool>,
        data: Data,
    }

    #[derive(Deserialize)]
    struct Data {
        object: Box<RawValue>,
    }

    impl VerifiedEvent {
        pub(crate) fn event_type(&self) -> &EventType {
            &self.event_type
        }

        pub(crate) fn livemode(&self) -> Option<bool> {
            self.livemode
        }

        pub(crate) fn data(&self) -> serde_json::Result<EventData> {
            Ok(match self.event_type {
                EventType::ChargeSucceeded => EventData::ChargeSucceeded(self.object()?),
                EventType::ChargeRefunded => EventData::ChargeRefunded(self.object()?),
                EventType::InvoicePaymentSucceeded => EventData::InvoicePaymentSucceeded(self.object()?),
                _ => EventData::Other(EventObject::Other(self.object()?)),
            })
        }

        fn object<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
            serde_json::from_str(self.data.object.get())
        }
    }

    impl<S: Send + Sync> FromRequest<S> for VerifiedEvent {
        type Rejection = JsonRejection;

        async fn from_request(request: Request, state: &S) -> Result<Self, JsonRejection> {
            let Json(event) = Json::from_request(request, state).await?;
            Ok(event)
        }
    }
}
