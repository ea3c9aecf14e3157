//! What `tower_loops::testing` gives to the tests of handlers.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use testkit::delivery::{SECRET, mac, secret};
use tower::{Layer, ServiceExt, service_fn};
use tower_loops::{EventData, EventType, LoopsSignatureLayer, Signer, VerifiedEvent, testing};

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
    let neighbours = "charge.updated charge|invoice.paid invoice|\
        customer.subscription.updated subscription|\
        checkout.session.async_payment_succeeded checkout.session";
    let others = "charge.dispute.created dispute|payout.paid payout|a a| ";
    for (rows, has_neighbour) in [(neighbours, true), (others, false)] {
        for (event_type, name) in rows.split('|').filter_map(|row| row.split_once(' ')) {
            let event = testing::event(&event_type.into(), json!({"x": 1}));
            let object: Value = event.object_as().unwrap();
            assert_eq!(object["object"], name, "{event_type}");
            assert_eq!(object["x"], 1, "{event_type}");
            assert_eq!(
                object["currency"].is_string(),
                has_neighbour,
                "{event_type}"
            );
        }
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
    let other = LoopsSignatureLayer::new(secret("whsec_other"));
    for (layer, status) in [(testing::layer(), 200), (other, 401)] {
        let request = testing::request(&EventType::InvoicePaymentFailed, json!({"total": 1}));
        assert_eq!(request.uri(), "/api/webhooks/loops");
        let response = layer.layer(service_fn(id)).oneshot(request).await;
        assert_eq!(response.unwrap().status(), status);
    }
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
