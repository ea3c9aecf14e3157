//! Properties of objects: their well-formed known fields are read, whatever else they contain.

use proptest::{prelude::*, sample::Index};
use serde_json::{Map, Value, json};
use tower_loops::{EventObject, testing};

use crate::{
    event,
    known::{self, OBJECTS},
    strategies::{config, json_text, members},
};

fn whole_object(index: usize) -> (&'static str, Map<String, Value>) {
    let (event_type, members) = OBJECTS[index];
    let sample = testing::sample(&event_type.into());
    (event_type, known::whole_object(members, sample))
}

fn written(object: EventObject) -> Value {
    match object {
        EventObject::Charge(it) => json!(it),
        EventObject::CheckoutSession(it) => json!(it),
        EventObject::Subscription(it) => json!(it),
        EventObject::Invoice(it) => json!(it),
        EventObject::Other(value) => value,
        other => panic!("{other:?}"),
    }
}

/// The object as it is written after it was read.
fn read(event_type: &str, text: &str) -> Value {
    written(event(event_type, text).object().expect("an object"))
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn members_before_the_known_ones_change_nothing(index in 0..OBJECTS.len(), before in members(json_text())) {
        let (event_type, object) = whole_object(index);
        let known = Value::Object(object).to_string();
        let comma = if before.is_empty() { "" } else { "," };
        let text = format!("{{{before}{comma}{}", &known[1..]);
        prop_assert_eq!(read(event_type, &text), read(event_type, &known));
    }

    #[test]
    fn a_malformed_member_changes_no_other(
        index in 0..OBJECTS.len(),
        member in any::<Index>(),
        anything in json_text(),
    ) {
        let (event_type, object) = whole_object(index);
        let keys: Vec<_> = object.keys().cloned().collect();
        let key = &keys[member.index(keys.len())];
        prop_assume!(key != "object");
        let known = read(event_type, &Value::Object(object.clone()).to_string());
        let members: Vec<_> = object.iter().map(|(name, value)| match value {
            _ if name == key => format!("{name:?}:{anything}"),
            value => format!("{name:?}:{value}"),
        }).collect();
        let seen = read(event_type, &format!("{{{}}}", members.join(",")));
        for (name, value) in known.as_object().unwrap() {
            prop_assert!(seen[name] == *value || is_read_from(name, key), "{}, by {}", name, key);
        }
    }

    #[test]
    fn a_written_object_is_read_as_it_was(index in 0..OBJECTS.len(), before in members(json_text())) {
        let text = format!("{{{before}}}");
        let (event_type, _) = OBJECTS[index];
        match event(event_type, &text).object() {
            Ok(EventObject::Other(_)) => {}
            Ok(object) => {
                let again = written(object.clone()).to_string();
                prop_assert_eq!(event(event_type, &again).object(), Ok(object), "{}", text);
            }
            // An unknown kind of object with a number beyond `f64`.
            Err(_) => prop_assert!(serde_json::from_str::<Value>(&text).is_err(), "{}", text),
        }
    }
}

/// Whether some generation of the API has the field in a member of another name.
fn is_read_from(field: &str, member: &str) -> bool {
    field == member
        || match field {
            "items" => matches!(member, "plan" | "quantity"),
            "subscription" => matches!(member, "parent" | "lines"),
            "subscription_metadata" | "subscription_details" => {
                matches!(member, "parent" | "subscription_details")
            }
            "paid_at" => member == "status_transitions",
            "payment_intent" | "charge" => member == "payments",
            "lines_has_more" => member == "lines",
            _ => false,
        }
}
