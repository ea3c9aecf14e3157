//! What Loops sends more than once: an event that was handled, and one whose handler failed at first.

use http::StatusCode;
use tower_loops::{EventType, testing};

use crate::{
    delivery::{Delivery, Outcome, Senders, full, payload},
    seen::Seen,
};

/// The event that cannot be handled the first time.
pub(crate) const FAILS_AT_FIRST: &str = "evt_fails_at_first";

pub(crate) fn repeats(senders: &Senders) -> Vec<Delivery> {
    let delivery = |sent, body: String, expected| Delivery {
        sent,
        signatures: vec![senders.new.sign(body.as_bytes(), senders.now)],
        body: full(body),
        expected,
    };
    let failing = || with_id("charge.refunded", FAILS_AT_FIRST);
    let seen = "15.50 EUR back, Zoë Lind, order 1002";
    vec![
        delivery(
            "charge.succeeded once more",
            payload("charge.succeeded"),
            Outcome {
                status: StatusCode::OK,
                answer: r#"{"received": true}"#.to_owned(),
                seen: Vec::new(),
            },
        ),
        delivery(
            "one whose handler fails",
            failing(),
            Outcome {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                answer: r#"{"error":"Processing failed"}"#.to_owned(),
                seen: vec![Seen {
                    summary: seen.to_owned(),
                    secret_index: 0,
                }],
            },
        ),
        delivery("the same, retried", failing(), Outcome::accepted(seen, 0)),
    ]
}

/// The payload of another event of this type, which differs in its id alone.
pub(crate) fn with_id(event_type: &str, id: &str) -> String {
    let mut event = testing::sample(&EventType::from(event_type));
    event["id"] = id.into();
    event.to_string()
}
