//! Event types: seven with names of their own, and every other text as it came.

use std::{collections::HashSet, convert::Infallible};

use serde_json::json;
use tower_loops::EventType;

use crate::receive;

const KNOWN: [(EventType, &str); 7] = [
    (EventType::ChargeSucceeded, "charge.succeeded"),
    (EventType::ChargeRefunded, "charge.refunded"),
    (
        EventType::CheckoutSessionCompleted,
        "checkout.session.completed",
    ),
    (
        EventType::CustomerSubscriptionCreated,
        "customer.subscription.created",
    ),
    (
        EventType::CustomerSubscriptionDeleted,
        "customer.subscription.deleted",
    ),
    (
        EventType::InvoicePaymentSucceeded,
        "invoice.payment_succeeded",
    ),
    (EventType::InvoicePaymentFailed, "invoice.payment_failed"),
];

const UNKNOWN: [&str; 9] = [
    "payout.paid",
    "",
    " charge.succeeded",
    "charge.succeeded ",
    "Charge.Succeeded",
    "charge.succeeded.v2",
    "charge",
    "ChargeSucceeded",
    "\u{1f4b8}\n\"",
];

#[test]
fn each_known_type_is_read_and_written_as_the_vendor_spells_it() {
    for (event_type, text) in KNOWN {
        assert_eq!(event_type.as_str(), text);
        assert_eq!(AsRef::<str>::as_ref(&event_type), text);
        assert_eq!(event_type.to_string(), text);
        assert_eq!(text.parse(), Ok::<_, Infallible>(event_type.clone()));
        assert_eq!(EventType::from(text), event_type);
        assert_eq!(serde_json::to_value(&event_type).unwrap(), json!(text));
        assert_eq!(
            serde_json::from_value::<EventType>(json!(text)).unwrap(),
            event_type
        );
        let body = json!({"id": "e", "type": text}).to_string();
        assert_eq!(receive(body).unwrap().event_type(), &event_type, "{text}");
    }
}

#[test]
fn any_other_text_is_kept_as_it_came() {
    for text in UNKNOWN {
        let event_type = EventType::from(text);
        let EventType::Other(other) = &event_type else {
            panic!("{text:?} is no {event_type:?}");
        };
        assert_eq!(other.as_str(), text);
        assert_eq!(event_type.as_str(), text);
        assert_eq!(event_type.to_string(), text);
        assert_eq!(text.parse(), Ok::<_, Infallible>(event_type.clone()));
        assert_eq!(serde_json::to_value(&event_type).unwrap(), json!(text));
        assert_eq!(
            serde_json::from_value::<EventType>(json!(text)).unwrap(),
            event_type
        );
        let body = json!({"id": "e", "type": text}).to_string();
        assert_eq!(receive(body).unwrap().event_type(), &event_type, "{text:?}");
    }
}

#[test]
fn types_are_equal_and_hash_alike_where_their_texts_are() {
    let texts = || KNOWN.iter().map(|(_, text)| *text).chain(UNKNOWN);
    let mut seen = HashSet::new();
    for text in texts() {
        assert!(
            seen.insert(EventType::from(text)),
            "{text:?} is equal to another"
        );
    }
    for text in texts() {
        assert!(
            !seen.insert(EventType::from(text)),
            "{text:?} is not equal to itself"
        );
    }
    for left in texts() {
        for right in texts() {
            let [one, other] = [left, right].map(EventType::from);
            let equal = one == other;
            assert_eq!(equal, left == right, "{left:?} and {right:?}");
            assert_eq!(one == right, left == right, "{left:?} and {right:?}");
            assert_eq!(one == *right, left == right, "{left:?} and {right:?}");
            assert_eq!(one.cmp(&other), left.cmp(right), "{left:?} and {right:?}");
        }
    }
}

#[test]
fn debug_shows_the_text_of_a_type_without_a_name() {
    let other = EventType::from("payout.paid");
    assert_eq!(format!("{other:?}"), r#"Other("payout.paid")"#);
}

#[test]
fn serde_reads_types_from_strings_of_every_kind_and_from_nothing_else() {
    let from_reader: EventType = serde_json::from_reader(&br#""charge.refunded""#[..]).unwrap();
    assert_eq!(from_reader, EventType::ChargeRefunded);
    let escaped: EventType = serde_json::from_str(r#""charge\u002erefunded""#).unwrap();
    assert_eq!(escaped, EventType::ChargeRefunded);
    for other in ["null", "7", "true", "[]", r#"{"Other":"x"}"#] {
        let error = serde_json::from_str::<EventType>(other).unwrap_err();
        assert!(
            error.to_string().contains("expected an event type"),
            "{error}"
        );
    }
}
