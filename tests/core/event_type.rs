//! Event types: seven with variants, and every other text unchanged.

use std::{collections::HashSet, convert::Infallible};

use serde_json::json;
use tower_loops::{
    EventData, EventObject,
    EventType::{
        self, ChargeRefunded, ChargeSucceeded, CheckoutSessionCompleted,
        CustomerSubscriptionCreated, CustomerSubscriptionDeleted, InvoicePaymentFailed,
        InvoicePaymentSucceeded,
    },
};

use crate::{event, receive};

const KNOWN: [(EventType, &str); 7] = [
    (ChargeSucceeded, "charge.succeeded"),
    (ChargeRefunded, "charge.refunded"),
    (CheckoutSessionCompleted, "checkout.session.completed"),
    (CustomerSubscriptionCreated, "customer.subscription.created"),
    (CustomerSubscriptionDeleted, "customer.subscription.deleted"),
    (InvoicePaymentSucceeded, "invoice.payment_succeeded"),
    (InvoicePaymentFailed, "invoice.payment_failed"),
];

fn unknown() -> impl Iterator<Item = &'static str> {
    "payout.paid|| charge.succeeded|charge.succeeded |Charge.Succeeded|charge|ChargeSucceeded|\u{1f4b8}\n\""
        .split('|')
}

fn texts() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(_, text)| *text).chain(unknown())
}

#[test]
fn a_type_is_read_and_written_as_its_text() {
    for (event_type, text) in KNOWN {
        assert_eq!(EventType::from(text), event_type);
    }
    for text in unknown() {
        let EventType::Other(other) = EventType::from(text) else {
            panic!("{text:?} has a variant");
        };
        assert_eq!(other.as_str(), text);
    }
    for text in texts() {
        let event_type = EventType::from(text);
        assert_eq!(event_type.as_str(), text);
        assert_eq!(AsRef::<str>::as_ref(&event_type), text);
        assert_eq!(event_type.to_string(), text);
        assert_eq!(text.parse(), Ok::<_, Infallible>(event_type.clone()));
        assert_eq!(serde_json::to_value(&event_type).unwrap(), json!(text));
        let read: EventType = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(read, event_type);
        let body = json!({"id": "e", "type": text}).to_string();
        assert_eq!(receive(body).unwrap().event_type(), &event_type, "{text:?}");
    }
    assert_eq!(format!("{:?}", EventType::from("a.b")), r#"Other("a.b")"#);
}

#[test]
fn types_compare_and_hash_like_their_texts() {
    let types: HashSet<_> = texts().chain(texts()).map(EventType::from).collect();
    assert_eq!(types.len(), texts().count());
    for left in texts() {
        for right in texts() {
            let [one, other] = [left, right].map(EventType::from);
            let equal = [one == other, one == right, one == *right];
            assert_eq!(equal, [left == right; 3], "{left:?} and {right:?}");
            assert_eq!(one.cmp(&other), left.cmp(right), "{left:?} and {right:?}");
        }
    }
}

#[test]
fn serde_reads_types_from_strings_only() {
    let from_reader: EventType = serde_json::from_reader(&br#""charge.refunded""#[..]).unwrap();
    let escaped: EventType = serde_json::from_str(r#""charge\u002erefunded""#).unwrap();
    assert_eq!((from_reader, escaped), (ChargeRefunded, ChargeRefunded));
    for other in ["null", "7", "true", "[]", r#"{"Other":"x"}"#] {
        let error = serde_json::from_str::<EventType>(other).unwrap_err();
        let is_named = error.to_string().contains("expected an event type");
        assert!(is_named, "{error}");
    }
}

#[test]
fn other_types_are_typed_by_their_object() {
    // The last ones are known types whose object says that it is another.
    for row in "invoice.paid invoice|customer.subscription.updated subscription|\
        checkout.session.async_payment_succeeded checkout.session|charge.updated charge|\
        charge.dispute.created dispute|charge.succeeded invoice|invoice.payment_failed dispute"
        .split('|')
    {
        let (event_type, object) = row.split_once(' ').expect("a row");
        let text = json!({"id": "x", "object": object}).to_string();
        let event = event(event_type, &text);
        let Ok(EventData::Other(read)) = event.data() else {
            panic!("{event_type}")
        };
        let kind = match read {
            EventObject::Charge(_) => "charge",
            EventObject::CheckoutSession(_) => "checkout.session",
            EventObject::Subscription(_) => "subscription",
            EventObject::Invoice(_) => "invoice",
            _ => "dispute",
        };
        assert_eq!(kind, object, "{event_type}");
    }
}
