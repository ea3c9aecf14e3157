//! Properties of objects: their well-formed known fields are read, whatever else they contain.

use proptest::{prelude::*, sample::Index};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tower_loops::{Charge, CheckoutSession, EventObject, Invoice, Subscription, testing};

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

fn object_of(event_type: &str, text: &str) -> Value {
    fn value(object: impl Serialize) -> Value {
        serde_json::to_value(object).expect("an object is JSON")
    }
    match event(event_type, text).object() {
        Ok(EventObject::Charge(it)) => value(it),
        Ok(EventObject::CheckoutSession(it)) => value(it),
        Ok(EventObject::Subscription(it)) => value(it),
        Ok(EventObject::Invoice(it)) => value(it),
        other => panic!("{event_type}: {other:?} from {text}"),
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn members_before_the_known_ones_change_nothing(index in 0..OBJECTS.len(), before in members(json_text())) {
        let (event_type, object) = whole_object(index);
        let known = Value::Object(object).to_string();
        let comma = if before.is_empty() { "" } else { "," };
        let text = format!("{{{before}{comma}{}", &known[1..]);
        prop_assert_eq!(object_of(event_type, &text), object_of(event_type, &known));
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
        let known = object_of(event_type, &Value::Object(object.clone()).to_string());
        let members: Vec<_> = object.iter().map(|(name, value)| match value {
            _ if name == key => format!("{name:?}:{anything}"),
            value => format!("{name:?}:{value}"),
        }).collect();
        let read = object_of(event_type, &format!("{{{}}}", members.join(",")));
        for (name, value) in known.as_object().unwrap() {
            prop_assert!(read[name] == *value || is_read_from(name, key), "{}, by {}", name, key);
        }
    }

    #[test]
    fn a_written_object_is_read_as_it_was(index in 0..OBJECTS.len(), before in members(json_text())) {
        fn same<T: Serialize + DeserializeOwned + PartialEq>(object: &T) -> bool {
            let written = serde_json::to_string(object).unwrap();
            serde_json::from_str::<T>(&written).unwrap() == *object
        }
        let text = format!("{{{before}}}");
        let (event_type, _) = OBJECTS[index];
        let Ok(object) = event(event_type, &text).object() else {
            // An unknown kind of object with a number beyond `f64`.
            prop_assert!(serde_json::from_str::<Value>(&text).is_err(), "{}", text);
            return Ok(());
        };
        let same = match object {
            EventObject::Charge(it) => same::<Charge>(&it),
            EventObject::CheckoutSession(it) => same::<CheckoutSession>(&it),
            EventObject::Subscription(it) => same::<Subscription>(&it),
            EventObject::Invoice(it) => same::<Invoice>(&it),
            _ => true,
        };
        prop_assert!(same, "{}", text);
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
