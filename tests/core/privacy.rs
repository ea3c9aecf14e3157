//! `Debug` of events and objects shows no payload, and yet different values show differently.

use serde_json::{Value, json};
use tower_loops::{EventObject, testing};

use crate::{
    BODY, event,
    known::OBJECTS,
    redaction::{MARK, assert_silent},
};

/// The objects of the samples and one of another type, unchanged and with the mark in place of
/// every text.
fn objects() -> impl Iterator<Item = (&'static str, Value)> {
    let types = OBJECTS.iter().map(|(event_type, _)| *event_type);
    types.chain(["payout.paid"]).flat_map(|event_type| {
        let object = testing::sample(&event_type.into())["data"]["object"].take();
        let mut marked = object.clone();
        mark(&mut marked);
        marked["id"] = json!("obj_1");
        marked["object"] = object["object"].clone();
        marked["metadata"] = json!({MARK: MARK});
        [(event_type, object), (event_type, marked)]
    })
}

fn mark(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mark),
        Value::Object(members) => members.values_mut().for_each(mark),
        Value::Number(_) => *value = json!(8_080_808_080_i64),
        _ => *value = json!(MARK),
    }
}

fn object(event_type: &str, value: &Value) -> EventObject {
    let event = event(event_type, &value.to_string());
    event.object().expect("an object")
}

#[test]
fn an_event_shows_its_id_and_its_object_nothing() {
    for (event_type, value) in objects().filter(|(_, value)| value["id"] == "obj_1") {
        let event = event(event_type, &value.to_string());
        let body = str::from_utf8(event.payload()).unwrap();
        assert_silent(event_type, &event, body);
        assert!(format!("{event:?}").contains("evt_1"), "{event:?}");
        let object = object(event_type, &value);
        assert_silent(event_type, &object, BODY);
        let data = event.data().unwrap();
        assert_silent(event_type, &data, BODY);
        let text = format!("{object:?}{object:#?}{data:?}");
        for hidden in ["8080808080", "obj_1"] {
            assert!(!text.contains(hidden), "{event_type}: {text}");
        }
        if let EventObject::Charge(charge) = object {
            assert_silent("who paid", &charge.billing_details, BODY);
            assert_silent("the refunds", &charge.refunds(), BODY);
        }
    }
}

/// The JSON pointers of all parts of the value.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let mut all = vec![at.to_owned()];
    if let Value::Object(members) = value {
        for (key, part) in members {
            all.extend(pointers(part, &format!("{at}/{key}")));
        }
    }
    for (index, part) in value.as_array().into_iter().flatten().enumerate() {
        all.extend(pointers(part, &format!("{at}/{index}")));
    }
    all
}

/// The values that differ from this one in one part.
fn variants(value: &Value) -> impl Iterator<Item = Value> {
    pointers(value, "").into_iter().map(|pointer| {
        let mut variant = value.clone();
        let part = variant.pointer_mut(&pointer).expect("a part");
        *part = match part {
            Value::Number(_) => json!(5),
            Value::Bool(bool) => json!(!*bool),
            _ => json!("other"),
        };
        variant
    })
}

#[test]
fn two_objects_show_the_same_exactly_where_they_are_equal() {
    for (event_type, value) in objects() {
        let original = object(event_type, &value);
        let seen = format!("{original:?}");
        assert_eq!(seen, format!("{:?}", object(event_type, &value)));
        let is_same_kind = |variant: &Value| variant["object"] == value["object"];
        for variant in variants(&value).filter(is_same_kind) {
            let variant = object(event_type, &variant);
            let shows_the_same = format!("{variant:?}") == format!("{original:?}");
            assert_eq!(shows_the_same, variant == original, "{event_type}");
        }
    }
}
