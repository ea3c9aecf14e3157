//! What `tower_loops::testing` gives to the tests of handlers.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use testkit::delivery::{SECRET, mac, secret};
use tower::{Layer, ServiceExt, service_fn};
use tower_loops::{EventData, EventObject, EventType, Signer, VerifiedEvent, testing};

use crate::{BODY, known::OBJECTS};

#[test]
fn a_sample_is_a_whole_event_with_the_fields_of_its_object() {
    for (event_type, fields) in OBJECTS {
        let sample = testing::sample(&event_type.into());
        assert_eq!(sample["type"], event_type);
        for member in ["id", "object", "api_version", "created", "livemode"] {
            assert!(!sample[member].is_null(), "{event_type}: {member}");
        }
        let event = testing::event(&event_type.into(), Value::Null);
        assert_eq!(event.payload(), sample.to_string().as_bytes());
        let object = &sample["data"]["object"];
        let known = fields.split(' ').filter(|key| object.get(key).is_some());
        assert!(known.count() >= 19, "{event_type}");
        let is_typed = !matches!(event.data(), Ok(EventData::Other(_)) | Err(_));
        assert!(is_typed, "{event_type}");
    }
}

#[test]
fn another_type_gets_the_object_of_its_neighbour_or_names_its_own() {
    let object = |event_type: &str| testing::event(&event_type.into(), json!({"x": 1})).object();
    let charge = object("charge.updated");
    assert!(matches!(charge, Ok(EventObject::Charge(_))));
    let paid = object("invoice.paid");
    assert!(matches!(paid, Ok(EventObject::Invoice(_))));
    let renewed = object("customer.subscription.updated");
    assert!(matches!(renewed, Ok(EventObject::Subscription(_))));
    let paid_later = object("checkout.session.async_payment_succeeded");
    assert!(matches!(paid_later, Ok(EventObject::CheckoutSession(_))));
    for row in "charge.dispute.created dispute|payout.paid payout|a a| ".split('|') {
        let (event_type, name) = row.split_once(' ').expect("a row");
        let Ok(EventObject::Other(value)) = object(event_type) else {
            panic!("{event_type}");
        };
        assert_eq!((&value["object"], &value["x"]), (&json!(name), &json!(1)));
    }
}

#[test]
fn members_replace_those_of_the_sample() {
    let event = testing::event(
        &EventType::ChargeSucceeded,
        json!({"amount": 1999, "metadata": {"order_id": "7"}, "currency": null, "new": [1]}),
    );
    let mut expected = testing::sample(&EventType::ChargeSucceeded)["data"]["object"].take();
    expected["amount"] = json!(1999);
    expected["metadata"] = json!({"order_id": "7"});
    expected["currency"] = Value::Null;
    expected["new"] = json!([1]);
    assert_eq!(event.object_as(), Ok(expected));
}

#[test]
#[should_panic(expected = "must be a JSON object")]
fn members_are_an_object() {
    let _ = testing::event(&EventType::ChargeSucceeded, json!(["amount"]));
}

#[tokio::test]
async fn the_layer_accepts_the_request_and_no_other_secret() {
    async fn id(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
        let event: &VerifiedEvent = request.extensions().get().expect("verified");
        Ok(Response::new(Full::from(event.id().to_owned())))
    }
    let request = || testing::request(&EventType::InvoicePaymentFailed, json!({"total": 1}));
    assert_eq!(request().uri(), "/api/webhooks/loops");
    let service = testing::layer().layer(service_fn(id));
    let accepted = service.oneshot(request()).await;
    assert_eq!(accepted.unwrap().status(), 200);
    let other = tower_loops::LoopsSignatureLayer::new(secret("whsec_other"));
    let rejected = other.layer(service_fn(id)).oneshot(request()).await;
    assert_eq!(rejected.unwrap().status(), 401);
}

#[test]
fn any_text_is_signed_in_place_of_the_timestamp() {
    let signer = Signer::new(secret(SECRET));
    for t in ["", "abc", "-1", "1700000000.5"] {
        let header = signer.sign_text(BODY.as_bytes(), t).expect(t);
        assert_eq!(header, format!("t={t},v1={}", mac(SECRET, t, BODY)));
        assert!(header.is_sensitive());
    }
    assert!(signer.sign_text(b"", "a\nb").is_err());
}

#[test]
fn a_secret_is_found_in_a_text_unless_it_is_short() {
    let text = format!("no event is signed with {SECRET}.");
    assert!(secret(SECRET).is_in(text.as_bytes()));
    assert!(!secret(SECRET).is_in(b"no event is signed"));
    assert!(!secret("no event").is_in(b"no even"));
    assert!(secret("no event").is_in(text.as_bytes()));
    assert!(!secret("no even").is_in(text.as_bytes()), "by chance");
}
