//! Nothing that is shown of an event or an object is the customer's, and yet different values show differently.

use serde_json::{Value, json};
use tower_loops::{EventObject, testing};

use crate::{
    BODY, event_body,
    known::OBJECTS,
    receive,
    redaction::{MARK, assert_silent},
};

/// The objects of the samples, of another type, and what they are with the mark as every text, also of keys of metadata.
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
    let event = receive(event_body(event_type, value)).expect("an event");
    event.object().expect("an object")
}

#[test]
fn an_event_and_its_object_show_their_ids_and_nothing_else() {
    for (event_type, value) in objects().filter(|(_, value)| value["id"] == "obj_1") {
        let body = event_body(event_type, &value);
        let event = receive(&body).unwrap();
        assert_silent(event_type, &event, &body);
        assert!(format!("{event:?}").contains("evt_1"), "{event:?}");
        let object = object(event_type, &value);
        assert_silent(event_type, &object, BODY);
        let data = event.data().unwrap();
        assert_silent(event_type, &data, BODY);
        let text = format!("{object:?}{object:#?}{data:?}");
        assert!(!text.contains("8080808080"), "{event_type}: {text}");
        if let EventObject::Charge(charge) = object {
            assert_silent("who paid", &charge.billing_details, BODY);
            assert_silent("the refunds", &charge.refunds(), BODY);
        }
    }
}

/// Every value that differs from this one in one member of any depth.
fn variants(value: &Value) -> Vec<Value> {
    let mut all = vec![json!("other")];
    let within = |part: &Value, put: &dyn Fn(Value) -> Value| {
        variants(part).into_iter().map(put).collect::<Vec<_>>()
    };
    match value {
        Value::Object(members) => {
            for (key, part) in members {
                let put = |new| {
                    let mut members = members.clone();
                    members[key] = new;
                    Value::Object(members)
                };
                all.extend(within(part, &put));
            }
        }
        Value::Array(items) => {
            for (index, part) in items.iter().enumerate() {
                let put = |new| {
                    let mut items = items.clone();
                    items[index] = new;
                    Value::Array(items)
                };
                all.extend(within(part, &put));
            }
        }
        Value::Number(_) => all = vec![json!(5)],
        Value::Bool(bool) => all = vec![json!(!bool)],
        _ => {}
    }
    all
}

#[test]
fn two_objects_show_the_same_exactly_where_they_are_equal() {
    for (event_type, value) in objects() {
        let original = object(event_type, &value);
        assert_eq!(
            format!("{original:?}"),
            format!("{:?}", object(event_type, &value))
        );
        for variant in variants(&value)
            .into_iter()
            .filter(|it| it.is_object() && it["object"] == value["object"])
        {
            let variant = object(event_type, &variant);
            let is_equal = variant == original;
            assert_eq!(
                format!("{variant:?}") == format!("{original:?}"),
                is_equal,
                "{event_type}"
            );
        }
    }
}
